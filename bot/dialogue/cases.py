"""A direct question about one's own case: the verdict on what was said, at once."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from bot.dialogue import bereaved, check, stated, ties, verdicts
from bot.dialogue import situation as reading
from bot.dialogue.facts import Facts
from bot.dialogue.kin import KIN
from bot.dialogue.speaking import Spec
from bot.dialogue.turn import LEANS, Memory, entry
from bot.dialogue.understanding import Understanding
from bot.knowledge.loader import Knowledge
from bot.rules.conditions import Status
from bot.rules.situation import Kinship

_ELIGIBLE_ASK = re.compile(
    r"[?？]|(?:ですか|ますか|でしょうか|ませんか|かな|いけ(?:る|ます)|使え|つかえ|でき(?:る|ます|ん|ひん)|だめ|ダメ|無理|むり|可能|対象|大丈夫|だいじょうぶ|ok|いい(?:です)?か|資格|条件|申請|届|申し込|登録|宣誓|とどけ|もうしこ|出せ|当てはま|判定|診断|チェック|\bcan\b|could|may we|able|eligible|qualify|apply|register|allowed|possible|okay|do we|are we|would we|is it)"
)
_STATEMENT_ONLY = 2  # facts it takes for a bare statement of one's situation to be answered with a verdict
_ASKED_ABOUT = {
    "req-07-not-close-relatives": (("faq/eligibility_relatives", "faq/eligibility_adoption"), ("relation",)),
    "req-05-not-married": (
        ("faq/eligibility_not_married", "faq/eligibility_divorced", "faq/eligibility_married_abroad"),
        ("any_marriage",),
    ),
    "req-06-no-other-partner": (("faq/eligibility_other_partner",), ("any_other_partnership",)),
    "req-02-sexual-minority": (("faq/eligibility_no_minority",), ("has_sexual_minority",)),
    "req-04-both-adults": (("faq/eligibility_age",), ("ages", "both_adults")),
    "req-08-tokyo-link": (
        ("faq/eligibility_tokyo_link", "faq/eligibility_move_in"),
        ("links", "move_in", "outside", "one_outside"),
    ),
}
_OF_THE_OATH = ("makes_oath", "people_count")  # no need asks about these alone
_MORE_NAMES = {"req-02-sexual-minority": ("faq/eligibility_one_sexual_minority", "faq/eligibility_different_sex")}
_UNSURE = re.compile(
    r"(?:分から|わから|解ら)(?:ない|ず|なく|ん(?!な)|へん|ねえ)|(?:分か|わか)りま?せん|知ら(?:ない|ん(?!ぷ)|へん)(?!せ)|かもしれ|思い出せ|覚えて(?:い)?(?:ない|ません)|自信(?:が|は|も)?(?:まだ)?(?:ない|なく|ありません)|はっきりし(?:ない|ません)|確かめ(?:た|て)(?:こと)?(?:が|は|も)?(?:ない|いない|いません|ありません)|"
    r"\bnot sure\b|\bunsure\b|don'?t (?:really |honestly |actually )?know|no (?:proof|idea)|never seen (?:any )?proof|(?:hasn'?t|haven'?t|not) (?:been )?confirmed|might be (?!able)|may be (?!able|eligible)|still questioning|no ?one is sure"
)
_WHETHER_WE_MAY = re.compile(
    r"(?:でき|出せ|使え|いけ|対象|当てはま|該当|申請|届け?出|登録|宣誓|資格|条件|大丈夫|申し込め)[^。、]{0,10}?(?:か|かどうか|のか)(?:が|は|も)?(?:よく|全然|まったく)?(?:(?:分から|わから|知ら)(?:ない|ず|なく|ん|へん)|(?:分か|わか)りま?せん)(?:ん)?(?:です)?|(?:どう|何|なに|どこ|だれ|誰|いつ|どの)[^。、]{0,14}(?:(?:分から|わから)(?:ない|ず|なく|ん|へん)|(?:分か|わか)りま?せん)|"
    r"(?:not sure|unsure|don'?t know|no idea) (?:if|whether|how|what|where|who) (?:we|i|they|this|that|it)?\s?(?:can|could|may|are eligible|am eligible|qualify|would|are allowed|to|count)"
)
_COUNTS_AS = re.compile(
    r"(?:住|働|勤|在学|在勤|通学|通勤|居住).{0,12}(?:ことになる|扱い|と言え|っていえ|って言っ?て(?:いい|も)|とみな|に入りますか|に含まれ)|count(?:s|ed)? as (?:living|working|studying|residing|a resident)|considered (?:living|working|resident)"
)
_ABROAD = "married_abroad_to_each_other"
_HARD = (
    "ages", "both_adults", "any_marriage", "any_other_partnership", "relation", "links", "outside", "one_outside", "open_link", "move_in", "people_count",
)  # fmt: skip
_NOT_ONLY = re.compile(r"同性|どうせい|異性|男女|同姓|same[- ]sex|straight|opposite|gay")
_WHERE = {"outside", "one_outside", "open_link"}  # alone too little to tell a case from a question about a place
_ANOTHERS_RELATIVE = re.compile(
    r"\b(?:asking|question|writing) (?:for|about|on behalf of) (?:my|a|our)\b|(?:彼女?|相手|パートナー|相方)の(?:お?(?:父|母|親|兄|姉|弟|妹|祖父|祖母))|(?:his|her|partner's) (?:mother|father|parent|brother|sister)"
)
_DO_WE = re.compile(
    r"do we qualify|are we (?:in|eligible|ok)|can we (?:apply|register|do it)|いけますか|対象(?:に|で|です)|でき(?:ます|る)か|出せ(?:ます|る)か"
)
_NEAR = (
    "faq/advice",
    "faq/crisis_bereavement",
    "faq/coverage_municipality",
    "faq/coverage_own_schemes",
    "faq/changes_move",
    "faq/application_no_visit",
    "faq/application_both",
)
_OF_SOMETHING_ELSE = (
    "faq/documents",
    "faq/certificate",
    "faq/coverage",
    "faq/changes",
    "faq/limits",
    "faq/oos",
    "faq/alternatives",
)
_FILING_PLAINLY = re.compile(
    r"届|とど|宣誓|せんせい|申し?込|申請|登録|資格|条件|対象|該当|出せ|だせ|もらえ|\bget (?:the|a) (?:tokyo )?certificate|\b(?:apply|register|qualify|eligib|oath|file|filing|sign up)\w*"
)
_OF_THE_PROCEDURE = ("faq/application", "faq/support", "faq/privacy", "faq/scheme", "faq/statistics")
_FILING = re.compile(
    r"申し?込|申請|届|とど|宣誓|登録|資格|条件|対象|該当|制度(?:は|を|が|って|も)?、?(?:使|つか|利用)|出すの(?:は|も|って)|使える?(?:立場|二人)|いける|いけます|だめ|ダメ|できる|できます|"
    r"\b(?:apply|appl(?:ied|ication)|register|registration|qualify|eligib|oath|file|filing|allowed|can we do it)\w*"
)
_NOT_OF_THE_CASE = ("faq/documents", "faq/certificate", "faq/limits", "faq/changes", "faq/law", "faq/application")
# 「誕生日きたら出せる?」 asks for a time; 「今月中に出せますか」 asks of today.
_WHEN = re.compile(
    r"いつ(?:から|になれば|なら)|(?:なったら|なれば|なってから|迎えたら|きたら|来たら|過ぎたら)[^。]{0,12}(?:出せ|届|でき|いけ|大丈夫|ok)|\bwhen can we\b|\bonce (?:he|she|we|i|they)\b|after (?:his|her|my) birthday"
)
_NOW = re.compile(
    r"今月中|今週|今すぐ|いますぐ|今のうち|(?:今|いま)の時点|現時点|(?:今|いま)の段階|今日(?:出|届|申)|(?:もう|いま|今)、?(?:届|出(?:せ|し)|申|宣誓)|\balready\b|this week|this month|right now|before (?:we|i) move|today\b"
)
_SUPPOSES = re.compile(r"もし|(?:たら|れば|なら)(?:ば)?|\bif\b|\bonce\b|\bwhat about\b")
_IN_THAT_CASE = re.compile(r"場合(?:は|だと)?[?？]?$")
_BARE_AGE = re.compile(r"(?<![\d.,:/-])([1-9]\d)(?![\d.,:/%-]|[年月日時分円人個回件条項階号万千百kK]|か月|ヶ月|週)")
_HOLDS = re.compile(
    r"still valid|まだ有効|証明書(?:は|って)?(?:その|この|まだ)|(?:証明書|宣誓|届け?出).{0,8}(?:済み|もらっ|もって|持って|受けて|してい|した(?:後|あと)|してある)|"
    r"(?:already|have|hold|got|registered).{0,12}certificate|after (?:we )?(?:registered|filed)"
)  # The certificate they hold, not whether they may file.
# The entry that explains each refusal.
ENTRY_OF = {
    "req-01-two-people": "eligibility_two_people",
    "req-02-sexual-minority": "eligibility_no_minority",
    "req-04-both-adults": "eligibility_age",
    "req-05-not-married": "eligibility_not_married",
    "req-06-no-other-partner": "eligibility_other_partner",
    "req-07-not-close-relatives": "eligibility_relatives",
    "req-08-tokyo-link": "eligibility_tokyo_link",
}


def direct(knowledge: Knowledge, u: Understanding, memory: Memory, today: date) -> check.Step | None:
    """A direct question about one's own case: the verdict on what is known, at once."""
    once_more = again(u, memory, stated.read(u, today), today)
    if once_more:
        return once_more
    facts = _facts(u, today)
    label, p = u.top
    if label == "faq/changes_death" and p > 0.6 and not bereaved.starts_anew(u.plain):
        return None  # 「二人で届け出ていたのですが、何かしなければいけませんか」, of somebody who has died: no verdict on one person
    if _asks_for_a_check(u, facts) or (u.part and _is_case(u, facts, [k for k in _HARD if facts.get(k) is not None])):
        # Of a very long story only a part was read: no verdict rests on that, the conditions are asked one by one.
        return check.begin(facts, today)
    if _of_the_papers(u, memory, facts) or _of_what_was_named(u, memory):
        return None
    hard = [k for k in _HARD if facts.get(k) is not None and (k != "people_count" or facts[k] == "other")]
    if hard == ["relation"] and facts["relation"][0] == Kinship.NONE.value and not label.startswith(_OF_WHO_MAY):
        return None  # 「家族じゃないからと面会を断られそうで」: said of what others hold against them
    if label.startswith("faq/oos") and u.says("about", 0.5) == "other":
        return None
    refused = facts.get("makes_oath") == "no"
    if len(hard) < 2 and not refused and _only_asks_of_something_else(u):
        return None
    found = (
        knowledge.entries.get(label.removeprefix("faq/")) if label.startswith("faq/eligibility") and p > 0.25 else None
    )
    if not _is_case(u, facts, hard):
        return None
    asked = bool(_ELIGIBLE_ASK.search(u.plain))
    if found and found.situation and not hard and not facts.get("has_sexual_minority") and not facts.get("open"):
        # A question about who the scheme is for is decided by what it is about: never against the person, never more than that.
        favourable = {
            k: v for k, v in found.situation.items() if (k, v) == ("has_sexual_minority", "yes") or k == "nationality"
        }
        if not asked or p < 0.5 or not favourable:
            return None
        facts.update(favourable)
    elif (
        not hard
        and not refused
        and facts.get("has_sexual_minority") != "no"
        and not facts.get("open")
        and not (found and found.situation)
    ):
        return None
    if label == "faq/eligibility_different_sex" and facts.get("has_sexual_minority") != "no":
        facts["open_minority"] = facts.get("has_sexual_minority") != "yes"
    described = u.says("about", 0.9) == "case" and bool(set(hard) - _WHERE)
    stands = asked or found or described or len(hard) >= _STATEMENT_ONLY or label == "check_eligibility"
    if not facts or not (stands or facts.get("has_sexual_minority") == "no" or "move_in" in facts):
        return None
    for requirement, (names, keys) in _ASKED_ABOUT.items():
        # The question turns on this requirement; if we could not read how it stands, it is open, never taken for granted.
        if "any_marriage" in keys and u.says("marriage", _HALF_SURE) in ("free", "one_free"):
            continue  # 「離婚して五年です。彼女と中野に住んでます」: of one of them, and nothing stands against the other
        if requirement in _DOUBTED_BY and u.doubt(_DOUBTED_BY[requirement]) < _NO_DOUBT:
            continue  # only a relative outside the couple was named, or a life with somebody else that is over
        if u.mass(*names) > 0.35 and not any(facts.get(k) for k in keys):
            facts.setdefault("open", []).append(requirement)
    if _WHEN.search(u.plain):
        facts["asks"] = "when"
    elif _NOW.search(u.plain):
        facts["asks"] = "now"
    spec: Spec = {"say": "verdict", "facts": facts, "mode": "direct"}
    explains = _refusal(facts, today) or (
        found.id if found and (p >= 0.5 and found.id != "eligibility_no_minority") else None
    )
    if facts.get("open_minority") and _NOT_ONLY.search(u.plain):
        explains = (
            "eligibility_different_sex"  # 「同性じゃなくても使える？片方だけ埼玉」: that it is open to them comes first
        )
    if bereaved.starts_anew(u.plain):
        explains = "changes_death"
    elif explains == "eligibility_divorced" and bereaved.widowed(u.plain):
        explains = "eligibility_not_married"  # whoever has buried a husband or wife is not told of divorce
    if explains == "eligibility_married_abroad" and facts.get("any_marriage") == "no":
        explains = None  # 「外国でも結婚しておらず」: it was only denied
    if explains:
        spec["entry"] = explains
    state = {"facts": facts, "asked": None, "declined": [], "trail": [], "active": False, "misses": 0, "mode": "direct"}
    return check.Step(state, [spec])


