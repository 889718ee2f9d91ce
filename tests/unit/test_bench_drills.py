"""What the overload drill and the soak call a fault."""

from __future__ import annotations

from typing import Any

import pytest

from tests.bench.overload import faults
from tests.bench.soak import growth


def seen(**changes: Any) -> dict[str, Any]:
    return {"accepted": {"p99_ms": 900.0}, "refused": {"count": 40, "p99_ms": 60.0}, "errors": {}, **changes}


def test_a_server_that_sheds_quickly_is_fine() -> None:
    assert faults(seen()) == []


@pytest.mark.parametrize(
    "change",
    [
        {"accepted": {"p99_ms": 3001.0}},
        {"accepted": {}},
        {"refused": {"count": 40, "p99_ms": 101.0}},
        {"refused": {"count": 0}},
        {"errors": {"NoAnswer 503": 1}},
    ],
    ids=["slow", "nobody answered", "slow to refuse", "never refused", "error"],
)
def test_each_fault_is_named(change: dict[str, Any]) -> None:
    assert len(faults(seen(**change))) == 1


def test_memory_grows_from_message_1000_to_its_highest_later() -> None:
    assert growth([(400, 900.0), (1200, 300.0), (2000, 330.0), (2800, 315.0)]) == pytest.approx(0.1)
    assert growth([(1200, 300.0), (2000, 290.0)]) < 0


def test_a_soak_that_saw_too_little_is_no_proof() -> None:
    with pytest.raises(ValueError, match="1000"):
        growth([(500, 300.0), (1100, 310.0)])
