"""From what was measured to machines, cost and bottleneck: prints the tables of docs/capacity.md.

    .venv/bin/python deploy/capacity.py --rate 130

A model and a simulation, not a measurement: see docs/capacity.md for what goes in and what it leaves out.
"""

from __future__ import annotations

import argparse
import heapq
import math
import random
from dataclasses import dataclass

DAY = 86_400
BUSY = 4.0  # the busiest hour against the mean of the day: a tenth of a day's messages and more within it
NEWS = 25.0  # the ten minutes after the news, against the mean of the day
LOAD = 0.6  # how full workers may be in the busiest hour: the rest is for the loss of one and for chance
SECONDS_OF_SIMULATION = 600
SHED_AFTER = 100  # messages under way at one worker, beyond which further ones get 429 (bot/channels/turns.py)


@dataclass(frozen=True)
class Measured:
    """What one message costs, from docs/capacity.md."""

    rate: float  # messages a second of one worker on one core
    redis_scripts: float = 4.0  # begin, enter, leave, finish
    redis_us: float = 25.0  # one script, in Redis's one thread
    sql_us: float = 500.0  # both statements, PostgreSQL's processor time
    wal_bytes: float = 9_000.0
    row_bytes: float = 8_000.0
    memory_mb: float = 400.0


@dataclass(frozen=True)
class Answer:
    """What a day's messages need."""

    mean: float
    busy: float
    news: float
    workers: int
    workers_news: int
    redis: float
    sql_cores: float
    wal_gb: float
    conversations_gb: float


def needed(messages: float, cost: Measured) -> Answer:
    """Machines by arithmetic alone."""
    mean = messages / DAY
    busy, news = mean * BUSY, mean * NEWS
    return Answer(
        mean,
        busy,
        news,
        max(2, math.ceil(busy / (cost.rate * LOAD)) + 1),
        max(2, math.ceil(news / (cost.rate * 0.9)) + 1),
        busy * cost.redis_scripts * cost.redis_us / 1e6,
        busy * cost.sql_us / 1e6,
        messages * cost.wal_bytes / 1e9,
        mean * BUSY * 3600 / 4 * cost.row_bytes / 1e9,  # four messages a conversation, each kept an hour
    )


def simulated(per_second: float, workers: int, cost: Measured, sticky: bool, seed: int = 20261122) -> dict[str, float]:
    """Ten minutes of people who write when they like: how long they wait, and how many are asked to come back."""
    rng = random.Random(seed)
    if per_second * SECONDS_OF_SIMULATION > 400_000:  # a slice of a large installation behaves as the whole
        share = 400_000 / (per_second * SECONDS_OF_SIMULATION)
        per_second, workers = per_second * share, max(2, round(workers * share))
    free, waiting = [0.0] * workers, [[] for _ in range(workers)]  # type: ignore[var-annotated]
    now, waits, shed = 0.0, [], 0
    while now < SECONDS_OF_SIMULATION:
        now += rng.expovariate(per_second)
        # Sticky: a conversation's worker was drawn once. Else nginx takes whichever comes: here, of two the emptier.
        chosen = [rng.randrange(workers) for _ in range(1 if sticky else 2)]
        worker = min(chosen, key=lambda n: free[n])
        line = waiting[worker]
        while line and line[0] <= now:
            heapq.heappop(line)
        if len(line) >= SHED_AFTER:
            shed += 1
            continue
        service = rng.gammavariate(
            4.0, 1 / cost.rate / 4
        )  # a message that carries out a task takes longer than one that answers
        free[worker] = max(now, free[worker]) + service
        heapq.heappush(line, free[worker])
        waits.append(free[worker] - now)
    waits.sort()
    return {
        "p50": waits[len(waits) // 2] * 1000,
        "p99": waits[int(len(waits) * 0.99)] * 1000,
        "shed": 100 * shed / (shed + len(waits)),
    }


def main() -> None:
    """Prints the tables."""
    arguments = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    arguments.add_argument("--rate", type=float, required=True, help="messages a second of one worker on one core")
    arguments.add_argument("--redis-us", type=float, default=Measured.redis_us)
    arguments.add_argument("--sql-us", type=float, default=Measured.sql_us)
    arguments.add_argument("--wal-bytes", type=float, default=Measured.wal_bytes)
    arguments.add_argument("--row-bytes", type=float, default=Measured.row_bytes)
    arguments.add_argument(
        "--core-hour", type=float, default=8.0, help="yen for one core and 4 GB for an hour (an assumption)"
    )
    given = arguments.parse_args()
    cost = Measured(given.rate, 4.0, given.redis_us, given.sql_us, given.wal_bytes, given.row_bytes)
    print(
        "| messages a day | mean /s | busy hour /s | news /s | workers (cores) | with news | Redis, of its one thread (with news) | PostgreSQL cores (with news) | WAL a day | cores in all | yen a month |"
    )
    print("|---|---|---|---|---|---|---|---|---|---|---|")
    for messages in (1e4, 1e6, 1e8):
        need = needed(messages, cost)
        cores = need.workers + max(1, math.ceil(need.sql_cores / LOAD)) + max(1, math.ceil(need.redis / LOAD)) + 1
        print(
            f"| {messages:,.0f} | {need.mean:,.2f} | {need.busy:,.1f} | {need.news:,.1f} | {need.workers} | {need.workers_news} "
            f"| {need.redis:.1%} ({need.redis * NEWS / BUSY:.0%}) | {need.sql_cores:.2f} ({need.sql_cores * NEWS / BUSY:.1f}) | {need.wal_gb:,.1f} GB | {cores} | {cores * given.core_hour * 730:,.0f} |"
        )
    print(
        "\n| messages a day | workers | hour | sticky p50 / p99 / asked to come back | spread p50 / p99 / asked to come back |"
    )
    print("|---|---|---|---|---|")
    for messages in (1e4, 1e6, 1e8):
        need = needed(messages, cost)
        for name, rate, workers in (
            ("busy", need.busy, need.workers),
            ("news", need.news, need.workers),
            ("news", need.news, need.workers_news),
        ):
            found = [simulated(rate, workers, cost, sticky) for sticky in (True, False)]
            shown = " | ".join(f"{f['p50']:.0f} ms / {f['p99']:,.0f} ms / {f['shed']:.1f} %" for f in found)
            print(f"| {messages:,.0f} | {workers} | {name} | {shown} |")


if __name__ == "__main__":
    main()
