"""What people ask to be done with a record, by the words they use for it; patterns of a normalised message."""

from __future__ import annotations

import re
from collections.abc import Mapping

from bot.dialogue import papers_named, replies
from bot.dialogue.understanding import Understanding

_PIN = r"(?:暗証番号|あんしょうばんごう|ピン|(?<![a-z])pin(?![a-z])|passcode)"
_RECEIPT = r"(?:(?:受付|うけつけ)(?:番号|ばんごう|no\.?)|(?<![a-z])receipt(?! and)(?: number| no\.?)?)"
_FORGOT = r"(?:忘れ|わすれ|なくし|無くし|失くし|紛失|分か(?:ら|り)(?!まし)|わか(?:ら|り)(?!まし)|覚えて(?:い)?な|思い出せ|見つから|みつから|\blos(?:t|e|ing)|misplace|forg[eo]t|don'?t (?:know|remember|have)|can(?:'?t|not) (?:find|remember))"
_LOST_PIN = re.compile(
    rf"{_PIN}.{{0,12}}{_FORGOT}|{_FORGOT}.{{0,16}}{_PIN}|{_PIN}(?:を|は|って)?(?:もう一[度回])?(?:教え|おしえ|見せ|みせ|(?:何|なん)(?:だっけ|でしたっけ|だった|でした|番))|(?:what(?:'s| was| is)|tell me|show me|see) (?:my|our|the) {_PIN}"
)
# A number is named without saying which: of those of ours only the receipt is kept by people as "the number".
_LOST_NUMBER = re.compile(
    r"^(?:もし)?(?:その|この|控えた|ひかえた|書いた|もらった|tp(?:-|ー)?(?:で|から)(?:始|はじ)まる)*(?:番号|ばんごう)(?:って|を|が|は|も)?(?:忘れ|わすれ|なくし|無くし|失くし|紛失|覚えて(?:い)?な|おぼえて(?:い)?な|分から|わから|思い出せ|見つから|みつから).{0,20}$"
    r"|^(?:what (?:can|should|do|happens)?.{0,16}?(?:if|when) )?(?:i|we)(?:'ve| have)? (?:lost|lose|misplaced?|forg[eo]t(?:ten)?|can(?:'?t|not) (?:find|remember)) (?:the|my|our) numbers?(?: you gave (?:me|us))?(?:$|[,.!?] ?.{0,24}$)"
)
_OTHER_RECEIPT = re.compile(
    rf"{_RECEIPT}(?:から|を|が|は)?(?:もう一[度回])?(?:入れ|いれ|打ち|書き|かき|送り|おくり|やり)?(?:直|なお|間違|まちが|違[うっいえ]|ちが)|別の{_RECEIPT}|(?:enter|type|give|send|use) (?:the |a |my |our )?(?:other |another |different )?{_RECEIPT}(?: again)?$|(?:another|different|wrong) {_RECEIPT}"
)
_FORGOTTEN = re.compile(
    r"忘れ|わすれ|なくし|無くし|失くし|紛失|覚えて(?:い)?な|おぼえて(?:い)?な|思い出せ|おもいだせ|\blost|forg[eo]t|can'?t remember"
)
_NO_RECORD = re.compile(
    r"記録(?:は|が)?(?:まだ)?(?:ない|ありません|作って(?:い)?な)|きろくは?(?:ない|ありません)|まだ(?:何も|なにも)?(?:始め|はじめ)て(?:い)?(?:ない|ません)|no record|haven'?t (?:started|got one)|don'?t have one"
)
_BEGINS = re.compile(
    r"(?:新しく|あたらしく|一から|いちから|最初から|これから)(?:準備を)?(?:始め|はじめ|作り|つくり)|start (?:a new|anew|afresh)|start (?:the |our |a )?(?:preparation|application)"
)
_ANOTHERS_PIN = re.compile(r"マイナ|カード|スマホ|携帯|けいたい|銀行|ぎんこう|my number|\bcard|\bphone|\bbank")
_LOST_RECEIPT = re.compile(
    rf"{_RECEIPT}(?:なんて|とか|は|が|を|も)?(?:持って|もって)(?:い)?(?:ない|なくて|ません)|{_RECEIPT}(?:なんて|とか|は|が|も)?(?:ない|ありません|無い)(?:です|よ|んです)?[。!]*$|{_RECEIPT}.{{0,12}}(?:{_FORGOT}|(?:何|なん)(?:だっけ|でしたっけ|だった|でした|番)|教え|おしえ|もう一[度回])|(?:what(?:'s| was| is)|tell me|show me|{_FORGOT}).{{0,16}}{_RECEIPT}"
)
COMMANDS: Mapping[str, re.Pattern[str]] = {
    "unlink": re.compile(
        r"(?:つなぐ|つながり|連携|リンク)(?:の)?(?:を|は)?(?:やめ|切|解除|外|はず)|(?:つなが|つなげ)ない(?:で|よう)|(?:連携|リンク)しないで|\bunlink|\bdisconnect|\b(?:forget|end|cut|remove|stop) (?:the |this )?link"
    ),
    "link": re.compile(
        r"(?:この(?:会話|かいわ|チャット|line|トーク)と?(?:に)?)?(?:つない|つなぐ|つなげ|連携し|リンクし)(?:$|で|て|たい|る|ます)|\blink (?:this|the|my) (?:chat|conversation)"
    ),
    "new_pin": re.compile(
        r"(?:暗証番号|あんしょうばんごう|(?<![a-z])pin(?![a-z])).{0,6}(?:変え|変更|新しく|作り直|再発行|かえ)|(?:新しい)(?:暗証番号|pin)|(?:new|change (?:the|my|our)) pin"
    ),
    "filed": re.compile(
        r"(?:届け?出|申請|提出)(?:を|が|は)?(?:し(?:まし)?た(?![いらがくり])|(?:し)?(?:終わ|おわ)(?:りました|った)|済み|完了|出しました)|届け出?(?:た(?![いらがくり])|ました)|出しました|とどけ(?:で)?ました|だしました|\b(?:we|i)(?:'ve| have)? (?:now |just |already )*(?:filed|submitted)"
    ),
    "withdraw": re.compile(
        r"(?:準備|申請|申し込み|記録|これ|届出)?(?:を|は)?(?:取り?下げ|とりさげ)(?!方)|(?:準備|じゅんび|申請|申し込み)をやめ(?:たい|ます|る)|\bwithdraw|\bcancel (?:our|my|the) (?:application|preparation)"
    ),
    "contact": re.compile(
        r"(?:連絡先|お?知らせ(?:先)?|おしらせ|メール(?:アドレス)?|通知)(?:を|の|は)?.{0,6}(?:変え|変更|かえ|止め|やめ|消|要らな|いらな|登録|直)|change (?:the |my |our )?(?:contact|notices?|e-?mail)|stop (?:the )?notices"
    ),
    "wishes": re.compile(
        r"(?:希望|きぼう|内容|予定|よてい|時期|通称|子ども?の名前|つながり)(?:を|の|は|も)?.{0,8}(?:変え|変更|かえ|直|修正|載せた[いく]|書きた[いく]|入れた[いく]|外した[いく])|(?:届け?出(?:る|の)|とどけ(?:で)?る|出す)(?:日|ひ|時期|予定|月)(?:にち|程)?(?:を|は).{0,12}(?:に(?:し|変|かえ)|変え|かえ|ずら|延ば|のば|早め)|change (?:our|my|the) (?:wishes|plans?|details|date|month)|(?:[0-9]+月|[0-9]+日|来月|らいげつ|来週|来年|今月).{0,8}に(?:届け?出(?:る|を出す|をする)?|出す)(?:こと|予定|つもり)(?:に(?:し|変)|です|$)|(?:予定(?:日|の日|の月)?|届け?出(?:る)?(?:日|予定日|の日)|届け?出る月)は.{0,4}(?:[0-9]+月|[0-9]+日|来月|らいげつ|来年|今月).{0,8}(?:で(?:お願い|す|$)|に(?:し|決|変)|$)"
    ),
    "tick": re.compile(r"^(?:書類|しょるい)(?:を|が|は)?(?:用意|準備|そろ|揃|取|あり)|have a paper|papers? (?:is |are )?ready"),
    "view": re.compile(r"^(?:今の|いまの)?(?:状況|じょうきょう|進捗|しんちょく|ステータス|進み具合)(?:は|を)?(?:どう(?:です|なって(?:い)?ます)?か?|教えて(?:ください)?|おしえて(?:ください)?|見せて|見たい)?[?]?$|(?:なに|何)か(?:進展|変化|動き)|^any (?:news|progress|updates?)\b|^status[?]?$|^(?:how far|what's the status)|(?:残り|あと|まだ|足りない|必要な|のこり|たりない).{0,8}(?:書類|しょるい)|what(?:'s| is) (?:missing|left)|papers? (?:left|missing)|^how(?:'s| is| are) (?:it|things|everything|we) (?:going|doing)|^どうな(?:っ(?:た|てる|ています)|りました)"),
}  # fmt: skip
_NOTED = re.compile(
    r"^新しい(?:暗証)?番号を?(?:書き留め|書き|控え|メモし)(?:まし)?た|^i(?:'ve| have)? (?:noted|written down) the new (?:number|pin)"
)
_LINK = r"(?:リンク|りんく|url|ページ|ぺーじ|(?<!un)(?<![a-z])link|\bpage\b)"
_LINK_AGAIN = re.compile(
    rf"{_LINK}(?:先)?(?:って|が|は|を|も|の|に)?.{{0,10}}(?:(?:開|ひら)(?:け|か|き)(?:な|ま?せん)|(?:開|ひら)けず|(?:切れ|きれ)(?:て|た|まし)|期限|きげん|無効|むこう|使え(?:な|ま?せん)|つかえ(?:な|ま?せん)|見(?:られ|れ)(?:な|ま?せん)|みられ(?:な|ま?せん)|過ぎ|すぎ|もう(?:一|1|いち)[度回ど]|再(?:送|発行|度)|送り直|おくりなお|出し直|だしなお|エラー|消え|きえ|閉じ|とじ)"
    rf"|(?:もう(?:一|1|いち)[度回ど]|新しい|あたらしい|別の|再度).{{0,6}}{_LINK}|^{_LINK}(?:を)?(?:ください|下さい|ちょうだい|お願いします|おねがいします)[。!]*$"
    r"|(?<![a-z])(?:links?|page|url)\b.{0,24}(?:expire|no longer|does ?n.?t (?:work|open)|did ?n.?t (?:work|open)|wo ?n.?t (?:work|open)|not (?:work|open)|is (?:dead|invalid|gone|over|broken)|ran out|has run out|timed out|again)"
    r"|(?:can.?t|can ?not|could ?n.?t|unable to|did ?n.?t|not able to) (?:open|see|use|get|reach).{0,12}(?:link|page|url)\b|(?:new|another|fresh|resend|send).{0,10}(?:link|url)\b"
)
_NOT_OUR_LINK = re.compile(
    r"東京都|とうきょうと|都の|公式|市の|区の|区役所|市役所|システム|ホームページ|サイト|動画|tokyo|official|website"
)
_NOTED_ALONE = re.compile(
    r"(?:はい、?|ok、?|了解、?)?(?:ちゃんと|もう|いま|今)?(?:番号|ばんごう|メモ)?(?:を|に)?(?:書き?留め|かきとめ|書き?とめ|控え|ひかえ|書き|かき|メモし|めもし|保存し|ほぞんし|記録し)(?:まし)?た(?:よ|ので大丈夫(?:です)?)?[。.!！ ]*"
    r"|(?:(?:yes|ok|okay),? ?)?(?:i(?:'ve| have)? )?(?:just )?(?:noted|wrote|written|saved)(?: (?:it|that|the number|the pin))?(?: down)?[.! ]*"
)
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


