"""Building, training and starting both sides, and what each of that takes."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.bench import measures, samples, servers, stock
from tests.bench.percentiles import median
from tests.bench.plan import WHOLE_EPOCHS, Plan
from tests.bench.stock import StockProject

Say = Callable[[str], None]
_EPOCH_LINE = re.compile(r"Epochs: +\d+%\|[^|]*\| ([1-9]\d*)/(\d+) \[(\d+):(\d+)<")


def train_ours(place: Path, one_in: int) -> tuple[Path, dict[str, float]]:
    """Trains our model from nothing on a share of the lines; its file, and the seconds and processor seconds that took."""
    examples, model = place / f"ours-{one_in}" / "nlu.yml", place / f"ours-{one_in}" / "model.tar.gz"
    samples.write(samples.sample(one_in), examples)
    command = ["-m", "tests.bench.ours", "train", str(examples), str(model)]
    seconds, cpu = servers.run_to_end(command, servers.ROOT, servers.environment(), place / f"train-ours-{one_in}.log")
    return model, {"train_s": round(seconds, 1), "train_cpu_s": round(cpu, 1)}


def train_stock(place: Path, one_in: int, epochs: int, again: bool) -> tuple[StockProject, dict[str, Any]]:
    """Trains stock Rasa from nothing, or takes the model and the seconds of an earlier run of the same content on this machine."""
    project = stock.project(place, one_in, epochs)
    noted = project.folder / "training.json"
    if again or not (noted.exists() and project.model.exists()):
        project.clear_cache()
        log = place / f"train-stock-{one_in}.log"
        env = servers.environment(ACTIONS_PORT="0", STOCK_DATABASE="unused.db")
        seconds, cpu = servers.run_to_end(project.train_command(), project.folder, env, log)
        an_epoch = _seconds_an_epoch(log.read_text(encoding="utf-8", errors="replace"))
        whole = seconds + an_epoch * (WHOLE_EPOCHS - epochs)
        found = {
            "lines": project.lines, "epochs": epochs, "seconds": round(seconds, 1), "cpu_seconds": round(cpu, 1), "seconds_an_epoch": round(an_epoch, 2),
            f"seconds_for_{WHOLE_EPOCHS}_epochs_extrapolated": round(whole, 1), "trained": datetime.now().isoformat("T", "seconds"),
        }  # fmt: skip
        noted.write_text(json.dumps(found))
    return project, json.loads(noted.read_text())


def _seconds_an_epoch(log: str) -> float:
    """Seconds one more epoch of all four neural parts takes, by Rasa's own progress bars.

    The first epoch builds TensorFlow's graphs and takes far longer, so it does not count.
    """
    total = 0.0
    for part in log.split("Starting to train component")[1:]:
        done = {int(m[1]): (int(m[2]), 60 * int(m[3]) + int(m[4])) for m in _EPOCH_LINE.finditer(part)}
        if done:
            first, last = min(done), max(done)
            if last > first:
                total += (done[last][1] - done[first][1]) / (last - first)
    return total


def measure_ours(place: Path, model: Path, plan: Plan, say: Say) -> dict[str, Any]:
    """Starts our server as often as the plan says, and measures it."""
    return _measured(lambda folder, **more: servers.ours(model, folder, **more), place, "ours", plan, say)


def measure_stock(place: Path, project: StockProject, plan: Plan, say: Say) -> dict[str, Any]:
    """Starts stock Rasa with its action server as often as the plan says, and measures it."""
    return _measured(lambda folder, **more: servers.stock(project, folder, **more), place, "stock", plan, say)


def _measured(start: Callable[..., Any], place: Path, kind: str, plan: Plan, say: Say) -> dict[str, Any]:
    cold = None
    if plan.cold:  # nothing compiled, nothing kept from an earlier start; the disk cache of the system stays as it is
        with (
            tempfile.TemporaryDirectory() as empty,
            start(place / f"{kind}-cold", PYTHONPYCACHEPREFIX=empty, TOMONI_CACHE=empty) as server,
        ):
            cold = round(server.seconds_to_first_answer, 2)
        say(f"{kind}: cold start {cold} s")
    warm = []
    for _ in range(plan.starts):
        with start(place / kind) as server:
            warm.append(server.seconds_to_first_answer)
    with start(place / kind) as server:
        warm.append(server.seconds_to_first_answer)
        say(f"{kind}: warm start {median(warm):.1f} s, memory after it {server.memory_mb():.0f} MB")
        idle = round(server.memory_mb(), 1)
        found = measures.everything(server, plan, lambda line: say(f"{kind}: {line}"))
    return {"warm_start_s": round(median(warm), 2), "cold_start_s": cold, "memory_mb_after_start": idle, **found}
