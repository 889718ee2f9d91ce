"""Danger first: help at once for who is in need, and nothing cold to who was a moment ago."""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.dialogue import bereaved, commands, replies
from bot.dialogue import situation as reading
from bot.dialogue.moment import Moment
from bot.dialogue.speaking import Spec
from bot.dialogue.turn import Turn, entry, say

_CRISES = ("faq/crisis", "faq/support_crisis")
_LIFE_AT_STAKE = ("crisis_suicide", "crisis_medical_emergency")
_NO_QUESTION = ("crisis", "support_crisis", "smalltalk", "abuse", "oos")
LINES_WITHOUT_A_CALL = ("support_tokyo_lgbt_line", "support_tsunaniji")
_STAYS_CALM = (
    "smalltalk_thanks",
    "smalltalk_goodbye",
    "smalltalk_greeting",
    "smalltalk_acknowledge",
    "smalltalk_languages",
)
_COMMANDS = ("change_language", "erase_my_data", "stop", "show_menu", "start_over", "repeat", "ask_source")
_EMPLOYER = re.compile(
    r"人事|総務|(?:社員|職員|従業員|部下|スタッフ)(?:が|から|の|を)|\bhr\b|our (?:employee|staff)|employer"
)
_SELF = re.compile(
    r"自分|わたし|私|僕|俺|親が|こわい|怖い|つらい|辛い|\bi hate (?:being|myself)|\bi'?m (?:disgusting|worthless)|ashamed"
)
_OTHERS = re.compile(r"お前|おまえ|あんた|\byou\b|きもい|キモい")
SURELY_BEREAVED = 0.85  # above it the reader is believed without a word of loss: cold to the bereaved is worse
LOSS = re.compile(
    r"亡(?:く|き)|失|この世|旅立|息を引き取|看取|帰らぬ|命日|法事|通夜|なくな(?:り|っ)|なくし|死|しにま|しんだ|しんで|他界|見送|葬|喪|お悔やみ|逝|いなくな|先立|遺(?:族|骨|影)|天国|四十九日|\b(?:passed|died|die|dies|death|dead|lost|loss|gone|funeral|widow\w*|bereave\w*|grie\w+|late)\b"
)
_LONG_AGO = re.compile(
    r"(?:\d+|[一二三四五六七八九十]+|何)年(?:前|に|が|たち|経|も|、|。)|(?:19\d\d|20[01]\d|202[0-4])年|years? (?:ago|now|since)|long ago|\b(?:in|since) (?:19\d\d|20[01]\d|202[0-4])\b"
)
_MAY_WE = re.compile(
    r"資格|申(?:請|し込|込)|届け?出|届け(?:ら|る|たい|て|でも)|登録|宣誓|対象|出せ|いけ(?:る|ます)|受け(?:付け|つけ)|認め|使え|構わ|かまわ|accepted|allowed|(?:can|could|may) (?:we|i)\b|qualify|eligible|apply|register|take the oath|count"
)
_ASKS_OF_FILING = re.compile(
    r"(?:届け?出|申請|登録|宣誓|証明書).{0,20}(?:ばれ|バレ|知られ|連絡|通知).{0,14}(?:[?？]|か$|か[。、]|かな|ません)|(?:fil|apply|regist|certificate).{0,40}(?:find out|know|notified|told|contact)"
)
_ASKS_PLAINLY = 0.85
# Before these weeks: of a death without a day, or of these days, the certificate can wait, whatever is asked of it.
_A_WHILE_AGO = re.compile(
    r"去年|昨年|おととし|一昨年|先々月|先月|半年|[0-9一二三四五六七八九十数]+(?:か月|ヶ月|カ月)|[0-9]+月に|春|夏|秋|冬|"
    r"\b(?:in|last|this|since) (?:jan\w*|feb\w*|march|april|may|june|july|aug\w*|sep\w*|oct\w*|nov\w*|dec\w*|month|year|spring|summer|autumn|fall|winter)\b|months? ago"
)
_WHETHER_KNOWN = re.compile(
    r"(?:ばれ|バレ|知られ|伝わっ?|もれ|漏れ)(?:たり|る(?:こと|心配|おそれ)?(?:は|って|とか)?)?(?:し(?:ない|ません)|ない|ありません|ません|ある|あります)(?:か|よね|かな|の|です)*[?？。]*$|"
    r"\b(?:will|would|could|can) (?:my|our|the|anyone|any ?one|they|people)\b[^.?]{0,30}\b(?:find out|know|hear|be told|see)\b[^.]{0,30}\?$"
)
_OF_THEIR_CHILD = re.compile(
    r"(?:息子|娘|むすこ|むすめ|子ども|こども|子供|うちの子|孫|甥|姪|生徒)|\bmy (?:\w+ ){0,2}(?:son|daughter|child|kid|grandson|granddaughter|student)\b"
)
_WHO_LOVES = re.compile(
    r"ゲイ|レズ|バイセク|トランス|同性|性別|lgbt|カミングアウト|打ち明け|(?:女|男|おんな|おとこ)(?:の子|の人|子|性)?(?:が|を)\s?(?:好き|すき)|\b(?:gay|lesbian|bi|trans\w*|queer|came out|(?:likes|into) (?:girls|boys|women|men))\b"
)
_WHERE_TO_TALK = re.compile(
    r"相談|そうだん|話を聞|(?:誰|だれ|どこ)に\s?(?:話|はな|聞|きい|きけ)|\b(?:talk to|advice|support|help(?: ?line)?)\b"
)
_THREATENED = re.compile(
    r"ばら(?:す|し|さ)|バラ(?:す|し|さ)|脅|おど(?:さ|し)|言われ|言いふら|された|暴露|こわい|怖い|\b(?:threat\w*|outed|blackmail\w*|told (?:everyone|them|people)|scared|afraid|terrified)\b"
)
_PAPERS_OF_THE_DEAD = re.compile(r"証明書|手続|届|返|certificate|procedure|notify")
_NOT_OF_THE_PAPERS = ("limits", "alternatives", "coverage", "support")
_NUMBER = re.compile(r"番号|ばんごう|電話|でんわ|number|phone|call")
_HOURS_OR_NUMBER = re.compile(
    r"何曜日|なんようび|曜日|何時|なんじ|時間|番号|ばんごう|電話|でんわ|what (?:days?|time)|which days?|when|hours|number|phone"
)
_OFFICE = re.compile(r"都庁|人権部|役所|窓口|制度|office|division|tokyo")
CANNOT_CALL = re.compile(
    r"電話(?:を)?(?:する|かける)?勇気[^。]{0,4}(?:な(?:い|く)|ません)|電話.{0,6}(?:無理|むり|でき|怖|こわ|苦手|嫌|いや|かけられ(?:な|ま?せん|ず)|聞かれ|したくな)|聞かれる|声(?:が|を)?出せ|(?:can'?t|cannot|don'?t want to|afraid to|not able to|hard to) (?:call|phone|talk|speak)|no phone|(?:will|might|can) hear"
)