_CHECK_WITH_ME = re.compile(
    r"(?:条件|要件|資格|対象|当てはま|届け?出|宣誓|使え|いける|でき).{0,14}?(?:確認|チェック|診断|判定|見て|たしかめ|確かめ)(?:を|が)?(?:し(?:たい|て)|もら|ほしい|いただ|お願い|ください|みたい|くれ)|(?:診断|判定|チェック)(?:を)?(?:して|し?たい|お願い|たのむ|頼む)|"
    r"(?:一緒に|ひとつずつ|一つずつ|一問ずつ|[一1]個ずつ|いっこずつ|順番に).{0,6}(?:確認|チェック|見て|聞い|きい|質問|しつもん|頼|たの)|one (?:question |thing )?(?:at a time|by one)|(?:check|go through|walk (?:me|us) through) (?:the |our |my |all )?(?:conditions|requirements|eligibility)|eligibility check|(?:can|could) you check (?:if|whether)"
)
# To be asked in turn is wished of nothing else here, in whatever dialect: 「うぢらでも宣誓でぎるが、順番に聞いでけろ」
_ONE_BY_ONE = re.compile(
    r"(?:ひとつずつ|一つずつ|1つずつ|一問ずつ|[一1]個ずつ|いっこずつ|順番に|じゅんばんに).{0,3}(?:聞い|きい|質問|しつもん|たずね|尋ね)|\bask (?:me|us) (?:the questions )?one (?:question )?(?:by one|at a time)"
)
_HALF_SURE = 0.45
_OF_WHO_MAY = ("faq/eligibility", "check_eligibility")
_NO_DOUBT = 0.2
_DOUBTED_BY = {"req-07-not-close-relatives": "kin", "req-06-no-other-partner": "partnership"}
_SURE_CASE = 0.9
_FULL_STATEMENT = 3
_TOLD_ENOUGH = 4  # requirements spoken of, after which a request to check is a question that can be answered at once


