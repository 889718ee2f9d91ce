"""A worker as a process, and a browser that talks to whichever it likes."""

from __future__ import annotations

import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError

import aiohttp

from bot.knowledge.loader import ROOT

START_SECONDS = 120


class Worker:
    """`python -m bot serve` on a port of its own."""

    def __init__(self, environment: dict[str, str], log: Path, model: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.log = log
        self._environment = {**os.environ, **environment}
        self._model = model
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Starts it; `wait_until_ready` says when it answers."""
        command = [sys.executable, "-m", "bot", "serve", "--port", str(self.port)]
        if "TOMONI_TEST_MODEL" in os.environ:
            program = "import sys; from pathlib import Path; from bot.serve import serve; "
            program += "sys.exit(serve(None, int(sys.argv[1]), Path(sys.argv[2])))"
            command = [sys.executable, "-c", program, str(self.port), str(self._model)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=self._environment, stdout=log, stderr=log)

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self.process is not None and self.process.poll() is None

    def health(self) -> tuple[int, dict[str, Any]]:
        """What it says of itself; status 0 when it says nothing."""
        try:
            with urllib.request.urlopen(f"{self.url}/health/ready", timeout=5) as response:
                return response.status, json.load(response)
        except HTTPError as error:
            return error.code, json.load(error)
        except (URLError, OSError):
            return 0, {}

    def wait_until_ready(self) -> None:
        """Returns when it is ready; fails with its log when it does not become so."""
        deadline = time.monotonic() + START_SECONDS
        while self.health()[0] != 200:
            assert self.alive, f"the worker ended:\n{self.log.read_text()[-3000:]}"
            assert time.monotonic() < deadline, f"the worker is not ready:\n{self.log.read_text()[-3000:]}"
            time.sleep(0.2)

    def send(self, number: signal.Signals) -> None:
        """Sends this process, and no other, a signal."""
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        """Ends it as a power cut would."""
        if self.alive and self.process is not None:
            self.process.send_signal(signal.SIGCONT)
            self.process.kill()
            self.process.wait(10)


class Browser:
    """One person's browser; each has an address of its own."""

    def __init__(self, http: aiohttp.ClientSession) -> None:
        self.http = http
        self.address = f"10.{secrets.randbelow(256)}.{secrets.randbelow(256)}.{secrets.randbelow(256)}"
        self.cookie: str | None = None

    async def open(self, worker: Worker) -> None:
        """Loads the page."""
        async with self.http.get(f"{worker.url}/webhooks/web/", headers=self._headers()) as response:
            self._keep(response)

    async def post(
        self, worker: Worker, body: dict[str, Any], path: str = "messages"
    ) -> tuple[int, bytes, aiohttp.ClientResponse]:
        """Posts to a worker; returns status and body."""
        url = f"{worker.url}/webhooks/web/{path}"
        async with self.http.post(url, json=body, headers=self._headers()) as response:
            raw = await response.read()
            self._keep(response)
            return response.status, raw, response

    async def say(self, worker: Worker, text: str, key: str | None = None) -> list[dict[str, Any]]:
        """Says a message that must be answered; from another address each time, so that only sessions are limited."""
        self.address = f"10.{secrets.randbelow(256)}.{secrets.randbelow(256)}.{secrets.randbelow(256)}"
        status, raw, _ = await self.post(worker, {"text": text, "id": key or secrets.token_hex(8)})
        assert status == 200, raw.decode()
        return lines(raw)

    def _headers(self) -> dict[str, str]:
        return {"X-Forwarded-For": self.address} | ({"Cookie": f"sid={self.cookie}"} if self.cookie else {})

    def _keep(self, response: aiohttp.ClientResponse) -> None:
        if "sid" in response.cookies:
            self.cookie = response.cookies["sid"].value


def lines(raw: bytes) -> list[dict[str, Any]]:
    """The messages of an answer."""
    return [json.loads(line) for line in raw.decode().splitlines()]
