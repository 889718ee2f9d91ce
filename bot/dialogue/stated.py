"""What a message states about the couple: patterns (`situation.read`), the trained reader (`u.standing`) and what the question turns on, together.

Where patterns and reader agree, or only one of them speaks, that is taken; where they contradict each other and neither is sure, the
requirement is left open. A wrong yes costs someone a day off and hope, a wrong no keeps them away.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

from bot.dialogue import bereaved, situation, ties
from bot.dialogue.bonds import ENDED, HEDGED, UNMARRIED_PLAINLY
from bot.dialogue.facts import Facts
from bot.dialogue.implied import imply
from bot.dialogue.own import of_the_couple
from bot.dialogue.understanding import Understanding
from bot.rules.periods import add_months
from bot.rules.situation import Kinship

# やさしい日本語 sets phrases apart; the patterns are written for Japanese as it runs.
_SET_APART = re.compile(
    r"(?<!です)(?<!ます)(?<!ました)(?<!ません)(?<=[ぁ-ゖァ-ヺー一-龠々、。0-9])[ 　]+(?=[ぁ-ゖァ-ヺ一-龠])"
)
_SURE = 0.55  # enough where the patterns are silent
_SURER = 0.8  # enough against a pattern
_RULE = 0.7
_SILENT_DOUBT = 0.48
_STRONG_DOUBT = 0.75
_NEAR_CERTAIN = 0.9
_DOUBT = 0.6  # of anything against them, beside a pattern that speaks for them

_MARRIAGE = {
    "free": "no",
    "married": "yes",
    "each_other": "yes",
    "abroad": "married_abroad_to_each_other",
    "de_facto": "de_facto_with_other",
}
_PARTNERSHIP = {"free": "no", "same": "no", "other": "yes"}
_KIN: dict[str, list[Any]] = {
    "close": ["yes", None],
    "distant": [Kinship.COLLATERAL_AFFINITY.value, None],
    "none": [Kinship.NONE.value, None],
    "adopted": [Kinship.ADOPTED_IN_PARTNERSHIP.value, None],
}
_PRETENDED = re.compile(
    r"って(?:言|い)(?:ったら|えば|っとけば|うことに)|ことにすれば|ことにしたら|ふりを|嘘|うそ|隠(?:せば|したら)|黙って(?:い)?れば|(?:if we|could we|can we) (?:just )?(?:say|claim|pretend|lie)"
)
_NOT_SAID = re.compile(
    r"(?:性的|マイノリティ|lgbt|そこ).{0,14}(?:言|い|答え|こたえ|話し|明かし)(?:い|え)?たく(?:ない|ありません)|(?:rather not|prefer not to|don't want to) (?:say|tell|disclose).{0,30}(?:minorit|orientation|lgbt|sexual)|(?:minorit|orientation|lgbt).{0,30}(?:rather not|prefer not)"
)
_TO_EACH_OTHER = re.compile(
    r"(?:お互い|二人で|二人の間|ふたりで|この人と|彼女?と(?:は|私|僕)?.{0,8}(?:結婚|婚姻)|同士で)|\beach other\b|\bwe(?:'re| are| were)? (?:legally |still |already )*married\b|\bour .{0,16}marriage\b"
)
_PROMISED = re.compile(
    r"(?:約束|やくそく|誓)(?:い|を|は)?(?:も)?(?:し(?:て(?:い)?|と)?|でき)?(?:ます|まし|る(?!か|の)|えます)|誓います|\b(?:we|i|both) (?:do |can |will |both )?(?:promise|swear|pledge)|\byes\b.{0,12}promise"
)
# Ways of being in Tokyo that the rule does not name; without such a word a place of work or study in Tokyo is one.
_LOOSE_TIE = re.compile(
    r"休学|通信(?:制|教育|課程)|在宅|リモート|テレワーク|置いたまま|住民票|貸して|別荘|半分|月に(?:\d|一|二|三|数)|転々|ネットカフェ|ネカフェ|ホテル|仮住まい|出張|籍だけ|休職|本籍|実家に|"
    r"\bhotel|airbnb|remote|from (?:my )?home|almost never|never set foot|on leave|sick leave|correspondence|rent(?:ed|ing)? (?:it )?out|let (?:it )?out|holiday home|second home|few weeks|client|sublet"
)
_ASKS = re.compile(
    r"[?？]|か(?:[。、]|$)|教えて|だめ|ダメ|必要|いい$|^(?:do|does|is|are|can|must|what|how|who|which|if|would)\b|need|have to"
)
_CLOSE = (Kinship.LINEAL_BLOOD.value, Kinship.LINEAL_AFFINITY.value, "yes")


def read(u: Understanding, today: date, *, turns_on: bool = False) -> Facts:
    """Every fact a message states about the couple; an empty dict when it states none, or asks how the rule stands.

    With `turns_on`, what the question turns on counts too (`implied`): for a question of its own, not for an answer to one of ours.
    """
    u = replace(u, plain=_SET_APART.sub("", u.plain))
    own = of_the_couple(u)
    if _PRETENDED.search(u.plain):
        return {}  # 「血つながってないって言ったら」: a way around the rule is no fact
    facts = situation.read(u, today)
    if _NOT_SAID.search(u.plain):
        facts["has_sexual_minority"] = "prefer_not_to_say"
        facts.pop("open_minority", None)
    asks = bool(_ASKS.search(u.plain))
    if asks and u.says("about", _RULE) == "rule" and not facts.keys() & {"ages", "links", "move_in"}:
        return {}
    for key, value in imply(u, facts).items() if turns_on else ():
        facts.setdefault(key, value)
    if u.sure("faq/eligibility_married_abroad", 0.8) and _TO_EACH_OTHER.search(u.plain):
        facts["any_marriage"] = "married_abroad_to_each_other"
    _take(u, facts, "marriage", _MARRIAGE, "any_marriage", "req-05-not-married")
    if facts.get("any_marriage") == "yes" and u.sure("faq/eligibility_married_abroad", _NEAR_CERTAIN):
        facts["any_marriage"] = "married_abroad_to_each_other"  # the office must say, whatever that marriage is called
    _take(u, facts, "partnership", _PARTNERSHIP, "any_other_partnership", "req-06-no-other-partner")
    _take_kin(u, facts)
    _take_minority(u, facts)
    _take_adults(u, facts)
    _take_tie(own, facts, today)
    moved = facts.get("move_in")
    if isinstance(moved, list) and moved[1] <= today.isoformat() and u.doubt("tie") < 0.5:
        del facts["move_in"]
        facts.setdefault("links", ["live"])  # 「十日前に引っ越してきた」
    if u.says("people", 0.65) in ("other", "gone"):
        facts["people_count"] = "other"
    if u.says("pledge", 0.65) == "no":
        facts["makes_oath"] = "no"
    _leave_unclear_open(u, facts)
    _leave_doubts_open(u, facts)
    _leave_said_doubts_open(u.plain, facts)
    _heed(u, own, facts)
    if bereaved.starts_anew(u.plain):
        facts.pop("any_other_partnership", None)
        _open(facts, "req-06-no-other-partner")
    far = any(place[1] == "outside_tokyo" for place in u.places)
    here = any(place[0] in ("municipality", "quarter") for place in u.places)
    only_a_course = facts.get("links") == ["study"] or (isinstance(facts.get("links"), list) and far and not here)
    if only_a_course and _DISTANCE_COURSE.search(u.plain):
        del facts["links"]
        facts["open_link"] = True  # 通信課程: whether that is 在学 in Tokyo is for the office to say
    return facts


# Slot of the reader, requirement, the facts that settle it against them already, and from which doubt on it is open. Of 1,700 hard lines
# the reader had not seen, these catch half of what would be taken for granted wrongly, and open 3 % of what rightly is.
_HEEDED = (
    ("people", "req-01-two-people", ("people_count",), 0.37),
    ("minority", "req-02-sexual-minority", ("has_sexual_minority",), 0.3),
    ("pledge", "req-03-oath", ("makes_oath",), 0.32),
    ("adults", "req-04-both-adults", ("both_adults", "ages", "turns_adult"), 0.4),
    ("marriage", "req-05-not-married", ("any_marriage",), 0.45),
    ("partnership", "req-06-no-other-partner", ("any_other_partnership",), 0.42),
    ("kin", "req-07-not-close-relatives", ("relation",), 0.3),
)
_HEED_TIE = 0.48
_HEED_PLAIN_TIE = 0.82
_HEED_NO_WORD_OF_TIE = 0.55
_OF_TIES = {"links", "move_in", "outside", "open_link"}  # what keeps a tie from being taken for granted


def _heed(u: Understanding, own: Understanding, facts: Facts) -> None:
    """What the reader thinks may stand against them is open, whatever the patterns made of it."""
    if u.says("about", _RULE) != "case":
        return
    for slot, requirement, keys, doubt in _HEEDED:
        if u.doubt(slot) >= doubt and not any(facts.get(key) for key in keys):
            _open(facts, requirement)
    silent = not facts.keys() & _OF_TIES
    tied = isinstance(facts.get("links"), list)
    enough = _HEED_PLAIN_TIE if tied and ties.tied_plainly(own) else _HEED_TIE
    if (tied and u.doubt("tie") >= enough) or (silent and u.doubt("tie") >= _HEED_NO_WORD_OF_TIE):
        facts.pop("links", None)
        facts["open_link"] = True


# Doubts in words: what they leave open, the facts that are no longer taken as said, and the words.
_SAID_DOUBTS = (
    (
        "req-02-sexual-minority",
        ("has_sexual_minority",),
        re.compile(
            r"(?:don'?t know|not sure|unsure|no idea|wondering)[^.]{0,30}(?:count as|i am|we are|i'?m|we'?re|qualify as|identify)[^.]{0,14}(?:sexual minorit|lgbt|queer|\bbi\b|gay|minority)|(?:性的)?(?:マイノリティ|当事者|lgbt)[^。、]{0,8}(?:なのか|かどうか|に(?:入る|当たる|あたる|なる)(?:の)?か)(?:は|が|も)?[^。、]{0,8}(?:分か|わか|微妙|自信|迷)"
        ),
    ),
    (
        "req-04-both-adults",
        ("both_adults", "turns_adult", "ages"),
        re.compile(
            r"(?:年齢|何歳|18(?:歳)?に?(?:なっ|以上)|十八(?:歳)?に?(?:なっ|以上)|成人(?:して|か)).{0,14}(?:わから|分から|(?:わか|分か)りま?せん|知ら|不明|聞いたこと(?:が|は)?な|確かめて(?:い)?な|あやし|怪し)|"
            r"(?:not sure|don'?t know|no idea|unsure).{0,24}(?:\b18\b|eighteen|how old|(?:his|her|their) age)"
        ),
    ),
    (
        "req-05-not-married",
        ("any_marriage",),
        re.compile(
            r"(?:既婚|独身|結婚して(?:い)?る)か(?:独身|既婚|どうか)?[^。]{0,14}(?:教えて(?:くれ|もらえ)(?:な|へ|ま)|分から|分かりま?せん|わから|わかりま?せん|不明|知ら)|離婚(?:届)?[^。、]{0,10}(?:した|できた|出した|成立した|済んだ|終わった|受理された)(?:はず|と思|らしい|みたい|って言って(?!い?ます))|(?:離婚|届)[^。]{0,20}受理された(?:か|の)(?:どうか)?[^。]{0,16}(?:分から|分かりま?せん|わから|わかりま?せん|不明|知ら)|離婚届[^。、]{0,4}、?[^。、]{0,12}(?:出すこと|出す予定|出します|提出(?:する|予定|します))|"
            r"(?:think|believe|suppose|hope|pretty sure|says?)s? (?:that )?(?:his|her|my|the|their|he'?s|she'?s|i'?m) .{0,12}divorced?\b.{0,60}(?:hasn'?t|haven'?t|never|not|n'?t) .{0,12}(?:check|verif|confirm|seen|look|sure)"
        ),
    ),
    (
        "req-06-no-other-partner",
        ("any_other_partnership",),
        re.compile(
            r"(?:解消|返還|返納|取り消)[^。、]{0,8}か(?:どうか)?(?:は|が|も|を)?[^。、]{0,6}(?:聞け|聞いて(?:い)?な|確かめ(?:て(?:い)?な|られ)|確認(?:して(?:い)?な|でき(?:て(?:い)?な|ま?せん)))|(?:パートナーシップ|宣誓|登録|届)[^。、]{0,10}(?:解消|返還|返納|取り消|終わ|切れ|消え|残)[^。、]{0,8}か(?:どうか)?(?:が|は|も)?(?:まだ|よく)?(?:分から|分かりま?せん|わから|わかりま?せん|知ら|不明|思い出せ|確かめ|確認)|(?:解消|返還|返納)[^。、]{0,10}か(?:どうか)?(?:が|は|も)?[^。、]{0,4}(?:覚えて|思い出せ|分から|分かりま?せん|わから|わかりま?せん|知ら|不明)|"
            r"(?:can'?t|cannot|don'?t|not) (?:really |quite )?(?:remember|recall|know|sure)[^.]{0,30}(?:cancel|dissol|end|terminat|return|revok|counts? as (?:a )?partner)"
        ),
    ),
    (
        "req-07-not-close-relatives",
        ("relation",),
        re.compile(
            r"(?:親戚|親族)(?:同士)?らし|続き?柄[^。]{0,14}(?:知ら|わから|分から)|(?:親戚|親族|血(?:が|は|の)?(?:つなが|縁)[^。、]{0,6})(?:同士)?か(?:も|どうか)|何親等[^。、]{0,8}(?:不明|わか|分か|分が|わが|知ら)|(?:遠縁|遠い親(?:戚|類))(?!.{0,8}(?:ではな|じゃな|でもな))|(?:distant|some kind of) (?:relatives?|relations?)|distantly related|(?:might|may|could) be (?:distantly |somehow )?(?:related|relatives|cousins)|(?:not sure|don'?t know|unsure) (?:if|whether|how) (?:we(?:'re| are) )?(?:closely )?related"
        ),
    ),
)
_DISTANCE_COURSE = re.compile(
    r"通信(?:課程|制|教育)|放送大学|オンライン(?:大学|授業|講義)だけ|correspondence|distance[- ]learning|online (?:degree|course|university|student)"
)


def _leave_said_doubts_open(plain: str, facts: Facts) -> None:
    """「18になってるのか分からない」「離婚したはず」: they say themselves that they do not know."""
    for requirement, keys, words in _SAID_DOUBTS:
        if words.search(plain) and not _excluded(facts.get("relation") or ["no", None]):
            for key in keys:
                if key != "ages" or not any(age < 18 for age in facts.get("ages", ())):
                    facts.pop(key, None)
            _open(facts, requirement)


# Slot, the fact that would speak for them, and the requirement it belongs to.
_DOUBTS = (
    ("marriage", "any_marriage", ("no",), "req-05-not-married"),
    ("partnership", "any_other_partnership", ("no",), "req-06-no-other-partner"),
    ("adults", "both_adults", ("yes",), "req-04-both-adults"),
)


# Slot, the value by which they say that they do not know, and what it leaves open.
_UNCLEAR = (
    ("marriage", "unclear", "any_marriage", "req-05-not-married"),
    ("partnership", "unclear", "any_other_partnership", "req-06-no-other-partner"),
    ("adults", "unclear", "both_adults", "req-04-both-adults"),
    ("minority", "unsure", "has_sexual_minority", "req-02-sexual-minority"),
    ("pledge", "unclear", "makes_oath", "req-03-oath"),
)


def _leave_unclear_open(u: Understanding, facts: Facts) -> None:
    """What they say they do not know themselves: 「解消の届を出したか思い出せない」."""
    for slot, value, key, requirement in _UNCLEAR:
        if u.says(slot, _SURE) == value and not (slot == "pledge" and _PROMISED.search(u.plain)):
            if key in facts and not HEDGED.search(u.plain) and not u.says(slot, _SURER):
                continue  # the words are plain, and nothing in them doubts
            facts.pop(key, None)
            _open(facts, requirement)


_SILENT_DOUBTS = (
    ("relation", "kin", "req-07-not-close-relatives"),
    ("has_sexual_minority", "minority", "req-02-sexual-minority"),
    ("any_other_partnership", "partnership", "req-06-no-other-partner"),
)


def _leave_doubts_open(u: Understanding, facts: Facts) -> None:
    """A fact in their favour that the reader strongly doubts is not taken for granted."""
    for slot, key, favourable, requirement in _DOUBTS:
        if slot == "partnership" and ENDED.search(u.plain) and not HEDGED.search(u.plain):
            continue
        both_said = slot == "partnership" or (slot == "marriage" and UNMARRIED_PLAINLY.search(u.plain))
        plain_words = both_said and not HEDGED.search(u.plain) and u.doubt(slot) < _SURER
        if facts.get(key) in favourable and u.doubt(slot) >= _DOUBT and not plain_words:
            del facts[key]
            _open(facts, requirement)
    # Nothing was read of it, yet the reader thinks rather of something against them than of nothing.
    for key, slot, requirement in _SILENT_DOUBTS:
        if key not in facts and u.doubt(slot) >= _SILENT_DOUBT and u.says("about", _RULE) == "case":
            _open(facts, requirement)
    if facts.get("relation") == _KIN["adopted"] and u.doubt("kin") >= _SILENT_DOUBT:
        del facts["relation"]
        _open(facts, "req-07-not-close-relatives")
    # A place in Tokyo and nothing else named leaves no room for a doubt about where they are.
    elsewhere = any(place[1] == "outside_tokyo" for place in u.places) or u.values("date") or u.values("period")
    enough = _DOUBT if _LOOSE_TIE.search(u.plain) else _STRONG_DOUBT
    timed = u.values("date") or u.values("period") or _LATER.search(u.plain)
    named = ties.named_links(u.plain, u) and not timed
    plain_tie = (_PLAIN_TIE.search(u.plain) or ties.lives_plainly(u) or named) and not _LOOSE_TIE.search(u.plain)
    doubted = u.doubt("tie") >= (enough if elsewhere else _NEAR_CERTAIN)
    if isinstance(facts.get("links"), list) and not plain_tie and doubted:
        del facts["links"]
        facts["open_link"] = True


_LATER = re.compile(
    r"来年|らいねん|来月|らいげつ|再来|から[ 　]?(?:働|はたら|勤|つとめ|通|かよ)|決ま|きま(?:って|り)|予定|よてい|next (?:year|month|week|spring|summer|autumn|fall|winter)|will start|going to"
)
_PLAIN_TIE = re.compile(
    r"\b(?:i|he|she|my (?:girlfriend|boyfriend|partner)) (?:stud(?:y|ies)|works?|go(?:es)? to (?:school|university|college)|commutes?)\b[^.]{0,30}\b(?:in|to|at) (?:tokyo|[a-z]+(?:-ku| ward)?)\b(?! (?:prefecture))|"
    r"(?:都内|東京)の(?:会社|大学|大学院|学校|高校|専門学校|職場|店|病院)[^。]{0,8}(?:勤|通|働|在学)"
)


def _open(facts: Facts, requirement: str) -> None:
    facts.setdefault("open", [])
    if requirement not in facts["open"]:
        facts["open"].append(requirement)


def _take(u: Understanding, facts: Facts, slot: str, meaning: dict[str, str], key: str, requirement: str) -> None:
    value = meaning.get(u.says(slot, _SURE) or "")
    if value is None or facts.get(key) == value:
        return
    if slot == "partnership" and facts.get(key) == "no" and ENDED.search(u.plain) and not HEDGED.search(u.plain):
        return  # 「解消の手続きを済ませて証明書も返しました」
    if facts.get(key) == "married_abroad_to_each_other" and u.sure("faq/eligibility_married_abroad", 0.8):
        return
    against = "no" not in (value, facts.get(key, "no"))  # 「結婚」 or 「事実婚」: both speak against them
    if key not in facts or against or u.says(slot, _SURER):
        facts[key] = value
    else:
        del facts[key]
        _open(facts, requirement)


# 「いとこじゃなくて本当の姉妹だったら」: the patterns know which of the two words holds, the reader sees both.
_INSTEAD = re.compile(r"(?:じゃ|では)なく(?:て|、)|\bnot (?:my |a |an )?\w+,? but\b")


def _take_kin(u: Understanding, facts: Facts) -> None:
    said = u.says("kin", _SURE)
    requirement = "req-07-not-close-relatives"
    if said == "unclear":
        if u.says("kin", _SURER) or "relation" not in facts:
            facts.pop("relation", None)
            _open(facts, requirement)
        return
    if said is None:
        return
    if "relation" not in facts:
        if said == "adopted" and requirement in facts.get("open", ()):
            return  # an adoption, but not plainly one between the two as partners
        facts["relation"] = _KIN[said]
    elif _excluded(facts["relation"]) != (said == "close") and not _INSTEAD.search(u.plain):
        if u.says("kin", _SURER):
            facts["relation"] = _KIN[said]
        else:
            del facts["relation"]
            _open(facts, requirement)


def _excluded(relation: list[Any]) -> bool:
    kind, degree = relation
    return kind in _CLOSE or (kind == Kinship.COLLATERAL_BLOOD.value and degree is not None and degree <= 3)


def _take_minority(u: Understanding, facts: Facts) -> None:
    said = u.says("minority", _SURE)
    have = facts.get("has_sexual_minority")
    if said == "open" and have is None:
        facts["open_minority"] = True
    elif said == "no" and have in (None, "yes"):
        # "yes" is never inferred, and a word such as LGBT may stand in a denial of it: "neither of us LGBT"
        if have is None or u.says("minority", _SURER) or u.sure("faq/eligibility_no_minority", _NEAR_CERTAIN):
            facts["has_sexual_minority"] = "no"
            facts.pop("open_minority", None)
        else:
            del facts["has_sexual_minority"]
            facts["open_minority"] = True


def _take_adults(u: Understanding, facts: Facts) -> None:
    if "age_instead_of" in facts:
        return  # both numbers stand in the message; the pattern knows which one holds
    said = u.says("adults", _SURE)
    ages = facts.get("ages") or []
    if said == "no" and not any(a < 18 for a in ages) and facts.get("both_adults") != "no":
        if not ages or u.says("adults", _SURER):
            facts.pop("ages", None)
            facts["both_adults"] = "no"
        else:
            facts.pop("ages", None)
            _open(facts, "req-04-both-adults")
    elif said == "yes" and not ages and "both_adults" not in facts:
        facts["both_adults"] = "yes"


def _take_tie(u: Understanding, facts: Facts, today: date) -> None:
    said = u.says("tie", 0.5)
    links, sure = facts.get("links"), bool(u.says("tie", _SURER))
    if said is None:
        return
    if said == "here":
        far = any(place[1] == "outside_tokyo" for place in u.places)
        if far and all(place[1] == "outside_tokyo" for place in u.places) and not isinstance(links, list):
            facts["open_link"] = True  # every place it names lies outside
        elif not isinstance(links, list) and (not links or sure):
            facts["links"] = [link for link in dict.fromkeys(u.links) if link != "move_in"] or ["live"]
            for key in ("open_link", "remote", "outside"):
                facts.pop(key, None)
        return
    if isinstance(links, list):  # the patterns saw a tie
        if sure and said in ("away", "away_open", "unclear", "one_away"):
            del facts["links"]
            facts["open_link"] = True
        elif said in ("soon", "later", "moving") and sure and not facts.get("move_in"):
            del facts["links"]
            _move(u, facts, said, today)
        return
    if said == "away" and links != "none":
        if sure or facts.get("outside"):
            facts["links"], facts["outside"] = "none", True
        else:
            facts["outside"] = True
    elif said == "away_open":
        facts["outside"] = True
    elif said == "one_away" and not facts.get("outside"):
        facts["one_outside"] = facts["open_link"] = True
    elif said == "unclear":
        facts["open_link"] = True
    elif said in ("soon", "later", "moving"):
        _move(u, facts, said, today)


def _move(u: Understanding, facts: Facts, said: str, today: date) -> None:
    if isinstance(facts.get("move_in"), list):
        return
    facts.pop("open_link", None)
    if ties.MAYBE_MOVE.search(u.plain):
        facts["move_in"] = "yes"  # "maybe in January, maybe April, not decided": a date said so is none
        return
    planned = ties.move_date(u, today)
    within = [today.isoformat(), add_months(today, 3).isoformat()]
    facts["move_in"] = planned or (within if said == "soon" and "move_in" not in facts else "yes")
    if said == "later":
        facts["outside"] = True