# What is read off an open record: what is left of its papers, what was told, and whether Tokyo has accepted it.
_READS = re.compile(
    r"^(?:で|じゃあ?|では|それで)?、?(?:残り|のこり)(?:は|って|の(?:書類|しょるい|もの)(?:は|って)?)?(?:(?:何|なに|なん|どれ)(?!日|分|か月|ヶ月|年|人|回|週)|ある|あり|[?]|$)|(?:^|書類|しょるい|、)(?:は)?(?:あと|まだ)(?:は)?(?:何|なに|どれ|どの書類)(?:の書類)?(?:が|を|か)?(?:いる|要る|いり|要り|必要|ひつよう|足り|たり|残|のこ|そろえ|用意|あれば|[?]|$|です|でしょう)|(?:足り(?:て(?:い)?)?ない|たりない|残って(?:い)?る|のこって(?:い)?る|そろって(?:い)?ない)(?:の|もの|書類|しょるい)(?:は|って)|(?:which|what|any|how many) (?:of )?(?:the |our |my )?(?:papers?|documents?|docs)\b.{0,20}\b(?:missing|left|remain\w*|outstanding|to go|still need(?:ed)?)|what(?:'s| is| else is) (?:still )?(?:missing|left|outstanding)|what (?:else )?(?:do we|are we|do i|am i) (?:still )?(?:need|missing)|(?:登録|記録|準備)(?:した|して(?:い)?る|して(?:い)?た|の|してある)?(?:内容|もの|こと|情報)?(?:を|は|が)(?:見せ|みせ|見たい|みたい|見られ|確認し(?:たい|て)|かくにんし)|(?:お?知らせ(?:先)?|おしらせ(?:さき)?|連絡先|通知先|予定(?:日)?|よてい|届け?出(?:る)?(?:日|予定)|希望|きぼう)(?:は|って)(?:今|いま)?(?:何|なに|なん|どう|どこ|いつ)(?:に|って|と)?(?:な(?:って|り)|して|登録|だっけ|でしたっけ|だった|でした|にした|[?]?$)|(?:show|see) (?:me )?(?:what (?:we|i) (?:registered|told you|entered)|(?:our|my) (?:record|details|wishes))|what(?:'s| is| are) (?:our|my) (?:contact|planned date|plans?|wishes|details)|where do (?:the|our|my) notices go"
)
_ACCEPTED = re.compile(
    r"^(?:もう|ちゃんと|無事に?)?(?:届け?出|申請|わたしたちの届け?出|私たちの届け?出)?(?:は|って|が)?(?:もう|ちゃんと|無事に?)?(?:受理|じゅり|承認)(?:は)?(?:され|し(?:てもらえ)?)(?:た|ました|て(?:い)?(?:る|ます))(?:か|の|んですか|かな|[?])|(?:has|have|is|was) (?:it|our \w+|my \w+|we) (?:been )?(?:accepted|approved)"
)
_HOW_IT_STANDS = re.compile(
    r"^(?:いま|今)(?:は)?[ 　]?どうな(?:っ|り)|(?:昨日|きのう|先週|この前|このまえ|先日|前に|まえに|さっき|以前).{0,4}(?:準備|じゅんび)(?:を)?(?:した|して).{0,10}(?:見(?:られ|れ|たい|せ)|みられ|みたい|みせ|開(?:け|き)|続き|つづき)|(?:昨日|きのう|先週|この前|このまえ|先日).{0,4}(?:準備|じゅんび).{0,14}(?:続き|つづき)|準備(?:した記録)?の(?:様子|ようす|進み具合|その後)(?:を|が|は)|(?:昨日|きのう|先週|この前|このまえ|先日|わたしたちの|私たちの|うちの).{0,8}(?:準備|じゅんび|記録|申し込み|もうしこみ|申請|届).{0,8}(?:どうな(?:っ|り)|どこまで|状況|進み)|(?:準備|じゅんび|記録|申し込み)(?:は|って|の状況は)?どうな(?:っ|り)|(?:準備|記録)の?状況を(?:開|見|知り)|準備を(?:取り?下げ|とりさげ|やめ).{0,12}(?:状況|開い)|(?:status|state) of (?:our|my) (?:application|preparation|record)|(?:preparation|application|record) (?:yesterday|last week|the other day).{0,24}(?:status|stand|going)|withdraw (?:our|my) (?:application|preparation)"
)