def _requirements_told(facts: Facts) -> int:
    """How many requirements are spoken of."""
    return sum(any(facts.get(key) for key in keys) for _, keys in _ASKED_ABOUT.values())


def _asks_for_a_check(u: Understanding, facts: Facts) -> bool:
    """「条件を確認したいです。男性カップルで、二人とも30代です」: one by one, with what was said already."""
    told = _requirements_told(facts)
    wishes = u.mass("check_eligibility", "faq/eligibility") > 0.5 or _ONE_BY_ONE.search(u.plain)
    return bool(wishes and told < _TOLD_ENOUGH and not facts.get("open") and _CHECK_WITH_ME.search(u.plain))


def _of_the_papers(u: Understanding, memory: Memory, facts: Facts) -> bool:
    """「外国籍だと変わる?」 after an answer on papers is about papers."""
    last = memory.said[-1] if memory.said else {}
    papers = last.get("say") == "entry" and str(last.get("id", "")).startswith("documents_")
    return papers and len(u.plain) <= 30 and not any(facts.get(k) for k in _HARD) and not _FILING.search(u.plain)


def _unsure(u: Understanding, facts: Facts) -> None:
    """A doubt in words about what the question turns on is left open; a doubt whether they may file at all is none."""
    where = u.mass("faq/eligibility_tokyo_link", "faq/eligibility_cohabitation", "faq/documents_address")
    if _COUNTS_AS.search(u.plain) and where > 0.3 and facts.get("links") != "none":
        facts.pop("links", None)
        facts["open_link"] = True
    if not _UNSURE.search(_WHETHER_WE_MAY.sub(" ", u.plain)):
        return
    for requirement, (names, keys) in _ASKED_ABOUT.items():
        if u.mass(*names, *_MORE_NAMES.get(requirement, ())) <= 0.5:
            continue
        for key in keys:
            facts.pop(key, None)
        opened = facts.setdefault("open", [])
        if requirement not in opened:
            opened.append(requirement)


