"""What `make bench` concludes from its measurements: percentiles, ratios, and when it says that something got worse."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.bench import report, short
from tests.bench.percentiles import median, percentile, summary


def side(**changes: Any) -> dict[str, Any]:
    rates = {"50": {"per_second": 100.0, "p95_ms": 9.0}}
    return {
        "one_person": {"p50_ms": 5.0, "p95_ms": 8.0, "p99_ms": 9.0}, "questions": rates, "one_action_in_eight": rates, "train_s": 20.0,
        "warm_start_s": 6.0, "cold_start_s": None, "memory_mb": 300.0, "errors": 0, "bytes_stored_per_message": 0, "cpu_ms_per_message": 4.0, "train_cpu_s": 30.0,
        "conversation": {"message_1000_to_10": 1.05, "p50_ms_at_message": {"10": 5.0}, "reached": 1025}, **changes,
    }  # fmt: skip


STOCK = side(
    one_person={"p50_ms": 50.0, "p95_ms": 90.0, "p99_ms": 99.0},
    questions={"50": {"per_second": 20.0, "p95_ms": 2500.0}},
    one_action_in_eight={"50": {"per_second": 10.0, "p95_ms": 5000.0}},
    train_s=400.0,
    warm_start_s=30.0,
    memory_mb=1000.0,
    cpu_ms_per_message=40.0,
)

ONCE = {"train_cpu_s": 30.0, "warm_start_s": 6.0, "memory_mb": 300.0}
ROUND = {
    side: {"alone": {"p50_ms": p50}, "crowd": {"per_second": rate}, "cpu_ms": cpu, "errors": {}}
    for side, p50, rate, cpu in (("ours", 5.0, 100.0, 8.0), ("stock", 50.0, 10.0, 40.0))
}


def test_a_percentile_is_a_value_that_was_measured() -> None:
    assert percentile([4.0, 1.0, 3.0, 2.0], 0.5) == 2.0
    assert percentile([1.0], 0.99) == 1.0
    assert percentile(list(map(float, range(1, 101))), 0.95) == 95.0
    assert median([3.0, 1.0, 2.0]) == 2.0
    assert summary([1.0, 2.0])["max_ms"] == 2.0


def test_ratios_are_ours_by_stock_and_the_long_conversation_is_ours_alone() -> None:
    found = report.ratios(side(), STOCK)
    assert found == {
        "p50": 0.1, "p95": 0.0889, "throughput": 5.0, "throughput_actions": 10.0, "train": 0.05, "warm_start": 0.2, "memory": 0.3,
        "processor_time": 0.1, "long_conversation": 1.05,
    }  # fmt: skip


HIGHER_IS_BETTER = {"throughput", "throughput_actions"}


def fallen(name: str, was: float, by: float) -> float:
    """A ratio after the advantage it tells of has become smaller by a share."""
    return was * (1 - by) if name in HIGHER_IS_BETTER else was / (1 - by)


CLOCK = {"p50", "throughput_actions", "warm_start"}


@pytest.mark.parametrize("name", sorted(report.baseline().keys() - CLOCK))
def test_a_fall_by_more_than_a_quarter_is_reported_for_each_ratio(name: str) -> None:
    before = report.baseline()
    assert report.worse({**before, name: fallen(name, before[name], 0.24)}, before) == []
    (line,) = report.worse({**before, name: fallen(name, before[name], 0.26)}, before)
    assert name in line


@pytest.mark.parametrize("name", sorted(CLOCK))
def test_a_fall_by_the_clock_counts_if_the_processor_shows_it_too_or_it_is_a_half(name: str) -> None:
    before = report.baseline()
    slower = {**before, name: fallen(name, before[name], 0.26)}
    assert report.worse(slower, before) == []
    busy = fallen("processor_time", before["processor_time"], 0.17)
    (line,) = report.worse({**slower, "processor_time": busy}, before)
    assert name in line
    (line,) = report.worse({**before, name: fallen(name, before[name], 0.52)}, before)
    assert name in line


def test_a_ratio_that_was_not_measured_is_reported() -> None:
    assert report.worse({}, {"train": 0.1})


def test_getting_better_is_no_fault() -> None:
    before = report.baseline()
    assert report.worse({name: fallen(name, was, -0.9) for name, was in before.items()}, before) == []


def test_the_table_shows_what_missed_its_target() -> None:
    ours = side(memory_mb=500.0)
    shown = report.table(
        {"ours": ours, "stock": STOCK, "ratios": report.ratios(ours, STOCK), "long_conversation": 1.05}
    )
    rows = {line.split("|")[1].strip(): line for line in shown.splitlines()}
    assert "✗ missed" in rows["memory after the load, MB"]
    assert "✓" in rows["one person, p50 ms"]


def test_the_committed_ratios_are_those_of_a_short_run() -> None:
    kept = json.loads(report.BASELINE.read_text(encoding="utf-8"))
    assert set(kept["ratios"]) == {*short.ratios_of(ROUND), *short.once(ONCE, ONCE), "long_conversation"}
    assert kept["commit"] and kept["machine"]["cores"], "measured, not wished for"


def test_growth_and_the_whole_product_are_told_when_they_were_measured() -> None:
    training = {"lines": 2239, "epochs": 12, "seconds": 400.0, "seconds_for_100_epochs_extrapolated": 2500.0}
    ours = side()
    shown = report.table(
        {
            "ours": ours,
            "stock": STOCK,
            "ratios": report.ratios(ours, STOCK),
            "long_conversation": 1.05,
            "form": "full",
            "training_growth": [{"one_in": 16, "ours": {"train_s": 25.0}, "stock": training}],
            "product": ours,
        }  # fmt: skip
    )
    assert "| 2,239 | 25 | 400 | 12 | 2,500.0 |" in shown
    assert "With all our lines" in shown


def test_the_picture_is_drawn(tmp_path: Path) -> None:
    ours = side(
        conversation={"message_1000_to_10": 1.0, "p50_ms_at_message": {"10": 5.0, "1000": 5.1}, "reached": 1025}
    )
    result = {
        "ours": ours,
        "stock": STOCK,
        "ratios": report.ratios(ours, STOCK),
        "form": "short",
        "commit": "x",
        "machine": {"processor": "p", "cores": 2},
    }
    report.picture(result, tmp_path / "bench.png")
    assert (tmp_path / "bench.png").stat().st_size > 20_000