# What can only be meant of a record that is to be opened first, with how that is put (`leads` of application_talk.yml).
_OF_A_RECORD = {
    "open_first": re.compile(
        r"(?<!予約の)(?:予定|よてい|時期|じき|希望|きぼう|(?:届け?出(?:る|の)?|とどけ(?:で)?る?|出す|だす)(?:の)?(?:日(?:にち|程)?|ひ|月))(?:を|は).{0,10}?(?:変え|変更し|かえ|ずらし|延ばし|のばし|早め)(?:たい|ます|て|よう)|(?:change|move|postpone) (?:our|my|the) (?:wishes|(?:planned|filing) (?:date|month)|plans? (?:to|for)\b|filing to\b)"
    ),
    "withdraw_first": re.compile(
        r"^(?:もう)?(?:やっぱり)?(?:この|ここの|私たちの)?(?:準備|じゅんび|記録|申請|申し込み|もうしこみ)?(?:を|は)?(?:取り?下げ|とりさげ)(?:たい|ます|る)?(?:です|んです)?[。!]*$|(?:準備|じゅんび|申請|申し込み|もうしこみ)(?:を|は)(?:もう)?(?:やめ|とりやめ|取りやめ|キャンセルし|中止し)(?:たい|ます|る)(?!前|とき|時|場合|なら|か)|^(?:we|i)(?:'d| would)? (?:want|like) to (?:withdraw|cancel) (?:our|my|the) (?:preparation|application)"
    ),
}


