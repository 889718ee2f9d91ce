"""The eligibility check step by step, with messages understood by hand: no model, no Rasa."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from understood import TODAY

from bot.dialogue import check, verdicts

ORDER = ("has_sexual_minority", "both_adults", "any_marriage", "any_other_partnership", "close_relatives", "tokyo_link")


class Check:
    """A running check; `say` takes one message and remembers the state."""

    def __init__(self, understood: Callable[..., Any], facts: dict[str, Any] | None = None) -> None:
        self._understood = understood
        self.step = check.begin(facts or {}, TODAY)

    def say(self, text: str, *ranking: tuple[str, float]) -> Any:
        self.step = check.step(self.step.state, self._understood(text, *ranking), TODAY)
        return self.step

    @property
    def state(self) -> dict[str, Any]:
        return self.step.state

    @property
    def asked(self) -> str | None:
        return self.step.state["asked"]

    @property
    def verdict(self) -> str | None:
        spec = next((s for s in self.step.specs if s["say"] == "verdict"), None)
        return verdicts.decision_for(spec["facts"], TODAY, direct=False).verdict.value if spec else None


@pytest.fixture
def running(understood: Callable[..., Any]) -> Callable[..., Check]:
    return lambda **facts: Check(understood, facts)


ANSWERS_YES = {
    "has_sexual_minority": "はい",
    "both_adults": "はい",
    "any_marriage": "いいえ",
    "any_other_partnership": "いいえ",
    "close_relatives": "いいえ",
    "tokyo_link": "はい",
}


@pytest.mark.parametrize(
    "words",
    [
        ("はい", "いいえ"),
        ("うん", "ううん"),
        ("yes", "no"),
        ("Yes", "No."),
        ("yep", "nope"),
        ("あります", "ありません"),
        ("そうです", "違います"),
        ("hai", "iie"),
        ("ＹＥＳ", "ＮＯ"),
        ("はい！", "いいえ。"),
    ],
)
def test_a_couple_that_meets_everything_is_eligible(running: Callable[..., Check], words: tuple[str, str]) -> None:
    held = running()
    for _ in range(len(ORDER)):
        held.say(words[0] if ANSWERS_YES[held.asked] == "はい" else words[1])
    assert held.verdict == "eligible"
    assert held.state["active"] is False


def test_every_question_is_asked_once_and_at_most_six(running: Callable[..., Check]) -> None:
    held, asked = running(), []
    while held.asked:
        asked.append(held.asked)
        held.say(ANSWERS_YES[held.asked])
    assert sorted(asked) == sorted(ORDER)


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("both_adults", "いいえ"),
        ("any_marriage", "はい"),
        ("any_other_partnership", "はい"),
        ("tokyo_link", "いいえ"),
        ("has_sexual_minority", "いいえ"),
    ],
)
def test_one_unmet_requirement_ends_the_check_at_once(
    running: Callable[..., Check], question: str, answer: str
) -> None:
    held = running()
    while held.asked and held.asked != question:
        held.say(ANSWERS_YES[held.asked])
    held.say(answer)
    assert held.verdict == "ineligible"


def test_close_relatives_are_asked_how_near_or_refused(running: Callable[..., Check]) -> None:
    held = running()
    while held.asked != "close_relatives":
        held.say(ANSWERS_YES[held.asked])
    held.say("はい")
    assert held.verdict != "eligible"


def test_what_was_said_before_is_not_asked_again(running: Callable[..., Check]) -> None:
    held = running(ages=[25, 30], any_marriage="no", links=["live"])
    asked = []
    while held.asked:
        asked.append(held.asked)
        held.say(ANSWERS_YES[held.asked])
    assert not {"both_adults", "any_marriage", "tokyo_link"} & set(asked)
    assert held.verdict == "eligible"


def test_one_message_may_answer_several_questions(running: Callable[..., Check]) -> None:
    held = running()
    held.say("女性同士で、二人とも30代、どちらも独身、ほかの相手なし、親戚でもないです")
    assert held.asked == "tokyo_link"
    held.say("私は新宿で働いてます")
    assert held.verdict == "eligible"


def test_an_answer_in_words_counts_more_than_its_yes(running: Callable[..., Check]) -> None:
    held = running(has_sexual_minority="yes")
    assert held.asked == "both_adults"
    held.say("はい、私は20歳で彼は17歳です")
    assert held.verdict == "ineligible"


@pytest.mark.parametrize("text", ["分からない", "わからないです", "知らない", "I don't know", "not sure", "さあ"])
def test_not_knowing_leaves_the_point_open_and_goes_on(running: Callable[..., Check], text: str) -> None:
    held = running(has_sexual_minority="yes", both_adults="yes")
    before = held.asked
    held.say(text)
    assert held.asked not in (None, before)
    while held.asked:
        held.say(ANSWERS_YES[held.asked])
    assert held.verdict in ("conditional", "ask_office")


@pytest.mark.parametrize(
    "text",
    ["答えたくない", "言いたくないです", "ノーコメント", "I'd rather not say", "prefer not to say", "ひみつ、内緒"],
)
def test_refusing_to_say_is_respected(running: Callable[..., Check], text: str) -> None:
    held = running()
    assert held.asked == "has_sexual_minority"
    held.say(text)
    assert held.asked not in (None, "has_sexual_minority")
    while held.asked:
        held.say(ANSWERS_YES[held.asked])
    assert held.verdict in ("eligible", "conditional")
    assert held.verdict != "ineligible"


@pytest.mark.parametrize("question", ORDER[1:])
def test_refusing_any_question_never_makes_a_yes(running: Callable[..., Check], question: str) -> None:
    held = running()
    while held.asked:
        held.say("答えたくない" if held.asked == question else ANSWERS_YES[held.asked])
    assert held.verdict in ("conditional", "ask_office")


@pytest.mark.parametrize("text", ["一つ前に戻って", "もどって", "go back", "previous question"])
def test_going_back_asks_the_last_question_again(running: Callable[..., Check], text: str) -> None:
    held = running()
    first = held.asked
    held.say("はい")
    assert held.asked != first
    held.say(text)
    assert held.asked == first
    held.say("いいえ")
    assert held.verdict == "ineligible"  # the new answer is the one that counts


def test_going_back_and_telling_something_else_keeps_what_was_said(running: Callable[..., Check]) -> None:
    held = running()
    first = held.asked
    held.say("はい")
    held.say("一つ前に戻って")
    held.say("二人とも独身です")
    assert held.asked not in (None, first)


def test_going_back_at_the_beginning_asks_again(running: Callable[..., Check]) -> None:
    held = running()
    first = held.asked
    held.say("戻って")
    assert held.asked == first
    assert held.step.specs


@pytest.mark.parametrize(
    ("first", "correction", "verdict"),
    [
        ("二人とも25歳です", "やっぱり間違い、相手は17です", "ineligible"),
        ("we are both 25", "actually, she is 17", "ineligible"),
        ("二人とも18歳以上です", "さっきの間違い、相手は17歳です", "ineligible"),
    ],
)
def test_a_correction_changes_the_fact(
    running: Callable[..., Check], first: str, correction: str, verdict: str
) -> None:
    held = running(has_sexual_minority="yes")
    held.say(first)
    held.say(correction)
    assert held.verdict == verdict


def test_a_correction_says_that_something_was_changed(running: Callable[..., Check]) -> None:
    held = running(has_sexual_minority="yes")
    held.say("二人とも25歳です")
    held.say("やっぱり二人とも30歳です")
    assert "corrected" in held.step.specs[0]["leads"]


def test_a_question_about_something_else_interrupts(running: Callable[..., Check]) -> None:
    held = running()
    before = held.state
    held.say("費用はいくらですか？", ("faq/application_fee", 0.9))
    assert held.step.interrupted
    assert held.state == before


def test_why_do_you_ask_is_answered_and_the_question_stays(running: Callable[..., Check]) -> None:
    held = running()
    asked = held.asked
    held.say("なんで聞くの？", ("why_ask", 0.9))
    assert held.asked == asked
    assert held.step.specs[0]["why"] is True


def test_three_unclear_answers_skip_the_question(running: Callable[..., Check]) -> None:
    held = running()
    asked = held.asked
    for _ in range(2):
        held.say("ほげほげ")
        assert held.asked == asked
        assert "unclear" in held.step.specs[0]["leads"]
    held.say("ぷーぷー")
    assert held.asked != asked
    assert asked in held.state["declined"]


def test_clear_answers_in_between_forgive_unclear_ones(running: Callable[..., Check]) -> None:
    held = running()
    held.say("ほげほげ")
    held.say("はい")
    held.say("ほげほげ")
    held.say("ほげほげ")
    assert held.state["declined"] == []


@pytest.mark.parametrize("text", ["はい、いいえ", "yes and no", "うーん", "…"])
def test_an_ambiguous_answer_is_not_taken_for_either(running: Callable[..., Check], text: str) -> None:
    held = running(has_sexual_minority="yes")
    asked = held.asked
    held.say(text)
    assert asked not in held.state["facts"]


@pytest.mark.parametrize("text", ["ないわけない", "いないことはない"])
def test_a_twisted_answer_is_never_a_favourable_one(running: Callable[..., Check], text: str) -> None:
    held = running(has_sexual_minority="yes", both_adults="yes")
    assert held.asked == "any_marriage"
    held.say(text)
    assert held.state["facts"].get("any_marriage") != "no"


def test_moving_in_is_asked_when(running: Callable[..., Check]) -> None:
    held = running(
        has_sexual_minority="yes",
        both_adults="yes",
        any_marriage="no",
        any_other_partnership="no",
        relation=["no", None],
    )
    assert held.asked == "tokyo_link"
    held.say("東京に引っ越す予定です")
    assert held.asked == "move_in_date"


@pytest.mark.parametrize(
    ("text", "verdicts_"),
    [
        ("来月です", {"eligible"}),
        ("来月", {"eligible"}),
        ("12月5日です", {"eligible"}),
        ("1か月後です", {"eligible"}),
        ("next month", {"eligible"}),
        ("来年の2月ごろ", {"eligible", "conditional"}),
        ("来年の8月です", {"ineligible", "conditional"}),
        ("2年後", {"ineligible", "conditional"}),
        ("分からない", {"conditional"}),
    ],
)
def test_the_date_of_the_move_decides(running: Callable[..., Check], text: str, verdicts_: set[str]) -> None:
    """The question itself suggests 「来月」 and 「2月ごろ」 as answers."""
    held = running(
        has_sexual_minority="yes",
        both_adults="yes",
        any_marriage="no",
        any_other_partnership="no",
        relation=["no", None],
    )
    held.say("東京に引っ越す予定です")
    assert held.asked == "move_in_date"
    held.say(text)
    assert held.verdict in verdicts_


def test_the_state_is_plain_json_at_every_step(running: Callable[..., Check]) -> None:
    """It lies in a Rasa slot."""
    import json

    held = running()
    for text in (
        "女性同士です",
        "来月引っ越す",
        "二人とも25歳",
        "一つ前に戻って",
        "答えたくない",
        "ほげ",
        "いいえ",
        "いとこです",
    ):
        held.say(text)
        assert json.loads(json.dumps(held.state)) == held.state
        assert json.loads(json.dumps(held.step.specs)) == held.step.specs


def test_a_step_leaves_the_given_state_alone(running: Callable[..., Check], understood: Callable[..., Any]) -> None:
    import copy

    held = running()
    before = copy.deepcopy(held.state)
    check.step(held.state, understood("二人とも25歳です"), TODAY)
    assert held.state == before


def test_the_trail_does_not_grow_without_end(running: Callable[..., Check]) -> None:
    held = running()
    for n in range(40):
        held.say(f"やっぱり二人とも{20 + n}歳です")
    assert len(held.state["trail"]) <= 10
