"""Times look-ups that must be refused: unknown receipt, wrong PIN, locked receipt, malformed receipt (R22).

    python -m tests.drills.lookup_timing                      (10,000 of each, SQLite; give it a quiet machine)
    python -m tests.drills.lookup_timing --database postgresql --times 1000
    python -m tests.drills.lookup_timing --way chat --kinds unknown,wrong_pin       (also: page, over HTTP)

`--samples FILE` adds to what earlier runs with the same options have measured, so that ten thousand can be had in several quiet hours.
The kinds take turns, so that whatever else the machine does weighs on all alike. Each receipt, known or not, is tried four times.
"""

from __future__ import annotations

import argparse
import json
import secrets
import statistics
import sys
import tempfile
from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from bot.applications import receipt
from bot.applications.errors import ApplicationNotFound
from bot.applications.lockout import ROW_OF_FAILURES
from bot.applications.model import Wishes
from bot.applications.pin import CHEAP, Cost
from bot.applications.service import Applications
from bot.applications.views import Caller
from tests.drills.installation import database, installation
from tests.drills.lookup_ways import WAYS

TODAY = date(2026, 11, 22)
KINDS = ("unknown", "wrong_pin", "locked", "malformed")
TRIES_EACH = ROW_OF_FAILURES - 1


def drill(
    applications: Applications,
    times: int,
    way: str = "service",
    only: Collection[str] = KINDS,
    samples: Path | None = None,
) -> dict[str, Any]:
    """Looks up `times` of each kind and returns medians and what differed."""
    every: dict[str, Iterator[tuple[str, str]]] = {
        "unknown": _unknown(),
        "wrong_pin": _wrong_pin(applications),
        "locked": _locked(applications),
        "malformed": _malformed(),
    }
    kinds = {kind: questions for kind, questions in every.items() if kind in only}
    taken: dict[str, list[float]] = {kind: [] for kind in kinds}
    refusals: set[str] = set()
    turn: list[tuple[str, Iterator[tuple[str, str]]]] = list(kinds.items())
    with WAYS[way](applications) as look_up:
        for number in range(times):
            turn = turn[1:] + turn[:1]
            for kind, questions in turn:
                seconds, refusal = look_up(*next(questions), f"{kind} {number} {secrets.token_hex(4)}")
                taken[kind].append(seconds)
                refusals.add(refusal)
    if samples:
        taken, refusals = _with_earlier(samples, taken, refusals)
    medians = {kind: statistics.median(values) * 1000 for kind, values in taken.items()}
    return {
        "way": way,
        "times": min(map(len, taken.values())),
        "median_ms": {kind: round(value, 3) for kind, value in medians.items()},
        "widest_difference_ms": round(max(medians.values()) - min(medians.values()), 3),
        "p_value_against_unknown": {
            kind: round(_p_value(taken["unknown"], values), 4) for kind, values in taken.items() if kind != "unknown"
        },
        "refusals": sorted(refusals),
    }


def _with_earlier(
    path: Path, taken: dict[str, list[float]], refusals: set[str]
) -> tuple[dict[str, list[float]], set[str]]:
    earlier = json.loads(path.read_text()) if path.exists() else {"taken": {}, "refusals": []}
    joined = {kind: [*earlier["taken"].get(kind, []), *values] for kind, values in taken.items()}
    path.write_text(json.dumps({"taken": joined, "refusals": sorted({*refusals, *earlier["refusals"]})}))
    return joined, {*refusals, *earlier["refusals"]}


def _p_value(one: list[float], other: list[float]) -> float:
    from scipy.stats import mannwhitneyu

    return float(mannwhitneyu(one, other).pvalue)


def _unknown() -> Iterator[tuple[str, str]]:
    while True:
        number = receipt.new()
        for _ in range(TRIES_EACH):
            yield number, "123456"


def _wrong_pin(applications: Applications) -> Iterator[tuple[str, str]]:
    while True:
        number, pin = _start(applications)
        for _ in range(TRIES_EACH):
            yield number, f"{(int(pin) + 1) % 10**6:06d}"


def _locked(applications: Applications) -> Iterator[tuple[str, str]]:
    while True:  # with the right PIN: it must not help
        number, pin = _start(applications)
        for attempt in range(ROW_OF_FAILURES):
            with suppress(ApplicationNotFound):
                applications.look_up(number, "wrong", Caller(f"{number} {attempt}"))
        for _ in range(TRIES_EACH):
            yield number, pin


def _malformed() -> Iterator[tuple[str, str]]:
    number = 0
    while True:
        number += 1
        for _ in range(TRIES_EACH):
            yield f"TP-{number:04d}-UUUU-0000", "123456"


def _start(applications: Applications) -> tuple[str, str]:
    started = applications.start(Wishes("ja"), None, receipt.new(), TODAY)
    return started.receipt, started.pin


def main() -> int:
    """Runs the drill from the command line; exit status 1 when the kinds can be told apart by a millisecond."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=10_000)
    parser.add_argument("--database", help="an address, or `postgresql` for a schema of its own")
    parser.add_argument("--way", choices=WAYS, default="service")
    parser.add_argument("--kinds", default=",".join(KINDS), help="unknown and others, separated by commas")
    parser.add_argument("--samples", type=Path, help="a file that keeps what was measured, to be added to")
    parser.add_argument("--cheap", action="store_true", help="hashes that cost nothing: shows what the hash would hide")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, database(options.database or f"sqlite:///{folder}/drill.db") as url:
        applications = installation(url, cost=CHEAP if options.cheap else Cost())
        seen = drill(applications, options.times, options.way, options.kinds.split(","), options.samples)
        applications.store.close()
    print(json.dumps(seen))
    return 0 if seen["widest_difference_ms"] <= 1 and len(seen["refusals"]) == 1 else 1


if __name__ == "__main__":
    sys.exit(main())
