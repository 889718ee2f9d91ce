"""What the counter promises in words agrees with what the applications do."""

from __future__ import annotations

from datetime import date

import pytest

from bot.applications import retention
from bot.applications.model import Wishes
from bot.desk import changing, looking
from bot.desk.errand import KEPT, kept_until
from bot.dialogue import drafts
from bot.rules.periods import Span
from bot.trackers import DRAFT_SECONDS

TODAY = date(2026, 11, 22)


def test_a_draft_is_kept_as_long_as_people_are_told() -> None:
    assert KEPT == retention.ABANDONED
    assert drafts.ABANDONED.total_seconds() == DRAFT_SECONDS


@pytest.mark.parametrize(
    ("planned", "until"),
    [
        (None, "2026-12-06"),
        (Span.month(2027, 4), "2027-05-14"),
        (Span.day(date(2027, 4, 10)), "2027-05-14"),
        (Span.day(date(2026, 11, 23)), "2026-12-14"),
    ],
)
def test_the_day_named_is_counted_from_the_end_of_the_planned_month(planned: Span | None, until: str) -> None:
    assert kept_until(Wishes(planned_on=planned), TODAY) == until


def test_every_task_a_dialogue_names_has_an_errand_and_an_action() -> None:
    import re
    from pathlib import Path

    from actions.respond import ACTIONS
    from bot import dialogue

    source = "".join(path.read_text(encoding="utf-8") for path in Path(dialogue.__path__[0]).glob("*.py"))
    named = set(re.findall(r'"do": "([a-z_]+)"', source))
    assert {"start", "tick", "erase", "wishes"} <= named
    assert named <= set(ACTIONS) and set(looking.ERRANDS) | set(changing.ERRANDS) <= set(ACTIONS)