def _facts(u: Understanding, today: date) -> Facts:
    """What the message states, with the relative it names where it turns on kinship."""
    facts = stated.read(u, today, turns_on=True)
    if (
        "relation" not in facts
        and "req-07-not-close-relatives" not in facts.get("open", ())
        and u.mass("faq/eligibility_relatives") > 0.3
    ):
        kin = next((e["value"] for e in u.entities if e["entity"] == "relation" and e["value"] in KIN), None)
        if (
            kin
            and not _ANOTHERS_RELATIVE.search(u.plain)
            and (u.says("about", 0.7) != "rule" or kin in ("cousin", "second_cousin") and len(u.plain) <= 30)
        ):
            facts["relation"] = [KIN[kin][0].value, KIN[kin][1]]
    if u.mass("faq/eligibility_age") > 0.6 and not facts.keys() & {"ages", "both_adults"}:
        bare = _BARE_AGE.findall(u.plain)  # 「付き合ってる子まだ17なんだけど私は20」
        if 1 <= len(bare) <= 2:
            facts["ages"] = [int(age) for age in bare]
            opened = [name for name in facts.pop("open", ()) if name != "req-04-both-adults"]
            facts.update({"open": opened} if opened else {})
    _unsure(u, facts)
    silent = not facts.keys() & {"links", "move_in", "outside", "outside_named", "one_outside", "open_link"}
    short = len(u.plain) <= 24 and facts.get("has_sexual_minority") == "yes" and _FILING.search(u.plain)
    if silent and (u.top[0] == "check_eligibility" or short) and any(place[0] == "municipality" for place in u.places):
        facts["links"] = ["live"]  # "we share a place in Kita-ku. Do we qualify?"
    return facts