_OF_THE_CHECK = re.compile(r"質問|しつもん|確認|かくにん|チェック|\bquestions?\b|\bcheck")


def needs_record(u: Understanding) -> str | None:
    """The words by which somebody is asked to open the record that is plainly meant; None when none is."""
    if "?" in u.plain or replies.questions(u):
        return None
    if papers_named.all_there(u):
        return "papers_first"
    return next((lead for lead, words in _OF_A_RECORD.items() if words.search(u.plain)), None)


def asks_how_it_stands(u: Understanding) -> bool:
    """Whether somebody asks for the record they have with us, in words that cannot mean Tokyo's own processing."""
    return bool(_HOW_IT_STANDS.search(u.plain))


def asks_in_a_check(u: Understanding) -> bool:
    """Whether somebody asks for their record, though a check is asking its questions."""
    if _OF_THE_CHECK.search(u.plain):
        return False
    asks = replies.questions(u) or "?" in u.plain or named(u) == "view"
    return asks_how_it_stands(u) or asks and u.sure("check_application_status", 0.7)


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
    if _ONE_THING.search(u.plain) or papers_named.names_one(u) or replies.lets_be(u):
        return False  # 「データを消さないで」
    return u.sure("erase_my_data", 0.7) or says_erase(u.plain)


def says_erase(plain: str) -> bool:
    """Whether the words alone, as `for_features` leaves them, ask to erase."""
    return bool(_ERASURE.fullmatch(plain.rstrip("。.!? ")))


