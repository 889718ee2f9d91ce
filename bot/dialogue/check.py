"""The eligibility check as a conversation: a pure step from state and message to state and things to say.

Why not a Rasa form: see docs/decisions/0003-dialogue.md. The state is a plain dict that lives in the slot `check`:
`facts` (see `situation.read`), `asked`, `declined`, `trail` (earlier facts, for going back), `active`, `misses`.
"""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from bot.dialogue import situation as reading
from bot.dialogue import stated, ties
from bot.dialogue.ages import bare_ages
from bot.dialogue.facts import Facts
from bot.dialogue.implied import ABOUT_THE_RULE
from bot.dialogue.speaking import Spec
from bot.dialogue.understanding import Understanding
from bot.rules.conditions import Fact, Status
from bot.rules.eligibility import Verdict
from bot.rules.interview import next_requirement
from bot.rules.situation import Kinship

State = dict[str, Any]

_YES = re.compile(
    r"^(?:はい|うん|ええ|そう(?:です|だよ|やで|だね|ね)?|あります|あるよ|ある|います|いるよ|いる|してます|しています|している|してる|そのとおり|その通り|もちろん|大丈夫(?:です)?|だいじょうぶ(?:です)?|ok|オッケー|オーケー|できます|できる|約束(?:できます|します)|当てはまります|当てはまる|あてはまります|該当します|両方|二人とも(?:です|はい|そうです)?|どちらも(?:です|はい)?|yes|yep|yeah|yea|yup|sure|of course|correct|right|we do|we are|both|i do|both of us|one of us|hai|一人(?:です|だけ)?|片方(?:です|だけ)?)(?:[。!！、,.\s]|です|$)"
)
_NO = re.compile(
    r"^(?:いいえ|いや|いえ|ううん|ちが(?:う|います)|違(?:う|います)|ない(?:です|よ|$)|なし|なしです|ありません|いません|いないです?|いない|おりません|してません|してない(?:です)?|していません|していない(?:です)?|まだ(?:です)?|no|nope|nah|none|neither(?: of us)?(?=[.!, ]*$)|not really|we don'?t|we aren'?t|never|iie|ノー|ゼロ|当てはまりません|当てはまらない|該当しません)(?:[。!！、,.\s]|です|$)"
)
_DONT_KNOW = re.compile(
    r"(?:分か|わか|判)(?:ら(?:ない|ん|なく|へん)|りません|んない)|しらない|知らない|知りません|どうだろ|不明|don'?t know|not sure|dunno|unsure|no idea|wakaranai|さあ"
)
_RATHER_NOT = re.compile(
    r"(?:言|い|答え|こたえ|話し|はなし|書き|教え)(?:い|え)?たく(?:ない|ありません|ないです)|こたえたくない|答えたくありません|ノーコメント|秘密|ないしょ|内緒|パス|rather not|prefer not|don'?t want to (?:say|answer|tell)|won'?t say|no comment|private|none of your"
)
_BACK = re.compile(
    r"(?:一つ|ひとつ|1つ|前|まえ|ひとつまえ)(?:の質問)?(?:に|へ)?(?:もど|戻)|戻って|もどって|go back|previous question|back one|^back$|modoru"
)
_CORRECT = re.compile(
    r"やっぱり|やっぱ|(?:あ|え)、?(?:ごめん|すみません|すいません)|ごめん(?:、|なさい|$|\s?\d)|間違(?:い|え|っ)|まちが|訂正|じゃなくて|ではなくて|ちがった|違った|さっきの|先ほどの|actually|(?:^|\b)sorry\b|i was wrong|mistake|correction|i meant|sorry,? (?:i|my|not)|not \d+ but|wait,? (?:my|i|we|he|she)"
)
_QUESTION = re.compile(
    r"[?？]|(?:です|ます|でしょう|ません)か(?:[。、\s]|$)|教えて|おしえて|って(?:何|なに|なん|どう|いくら|いつ|どこ)|^(?:what|how|when|where|who|can|do|does|is|are|will|which|why)\b|かな$|の$"
)
_PLAIN_YES_NO = re.compile(
    r"(?:はい|うん|ええ|いいえ|いや|ううん|そうです|yes|yeah|nope)[、。,.! ]|^no(?:[,.!]| (?=(?:we|i|he|she|it|not)\b))"
)
_PROMISE = re.compile(
    r"誓(?:え|い|う)|約束(?:は|も|を)?(?:でき|し|ok|オッケー)|宣誓(?:する|します|できます)|支え合(?:う|い|って)|\bpromise\b|swear"
)
# 「性的マイノリティかって?そうやで」: our question said again before it is answered.
_ECHO = re.compile(r"(?:^|[。!！、])[^?？。!！]{2,24}[?？]\s*(?P<answer>[^?？]+)$")
# Whom they love, or that they are two women or two men, said in answer to whether one of them is of a minority; 「普通に」 and "straight" say the opposite.
_WHOM_THEY_LOVE = re.compile(
    r"(?:女|男|おんな|おとこ|同性|どうせい)(?:の?(?:人|ひと|子|こ|性))?(?:同士|どうし)?(?:の(?:こと|方))?(?:が|も|を)\s?(?:好き|すき|好ぎ|愛)|恋愛対象(?:は|が)|(?:女|おんな)(?:の(?:人|ひと|子|こ)|性)?(?:と|、)\s?(?:女|おんな)|(?:男|おとこ)(?:の(?:人|ひと|子|こ)|性)?(?:と|、)\s?(?:男|おとこ)|(?:どっちも|どちらも|[二2]人とも|ふたりとも|両方とも?)、?\s?(?:女|男|おんな|おとこ)|\b(?:i|we|he|she) (?:both )?(?:like|love|am into|are into|is into|date)s? (?:men|women|guys|girls)\b"
)
_NOT_A_MINORITY = re.compile(
    r"普通|ふつう|異性|ノーマル|ストレート|のんけ|ノンケ|違|ちが|いいえ|ない|straight|\bno\b|\bnot\b|n't\b"
)
_CONTINUE = re.compile(
    r"^(?:ok|okay|よかった|なるほど|わかりました|了解|じゃあ|では|それで|alright|right|got it)[、。,. ]*(?:続け|continue|go on|next|次)?"
)
_SURE = 0.85
_ANSWERED = 0.45
_DOUBTED = 0.3


