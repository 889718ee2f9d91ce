"""Soak (reliability.md R2, R5): people come and go for half an hour; no errors, no empty answers, and memory stays flat.

    python -m tests.bench.soak [--minutes 30] [--people 10] [--short]

Memory from message 1,000 to the end may grow by 5 %; without mapped files (libraries, the model's tables), as the share others have in them
changes when they come and go. The short form (two minutes) allows 10 %, as it sees only the beginning, while the
first conversations of the hour that is kept pile up. Writes `var/bench/soak.json`.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from bot import model_file
from bot.knowledge.loader import ROOT
from tests.bench import machine, servers
from tests.bench.percentiles import summary

PIECE_SECONDS = 20.0
FROM_MESSAGE = 1000


def growth(points: list[tuple[int, float]], from_message: int = FROM_MESSAGE) -> float:
    """How much memory grew from the first point at or after `from_message` to the highest point later, as a share."""
    later = [memory for said, memory in points if said >= from_message]
    if len(later) < 2:
        raise ValueError(f"no two points after message {from_message}")
    return max(later[1:]) / later[0] - 1


def soak(minutes: float, people: int, allowed: float) -> dict[str, Any]:
    """Loads a server piece by piece, looking at its memory in between."""
    said, points, latencies, errors = 0, [], [], {}
    with tempfile.TemporaryDirectory() as place, servers.ours(model_file.current(), Path(place)) as server:
        while len(points) * PIECE_SECONDS < minutes * 60 or said < FROM_MESSAGE * 2:
            found = servers.load(server, people=people, seconds=PIECE_SECONDS, warm_up=0, one_action_in=8, start=said)
            said += found["said"]
            latencies += found["latencies_ms"]
            for kind, count in found["errors"].items():
                errors[kind] = errors.get(kind, 0) + count
            points.append((said, round(server.own_memory_mb(), 1)))
            print(
                f"{len(points) * PIECE_SECONDS:6.0f} s  {said} messages, {points[-1][1]} MB",
                file=sys.stderr,
                flush=True,
            )
        whole = round(server.memory_mb(), 1)
    grew = growth(points)
    return {
        "machine": machine.description(),
        "commit": machine.commit(),
        "minutes": minutes,
        "people": people,
        "messages": said,
        "errors": errors,
        "latency": summary(latencies),
        "memory_mb": points,
        "memory_with_files_mb_at_end": whole,
        "growth_from_message_1000": round(grew, 4),
        "ok": not errors and grew <= allowed,
    }


def main(arguments: list[str] | None = None) -> int:
    """Runs the soak, writes and prints what was seen."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.soak")
    parser.add_argument("--minutes", type=float, default=30)
    parser.add_argument("--people", type=int, default=10)
    parser.add_argument("--short", action="store_true", help="two minutes")
    options = parser.parse_args(arguments)
    found = soak(2 if options.short else options.minutes, options.people, 0.10 if options.short else 0.05)
    path = ROOT / "var" / "bench" / "soak.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(found, indent=1), encoding="utf-8")
    print(json.dumps({name: value for name, value in found.items() if name != "memory_mb"}, indent=1))
    return 0 if found["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
