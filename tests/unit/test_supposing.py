"""What is taken for a bare supposition after a verdict, and what it supposes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from understood import TODAY

from bot.dialogue.responder import Responder
from bot.dialogue.turn import Memory, Turn

MARRIED = {"any_marriage": "yes", "links": ["live"]}
REGISTERED = {"any_other_partnership": "yes", "links": ["live"]}
FAR = {"links": "none", "outside": True, "any_marriage": "no"}
YOUNG = {"ages": [17, 19], "links": ["live"]}


@pytest.fixture(scope="module")
def responder(knowledge: Any) -> Responder:
    return Responder(knowledge)


@pytest.fixture
def after(responder: Responder, understood: Callable[..., Any]) -> Callable[..., Turn]:
    """Answers a message said right after a direct verdict on some facts."""

    def respond(facts: dict[str, Any], text: str, *ranking: tuple[str, float], **state: Any) -> Turn:
        verdict = {"say": "verdict", "facts": facts, "mode": "direct"}
        check = {"facts": facts, "mode": "direct", "active": False, "declined": [], **state}
        return responder.respond(understood(text, *ranking), Memory(said=(verdict,), check=check), TODAY)

    return respond


@pytest.mark.parametrize(
    ("facts", "text", "changed"),
    [
        (MARRIED, "離婚したら?", {"any_marriage": "no"}),
        (MARRIED, "その人と別れたあとなら?", {"any_marriage": "no"}),
        (MARRIED, "What if the divorce is final by then?", {"any_marriage": "no"}),
        (REGISTERED, "那覇のを解消したら?", {"any_other_partnership": "no"}),
        (REGISTERED, "前のを返納してからなら出せますか", {"any_other_partnership": "no"}),
        (FAR, "新宿の店に転職したら?", {"links": ["work"]}),
        (FAR, "都内の大学に入学したら？", {"links": ["study"]}),
        (FAR, "what if I transfer to our Tokyo office?", {"links": ["work"]}),
    ],
)
def test_what_is_supposed_is_judged_as_if_so(
    after: Callable[..., Turn], facts: dict[str, Any], text: str, changed: dict[str, Any]
) -> None:
    turn = after(facts, text, ("faq/oos_other", 0.9))
    assert turn.specs[0]["say"] == "verdict"
    assert turn.specs[0]["leads"] == ["supposed"]
    assert changed.items() <= turn.specs[0]["facts"].items()
    assert turn.check is not None
    assert turn.check["told"] == facts  # a supposition is no fact


@pytest.mark.parametrize(
    ("facts", "text", "explains"),
    [
        (MARRIED, "離婚しないままでも?", "eligibility_not_married"),
        (REGISTERED, "まだ解消の途中だったら?", "eligibility_other_partner"),
        (FAR, "大宮の店に転職したら?", "eligibility_tokyo_link"),
        (FAR, "入学したあとなら?", "eligibility_tokyo_link"),
        (YOUNG, "親の同意書があっても?", "eligibility_age"),
        (YOUNG, "おやが いいと いったら?", "eligibility_age"),
        (YOUNG, "Even with my parents' permission?", "eligibility_age"),
    ],
)
def test_what_changes_nothing_is_explained(
    after: Callable[..., Turn], facts: dict[str, Any], text: str, explains: str
) -> None:
    assert [spec.get("id") for spec in after(facts, text, ("faq/oos_other", 0.9)).specs] == [explains]


@pytest.mark.parametrize(
    ("text", "need"),
    [
        ("届け出たあと引っ越す場合の手続きは何を出せばいい?", "faq/changes_move_within_tokyo"),
        ("日曜でも?", "faq/application_24h"),
        ("証明書をなくしたら?", "faq/changes_lost"),
        ("離婚したら証明書は返すのですか", "faq/changes_breakup"),
        ("when can we call the office?", "faq/support_office"),
    ],
)
def test_another_need_is_no_supposition(after: Callable[..., Turn], text: str, need: str) -> None:
    assert after(MARRIED, text, (need, 0.95)).specs[0]["id"] == need.removeprefix("faq/")


def test_a_cry_for_help_that_only_supposes_is_heard_first(after: Callable[..., Turn]) -> None:
    assert after(MARRIED, "もう死にたいと言ったら?", ("faq/crisis_suicide", 0.9)).specs[0]["id"] == "crisis_suicide"


def test_a_move_put_off_is_judged_by_its_new_day(after: Callable[..., Turn]) -> None:
    coming = {"any_marriage": "no", "move_in": ["2027-01-20", "2027-01-20"]}
    turn = after(coming, "引っ越しが5月に延びたらどうなります?", ("faq/changes_move_out", 0.92))
    assert turn.specs[0]["facts"]["move_in"] == ["2027-05-01", "2027-05-31"]
    assert turn.check is not None
    assert turn.check["told"] == coming


def test_a_move_to_tokyo_supposed_after_a_no_is_judged(after: Callable[..., Turn]) -> None:
    turn = after(FAR, "彼女が2週間後に稲城へ引っ越すことにしたら?", ("faq/changes_move_within_tokyo", 0.4))
    assert turn.specs[0]["facts"]["move_in"] == ["2026-12-06", "2026-12-06"]


def test_a_move_after_the_certificate_is_no_supposition(after: Callable[..., Turn]) -> None:
    turn = after(MARRIED, "証明書をもらったあと3月に都内で引っ越したら?", ("faq/changes_move_within_tokyo", 0.95))
    assert turn.specs[0]["id"] == "changes_move_within_tokyo"
