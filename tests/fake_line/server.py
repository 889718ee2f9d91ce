"""A strict stand-in for LINE: takes what LINE's server would take, refuses what it would refuse, and signs webhooks.

    .venv-line/bin/python -m tests.fake_line.server        prints {"port": …} and serves until its standard input ends

`/_fake/…` steers it: `send` posts signed events to a webhook, `mode` makes it fail, `calls` tells what it got, `check` judges bodies.
"""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import itertools
import json
import struct
import sys
import time
from collections import deque
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
from aiohttp import web

from tests.fake_line.strict import faults

TOKEN_LIVES = 60.0


class FakeLine:
    """All that LINE knows: tokens, retry keys, quota, menus; and how it is told to behave."""

    def __init__(self) -> None:
        self.reset()
        self.session: aiohttp.ClientSession | None = None

    def reset(self) -> None:
        """Begins anew."""
        self.calls: list[dict[str, Any]] = []
        self.tokens: dict[str, dict[str, Any]] = {}
        self.retry_keys: dict[str, str] = {}
        self.modes: deque[str] = deque()
        self.mode = "ok"
        self.quota, self.pushed = 200, 0
        self.access_token = "token"
        self.menus: dict[str, dict[str, Any]] = {}
        self.aliases: dict[str, str] = {}
        self.default_menu: str | None = None
        self.user_menus: dict[str, str] = {}
        self.languages: dict[str, str] = {}
        self.numbers = itertools.count(1)

    # --- LINE's side

    async def api(self, request: web.Request) -> web.StreamResponse:
        """Every call of the Messaging API."""
        raw = await request.read()
        path = request.path
        call = {
            "method": request.method,
            "path": path,
            "at": time.time(),
            "headers": {k.lower(): v for k, v in request.headers.items()},
        }
        self.calls.append(call)
        aside = path.startswith(
            "/v2/bot/chat/"
        )  # the animation comes when it comes: what is told to fail next is a message
        mode = self.modes.popleft() if self.modes and not aside else self.mode
        response = await self._answer(request, call, raw, mode)
        call["status"] = response.status
        return response

    async def _answer(self, request: web.Request, call: dict[str, Any], raw: bytes, mode: str) -> web.Response:
        if mode == "hang":
            await asyncio.sleep(30)
        if mode in ("cut", "lost"):  # the connection goes before, or after, LINE has done what was asked
            if mode == "lost":
                self._carried_out(request, call, raw)
            request.transport.close()
            return web.Response(status=500)
        if mode == "done500":
            self._carried_out(request, call, raw)
            return self._said(500, "Internal Server Error")
        if mode == "garbled":
            return web.Response(text='{"richmenus": [{"na', content_type="application/json")
        if mode.isdigit():
            return self._said(
                int(mode),
                {"429": "The API rate limit has been exceeded. Try again later.", "401": "Authentication failed"}.get(
                    mode, "error"
                ),
            )
        if request.headers.get("Authorization") != f"Bearer {self.access_token}":
            return self._said(
                401, "Authentication failed. Confirm that the access token in the authorization header is valid."
            )
        return self._carried_out(request, call, raw)

    def _carried_out(self, request: web.Request, call: dict[str, Any], raw: bytes) -> web.Response:
        method, path = request.method, request.path
        if path.endswith("/content") and method == "POST":
            return self._picture(path.split("/")[4], raw, request.headers.get("Content-Type", ""))
        body: Any = None
        if raw:
            try:
                body = json.loads(raw)
            except ValueError:
                return self._said(400, "The request body is not valid JSON")
        call["body"] = body
        if path == "/v2/bot/message/reply":
            return self._reply(body, request)
        if path == "/v2/bot/message/push":
            return self._push(body, raw, request)
        if path == "/v2/bot/message/validate/reply":
            return self._judged("reply", {"replyToken": "x", **body})
        if path == "/v2/bot/chat/loading/start":
            return self._judged("loading", body, 202)
        if path == "/v2/bot/chat/markAsRead":
            return self._judged("read", body)
        if path.startswith("/v2/bot/profile/"):
            user = path.rsplit("/", 1)[1]
            language = {"language": self.languages[user]} if user in self.languages else {}
            return web.json_response({"userId": user, "displayName": "name", **language})
        if "richmenu" in path:
            return self._menu_call(method, path.removeprefix("/v2/bot/"), body)
        return self._said(404, "Not found")

    def _reply(self, body: Any, request: web.Request) -> web.Response:
        if "X-Line-Retry-Key" in request.headers:
            return self._said(400, "The retry key is not supported")
        wrong = faults("reply", body)
        if wrong:
            return self._said(400, "A message (messages[0]) in the request body is invalid", wrong)
        token = self.tokens.get(body["replyToken"])
        if token is None or token["used"] or time.time() > token["until"]:
            return self._said(400, "Invalid reply token")
        token["used"] = True
        return self._sent(len(body["messages"]))

    def _push(self, body: Any, raw: bytes, request: web.Request) -> web.Response:
        key = request.headers.get("X-Line-Retry-Key")
        if key in self.retry_keys:
            same = self.retry_keys[key] == hashlib.sha256(raw).hexdigest()
            return self._said(409 if same else 400, "The retry key is already accepted")
        wrong = faults("push", body)
        if wrong:
            return self._said(400, "A message (messages[0]) in the request body is invalid", wrong)
        if self.pushed >= self.quota:
            return self._said(429, "You have reached your monthly limit.")
        self.pushed += 1
        if key:
            self.retry_keys[key] = hashlib.sha256(raw).hexdigest()
        return self._sent(len(body["messages"]))

    def _sent(self, count: int) -> web.Response:
        sent = [{"id": str(next(self.numbers)), "quoteToken": "q"} for _ in range(count)]
        return web.json_response({"sentMessages": sent}, headers={"x-line-request-id": f"r{next(self.numbers)}"})

    def _menu_call(self, method: str, path: str, body: Any) -> web.Response:
        parts = path.split("/")
        if path == "richmenu/validate":
            return self._judged("menu", body)
        if path == "richmenu" and method == "POST":
            wrong = faults("menu", body)
            if wrong:
                return self._said(400, "invalid rich menu", wrong)
            menu = f"richmenu-{next(self.numbers)}"
            self.menus[menu] = {**body, "richMenuId": menu, "picture": None}
            return web.json_response({"richMenuId": menu})
        if path == "richmenu/list":
            shown = [{k: v for k, v in m.items() if k != "picture"} for m in self.menus.values()]
            return web.Response(body=_in_pieces({"richmenus": shown}), content_type="application/json")
        if parts[:2] == ["richmenu", "alias"]:
            return self._alias(method, parts, body)
        if path.startswith("user/all/richmenu/") and method == "POST":
            return self._on_picture(parts[3], lambda: setattr(self, "default_menu", parts[3]))
        if parts[0] == "user" and method == "POST":
            return self._on_picture(parts[3], lambda: self.user_menus.__setitem__(parts[1], parts[3]))
        if method == "DELETE" and len(parts) == 2:
            return web.json_response({}) if self.menus.pop(parts[1], None) else self._said(404, "richmenu not found")
        return self._said(404, "Not found")

    def _alias(self, method: str, parts: list[str], body: Any) -> web.Response:
        if method == "POST" and len(parts) == 2:
            if body["richMenuAliasId"] in self.aliases:
                return self._said(400, "conflict richmenu alias id")
            return self._on_picture(
                body["richMenuId"], lambda: self.aliases.__setitem__(body["richMenuAliasId"], body["richMenuId"])
            )
        if len(parts) < 3 or parts[2] not in self.aliases:
            return self._said(404, "richmenu alias not found")
        if method == "POST":
            return self._on_picture(body["richMenuId"], lambda: self.aliases.__setitem__(parts[2], body["richMenuId"]))
        return web.json_response({"richMenuAliasId": parts[2], "richMenuId": self.aliases[parts[2]]})

    def _on_picture(self, menu: str, deed: Any) -> web.Response:
        if menu not in self.menus:
            return self._said(404, "richmenu not found")
        if self.menus[menu]["picture"] is None:
            return self._said(400, "must upload richmenu image before applying it")
        deed()
        return web.json_response({})

    def _picture(self, menu: str, raw: bytes, kind: str) -> web.Response:
        if menu not in self.menus:
            return self._said(404, "richmenu not found")
        if kind not in ("image/png", "image/jpeg") or len(raw) > 1_000_000:
            return self._said(400, f"picture of {len(raw)} bytes, {kind}")
        if kind == "image/png":
            width, height = struct.unpack(">II", raw[16:24])
            size = self.menus[menu]["size"]
            if (width, height) != (size["width"], size["height"]):
                return self._said(400, f"picture of {width}x{height}")
        self.menus[menu]["picture"] = len(raw)
        return web.json_response({})

    def _judged(self, kind: str, body: Any, status: int = 200) -> web.Response:
        wrong = faults(kind, body)
        return self._said(400, "invalid", wrong) if wrong else web.json_response({}, status=status)

    def _said(self, status: int, message: str, details: list[str] | None = None) -> web.Response:
        body: dict[str, Any] = {"message": message}
        if details:
            body["details"] = [{"message": d} for d in details]
        self.calls[-1]["refused"] = [message, *(details or [])]
        return web.json_response(body, status=status, headers={"x-line-request-id": f"r{next(self.numbers)}"})

    # --- steering

    async def send(self, request: web.Request) -> web.Response:
        """Posts events to a webhook as LINE does; events that can be answered get a fresh reply token unless they bring one."""
        told = await request.json()
        for event in told["events"]:
            token = event.get("replyToken")
            if token and token not in self.tokens:
                self.tokens[token] = {"until": time.time() + told.get("lives", TOKEN_LIVES), "used": False}
        body = json.dumps({"destination": "U" + "0" * 32, "events": told["events"]}, ensure_ascii=False).encode()
        signed = base64.b64encode(hmac.new(told["secret"].encode(), body, hashlib.sha256).digest()).decode()
        headers = {
            "X-Line-Signature": signed,
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "LineBotWebhook/2.0",
        }
        assert self.session is not None
        started = time.perf_counter()
        try:
            async with self.session.post(told["url"], data=body, headers=headers) as response:
                status = response.status
        except aiohttp.ClientError as error:
            return web.json_response({"status": None, "error": type(error).__name__})
        return web.json_response({"status": status, "ms": (time.perf_counter() - started) * 1000})

    async def steer(self, request: web.Request) -> web.Response:
        """Reads or changes what this LINE is like."""
        told = await request.json() if request.can_read_body else {}
        name = request.match_info["name"]
        if name == "reset":
            self.reset()
        elif name == "mode":
            self.mode, self.modes = told.get("mode", self.mode), deque(told.get("next", ()))
        elif name == "set":
            for key, value in told.items():
                setattr(self, key, value)
        elif name == "tokens":  # of events somebody else signs and sends
            self.tokens.update(told)
        elif name == "calls":
            return web.json_response(self.calls)
        elif name == "state":
            shown = ("menus", "aliases", "default_menu", "user_menus", "pushed")
            return web.json_response({key: getattr(self, key) for key in shown})
        elif name == "check":
            return web.json_response([faults(kind, body) for kind, body in told])
        return web.json_response({})


async def _in_pieces(body: Any) -> AsyncIterator[bytes]:
    """A body as a network brings it, one part after another."""
    raw = json.dumps(body).encode()
    for start in range(0, len(raw), 4096):
        yield raw[start : start + 4096]
        await asyncio.sleep(0.01)


def application() -> web.Application:
    """The server."""
    fake = FakeLine()
    app = web.Application(client_max_size=8_000_000)

    async def life(app: web.Application) -> Any:
        fake.session = aiohttp.ClientSession()
        yield
        await fake.session.close()

    app.cleanup_ctx.append(life)
    app.router.add_post("/_fake/send", fake.send)
    app.router.add_route("*", "/_fake/{name}", fake.steer)
    app.router.add_route("*", "/{path:.*}", fake.api)
    return app


async def main() -> None:
    """Serves until standard input ends, so that it goes when its test does."""
    runner = web.AppRunner(application(), access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    port = site._server.sockets[0].getsockname()[1]
    print(json.dumps({"port": port}), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