_IF_ONE_DIES = re.compile(
    r"(?:私|わたし|俺|おれ|僕|ぼく|自分|どちらか|どっちか|片方|彼|彼女|相手|パートナー)(?:が|に)(?:もし|先に|さきに|急に)?(?:死ん|亡くなっ|しん|なくなっ)(?:だら|たら|だとき|たとき|だ時|た時|だ後|た後|だあと|たあと)[^。]{0,16}?"
    r"(?:家|いえ|部屋|マンション|財産|貯金|預金|口座|お金|遺産|相続)|"
    r"\b(?:what happens to|who gets|can (?:he|she|they|i) (?:keep|inherit|get)|inherit)\b.{0,40}\b(?:if|when|once) (?:i|he|she|one of us|my (?:partner|girlfriend|boyfriend)) (?:dies?|pass(?:es)? away)"
)
# Whoever thinks of it as a way out is never told about inheritance.
_WAY_OUT = re.compile(
    r"楽|らく|つら|辛|しんど|苦し|消え|きえ|疲れ|つかれ|たくな|もう|無理|嫌|いや|怖|たい気|tired|anymore|end it|better off|can'?t"
)


def what_is_left(moment: Moment) -> bool:
    """「俺が死んだら彼に家いくの?」: a question about inheritance, and neither danger nor grief."""
    u = moment.u
    asks = _IF_ONE_DIES.search(u.plain) and not _WAY_OUT.search(u.plain)
    return (
        bool(asks)
        and not u.crisis
        and not u.sure("faq/crisis_suicide")
        and u.top[0].startswith((*_CRISES, "faq/changes"))
    )


def help_first(moment: Moment) -> Turn | None:
    """A crisis is answered whatever else was said; who cannot phone after one gets lines that need no voice."""
    if what_is_left(moment):
        return moment.turn(entry("limits_inheritance"))
    if of_their_child(moment):
        return moment.turn(entry("support_tokyo_lgbt_phone"))
    after = _after_crisis(moment)
    cannot_call = CANNOT_CALL.search(moment.u.plain) and moment.u.crisis != "crisis_suicide"
    specs = (after if after and cannot_call else _crisis(moment)) or after
    return moment.turn(*specs) if specs else None


