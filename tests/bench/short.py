"""The short form, for every change: both sides are up at once and asked in turn, so that what else the machine does meets both.

A round asks ours, then stock. Each round gives one ratio, and their median counts. Where that looks worse than the committed one, more rounds
follow before it is believed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests.bench import machine, report, servers, sides
from tests.bench.measures import ONE_ACTION_IN
from tests.bench.percentiles import median, summary
from tests.bench.plan import ShortPlan
from tests.bench.servers import Server

Say = Callable[[str], None]
Round = dict[str, dict[str, Any]]
"""What one round saw: for each side its figures."""


def measure(place: Path, plan: ShortPlan, before: Mapping[str, float], say: Say) -> dict[str, Any]:
    """Trains, starts and measures both sides; `before` are the ratios not to fall behind."""
    about = machine.description()
    model, ours = sides.train_ours(place, plan.one_in)
    say(f"ours: trained in {ours['train_s']} s")
    project, training = sides.train_stock(place, plan.one_in, plan.epochs, again=True)
    stock = {"train_s": training["seconds"], "train_cpu_s": training["cpu_seconds"], "training": training}
    say(f"stock: trained in {training['seconds']} s, {plan.epochs} epochs, {project.lines} lines")

    starts = [started(servers.ours(model, place / "ours"))]
    with ExitStack() as up:
        theirs = up.enter_context(servers.stock(project, place / "stock"))
        mine = up.enter_context(servers.ours(model, place / "ours"))
        starts.append(mine.seconds_to_first_answer)
        ours["warm_start_s"] = round(sum(starts) / 2, 2)  # once before and once after stock's
        stock["warm_start_s"] = round(theirs.seconds_to_first_answer, 2)
        say(f"first answers after {ours['warm_start_s']} s and {stock['warm_start_s']} s")
        rounds = Rounds(mine, theirs, plan, say)
        for _ in range(plan.rounds):
            rounds.one_more()
        long = long_conversation(mine, plan, rounds.said)
        ours["conversation"] = long
        say(f"long conversation: {long}")
        ours["memory_mb"], stock["memory_mb"] = round(mine.memory_mb(), 1), round(theirs.memory_mb(), 1)
        alone = {**once(ours, stock), "long_conversation": long["message_1000_to_10"]}
        while report.worse({**rounds.ratios(), **alone}, before) and len(rounds.seen) < plan.most_rounds:
            say("looks worse: another round")
            rounds.one_more()
            long["message_1000_to_10"] = min(
                long["message_1000_to_10"], long_conversation(mine, plan, rounds.said)["message_1000_to_10"]
            )
            alone["long_conversation"] = long["message_1000_to_10"]
    for side, kept in (("ours", ours), ("stock", stock)):
        kept.update(rounds.of(side))
    ours["errors"] += long["errors"]
    return {
        "form": "short",
        "machine": about,
        "commit": machine.commit(),
        "data": {"one_in": plan.one_in, "lines": project.lines, "stock_epochs": plan.epochs},
        "ours": ours,
        "stock": stock,
        "rounds": rounds.seen,
        "ratios": {**rounds.ratios(), **alone},
        "long_conversation": alone["long_conversation"],
    }  # fmt: skip


def started(server: Any) -> float:
    """Starts a side, asks it one question, and stops it; how long the answer took."""
    with server as running:
        return float(running.seconds_to_first_answer)


def once(ours: Mapping[str, Any], stock: Mapping[str, Any]) -> dict[str, float]:
    """Ratios of what is measured once. Training by processor time, as minutes lie between the two and the machine has others to serve."""
    names = {"train": "train_cpu_s", "warm_start": "warm_start_s", "memory": "memory_mb"}
    return {name: round(ours[key] / stock[key], 4) for name, key in names.items()}


def long_conversation(server: Server, plan: ShortPlan, start: int) -> dict[str, Any]:
    """Message 1,000 of one conversation beside message 10 of others."""
    found = servers.load(server, task="young_and_old", one_in=plan.one_in, start=start)
    early, late = (median(found["latencies_ms"][name]) for name in ("early", "late"))
    seen = {"10": early, "1000": late}
    return {
        "message_1000_to_10": round(late / early, 3),
        "p50_ms_at_message": seen,
        "reached": 1030,
        "errors": found["errors"],
    }


class Rounds:
    """One person, then a crowd with one action in eight; ours, then stock."""

    def __init__(self, ours: Server, stock: Server, plan: ShortPlan, say: Say) -> None:
        """Takes two running sides."""
        self._sides, self._plan, self._say = {"ours": ours, "stock": stock}, plan, say
        self.seen: list[Round] = []
        self.said = 0

    def one_more(self) -> None:
        """Asks both sides once more, none the same message twice."""
        plan, start = self._plan, self.said
        alone = {side: self._load(side, start, people=1, seconds=plan.alone_seconds) for side in self._sides}
        start = self.said
        crowd = {
            side: self._load(
                side, start, people=plan.people, seconds=plan.crowd_seconds, warm_up=2.0, one_action_in=ONE_ACTION_IN
            )
            for side in self._sides
        }
        self.seen.append({side: seen_of(alone[side], crowd[side]) for side in self._sides})
        now = ratios_of(self.seen[-1])
        self._say(f"round {len(self.seen)}: {now}")

    def _load(self, side: str, start: int, **options: Any) -> dict[str, Any]:
        server = self._sides[side]
        cpu = server.cpu_seconds()
        found = servers.load(server, one_in=self._plan.one_in, start=start, **options)
        found["cpu_ms"] = (server.cpu_seconds() - cpu) * 1000 / max(1, found["said"])
        self.said = max(self.said, start + found["said"])
        return found

    def ratios(self) -> dict[str, float]:
        """The median of the rounds' ratios."""
        each = [ratios_of(seen) for seen in self.seen]
        return {name: median([found[name] for found in each]) for name in each[0]}

    def of(self, side: str) -> dict[str, Any]:
        """The medians of one side, in the form of the full bench."""
        seen = [found[side] for found in self.seen]
        alone = {name: median([found["alone"][name] for found in seen]) for name in seen[0]["alone"]}
        crowd = {name: median([found["crowd"][name] for found in seen]) for name in seen[0]["crowd"]}
        kinds: dict[str, int] = {}
        for found in seen:
            for kind, count in found["errors"].items():
                kinds[kind] = kinds.get(kind, 0) + count
        return {
            "one_person": alone,
            "one_action_in_eight": {str(self._plan.people): crowd},
            "cpu_ms_per_message": median([found["cpu_ms"] for found in seen]),
            "errors": sum(kinds.values()),
            "error_kinds": kinds,
        }