@dataclass(frozen=True)
class Step:
    """What the check says next; `specs` empty means: this message was not meant for the check."""

    state: State
    specs: list[Spec] = field(default_factory=list)
    interrupted: bool = False
    """The message asks something else: answer that first, then say `resume_specs`."""


def begin(facts: Facts, today: date, *, lead: str = "begin") -> Step:
    """Starts a check with what was said already."""
    state: State = {
        "facts": {k: v for k, v in facts.items()},
        "asked": None,
        "declined": [],
        "trail": [],
        "active": True,
        "misses": 0,
    }
    return _advance(state, today, [lead])


def reopen(state: State, facts: Facts, today: date, *, corrected: bool) -> Step:
    """Takes one more fact, or a changed one, after the verdict: asks what is open now, or gives the verdict anew."""
    before = state["facts"]
    state = {
        **state,
        "facts": reading.merge(before, facts),
        "declined": [d for d in state["declined"] if not _settles(facts, d)],
        "trail": [*state["trail"][-8:], [before, state.get("asked")]],
        "active": True,
    }
    return _advance(state, today, ["corrected" if corrected else "noted"])


def question_spec(state: State, *leads: str, why: bool = False) -> Spec:
    """The pending question, said again."""
    return {"say": "question", "fact": state["asked"], "leads": list(leads), "why": why}


def says_yes(plain: str) -> bool:
    """Whether a short message says yes."""
    return bool(_YES.search(plain))


def says_no(plain: str) -> bool:
    """Whether a short message says no."""
    return bool(_NO.search(plain))