_HARDSHIP = re.compile(
    r"大変(?:な(?:こと|思い|時)|だった|でした)|たいへん(?:な|でした|だった)|つら(?:い|かった|く)|辛(?:い|かった|く)|苦し(?:い|かった|く)|苦労|しんど(?:い|かった)|泣(?:い|かれ|きました)|悲し|"
    r"\b(?:was|is|been|so|very|too) (?:hard|tough|difficult|painful|rough)\b|\b(?:sad|struggl\w+|suffer\w*|cried)\b"
)
_CHEERFUL = ("faq/smalltalk_good_news", "faq/smalltalk_praise", "faq/smalltalk_thanks", "feedback_positive")
_RELIEVED = re.compile(r"でも|けど|けれど|乗り越え|おかげ|助かり|\bbut\b|thanks to|thank you|ありがと")


def of_their_child(moment: Moment) -> bool:
    """「高校生の娘が女の子を好きらしくて、誰に相談したらいいか」: no danger, and a line that parents may call."""
    plain = moment.u.plain
    told = _OF_THEIR_CHILD.search(plain) and _WHO_LOVES.search(plain) and _WHERE_TO_TALK.search(plain)
    return bool(told) and not moment.u.crisis and not _THREATENED.search(plain)


def hardship(moment: Moment) -> Turn | None:
    """Nobody who tells of hard times is congratulated, whatever else their words sound like."""
    u = moment.u
    if moment.checking or not u.top[0].startswith(_CHEERFUL):
        return None
    if not _HARDSHIP.search(u.plain) or _RELIEVED.search(u.plain):
        return None
    return moment.turn(say("hardship", kind="smalltalk", topic="smalltalk"))


_BEING_KNOWN = re.compile(
    r"(?:ばれ|バレ|知られ|気づかれ|見られ)(?:たら|たく|る(?:の|と|か)|ない(?:か|です)|ちゃ)|(?:scared|afraid|worried|terrified|don'?t want)\b[^.]{0,30}\b(?:find(?:s|ing)? out|know|see|told|outed)|\bfind out (?:i'?m|i am|about (?:me|us))"
)


def fears_being_known(moment: Moment) -> bool:
    """「ゲイだとバレたら困る」 said in the middle of a check: a fear, and no answer to what was asked."""
    return bool(_BEING_KNOWN.search(moment.u.plain))


def _crisis(moment: Moment) -> list[Spec]:
    """Danger, outing, violence, bereavement: the line at once; a question asked in the same breath is answered after."""
    u = moment.u
    if moment.memory.pending and replies.lets_be(u):
        return []  # 「消さなくていいです」 answers our question whether to erase
    label, p = u.top
    name = label.removeprefix("faq/")
    by_model = label.startswith(_CRISES) and (p >= 0.5 or u.mass(*_CRISES) > 0.55)
    if moment.checking and u.says("about") == "case":
        by_model = by_model and p > 0.9  # an answer to our question, unless the model is very sure
    if by_model and name == "crisis_bereavement" and p < SURELY_BEREAVED and not u.crisis and not LOSS.search(u.plain):
        return []  # 「先月そろって四十になりました」 must never be answered with condolences

    if not u.crisis and p < 0.9 and moment.access.get("grant") and commands.named(u):
        return []  # 「もうつながないで」, said of the record that is open
    if _asks_of_a_new_life(moment) or (not u.crisis and (not by_model or _describes_calmly(moment))):
        return []
    chosen = u.crisis or name
    if chosen == "crisis_outing" and _WHETHER_KNOWN.search(u.plain) and not _THREATENED.search(u.plain):
        return [entry("application_privacy")]  # 「会社にバレたりしない?」: asked before anything has happened
    if chosen == "crisis_bereavement" and bereaved.starts_anew(u.plain):
        return [entry(chosen), entry("changes_death")]  # nothing is confirmed of a new partnership after a death
    some_time_ago = _A_WHILE_AGO.search(u.plain) or _LONG_AGO.search(u.plain)
    if chosen == "crisis_bereavement" and u.sure("faq/changes_death", _ASKS_PLAINLY) and some_time_ago:
        return [entry("changes_death")]  # they ask what to file, and its answer begins with a word of sympathy
    if u.crisis and u.crisis not in _LIFE_AT_STAKE:
        if not by_model and p > 0.6 and not label.startswith("faq/support"):
            if u.crisis == "support_crisis":
                return []
            if label.startswith("faq/") and moment.kind_of(name) in ("answer", "refuse"):
                return [entry(u.crisis), entry(name)]
        if by_model and label.startswith("faq/crisis") and u.crisis == "support_crisis":
            chosen = name
    if chosen == "crisis_outing" and not u.crisis and _ASKS_OF_FILING.search(u.plain):
        return [entry("application_privacy")]  # 「届出すると職場にばれたりしません？」
    if chosen in ("crisis_outing", "crisis_harassment") and _EMPLOYER.search(u.plain):
        return [entry(chosen), entry("support_tokyo_lgbt_business")]
    likely = (need.removeprefix("faq/") for need, q in u.ranking if q > 0.3 and need.startswith("faq/"))
    asked = next((i for i in likely if not i.startswith(_NO_QUESTION)), None)
    return [entry(chosen), entry(asked)] if asked else [entry(chosen)]