def seen_of(alone: Mapping[str, Any], crowd: Mapping[str, Any]) -> dict[str, Any]:
    """What one side did in one round."""
    if not alone["latencies_ms"] or not crowd["latencies_ms"]:
        raise RuntimeError(f"nothing was answered: {alone['errors'] or crowd['errors']}")
    errors = dict(alone["errors"])
    for kind, count in crowd["errors"].items():
        errors[kind] = errors.get(kind, 0) + count
    return {
        "alone": summary(alone["latencies_ms"]),
        "crowd": {**summary(crowd["latencies_ms"]), "per_second": round(crowd["answered"] / crowd["seconds"], 1)},
        "cpu_ms": round(crowd["cpu_ms"], 2),
        "acted": round(crowd["acted"] / max(1, crowd["said"]), 3),
        "errors": errors,
        "refused": len(crowd["refusals_ms"]),
    }


def ratios_of(seen: Round) -> dict[str, float]:
    """Ours by stock, in one round."""
    ours, stock = seen["ours"], seen["stock"]
    return {
        "p50": round(ours["alone"]["p50_ms"] / stock["alone"]["p50_ms"], 4),
        "throughput_actions": round(ours["crowd"]["per_second"] / stock["crowd"]["per_second"], 3),
        "processor_time": round(ours["cpu_ms"] / stock["cpu_ms"], 4),
    }