def step(state: State, u: Understanding, today: date) -> Step:
    """Takes one message into an active check."""
    state = deepcopy(state)
    label, p = u.top
    asked = state.get("asked")
    if label == "why_ask" and p > 0.4:
        return Step(state, [question_spec(state, why=True)])
    if _BACK.search(u.plain) or (label == "go_back" and p > 0.5):
        return go_back(state, today)
    facts = stated.read(u, today)
    if (echo := _ECHO.search(u.plain)) and says_yes(echo["answer"]) != says_no(echo["answer"]):
        u = replace(u, plain=echo["answer"], ranking=())
        label, p = u.top
        facts.pop("open", None)  # what sounded like a doubt was our own question
    if asked == "tokyo_link" and not facts.keys() & {"links", "outside", "move_in", "open_link"}:
        far = any(place[1] == "outside_tokyo" for place in u.places)
        near = [link for link in dict.fromkeys(u.links) if link != "move_in"]
        if not far and (near or u.places):
            facts["links"] = near or ["live"]
    _hear(u, asked, facts)
    if asked == "both_adults" and not facts.keys() & {"both_adults", "open", "age_instead_of"}:
        ages = list(dict.fromkeys([*bare_ages(u.plain), *facts.get("ages", ())]))[:2]
        if len(ages) > len(facts.get("ages", ())):
            facts["ages"] = ages  # "34 and 31, never married": numbers alone are ages where ages were asked for
    if asked == "move_in_date" and "move_in" not in facts:
        planned = ties.move_date(u, today)
        if planned:
            facts["move_in"] = planned
    if "makes_oath" not in facts and _PROMISE.search(u.plain) and not _QUESTION.search(u.plain):
        facts["makes_oath"] = "yes"
    told = facts.keys() - {"open", "open_minority", "outside_named", "open_link", "people_count", "makes_oath"}
    # A sentence about something else is no yes or no to our question: "Neither of us lives in Tokyo".
    answered = (
        {} if told and len(u.plain) > 14 and not _PLAIN_YES_NO.match(u.plain) else _short_answer(u.plain, asked, facts)
    )
    facts.update(answered)
    correcting = bool(_CORRECT.search(u.plain)) or (label == "correct" and p > 0.5)
    useful = {k for k in facts if k not in ("open_minority", "open", "outside_named", "open_link")}
    asks_else = (
        bool(_QUESTION.search(u.plain))
        and label.startswith("faq/")
        and not label.startswith(("faq/smalltalk", "faq/eligibility"))
        and p > 0.3
    )
    new = {k for k in useful if state["facts"].get(k) != facts[k]}
    of_the_rule = label.startswith("faq/eligibility") and p > 0.6 and bool(_QUESTION.search(u.plain)) and not answered
    if of_the_rule and (not new or ABOUT_THE_RULE.search(u.plain)):
        return Step(state, [], interrupted=True)  # 「性別変更してないと不利ですか」: answered before the check goes on
    if useful and not (asks_else and not answered):
        if correcting and not answered:
            state["declined"] = [d for d in state["declined"] if not _settles(facts, d)]
        before = deepcopy(state["facts"])
        state["trail"] = [*state["trail"][-8:], [before, asked]]
        state["facts"] = reading.merge(before, facts)
        state["misses"] = 0
        return _advance(state, today, ["corrected" if correcting and set(facts) & set(before) else "noted"])
    if correcting and label == "correct":
        return go_back(state, today)
    if _RATHER_NOT.search(u.plain) or (label == "prefer_not_to_say" and p > 0.5):
        if asked == "has_sexual_minority":
            state["facts"]["has_sexual_minority"] = "prefer_not_to_say"
        else:
            state["declined"].append(asked)
        return _advance(state, today, ["skipped"])
    if (_DONT_KNOW.search(u.plain) and not asks_else) or (label == "dont_know" and p > 0.5):
        if not (asks_else or label.startswith("faq/") and _QUESTION.search(u.plain) and p > 0.5):
            state["declined"].append(_declined_fact(u.plain, asked))
            return _advance(state, today, ["skipped"])
    if label.startswith("faq/") and (p > 0.25 or _QUESTION.search(u.plain)):
        return Step(state, [], interrupted=True)
    if label in ("affirm", "resume", "check_eligibility") or _CONTINUE.match(u.plain):
        return Step(state, [question_spec(state, "go_on")])
    state["misses"] += 1
    if state["misses"] >= 3:
        state["declined"].append(asked)
        state["misses"] = 0
        return _advance(state, today, ["give_up"])
    return Step(state, [question_spec(state, "unclear")])


# What is asked, the slot of the reader that hears it, and what its favourable value means.
_HEARD = {
    "has_sexual_minority": ("minority", "yes", "has_sexual_minority", "yes"),
    "both_adults": ("adults", "yes", "both_adults", "yes"),
    "any_marriage": ("marriage", "free", "any_marriage", "no"),
    "any_other_partnership": ("partnership", "free", "any_other_partnership", "no"),
    "close_relatives": ("kin", "none", "relation", [Kinship.NONE.value, None]),
}


