"""What somebody would rather not say stays unsaid: no later change of something else turns it into a no."""

# ruff: noqa: F811  (fixtures are imported, then named by the tests that use them)

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from test_applying_steps import go, scene  # noqa: F401

from bot.applications.model import Wishes
from bot.dialogue import applying, wished
from bot.dialogue.drafts import Scene, Step
from bot.rules.checklist import Circumstance

LEFT_OPEN = Wishes(
    circumstances=frozenset({Circumstance.WORKS_IN_TOKYO, Circumstance.WANTS_CHILD_NAME}),
    left_open=frozenset({Circumstance.FOREIGN_NATIONAL, Circumstance.ADOPTED_IN_PARTNERSHIP}),
).to_json()


def test_what_was_left_open_is_still_open_when_something_else_is_changed(
    go: Callable[..., Step], understood: Callable[..., Any], scene: Scene
) -> None:
    step = applying.change(LEFT_OPEN, understood("届け出る時期を来年5月に変える"), scene)
    assert step.specs[-1]["name"] == "summary", step.specs
    assert {"foreign", "adopted"}.isdisjoint(step.specs[-1]["facts"])  # shown as left open
    done = go(step, "はい")
    kept = wished.wishes(done.state["facts"], "ja")
    assert kept.left_open == {Circumstance.FOREIGN_NATIONAL, Circumstance.ADOPTED_IN_PARTNERSHIP}
    assert kept.planned_month == "2027-05"


def test_what_was_left_open_can_be_told_later(
    go: Callable[..., Step], understood: Callable[..., Any], scene: Scene
) -> None:
    step = go(applying.change(LEFT_OPEN, understood("国籍を直す"), scene), "はい")
    kept = wished.wishes(step.state["facts"], "ja")
    assert Circumstance.FOREIGN_NATIONAL in kept.circumstances
    assert kept.left_open == {Circumstance.ADOPTED_IN_PARTNERSHIP}


def test_a_tie_that_was_left_open_is_not_none_and_other_records_mean_what_they_meant() -> None:
    open_tie = wished.wishes({"foreign": "no", "adopted": "no", "common_name": "no", "child": "no"}, "ja")
    assert "tie" not in wished.facts_of(open_tie.to_json())
    none_yet = wished.wishes({**wished.facts_of(open_tie.to_json()), "tie": []}, "ja")
    assert wished.facts_of(none_yet.to_json())["tie"] == []
    assert "left_open" not in none_yet.to_json()
    assert wished.facts_of(none_yet.to_json())["foreign"] == "no"
