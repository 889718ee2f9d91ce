"""What people ask to be done with a record, by the words they use for it; patterns of a normalised message."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.dialogue import replies
from bot.dialogue.understanding import Understanding

_PIN = r"(?:暗証番号|あんしょうばんごう|ピン|(?<![a-z])pin(?![a-z])|passcode)"
_RECEIPT = r"(?:(?:受付|うけつけ)(?:番号|ばんごう|no\.?)|(?<![a-z])receipt(?! and)(?: number| no\.?)?)"
_FORGOT = r"(?:忘れ|わすれ|なくし|無くし|失くし|紛失|分か(?:ら|り)(?!まし)|わか(?:ら|り)(?!まし)|覚えて(?:い)?な|思い出せ|lost|forg[eo]t|don'?t (?:know|remember|have)|can'?t (?:find|remember))"
_LOST_PIN = re.compile(rf"{_PIN}.{{0,12}}{_FORGOT}|{_FORGOT}.{{0,16}}{_PIN}")
_LOST_RECEIPT = re.compile(
    rf"{_RECEIPT}.{{0,12}}(?:{_FORGOT}|(?:何|なん)(?:だっけ|でしたっけ|だった|でした|番)|教え|おしえ|もう一[度回])|(?:what(?:'s| was| is)|tell me|show me|{_FORGOT}).{{0,16}}{_RECEIPT}"
)
COMMANDS: Mapping[str, re.Pattern[str]] = {
    "unlink": re.compile(
        r"(?:つなぐ|つながり|連携|リンク)(?:の)?(?:を|は)?(?:やめ|切|解除|外|はず)|\bunlink|\bdisconnect"
    ),
    "link": re.compile(
        r"(?:この(?:会話|かいわ|チャット|line|トーク)と?(?:に)?)?(?:つない|つなぐ|つなげ|連携し|リンクし)(?:$|で|て|たい|る|ます)|\blink (?:this|the|my) (?:chat|conversation)"
    ),
    "new_pin": re.compile(
        r"(?:暗証番号|あんしょうばんごう|(?<![a-z])pin(?![a-z])).{0,6}(?:変え|変更|新しく|作り直|再発行|かえ)|(?:新しい)(?:暗証番号|pin)|(?:new|change (?:the|my|our)) pin"
    ),
    "filed": re.compile(
        r"(?:都|東京都|オンライン)?(?:に|へ|で)?(?:届け出|届出|申請|提出)(?:を)?(?:し|しおわり|が?済み|が?終わり|おわり|ました|出しまし|完了)(?:まし)?た?|届け出(?:た|ました)|出しました|とどけ(?:で)?ました|だしました|we(?:'ve| have)? (?:now )?(?:filed|submitted)|i (?:have )?filed"
    ),
    "withdraw": re.compile(
        r"(?:準備|申請|申し込み|記録|これ|届出)?(?:を|は)?(?:取り?下げ|とりさげ)(?!方)|(?:準備|じゅんび|申請|申し込み)をやめ(?:たい|ます|る)|\bwithdraw|\bcancel (?:our|my|the) (?:application|preparation)"
    ),
    "contact": re.compile(
        r"(?:連絡先|お?知らせ(?:先)?|おしらせ|メール(?:アドレス)?|通知)(?:を|の|は)?.{0,6}(?:変え|変更|かえ|止め|やめ|消|要らな|いらな|登録|直)|change (?:the |my |our )?(?:contact|notices?|e-?mail)|stop (?:the )?notices"
    ),
    "wishes": re.compile(
        r"(?:希望|きぼう|内容|予定|よてい|時期|通称|子ども?の名前|つながり)(?:を|の|は)?.{0,8}(?:変え|変更|かえ|直|修正|載せたい|書きたい|入れたい|外したい)|change (?:our|my|the) (?:wishes|plans?|details|date|month)"
    ),
    "tick": re.compile(r"^(?:書類|しょるい)(?:を|が|は)?(?:用意|準備|そろ|揃|取|あり)|have a paper|papers? (?:is |are )?ready"),
    "view": re.compile(r"(?:残り|あと|まだ|足りない|必要な|のこり|たりない).{0,8}(?:書類|しょるい)|what(?:'s| is) (?:missing|left)|papers? (?:left|missing)|^how(?:'s| is| are) (?:it|things|everything|we) (?:going|doing)|^どうなっ(?:た|てる|ています)"),
}  # fmt: skip
_NO_NOTICES = re.compile(
    r"(?:お?知らせ|おしらせ|通知|メール|連絡).{0,8}(?:止め|やめ|要らな|いらな|不要)|(?:stop|no more) (?:the )?(?:notices|e-?mails?)"
)


_HOW_IT_STANDS = re.compile(
    r"(?:昨日|きのう|先週|この前|このまえ|先日|わたしたちの|私たちの|うちの).{0,8}(?:準備|じゅんび|記録|申し込み|もうしこみ|申請|届).{0,8}(?:どうな(?:っ|り)|どこまで|状況|進み)|(?:準備|じゅんび|記録|申し込み)(?:は|って|の状況は)?どうな(?:っ|り)|(?:準備|記録)の?状況を(?:開|見|知り)|準備を(?:取り?下げ|とりさげ|やめ).{0,12}(?:状況|開い)|(?:status|state) of (?:our|my) (?:application|preparation|record)|(?:preparation|application|record) (?:yesterday|last week|the other day).{0,24}(?:status|stand|going)|withdraw (?:our|my) (?:application|preparation)"
)


def asks_how_it_stands(u: Understanding) -> bool:
    """Whether somebody asks for the record they have with us, in words that cannot mean Tokyo's own processing."""
    return bool(_HOW_IT_STANDS.search(u.plain))


def named(u: Understanding) -> str | None:
    """Which of them a message asks for."""
    return next((name for name, words in COMMANDS.items() if words.search(u.plain)), None)


def names_a_pin(u: Understanding) -> bool:
    """Whether it says that a number is a PIN."""
    return bool(re.search(_PIN, u.plain))


def lost_pin(u: Understanding) -> bool:
    """Whether the PIN is lost."""
    return bool(_LOST_PIN.search(u.plain))


def lost_receipt(u: Understanding) -> bool:
    """Whether the receipt number is asked for again."""
    return bool(_LOST_RECEIPT.search(u.plain))


def wants_new_pin(u: Understanding) -> bool:
    """Whether another PIN is wanted, not asked about."""
    return bool(COMMANDS["new_pin"].search(u.plain)) and not replies.questions(u)


def wants_no_notices(u: Understanding) -> bool:
    """Whether notices are to stop."""
    return bool(_NO_NOTICES.search(u.plain))