_PARTED = re.compile(r"別れ|解消|終わ|出て(?:行|い)|もう(?:い|一緒)|left|broke|ended|split|over\b|moved out")


def stands_against(u: Understanding, today: date) -> bool:
    """Whether a message itself tells of something that stands against filing now."""
    facts = stated.read(u, today)
    decision = verdicts.decision_for(facts, today, direct=True)
    return bool(facts) and bool(decision.with_status(Status.NOT_MET))


def _as_told(memory: Memory, u: Understanding) -> tuple[dict[str, Any], bool]:
    """The case as it was told, and whether a supposition was left behind: it counts for further suppositions alone."""
    previous = dict(memory.check or {})
    told = previous.get("told")
    if told is None or _SUPPOSES.search(u.plain) or _IN_THAT_CASE.search(u.plain):
        return previous, False
    del previous["told"]
    return {**previous, "facts": told}, True


def tells(u: Understanding, today: date) -> bool:
    """Whether a message itself states something that requirements turn on."""
    facts = stated.read(u, today)
    return any(facts.get(key) is not None for key in _HARD if key != "people_count")


def again(u: Understanding, memory: Memory, facts: Facts, today: date) -> check.Step | None:
    """One more fact, or a changed one, about the case just judged: the verdict anew."""
    previous, unsaid = _as_told(memory, u)
    correcting = bool(check._CORRECT.search(u.plain))
    dated = False
    if previous.get("facts", {}).get("move_in") and "move_in" not in facts:
        short = len(u.plain) <= 28 and u.top[1] < 0.9
        planned = ties.move_date(u, today) if correcting or short or LEANS.search(u.plain) else None
        if planned:  # 「やっぱり1月末に早まりそう」「2月1日のままで」「3月10日なら?」
            facts["move_in"], dated = planned, True
    if previous.get("facts", {}).get("any_marriage") == _ABROAD and not re.search(r"離婚|別れ|解消|divorc", u.plain):
        on_paper = facts.pop(
            "any_marriage", None
        )  # "But in Japan we're single on paper": still married to each other abroad
        if on_paper and memory.said and memory.said[-1]["say"] == "verdict":
            return check.Step(dict(previous), [dict(memory.said[-1])])
    if previous.get("facts", {}).get("any_marriage") == "de_facto_with_other" and not _PARTED.search(u.plain):
        on_paper = facts.pop("any_marriage", None)
        if on_paper and memory.said and memory.said[-1]["say"] == "verdict":
            return check.Step(dict(previous), [dict(memory.said[-1])])  # 「籍は入れてないから独身なんだけど」
    aged = previous.get("facts", {}).keys() & {"ages", "both_adults"}
    if correcting and aged and not facts.keys() & {"ages", "both_adults"}:
        bare = _BARE_AGE.findall(u.plain)  # 「ごめん18」
        if len(bare) == 1:
            facts["ages"] = [int(bare[0])]
    facts.update(_over(u, memory, previous, facts, today))
    strong = {k: v for k, v in facts.items() if k not in ("people_count", "open_minority") or v == "other"}
    if not previous.get("facts") or previous.get("active") or not strong:
        return None
    after_verdict = bool(memory.said) and memory.said[-1]["say"] == "verdict"
    explained = bool(memory.said) and memory.said[-1].get("id") in ENTRY_OF.values()  # of what stood in their way
    refused = after_verdict and verdicts.decision_for(
        previous["facts"] if unsaid else memory.said[-1]["facts"], today, direct=memory.said[-1].get("mode") == "direct"
    ).verdict.value in ("ineligible", "ask_office")
    asks = check._QUESTION.search(u.plain)
    cured = any(
        previous["facts"].get(key) not in (None, strong[key])
        for key in ("any_marriage", "any_other_partnership")
        if key in strong
    )  # 「朗報、解消の手続きが終わってた。これでどう?」
    moves_here = isinstance(strong.get("move_in"), list) and previous["facts"].get("links") == "none"
    of_papers = asks and (unsaid or u.top[0].startswith("faq/documents") and u.top[1] > _SURE_CASE)
    cured = refused and (cured or moves_here) and not of_papers
    if asks and not correcting and not cured and (_asks_something_else(u, list(strong)) or _asks_of_a_rule(u)):
        return None
    adds = (
        correcting
        or refused
        or _SUPPOSES.search(u.plain)
        or LEANS.search(u.plain)
        or not check._QUESTION.search(u.plain)
    )
    if not (correcting or dated or (after_verdict and adds) or (explained and _SUPPOSES.search(u.plain))):
        return None
    opened = facts.pop("open", [])
    # What has become doubtful is no longer taken from what was said before.
    doubtful = {key for requirement in opened for key in _ASKED_ABOUT.get(requirement, ((), _OF_THE_OATH))[1]}
    before = {k: v for k, v in previous["facts"].items() if k != "open" and k not in doubtful}
    supposes = _SUPPOSES.search(u.plain) and check._QUESTION.search(u.plain) and not correcting
    if previous.get("mode") != "direct":
        step = check.reopen({**previous, "facts": before}, facts, today, corrected=correcting)
        if supposes and step.specs[0]["say"] == "question":
            merged = reading.merge(before, facts)  # what would be is judged, not asked on
            spec = {"say": "verdict", "facts": merged, "mode": "direct", "leads": ["supposed"]}
            return check.Step({**previous, "facts": merged, "told": previous.get("told", before)}, [spec])
        label = u.top[0].removeprefix("faq/")
        explained = supposes and label.startswith("eligibility_") and u.top[1] > 0.5
        return check.Step(step.state, [entry(label), *step.specs]) if explained else step
    changed = any(before.get(key) not in (None, strong[key]) for key in _HARD if key in strong)
    full = _requirements_told(strong) >= _FULL_STATEMENT  # little is left to ask
    bare = not (correcting or refused or dated or supposes or opened or changed or full or asks)
    label, p = u.top
    elsewhere = (p > 0.5 and label.startswith(_NOT_OF_THE_CASE) and len(strong) < 2) or _HOLDS.search(u.plain)
    if bare and elsewhere:
        return None  # 「今は群馬で証明書もらってるんだけど」
    if bare and not previous["facts"].get("open"):
        # They go on telling: what is still open is asked for one by one instead of giving the same verdict again.
        return check.begin(reading.merge(before, facts), today, lead="noted")
    merged = {**reading.merge(before, facts), **({"open": opened} if opened else {})}
    spec: Spec = {
        "say": "verdict",
        "facts": merged,
        "mode": "direct",
        "leads": ["corrected"] if correcting else [],
    }
    if u.top[0] == "faq/eligibility_move_in":
        spec["entry"] = "eligibility_move_in"
    elif "relation" in facts and u.top[0] == "faq/eligibility_relatives":
        spec["entry"] = "eligibility_relatives"  # 「いとこなら?」: which relatives count is what is asked
    return check.Step({**previous, "facts": merged}, [spec])