def _hear(u: Understanding, asked: str | None, facts: Facts) -> None:
    """An answer to our own question is expected to be about it, so the reader need be less sure than of a word let fall."""
    if u.says("minority", _SURE) == "yes":
        facts.setdefault("has_sexual_minority", "yes")  # told while they are being asked: their own word
    if asked == "has_sexual_minority" and _WHOM_THEY_LOVE.search(u.plain) and not _NOT_A_MINORITY.search(u.plain):
        facts.setdefault("has_sexual_minority", "yes")
    if asked not in _HEARD:
        return
    slot, value, key, meaning = _HEARD[asked]
    if key not in facts and not facts.get("open") and not (key == "both_adults" and "ages" in facts):
        if u.says(slot, _ANSWERED) == value and u.doubt(slot) < _DOUBTED and not _QUESTION.search(u.plain):
            facts[key] = meaning


def _declined_fact(plain: str, asked: str) -> str:
    """「前のパートナーシップが解消できてるか分からない」 leaves that open, whatever was asked."""
    if re.search(r"パートナーシップ|宣誓|partnership", plain):
        return "any_other_partnership"
    if re.search(r"離婚|結婚|籍|divorce|married", plain):
        return "any_marriage"
    return asked


def _settles(facts: Facts, declined: str) -> bool:
    return declined in facts or (declined == "tokyo_link" and "links" in facts)


def go_back(state: State, today: date) -> Step:
    if state["trail"]:
        before, state["asked"] = state["trail"].pop()
        asked = state["asked"]
        # What was said since stays said; the question that is asked again may change it.
        state["facts"] = {**before, **state["facts"]}
        state["declined"] = [d for d in state["declined"] if d != asked]
    state["active"] = True
    if state.get("asked"):
        return Step(state, [question_spec(state, "back")])
    return _advance(state, today, ["back"])


def _advance(state: State, today: date, leads: list[str]) -> Step:
    """Asks what is still needed, or gives the verdict."""
    from bot.dialogue.verdicts import decision_for

    facts = {**state["facts"], "declined": state["declined"]}
    decision = decision_for(facts, today, direct=False)
    settled = decision.verdict in (Verdict.INELIGIBLE, Verdict.ASK_OFFICE)
    if isinstance(facts.get("move_in"), list) and "move_in_date" not in state["declined"]:
        state["declined"] = [*state["declined"], "move_in_date"]  # a month was said; asking again would only press
    declined = [Fact(d) for d in state["declined"] if d in Fact._value2member_map_]
    question = None if settled else next_requirement(reading.situation(facts, today), today, declined=declined)
    if question is None:
        state["active"] = False
        state["asked"] = None
        lead = [name for name in leads if name == "corrected"]
        verdict: Spec = {"say": "verdict", "facts": facts, "mode": "final", "leads": lead}
        ready = decision.verdict is Verdict.ELIGIBLE
        return Step(state, [verdict, {"say": "papers", "facts": facts}] if ready else [verdict])
    if decision.with_status(Status.UNKNOWN) and question.fact.value != state.get("asked"):
        state["misses"] = 0
    state["asked"] = question.fact.value
    state["active"] = True
    return Step(state, [question_spec(state, *leads)])


def _short_answer(plain: str, asked: str | None, facts: Facts) -> Facts:
    """Reads yes or no as an answer to the question asked, unless the message said it in words of its own."""
    if asked is None:
        return {}
    key = {"close_relatives": "relation", "tokyo_link": "links", "both_adults": "both_adults"}.get(asked, asked)
    if key in facts or (asked == "both_adults" and "ages" in facts) or (asked == "tokyo_link" and ("move_in" in facts)):
        return {}
    yes, no = says_yes(plain), says_no(plain)
    if (yes and re.search(r"いいえ|\bno\b|どちらとも", plain)) or re.search(r"(?:ない|なく)(?:こと)?[はも]ない", plain):
        return {}
    if asked in ("any_marriage", "any_other_partnership") and re.search(
        r"^(?:どちらも|二人とも|どっちも)?(?:して(?:い)?(?:ません|ない)|いません|いない|ないです)", plain
    ):
        yes, no = False, True
    if yes == no:
        return {}
    answers: dict[str, tuple[Any, Any]] = {
        "people_count": ("two", "other"),
        "has_sexual_minority": ("yes", "no"),
        "makes_oath": ("yes", "no"),
        "both_adults": ("yes", "no"),
        "any_marriage": ("yes", "no"),
        "any_other_partnership": ("yes", "no"),
        "close_relatives": (["yes", None], ["no", None]),
        "tokyo_link": (["live"], "none"),
    }
    if asked not in answers:
        return {}
    return {key: answers[asked][0 if yes else 1]}
