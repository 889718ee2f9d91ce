"""Overload (reliability.md R3): 200 people at once who all come back; nobody waits without bound.

    python -m tests.bench.overload [--seconds 20] [--people 200]

Fails unless refusals (429 with Retry-After) come within 100 ms and accepted messages are answered within 3 s (p99), without errors.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from bot import model_file
from tests.bench import servers
from tests.bench.percentiles import summary
from tests.bench.servers import Server

REFUSED_WITHIN_MS = 100
ANSWERED_WITHIN_MS = 3000


def measure(server: Server, people: int, seconds: float) -> dict[str, Any]:
    """Sends everybody at once and tells what the accepted and the refused saw."""
    found = servers.load(server, people=people, seconds=seconds, one_action_in=8, warm_up=2)
    return {
        "people": people,
        "per_second": round(found["answered"] / seconds, 1),
        "accepted": summary(found["latencies_ms"]),
        "refused": {"count": len(found["refusals_ms"]), **summary(found["refusals_ms"])},
        "errors": found["errors"],
        "memory_mb": round(server.memory_mb(), 1),
    }


def faults(found: dict[str, Any]) -> list[str]:
    """What R3 does not allow, in words; p99 on both sides, as the load generator shares the cores."""
    said = [f"errors: {found['errors']}"] if found["errors"] else []
    if not found["refused"]["count"]:
        said.append("nobody was refused: not an overload")
    elif found["refused"]["p99_ms"] > REFUSED_WITHIN_MS:
        said.append(f"refusals took {found['refused']['p99_ms']} ms (p99), not {REFUSED_WITHIN_MS}")
    if not found["accepted"] or found["accepted"]["p99_ms"] > ANSWERED_WITHIN_MS:
        said.append(f"accepted messages took {found['accepted']} (p99 allowed: {ANSWERED_WITHIN_MS} ms)")
    return said


def main(arguments: list[str] | None = None) -> int:
    """Runs the drill and prints what was seen."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.overload")
    parser.add_argument("--people", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=20)
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as place, servers.ours(model_file.current(), Path(place)) as server:
        found = measure(server, options.people, options.seconds)
    print(json.dumps(found, indent=1))
    said = faults(found)
    for fault in said:
        print(f"✗ {fault}", file=sys.stderr)
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