_THERE = re.compile(r"^(?:そっち|そちら|そこ|あそこ)|\b(?:live|move in|stay) there\b")


def _of_what_was_named(u: Understanding, memory: Memory) -> bool:
    """「そっちは彼の姉も一緒に入れる?」 after an answer on a service: of that, and no relation of the couple."""
    last = [str(spec.get("id", "")) for spec in memory.said]
    return bool(_THERE.search(u.plain)) and any(name.startswith("coverage") for name in last)


_IS_OVER = re.compile(
    r"(?:終わっ|おわっ|解消し|解消でき|別れ|わかれ|離婚し|切れ)(?:て(?:い)?(?:る|ます|ました|た)|た|ました)|(?:解消|離婚)(?:は|が)?(?:済|ずみ|成立)|"
    r"\b(?:is|was|has been|that'?s|it'?s|it|that) (?:already )?(?:over|ended|done|dissolved)\b|\b(?:broke|split) up\b|\bgot divorced\b"
)
_NOT_OVER = re.compile(r"まだ|まえに|前に|予定|つもり|かも|たら|\b(?:not|yet|if|when|will)\b|n't\b")
_LIVES_WITH_NOBODY = re.compile(
    r"(?:誰|だれ)とも[^。]{0,6}(?:暮ら|くら|住|すん)[^。]{0,4}(?:な|ません)|\blives? (?:alone|with no ?(?:one|body))\b"
)


