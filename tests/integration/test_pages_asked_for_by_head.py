"""Pages asked for by HEAD, as link checkers, previews and monitors do: the head of the page and not a byte more."""

from __future__ import annotations

import asyncio
import socket
from types import SimpleNamespace
from typing import Any

import pytest
from sanic import Sanic

from bot.channels.check_page import check_pages
from bot.channels.webchat import WebChatInput
from bot.serve import create_app
from bot.settings import read


async def asked(method: str, path: str, port: int) -> tuple[str, dict[str, str], bytes]:
    """Status line, headers and everything that follows them, read until the server hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"{method} {path} HTTP/1.1\r\nHost: x\r\nAccept-Language: en\r\nConnection: close\r\n\r\n".encode())
    head, _, rest = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    status, *lines = head.decode().split("\r\n")
    return status, {n.lower(): v.strip() for n, _, v in (line.partition(":") for line in lines)}, rest


@pytest.mark.parametrize("path", ["/webhooks/web/", "/webhooks/web/static/chat.css", "/check", "/check?lang=en"])
async def test_the_head_is_that_of_the_page_and_no_body_follows(path: str) -> None:
    app = Sanic(f"heads_{abs(hash(path))}", configure_logging=False)
    app.blueprint(WebChatInput().blueprint(lambda message: None), url_prefix="/webhooks/web")  # type: ignore[arg-type]
    app.blueprint(check_pages())
    sock = socket.create_server(("127.0.0.1", 0))
    server: Any = await app.create_server(sock=sock, return_asyncio_server=True, access_log=False)
    await server.startup()
    await server.start_serving()
    try:
        page = await asked("GET", path, sock.getsockname()[1])
        head = await asked("HEAD", path, sock.getsockname()[1])
    finally:
        server.close()
    assert page[0] == head[0] == "HTTP/1.1 200 OK"
    assert len(page[2]) == int(head[1]["content-length"]) > 1000
    assert head[2] == b""
    passing = {"set-cookie", "date"}
    assert {n: v for n, v in head[1].items() if n not in passing} == {
        n: v for n, v in page[1].items() if n not in passing
    }


def test_every_address_that_is_handed_out_can_be_asked_for_its_head(tmp_path: Any) -> None:
    try:
        app = create_app(read({}, tmp_path), SimpleNamespace())
        app.router.finalize()
        for path in ("/", "/webhooks/web/", "/webhooks/web/embed", "/check", "/a", "/guide/", "/guide/ja/index.html"):
            route, _, _ = app.router.get(path, "HEAD", None)
            assert {"GET", "HEAD"} <= set(route.methods), path
        app.ctx.applications().store.close()
    finally:
        Sanic._app_registry.pop("tomoni", None)
