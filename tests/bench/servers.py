"""Starting the two sides, each with its own folder and port, waiting for the first answer, and stopping them by their id."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp

from bot.knowledge.loader import ROOT
from tests.bench import machine
from tests.bench.people import KINDS, NoAnswer, Refused
from tests.bench.stock import StockProject

_MEMORY_LIMIT = 14 * 2**30  # stock Rasa once asked for more than the machine has; reliability.md B1
_START_SECONDS = 600


@dataclass
class Server:
    """A running side: `ours` or `stock`, its address, its processes."""

    kind: str
    address: str
    seconds_to_first_answer: float
    database: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def memory_mb(self) -> float:
        """Memory of all its processes."""
        return sum(machine.memory_mb(process.pid) for process in self.processes)

    def own_memory_mb(self) -> float:
        """Memory of all its processes but for the files they have mapped."""
        return sum(machine.own_memory_mb(process.pid) for process in self.processes)

    def cpu_seconds(self) -> float:
        """Processor time of all its processes."""
        return sum(machine.cpu_seconds(process.pid) for process in self.processes)

    def stored_bytes(self) -> int:
        """Size of what it stores, journals included."""
        return sum(path.stat().st_size for path in self.database.parent.glob(f"{self.database.name}*"))


def environment(**more: str) -> dict[str, str]:
    """The environment both sides get: the project on the path, no telemetry, quiet TensorFlow."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("TOMONI_", "RASA_", "PYTEST_"))}
    own = {"TOMONI_GUIDE_AT_START": "no"}  # made once an installation, and nothing of stock's to compare it with
    if "TOMONI_READERS" in os.environ:
        own["TOMONI_READERS"] = os.environ["TOMONI_READERS"]
    quiet = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore"}
    return {**kept, "PYTHONPATH": str(ROOT), **own, **quiet, **more}


@contextmanager
def ours(model: Path, place: Path, **more: str) -> Iterator[Server]:
    """`python -m bot serve` without limits per person."""
    port = _free_port()
    command = ["-m", "tests.bench.ours", "serve", str(model), str(port)]
    place.mkdir(parents=True, exist_ok=True)
    with _running(place / "ours.log") as start:
        begun = time.perf_counter()
        process = start(command, ROOT, environment(TOMONI_VAR=str(place), **more))
        server = Server("ours", f"http://127.0.0.1:{port}", 0.0, place / "tomoni.db", [process])
        server.seconds_to_first_answer = _first_answer(server, begun)
        yield server


@contextmanager
def stock(project: StockProject, place: Path, **more: str) -> Iterator[Server]:
    """`rasa run` and `rasa run actions`, begun together."""
    port, actions = _free_port(), _free_port()
    place.mkdir(parents=True, exist_ok=True)
    database = place / "stock.db"
    for old in place.glob("stock.db*"):
        old.unlink()
    env = environment(ACTIONS_PORT=str(actions), STOCK_DATABASE=str(database), **more)
    with _running(place / "stock.log") as start:
        begun = time.perf_counter()
        acting = start(
            ["-m", "rasa", "run", "actions", "--actions", "stock_actions", "--port", str(actions)], project.folder, env
        )
        serving = start(
            ["-m", "rasa", "run", "--interface", "127.0.0.1", "--port", str(port), "--model", str(project.model)],
            project.folder,
            env,
        )
        server = Server("stock", f"http://127.0.0.1:{port}", 0.0, database, [serving, acting])
        server.seconds_to_first_answer = _first_answer(server, begun)
        yield server


def run_to_end(command: list[str], folder: Path, env: Mapping[str, str], log: Path) -> tuple[float, float]:
    """Runs a program of ours or of Rasa to its end; returns seconds and seconds of processor time, or raises with the log's end."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    log.parent.mkdir(parents=True, exist_ok=True)
    begun = time.perf_counter()
    with log.open("wb") as out:
        done = subprocess.run(
            [sys.executable, *command], cwd=folder, env=dict(env), stdout=out, stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL, preexec_fn=_limit_memory, check=False,
        )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[:3])} failed:\n{log.read_text(errors='replace')[-2000:]}")
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter() - begun, now.ru_utime + now.ru_stime - used.ru_utime - used.ru_stime


def load(server: Server, **options: Any) -> dict[str, Any]:
    """Loads a server from a process of its own."""
    import json

    asked = json.dumps({"kind": server.kind, "address": server.address, **options})
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench.load", asked], cwd=ROOT, env=environment(), capture_output=True, check=True
    )
    return json.loads(done.stdout)


@contextmanager
def _running(log: Path) -> Iterator[Any]:
    """Starts processes, and stops each by its own group when the block ends."""
    started: list[subprocess.Popen[bytes]] = []
    with log.open("ab") as out:

        def start(command: list[str], folder: Path, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
            process = subprocess.Popen(
                [sys.executable, *command], cwd=folder, env=dict(env), stdout=out, stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL, start_new_session=True, preexec_fn=_limit_memory,
            )  # fmt: skip
            started.append(process)
            return process

        try:
            yield start
        finally:
            for process in started:
                _stop(process)


def _stop(process: subprocess.Popen[bytes]) -> None:
    for sign in (signal.SIGTERM, signal.SIGKILL):
        if process.poll() is not None:
            return
        try:
            os.killpg(process.pid, sign)  # the group this process was started as the leader of
            process.wait(timeout=15)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue


def _limit_memory() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_LIMIT, _MEMORY_LIMIT))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _first_answer(server: Server, begun: float) -> float:
    """Asks until a question is answered; returns the seconds since the start."""

    async def ask() -> float:
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
            while time.perf_counter() - begun < _START_SECONDS:
                if any(process.poll() is not None for process in server.processes):
                    raise RuntimeError(f"{server.kind} ended at its start; see {server.database.parent}")
                try:
                    await KINDS[server.kind](server.address).say(http, "費用はいくらですか？")
                    return time.perf_counter() - begun
                except (aiohttp.ClientError, NoAnswer, Refused, ValueError):
                    await asyncio.sleep(0.1)
        raise RuntimeError(f"{server.kind} did not answer within {_START_SECONDS} s; see {server.database.parent}")

    return asyncio.run(ask())