def _over(u: Understanding, memory: Memory, previous: dict[str, Any], facts: Facts, today: date) -> Facts:
    """「あ、ごめん、それは去年終わってます」 right after a no takes back the bond on which the no rested."""
    last = memory.said[-1] if memory.said else {}
    if last.get("say") != "verdict" or check._QUESTION.search(u.plain) or _NOT_OVER.search(u.plain):
        return {}
    alone = check._CORRECT.search(u.plain) and _LIVES_WITH_NOBODY.search(u.plain)
    alone = alone and previous.get("facts", {}).get("any_marriage") == "de_facto_with_other"
    if not (alone or _IS_OVER.search(u.plain)):
        return {}
    decision = verdicts.decision_for(last["facts"], today, direct=last.get("mode") == "direct")
    refused = {finding.requirement.value for finding in decision.with_status(Status.NOT_MET)}
    bonds = {"req-05-not-married": "any_marriage", "req-06-no-other-partner": "any_other_partnership"}
    return {key: "no" for name, key in bonds.items() if name in refused and key not in facts}


def _is_case(u: Understanding, facts: Facts, hard: list[str]) -> bool:
    """Whether the message is about filing in their own case, not about the certificate they hold or something else."""
    label, p = u.top
    own_case = u.says("about", 0.7) == "case" and _ELIGIBLE_ASK.search(u.plain)
    if facts.get("makes_oath") == "no" and (own_case or _FILING.search(u.plain)):
        return True  # 「都営住宅に入りたいだけ、約束する気はない」: whatever it is wanted for, this stands in the way
    told = facts.get("open") or set(hard) - _WHERE
    doubts_own = told and u.says("about", _SURE_CASE) == "case" and _FILING.search(u.plain)
    if u.mass("faq/oos") > 0.5 and len(hard) < 2 and not doubts_own:
        return False
    little = set(hard) <= _WHERE | {"links"} or label.startswith("faq/documents") and len(hard) < 2
    far = facts.get("links") == "none" and u.says("about", _SURE_CASE) == "case" and not _HOLDS.search(u.plain)
    sure_of_else = p > (0.7 if far else 0.5)  # "We live and work in Sendai, no plans to leave. Certificate possible?"
    if label.startswith(_OF_SOMETHING_ELSE) and sure_of_else and little and not _FILING_PLAINLY.search(u.plain):
        return False  # 「千代田区って区独自のやつ無いよね？住んでても意味ある？」
    if doubts_own and label.startswith("faq/oos") and set(hard) - _WHERE:
        return True  # 「卒業したら彼女と宣誓したい高2です」
    if label.startswith(_OF_THE_PROCEDURE) and p > 0.95 and not set(hard) - _WHERE:
        return False  # 「先週届け出たんですが、進み具合はどこで分かりますか」
    refuses = facts.get("has_sexual_minority") == "no" or facts.get("makes_oath") == "no"
    if p < 0.5 and (refuses or len(u.plain) <= 24 and hard and _FILING.search(u.plain)):
        return True  # 「ゲイカップル 練馬 申し込める?」
    if label == "faq/changes_move_within_tokyo" and p > 0.6:
        return False  # they hold a certificate already
    moving_here = "move_in" in facts and any(facts.get(k) for k in ("outside", "outside_named", "one_outside"))
    if not label.startswith("faq/eligibility") and _HOLDS.search(u.plain):
        return False
    if _asks_something_else(u, hard):
        return False
    own = u.says("about", 0.7) == "case"
    here = any(place[0] != "area" for place in u.places)
    if label.startswith("faq/changes") and len(hard) < 2 and not moving_here and not (own and here and p < 0.9):
        return False
    if u.says("about", 0.7) == "other" and label != "check_eligibility" and len(hard) < 2:
        return False
    if label == "check_eligibility" and not hard and facts.get("has_sexual_minority") != "no":
        return bool(facts.get("has_sexual_minority") and _DO_WE.search(u.plain))
    about = (
        label == "check_eligibility"
        or label.startswith("faq/eligibility")
        or (u.mass("check_eligibility", "faq/eligibility") > 0.45 and p < 0.4)
        or len(hard) >= 3
        or facts.get("links") == "none"
        or (own and facts.get("open") and bool(_FILING.search(u.plain)))
        or moving_here
        or (own and set(hard) - _WHERE and (p < 0.75 or label.startswith(_NEAR)))
        or (own and hard and (label.startswith(_NEAR) or u.mass("faq/eligibility", "check_eligibility") > 0.1))
        or (len(hard) >= 2 and (label.startswith(("faq/crisis", "faq/changes")) or not label.startswith("faq/")))
    )
    if about:
        return True
    near = u.mass("faq/eligibility", "check_eligibility", "faq/smalltalk_coming_out") > 0.15
    return (
        (len(hard) >= _STATEMENT_ONLY and near)
        or ("relation" in facts and p < 0.6 and bool(_ELIGIBLE_ASK.search(u.plain)))
        or (facts.get("has_sexual_minority") == "no" and near)
    )