def _asks_of_a_new_life(moment: Moment) -> bool:
    """「夫を亡くして十二年、いまは女性のパートナーと」: a loss of the past, told by someone who asks whether they may file now."""
    plain, heard = moment.u.plain, moment.u.crisis or moment.u.top[0].removeprefix("faq/")
    return heard == "crisis_bereavement" and bool(_LONG_AGO.search(plain) and _MAY_WE.search(plain))


def _describes_calmly(moment: Moment) -> bool:
    """Tells a calm description of one's circumstances from a cry for help that only the model heard."""
    stated = reading.read(moment.u, moment.today)
    if moment.u.top[1] < 0.9 and moment.u.says("about", 0.95) == "case":
        return True
    return moment.u.top[1] < 0.8 and bool(len(stated) >= 2 or stated.keys() & {"links", "ages", "move_in", "outside"})


_HEARD_AS_ABUSE = 0.3
_GOES_ON = 2  # facts about the couple told in one message: they have taken the matter up again


def _after_crisis(moment: Moment) -> list[Spec]:
    """While someone is in distress nothing cold is said: lines without a voice call for who cannot phone, else we stay."""
    u, found = moment.u, moment.last_entry
    label, p = u.top
    name = label.removeprefix("faq/")
    bereaved = any(spec.get("id") == "crisis_bereavement" for spec in moment.memory.said)
    asks_else = p > 0.8 and name.startswith(_NOT_OF_THE_PAPERS) and moment.kind_of(name) == "answer"
    if bereaved and _PAPERS_OF_THE_DEAD.search(u.plain) and not asks_else:
        return [entry("changes_death")]
    if name.startswith("abuse") and p >= _HEARD_AS_ABUSE and _SELF.search(u.plain) and not _OTHERS.search(u.plain):
        return [entry("support_crisis")]
    if name == "smalltalk_languages" and found is not None and found.topic == "support":
        return [entry("support_yorisoi_languages")]
    if found is None or (found.topic != "crisis" and found.id not in LINES_WITHOUT_A_CALL):
        return []
    if CANNOT_CALL.search(u.plain):
        return [entry(line) for line in LINES_WITHOUT_A_CALL]
    if found.topic != "crisis" and moment.is_short(characters=16, words=6) and _HOURS_OR_NUMBER.search(u.plain):
        return [
            entry("support_tokyo_lgbt_phone" if _NUMBER.search(u.plain) else found.id)
        ]  # 「何曜日?」 of a line just named
    if name == "smalltalk_languages" and u.says("about") != "case":
        return [entry("support_yorisoi_languages")]  # 「ベトナム語で話せますか」: of the line just named
    if name == "support_office" and _NUMBER.search(u.plain) and not _OFFICE.search(u.plain):
        return [entry(found.id)]  # 「電話番号を教えて」: of the line for this, not of the office
    if len(reading.read(u, moment.today)) >= _GOES_ON or (moment.checking and u.says("about", 0.9) == "case"):
        return []  # 「ごめん、落ち着いた。確認の続きお願い。20と23で、二人とも結婚してない」
    cold = moment.kind_of(name) in ("refuse", "smalltalk") or p < 0.3
    unfit = not label.startswith("faq/") and label not in _COMMANDS
    return [entry("support_crisis")] if (cold or unfit) and name not in _STAYS_CALM else []


def no_hurry(moment: Moment, specs: Sequence[Spec]) -> Spec | None:
    """In place of our next question, when somebody has just been shown where to be heard."""
    found = moment.knowledge.entries.get(specs[0].get("id", "")) if specs[0]["say"] == "entry" else None
    if found is None or found.topic not in ("support", "crisis"):
        return None
    return {"say": "phrase", "name": "check_waits", "kind": "answer", "topic": "smalltalk"}
