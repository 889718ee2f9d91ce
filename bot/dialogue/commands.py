"""What people ask to be done with a record, by the words they use for it; patterns of a normalised message."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.dialogue import papers_named, replies
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
        r"(?:届け?出|申請|提出)(?:を|が|は)?(?:し(?:まし)?た(?![いらがくり])|(?:し)?(?:終わ|おわ)(?:りました|った)|済み|完了|出しました)|届け出(?:た(?![いらがくり])|ました)|出しました|とどけ(?:で)?ました|だしました|\b(?:we|i)(?:'ve| have)? (?:now |just |already )*(?:filed|submitted)"
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
    "view": re.compile(r"^(?:今の|いまの)?(?:状況|じょうきょう|進捗|しんちょく|ステータス|進み具合)(?:は|を)?(?:どう(?:です|なって(?:い)?ます)?か?|教えて(?:ください)?|おしえて(?:ください)?|見せて|見たい)?[?]?$|(?:なに|何)か(?:進展|変化|動き)|^any (?:news|progress|updates?)\b|^status[?]?$|^(?:how far|what's the status)|(?:残り|あと|まだ|足りない|必要な|のこり|たりない).{0,8}(?:書類|しょるい)|what(?:'s| is) (?:missing|left)|papers? (?:left|missing)|^how(?:'s| is| are) (?:it|things|everything|we) (?:going|doing)|^どうなっ(?:た|てる|ています)"),
}  # fmt: skip
# What was handed in elsewhere, by somebody else, or not yet: none of it is a filing with Tokyo.
_NOT_FILED = re.compile(
    r"戸籍|こせき|抄本|住民票|じゅうみんひょう|役所|やくしょ|請求|友だち|友達|ともだち|友人|知り合い|知人|来月|らいげつ|来週|来年|つもり|まだ|前に|family register|residence record|city hall|ward office|\bfriends?\b|\brequest|\bif\b|\bnext (?:month|week|year)|\bnot\b|n't\b|before we"
)
_ERASURE = re.compile(
    r"(?:(?:私|わたし|僕|自分|うち)(?:たち|ら)?の)?(?:個人)?(?:データ|でーた|情報|じょうほう|記録|きろく|履歴|会話|かいわ|やりとり|全部|ぜんぶ|すべて|全て)(?:を|は|も)?(?:全部|ぜんぶ|すべて|全て)?(?:消し|けし|消去し|削除し|さくじょし)(?:て(?!も?(?:いい|ある|しま))|たい|ます).{0,8}|(?:please )?(?:(?:can|could|would) you )?(?:please )?(?:delete|erase|remove|wipe) (?:all )?(?:of )?(?:everything|(?:my|our|all|the|this) (?:own |personal )?(?:data|info(?:rmation)?|chat|conversation|history)).{0,16}|i(?:'d like| want) (?:you )?to (?:delete|erase|remove) (?:my|our|all) (?:data|info(?:rmation)?).{0,16}"
)
# A mark on the list or the notices can be taken off without everything else.
_ONE_THING = re.compile(
    r"印|しるし|マーク|チェック|お?知らせ|おしらせ|通知|メール|連絡先|宛先|会話だけ|\bmark|\btick|notices?|e-?mail|\bonly\b"
)
_SKIPS_CHECK = re.compile(
    r"(?:チェック|確認|診断)(?:は|を)?(?:飛ば|とば|スキップ|省い|なしで|抜きで|しないで).{0,12}(?:準備|じゅんび|申請|届|申し込)|(?:skip|without) (?:the )?(?:eligibility )?check.{0,40}(?:prepar|start|appl|fil)"
)
_NO_NOTICES = re.compile(
    r"(?:メール|アドレス|連絡先|お?知らせ|通知).{0,8}(?:消し|けし|削除)|(?:remove|delete|erase|forget) (?:my |our |the )?(?:e-?mail|mail|address|notices?|contact)|(?:お?知らせ|おしらせ|通知|メール|連絡).{0,8}(?:止め|やめ|要らな|いらな|不要)|(?:stop|no more) (?:the )?(?:notices|e-?mails?)"
)


_HOW_IT_STANDS = re.compile(
    r"(?:昨日|きのう|先週|この前|このまえ|先日|わたしたちの|私たちの|うちの).{0,8}(?:準備|じゅんび|記録|申し込み|もうしこみ|申請|届).{0,8}(?:どうな(?:っ|り)|どこまで|状況|進み)|(?:準備|じゅんび|記録|申し込み)(?:は|って|の状況は)?どうな(?:っ|り)|(?:準備|記録)の?状況を(?:開|見|知り)|準備を(?:取り?下げ|とりさげ|やめ).{0,12}(?:状況|開い)|(?:status|state) of (?:our|my) (?:application|preparation|record)|(?:preparation|application|record) (?:yesterday|last week|the other day).{0,24}(?:status|stand|going)|withdraw (?:our|my) (?:application|preparation)"
)


def asks_how_it_stands(u: Understanding) -> bool:
    """Whether somebody asks for the record they have with us, in words that cannot mean Tokyo's own processing."""
    return bool(_HOW_IT_STANDS.search(u.plain))


def named(u: Understanding) -> str | None:
    """Which of them a message asks for."""
    return next((name for name, words in COMMANDS.items() if words.search(u.plain) and _meant(name, u)), None)


def _meant(name: str, u: Understanding) -> bool:
    return name != "filed" or not _NOT_FILED.search(u.plain)


def skips_check(u: Understanding) -> bool:
    """Whether the preparation is wanted without the check of conditions before it."""
    return bool(_SKIPS_CHECK.search(u.plain)) and not replies.questions(u)


def erases(u: Understanding) -> bool:
    """Whether everything is to be erased, rather than a paper's mark or an address."""
    if _ONE_THING.search(u.plain) or papers_named.names_one(u):
        return False
    return u.sure("erase_my_data", 0.7) or bool(_ERASURE.fullmatch(u.plain.rstrip("。.!? ")))


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
