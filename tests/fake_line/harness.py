"""The project's side of the fake: starts it, steers it, and runs the real channel against it with a stand-in for Rasa or the real one."""

from __future__ import annotations

import asyncio
import itertools
import json
import secrets
import socket
import subprocess
import time
import urllib.request
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker
from sanic import Sanic
from sqlalchemy import select

from bot.channels.line import tables
from bot.channels.line.channel import LineInput
from bot.channels.line.opening import open_post
from bot.channels.line.post import Post, Times
from bot.channels.line.signature import sign
from bot.channels.rate import RateLimiter
from bot.locks import QueueLockStore
from bot.settings import Settings, read
from bot.settings_line import LineSettings
from tests.fake_line.environment import ROOT, python
from tests.servers import can_start_again

SECRET = "0123456789abcdef0123456789abcdef"
USER = "U4af4980629e4b4a1b0d2c3f1e5a6b7c8"
WEBHOOK = "/webhooks/line/webhook"
_apps = itertools.count()


class Fake:
    """A running fake LINE."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def steer(self, name: str, **told: Any) -> Any:
        """One of `/_fake/…`."""
        return self.post(name, told)

    def post(self, name: str, told: Any) -> Any:
        """The same with any body."""
        data = json.dumps(told).encode()
        request = urllib.request.Request(
            f"{self.url}/_fake/{name}", data=data, headers={"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            return json.load(response)

    async def send(self, url: str, *events: dict[str, Any], secret: str = SECRET, lives: float = 60.0) -> int | None:
        """Sends signed events to a webhook; its status."""
        told = {"url": url, "events": list(events), "secret": secret, "lives": lives}
        return (await asyncio.to_thread(self.post, "send", told))["status"]

    def calls(self, path: str = "") -> list[dict[str, Any]]:
        """What it was asked for, those whose path ends so."""
        return [c for c in self.steer("calls") if c["path"].endswith(path)]

    def replies(self) -> list[list[dict[str, Any]]]:
        """Messages of the replies it took."""
        return [c["body"]["messages"] for c in self.calls("/message/reply") if c.get("status") == 200]

    def bad(self) -> list[Any]:
        """Bodies it refused."""
        return [c["refused"] for c in self.steer("calls") if c.get("refused")]


@contextmanager
def fake_line() -> Iterator[Fake]:
    """Starts the fake in its own environment, and ends it."""
    command = [str(python()), "-m", "tests.fake_line.server"]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None and process.stdin is not None
    try:
        yield Fake(json.loads(process.stdout.readline())["port"])
    finally:
        process.stdin.close()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:  # it was told to hang, and some of what it was asked hangs still
            process.kill()
            process.wait()


# --- events


def event(kind: str, *, user: str | None = USER, age: float = 0.0, **more: Any) -> dict[str, Any]:
    """One event as LINE sends it."""
    source = {"type": "user", "userId": user} if user else {"type": "user"}
    made: dict[str, Any] = {
        "type": kind,
        "mode": "active",
        "timestamp": int((time.time() - age) * 1000),
        "source": source,
        "webhookEventId": secrets.token_hex(13).upper(),
        "deliveryContext": {"isRedelivery": False},
    }
    if kind not in ("unfollow", "unsend", "leave"):
        made["replyToken"] = secrets.token_hex(16)
    return {**made, **more}


def text(said: str, **more: Any) -> dict[str, Any]:
    """A text message."""
    message = {
        "id": str(secrets.randbelow(10**17)),
        "type": "text",
        "text": said,
        "quoteToken": "q",
        **more.pop("message", {}),
    }
    return event("message", message=message, **more)


def message(kind: str, **more: Any) -> dict[str, Any]:
    """Another message."""
    outside = {k: more.pop(k) for k in ("user", "source", "mode") if k in more}
    return event("message", message={"id": str(secrets.randbelow(10**17)), "type": kind, **more}, **outside)


def tap(data: str, **more: Any) -> dict[str, Any]:
    """A tap on a button."""
    params = {"params": more.pop("params")} if "params" in more else {}
    return event("postback", postback={"data": data, **params}, **more)


# --- the channel


class Bot:
    """A stand-in for Rasa: hears, waits as long as told, and answers with what it heard."""

    def __init__(self, seconds: float = 0.0, answer: Callable[[UserMessage], Awaitable[None]] | None = None) -> None:
        self.seconds, self.answer = seconds, answer
        self.heard: list[UserMessage] = []
        self.erased: list[str] = []
        self.lock_store, self.tracker_store = QueueLockStore(), self
        self.gate: asyncio.Event | None = None

    @property
    def texts(self) -> list[str]:
        """What it heard."""
        return [m.text for m in self.heard]

    async def handle_message(self, said: UserMessage) -> None:
        self.heard.append(said)
        await asyncio.sleep(self.seconds)
        if self.gate:
            await self.gate.wait()
        if self.answer:
            await self.answer(said)
        else:
            await said.output_channel.send_response(said.sender_id, {"text": f"「{said.text}」"})

    async def retrieve(self, conversation: str) -> None:
        return None

    async def create_tracker(self, conversation: str) -> DialogueStateTracker:
        return DialogueStateTracker(conversation, [AnySlot(n, mappings=[{}]) for n in ("said", "offered", "language")])

    async def save(self, tracker: DialogueStateTracker) -> None:
        pass

    async def delete(self, conversation: str) -> None:
        self.erased.append(conversation)


def line_settings_for(fake: str, folder: Path, **line: Any) -> Settings:
    """Settings of an installation of its own whose LINE is the fake."""
    settings = read({"TOMONI_VAR": str(folder)})
    given = {"secrets": (SECRET,), "token": "token", "api": fake, "data_api": fake, **line}
    return replace(settings, line=LineSettings(**given))


class Channel:
    """The channel, serving."""

    def __init__(self, url: str, line: LineInput, app: Sanic) -> None:
        self.url, self.line, self.app = url + WEBHOOK, line, app

    @property
    def post(self) -> Post:
        assert self.line.post is not None
        return self.line.post

    async def count(self, name: str) -> int:
        """How often something was counted, by whatever process."""
        await self.post.inbox.run(self.post.health.save)
        query = select(tables.health.c.count).where(tables.health.c.name == name)
        return int(await self.post.inbox.run(lambda x: x.execute(query).scalar()) or 0)

    async def settled(self, seconds: float = 15.0) -> None:
        """Waits until nothing is being worked on."""
        until = time.monotonic() + seconds
        while self.post.working and time.monotonic() < until:
            await asyncio.sleep(0.01)
        assert not self.post.working, "still working"


@asynccontextmanager
async def channel(
    settings: Settings, bot: Any, *, times: Times | None = None, rate: tuple[int, int] = (60_000, 10_000), **more: Any
) -> AsyncIterator[Channel]:
    """Serves the channel on a port of its own."""
    app = Sanic(f"line_{next(_apps)}", configure_logging=False)
    app.ctx.agent = bot
    app.config.REQUEST_MAX_SIZE = 64 * 1024

    def opened(*given: Any) -> Post:
        return open_post(*given, **{"times": times or Times(), "limiter": RateLimiter(*rate), **more})

    line = LineInput(settings, open_=opened)
    app.blueprint(line.blueprint(bot.handle_message), url_prefix="/webhooks/line")
    sock = socket.create_server(("127.0.0.1", 0))
    server = await app.create_server(sock=sock, return_asyncio_server=True, access_log=False)
    can_start_again()
    await server.startup()
    await server.before_start()
    await server.start_serving()
    try:
        yield Channel(f"http://127.0.0.1:{sock.getsockname()[1]}", line, app)
    finally:
        server.close()
        await line.stop(2.0)


def sign_for_sdk() -> tuple[str, str]:
    """A webhook of several kinds of events, signed with our own code."""
    made = [text("こんにちは"), tap("say=x"), event("follow", follow={"isUnblocked": False}), event("unfollow")]
    made.append(event("unsend", unsend={"messageId": "1"}))
    body = json.dumps({"destination": "U" + "0" * 32, "events": made}, ensure_ascii=False)
    return body, sign(SECRET, body.encode())
