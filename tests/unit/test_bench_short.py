"""The short form: what one slow moment of the machine may not do, and what one round concludes."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from tests.bench import load, short
from tests.bench.plan import ShortPlan


class Sides:
    """Both sides, answering as fast as told; `slow` are the rounds in which the machine had something else to do for ours."""

    def __init__(self, slow: set[int] = frozenset()) -> None:  # type: ignore[assignment]
        self.slow, self.asked = slow, 0

    def load(self, server: Any, people: int, **options: Any) -> dict[str, Any]:
        round_number = self.asked // 4
        self.asked += 1
        ms = {"ours": 5.0, "stock": 50.0}[server.kind]
        if server.kind == "ours" and round_number in self.slow:
            ms *= 3
        answered = int(8000 / ms)
        return {
            "latencies_ms": [ms] * answered,
            "refusals_ms": [],
            "answered": answered,
            "said": answered,
            "acted": 0,
            "seconds": 8,
            "errors": {},
        }


class Running:
    def __init__(self, kind: str) -> None:
        self.kind, self.used = kind, 0.0

    def cpu_seconds(self) -> float:
        self.used += 1.0
        return self.used


def rounds(monkeypatch: pytest.MonkeyPatch, sides: Sides, count: int) -> short.Rounds:
    monkeypatch.setattr(short.servers, "load", sides.load)
    found = short.Rounds(Running("ours"), Running("stock"), ShortPlan(), lambda line: None)  # type: ignore[arg-type]
    for _ in range(count):
        found.one_more()
    return found


def test_each_ratio_is_ours_by_stock(monkeypatch: pytest.MonkeyPatch) -> None:
    found = rounds(monkeypatch, Sides(), 1)
    assert found.ratios() == {"p50": 0.1, "throughput_actions": 10.0, "processor_time": pytest.approx(0.1, rel=0.02)}


def test_one_slow_round_of_three_changes_no_ratio(monkeypatch: pytest.MonkeyPatch) -> None:
    assert rounds(monkeypatch, Sides(slow={1}), 3).ratios() == rounds(monkeypatch, Sides(), 3).ratios()
    assert rounds(monkeypatch, Sides(slow={0, 1, 2}), 3).ratios()["p50"] == pytest.approx(0.3)


def test_errors_of_all_rounds_add_up_and_a_silent_server_is_no_figure() -> None:
    alone = {"latencies_ms": [5.0], "errors": {"NoAnswer 503": 1}}
    crowd = {
        "latencies_ms": [5.0],
        "errors": {"NoAnswer 503": 2},
        "answered": 1,
        "said": 3,
        "acted": 1,
        "seconds": 8,
        "cpu_ms": 5.0,
        "refusals_ms": [],
    }
    assert short.seen_of(alone, crowd)["errors"] == {"NoAnswer 503": 3}
    with pytest.raises(RuntimeError, match="nothing was answered"):
        short.seen_of(alone, {**crowd, "latencies_ms": []})


class Slow:
    """Somebody whose every answer takes a while."""

    def __init__(self, address: str) -> None:
        self.address = address

    async def say(self, http: Any, text: str) -> None:
        await asyncio.sleep(0.3)


def test_what_counts_is_answered_in_the_window_whenever_it_was_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(load.KINDS, "slow", Slow)
    found = asyncio.run(load.run("slow", "", people=4, seconds=0.75, warm_up=0.2))
    assert found["answered"] == 12  # at 0.3, 0.6 and 0.9; those of 0.3 were asked before the window began


def test_the_old_and_the_young_conversation_are_asked_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[int] = []

    class Counting:
        people = 0

        def __init__(self, address: str) -> None:
            Counting.people += 1
            self.name, self.place = Counting.people, 0

        async def say(self, http: Any, text: str) -> None:
            self.place += 1
            said.append(self.place if self.name > 1 else -self.place)

    monkeypatch.setitem(load.KINDS, "counting", Counting)
    found = asyncio.run(load.young_and_old("counting", "", late=100, pairs=20))
    assert len(found["latencies_ms"]["early"]) == len(found["latencies_ms"]["late"]) == 20
    old = [-place for place in said if place < 0]
    assert old == list(range(1, 111))
    begun = said.index(-91)
    assert {place for place in said[begun:] if place > 5} == set(range(6, 16))