def names_a_pin(u: Understanding) -> bool:
    """Whether it says that a number is a PIN."""
    return bool(re.search(_PIN, u.plain))


def reads(u: Understanding) -> bool:
    """Whether something is asked that the open record tells."""
    return bool(_READS.search(u.plain)) or accepted(u)


def accepted(u: Understanding) -> bool:
    """Whether it is asked if the filing was accepted, which Tokyo alone can tell."""
    return bool(_ACCEPTED.search(u.plain))


def lost_number(u: Understanding) -> bool:
    """Whether "the number" is lost, without saying which."""
    return bool(_LOST_NUMBER.search(u.plain))


def of_a_record(u: Understanding) -> bool:
    """Whether it can only be meant of the record, though a check is asking its questions."""
    if _OF_THE_CHECK.search(u.plain):
        return False
    name = named(u)
    plain_order = name in ("link", "unlink", "withdraw", "contact", "new_pin") and not replies.questions(u)
    return name == "view" or plain_order or wants_no_notices(u)


def other_receipt(u: Understanding) -> bool:
    """Whether the receipt is to be given once more, before the PIN."""
    return bool(_OTHER_RECEIPT.search(u.plain)) and not replies.questions(u)


def lost_pin(u: Understanding) -> bool:
    """Whether the PIN is lost or to be told; that of a card or a phone is not ours."""
    return bool(_LOST_PIN.search(u.plain)) and not _ANOTHERS_PIN.search(u.plain)


def forgotten(u: Understanding) -> bool:
    """Whether what was just asked for is lost: 「古いのを忘れた」."""
    return bool(_FORGOTTEN.search(u.plain)) and not lost_receipt(u)


def has_no_record(u: Understanding) -> bool:
    """Whether there is none to be opened yet."""
    return bool(_NO_RECORD.search(u.plain))


def begins(u: Understanding) -> bool:
    """Whether a new preparation is wanted, though another question waits."""
    return u.sure("start_application", 0.9) or bool(_BEGINS.search(u.plain)) and not replies.questions(u)


def lost_receipt(u: Understanding) -> bool:
    """Whether the receipt number is asked for again."""
    return bool(_LOST_RECEIPT.search(u.plain))


def noted_pin(u: Understanding, *, shown: bool = False) -> bool:
    """Whether a new PIN is said to be written down; while one was just shown, also in words that do not name it."""
    return bool(_NOTED.search(u.plain) or shown and _NOTED_ALONE.fullmatch(u.plain))


def link_again(u: Understanding) -> bool:
    """Whether a link of ours could not be opened, or is wanted once more."""
    return bool(_LINK_AGAIN.search(u.plain)) and not (_NOT_OUR_LINK.search(u.plain) or COMMANDS["link"].search(u.plain))


def wants_new_pin(u: Understanding) -> bool:
    """Whether another PIN is wanted, not asked about."""
    return bool(COMMANDS["new_pin"].search(u.plain)) and not replies.questions(u)


def wants_no_notices(u: Understanding) -> bool:
    """Whether notices are to stop."""
    return bool(_NO_NOTICES.search(u.plain))
