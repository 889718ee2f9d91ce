"""Floors under the held-out sets: whatever is tuned, understanding and answers do not fall below these."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot import evaluation
from bot.evaluation import Report

pytestmark = [pytest.mark.model, pytest.mark.slow]


@pytest.fixture(scope="module")
def report(conversations: Any, knowledge: Any, run: Callable[[Any], Any]) -> Report:
    from bot import clock

    clock.fix_today(evaluation.TODAY)
    found = Report()
    evaluation.entities_report(knowledge, found)
    run(evaluation.messages_report(conversations, knowledge, found))
    run(evaluation.conversations_report(conversations, knowledge, found))
    return found


@pytest.mark.parametrize(
    ("name", "floor"),
    [
        ("facts", 0.90),
        ("topic", 0.92),
        ("never yes for a no", 1.0),
        ("no cold fallback", 1.0),
        ("out of scope found", 0.85),
        ("fallbacks that were right", 0.85),
        ("entity F1", 0.95),
        ("conversation turns", 0.90),
    ],
)
def test_floor(report: Report, name: str, floor: float) -> None:
    assert report.counts[name][1] > 0, "nothing was measured"
    assert report.share(name) >= floor, report.counts[name]


@pytest.mark.parametrize("lang", ["ja", "en"])
def test_no_language_is_left_behind(report: Report, lang: str) -> None:
    assert report.share(f"facts {lang}") >= 0.85
    assert report.share(f"topic {lang}") >= 0.88


def test_the_sets_are_as_large_as_promised(report: Report) -> None:
    assert report.counts["topic"][1] >= 300
    assert report.counts["conversation turns"][1] >= 60
