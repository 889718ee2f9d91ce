"""The measurements of one running side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tests.bench import servers
from tests.bench.percentiles import median, summary
from tests.bench.plan import Plan
from tests.bench.servers import Server

ONE_ACTION_IN = 8
# Windows around message 10 and message 1,000: 31 different messages each, so that no single one decides.
EARLY, LATE = slice(4, 35), slice(984, 1015)


def everything(server: Server, plan: Plan, say: Callable[[str], None]) -> dict[str, Any]:
    """Latency, throughput, errors, long conversation, memory and bytes stored of one side."""
    place = [0]  # no message is sent twice to one server while there are fresh ones

    def load(**options: Any) -> dict[str, Any]:
        found = servers.load(server, one_in=plan.one_in, start=place[0], **options)
        place[0] += found["said"]
        return found

    before, stored, cpu = place[0], server.stored_bytes(), server.cpu_seconds()
    found: dict[str, Any] = {"errors": 0}
    found["one_person"] = _merged(found, [load(people=1, seconds=plan.seconds) for _ in range(plan.repeats)])
    say(f"one person: p50 {found['one_person']['p50_ms']} ms")
    for people in plan.people:
        for name, one_action_in in (("questions", 0), ("one_action_in_eight", ONE_ACTION_IN)):
            runs = [
                load(people=people, seconds=plan.seconds, one_action_in=one_action_in, warm_up=2)
                for _ in range(plan.repeats)
            ]
            found.setdefault(name, {})[str(people)] = _merged(found, runs)
            say(f"{people} people, {name}: {found[name][str(people)]['per_second']}/s")
    found["cpu_ms_per_message"] = round((server.cpu_seconds() - cpu) * 1000 / max(1, place[0] - before), 2)
    found["bytes_stored_per_message"] = round((server.stored_bytes() - stored) / max(1, place[0] - before))
    found["memory_mb"] = round(server.memory_mb(), 1)
    if server.kind == "ours" or plan.conversation_budget:
        found["conversation"] = conversation(server, plan, place[0])
        say(f"long conversation: {found['conversation']}")
    return found


def conversation(server: Server, plan: Plan, start: int) -> dict[str, Any]:
    """How long a message takes as one conversation grows: medians around some places, and their ratio."""
    budget = plan.conversation_budget if server.kind == "stock" else 600.0
    runs = [
        servers.load(
            server,
            task="conversation",
            one_in=plan.one_in,
            messages=plan.conversation,
            budget_seconds=budget,
            start=start + 37 * i,
        )
        for i in range(plan.repeats if server.kind == "ours" else 1)
    ]
    reached = min(len(run["latencies_ms"]) for run in runs)
    places = [n for n in (10, 100, 200, 400, 800, 1000, 1500, 1980) if n + 15 <= reached]
    found: dict[str, Any] = {
        "reached": reached,
        "errors": sum(run["errors"] for run in runs),
        "p50_ms_at_message": {
            str(n): round(median([median(run["latencies_ms"][max(0, n - 16) : n + 15]) for run in runs]), 2)
            for n in places
        },
    }
    if reached >= LATE.stop:
        ratios = [median(run["latencies_ms"][LATE]) / median(run["latencies_ms"][EARLY]) for run in runs]
        found["message_1000_to_10"] = round(median(ratios), 3)
    return found


def _merged(found: dict[str, Any], runs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The median of repeated runs, figure by figure; errors add up."""
    for run in runs:
        found["errors"] += sum(run["errors"].values())
        for kind, count in run["errors"].items():
            kinds = found.setdefault("error_kinds", {})
            kinds[kind] = kinds.get(kind, 0) + count
    parts = [
        {
            **summary(run["latencies_ms"]),
            "per_second": round(run["answered"] / run["seconds"], 1),
            "acted": round(run["acted"] / run["said"], 3),
        }
        for run in runs
        if run["latencies_ms"]
    ]
    merged = {name: median([part[name] for part in parts]) for name in (parts[0] if parts else {})}
    refusals = [ms for run in runs for ms in run["refusals_ms"]]
    if refusals:
        merged["refused"] = {"count": len(refusals), **summary(refusals)}
    return merged
