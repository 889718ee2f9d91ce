"""Actions in a process of their own: nobody gets in without the secret, and one that is dead or hangs is told truthfully (R8, R25)."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest

from bot.knowledge.loader import ROOT
from bot.shared import actions
from bot.shared.actions import RemoteActions

SECRET = "a secret of the tests that is long enough"


class ActionServer:
    """`python -m bot actions`."""

    def __init__(self, var: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        environment = {**os.environ, "TOMONI_ACTIONS_SECRET": SECRET, "TOMONI_VAR": str(var)}
        command = [sys.executable, "-m", "bot", "actions", "--port", str(self.port)]
        self.log = var / "actions.log"
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        for _ in range(600):
            if self.status("/health") == 200:
                return
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.2)
        raise AssertionError(self.log.read_text())

    def status(self, path: str, secret: str | None = None, body: bytes | None = None) -> int:
        """What it answers; 0 when it does not."""
        headers = {"Authorization": f"Bearer {secret}"} if secret is not None else {}
        try:
            with urlopen(Request(self.url + path, body, headers), timeout=10) as response:
                self.said = response.read()
                return response.status
        except HTTPError as error:
            self.said = error.read()
            return error.code
        except (URLError, OSError):
            return 0


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ActionServer]:
    found = ActionServer(tmp_path_factory.mktemp("actions"))
    yield found
    found.process.send_signal(signal.SIGCONT)
    found.process.kill()
    found.process.wait(10)


def test_without_the_secret_nobody_gets_in_and_errors_repeat_nothing(server: ActionServer) -> None:
    assert server.status("/actions", SECRET) == 200
    assert "action_respond" in {action["name"] for action in json.loads(server.said)}
    for secret in (None, "", "wrong", SECRET[:-1], SECRET + "x", "é"):
        assert server.status("/actions", secret and secret.encode().decode("latin-1")) == 401
        assert server.status("/webhook", secret and secret.encode().decode("latin-1"), b"{}") == 401
    broken = {
        "next_action": "action_respond",
        "tracker": {"sender_id": "山田花子", "slots": "山田花子", "events": "山田花子"},
    }
    assert server.status("/webhook", SECRET, json.dumps(broken, ensure_ascii=False).encode()) == 500
    assert "山田".encode() not in server.said
    assert server.status("/webhook", SECRET, '{"山田花子'.encode()) == 400
    assert "山田".encode() not in server.said
    assert "山田" not in server.log.read_text()
    assert "\\u5c71" not in server.log.read_text()


def test_without_a_secret_it_does_not_start(tmp_path: Path) -> None:
    environment = {**os.environ, "TOMONI_VAR": str(tmp_path)}
    environment.pop("TOMONI_ACTIONS_SECRET", None)
    command = [sys.executable, "-m", "bot", "actions", "--port", "0"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 2
    assert "TOMONI_ACTIONS_SECRET" in done.stderr


async def test_an_action_server_that_hangs_or_is_gone_is_told_truthfully(
    server: ActionServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "ANSWER_SECONDS", 1.0)
    endpoint = RemoteActions(f"{server.url}/webhook", SECRET)
    server.process.send_signal(signal.SIGSTOP)
    gone = RemoteActions("http://127.0.0.1:9/webhook", SECRET)
    wrong = RemoteActions(f"{server.url}/webhook", "another secret")
    for remote in (endpoint, gone, wrong):
        if remote is wrong:
            server.process.send_signal(signal.SIGCONT)
        started = time.monotonic()
        result = await remote.request(json={"next_action": "action_respond", "tracker": {}, "domain": {}})
        assert time.monotonic() - started < 3
        assert result["responses"][0]["spec"]["name"] == "try_later"
        assert result["events"] == [{"event": "followup", "name": "action_listen"}]
        await remote.close()


def test_the_chat_waits_less_than_its_lock_and_its_reader() -> None:
    from bot.shared.actions import ANSWER_SECONDS

    assert ANSWER_SECONDS <= 5, "R8: a message within six seconds"