def _only_asks_of_something_else(u: Understanding) -> bool:
    """「ビザはどうですか。パートナーは外国人です」: what is asked is not about filing, the rest is told along with it."""
    asked = [ranking[0] for text, ranking in u.parts if ranking and _ASKING.search(text)]
    told = [text for text, ranking in u.parts if not _ASKING.search(text)]
    of_filing = any(_FILING.search(text) for text, _ in u.parts if text not in told)
    elsewhere = all(label.startswith(_OF_SOMETHING_ELSE) and p > 0.75 for label, p in asked)
    return bool(asked and told) and elsewhere and not of_filing


_ASKING = re.compile(r"[?？]|か$|か。|どう|何|いくら|\b(?:what|how|can|do|does|is|are)\b")


def _asks_of_a_rule(u: Understanding) -> bool:
    """「ゲイだって証明を出せとか言われる?」: no fact of theirs, whatever words of theirs it uses."""
    return any(u.sure(label, 0.9) for label in _RULES_ALONE)


_RULES_ALONE = ("faq/eligibility_no_proof_of_orientation", "faq/eligibility_income_residence_length")


def _asks_something_else(u: Understanding, hard: list[str]) -> bool:
    """「蒲田に住んでます、大田区で使い道ありますか」: where they live is told, what they ask is not about filing."""
    label, p = u.top
    if not label.startswith(_OF_SOMETHING_ELSE) or p < 0.75:
        return False
    return not _FILING.search(u.plain) or (p >= 0.95 and set(hard) <= _WHERE | {"links", "move_in"})


def _refusal(facts: Facts, today: date) -> str | None:
    """The entry that explains the first requirement not met."""
    decision = verdicts.decision_for(facts, today, direct=True)
    name = next(
        (
            ENTRY_OF[f.requirement.value]
            for f in decision.with_status(Status.NOT_MET)
            if f.requirement.value in ENTRY_OF
        ),
        None,
    )
    return "eligibility_move_in" if name == "eligibility_tokyo_link" and facts.get("move_in") else name
