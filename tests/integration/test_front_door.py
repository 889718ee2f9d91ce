"""The real nginx with our configuration, before workers of the test: who is asked, who is asked next, and what nobody learns."""

from __future__ import annotations

import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Iterator
from http.client import HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPSHandler, Request, build_opener

import pytest
import yaml

from bot.knowledge.loader import ROOT

DEPLOY = ROOT / "deploy"


class Upstream(ThreadingHTTPServer):
    """A worker as nginx sees it: notes what it is asked, and may die over it."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answering)
        self.seen: list[dict[str, Any]] = []
        self.dies = False
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing of connections that end."""


class Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Upstream

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.seen.append({"path": self.path, **{name.lower(): value for name, value in self.headers.items()}})
        if self.server.dies:
            self.close_connection = True
            return
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    do_GET = do_POST = _answer

    def log_message(self, *_: Any) -> None:
        """Nothing on the screen."""


class Door:
    """nginx as it runs in front, and what stands behind it."""

    def __init__(self, place: Path) -> None:
        self.place, self.workers = place, [Upstream(), Upstream()]
        self.port, self.plain = _free(), _free()
        text = (DEPLOY / "nginx.conf").read_text(encoding="utf-8")
        behind = "\n".join(f"server 127.0.0.1:{w.server_port} max_fails=2 fail_timeout=5s;" for w in self.workers)
        for name, ours in {
            "/tmp/": f"{place}/",  # first: our own folders may lie there too
            "server chat:8000 max_fails=2 fail_timeout=5s;": behind,
            "server chat:8000 max_fails=1 fail_timeout=5s;": behind,
            "listen 8443": f"listen 127.0.0.1:{self.port}",
            "listen 8080": f"listen 127.0.0.1:{self.plain}",
            "/etc/nginx/tls": str(place),
            "/etc/nginx/pages": str(DEPLOY / "pages"),
            "/etc/nginx/conf.d": str(place / "conf.d"),
            "/dev/stdout": str(place / "access.log"),
            "/dev/stderr": str(place / "error.log"),
        }.items():
            assert name in text, name
            text = text.replace(name, ours)
        (place / "nginx.conf").write_text(text, encoding="utf-8")
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=localhost"]
            + ["-keyout", str(place / "tls.key"), "-out", str(place / "tls.crt")],
            check=True, capture_output=True,
        )  # fmt: skip
        self.process = subprocess.Popen(
            ["nginx", "-c", str(place / "nginx.conf"), "-g", "daemon off;"], stderr=subprocess.PIPE
        )
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.1)
        self.process.kill()
        raise AssertionError(f"nginx did not start: {self.process.communicate()[1].decode()}")

    def ask(self, path: str, body: bytes | None = None, **headers: str) -> tuple[int, bytes, dict[str, str]]:
        """Asks through the door; status, body and headers."""
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        request = Request(f"https://127.0.0.1:{self.port}{path}", body, named)
        try:
            with build_opener(HTTPSHandler(context=context)).open(request, timeout=30) as response:
                return response.status, response.read(), dict(response.headers)
        except HTTPError as error:
            return error.code, error.read(), dict(error.headers)

    def seen(self) -> list[dict[str, Any]]:
        """Everything the workers were asked."""
        return [request for worker in self.workers for request in worker.seen]

    def close(self) -> None:
        """Ends it all."""
        self.process.terminate()
        self.process.wait(10)
        for worker in self.workers:
            worker.shutdown()


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    if shutil.which("nginx") is None:
        pytest.skip("no nginx here. Install it: apt-get install nginx-light")
    found = Door(tmp_path)
    yield found
    found.close()


def test_a_conversation_stays_at_one_worker_and_conversations_are_spread(door: Door) -> None:
    for n in range(24):
        for _ in range(2):
            door.ask("/webhooks/web/messages", b"{}", Cookie=f"a=b; __Host-sid={n:032x}.1.x")
    at = [Counter(request["cookie"] for request in worker.seen) for worker in door.workers]
    assert all(len(cookies) > 3 for cookies in at), "both work"
    assert not set(at[0]) & set(at[1])
    assert set((at[0] + at[1]).values()) == {2}


def test_what_line_sends_goes_to_one_worker_and_to_the_other_when_that_is_gone(door: Door) -> None:
    for _ in range(12):
        assert door.ask("/webhooks/line/webhook", b"{}")[0] == 200
    assert sorted(len(worker.seen) for worker in door.workers) == [0, 12]
    first, second = sorted(door.workers, key=lambda worker: -len(worker.seen))
    first.dies = True
    assert door.ask("/webhooks/line/webhook", b"{}")[0] == 200
    assert len(second.seen) == 1


def test_a_message_whose_worker_dies_is_answered_by_the_other_and_forms_are_not_sent_twice(door: Door) -> None:
    door.workers[0].dies = True
    assert {door.ask("/webhooks/web/messages", b"{}")[0] for _ in range(8)} == {200}
    door.workers[1].dies, before = True, len(door.seen())
    status, _, _ = door.ask("/a/erase", b"sure=yes", Content_Type="application/x-www-form-urlencoded")
    assert status == 502
    assert len(door.seen()) - before <= 1


def test_without_any_worker_people_are_told_so_with_a_phone_number(door: Door) -> None:
    for worker in door.workers:
        worker.shutdown()
        worker.server_close()
    status, body, headers = door.ask("/webhooks/web/")
    figures = yaml.safe_load((ROOT / "data/knowledge/figures.yml").read_text(encoding="utf-8"))
    phone = next(str(figure["value"]) for figure in figures if figure["name"] == "office_phone")
    assert status == 502
    assert body.decode().count(phone) == 3, "in each language"
    assert headers["Retry-After"] == "10"


def test_an_address_cannot_be_invented_and_the_right_headers_arrive(door: Door) -> None:
    door.ask("/check", X_Forwarded_For="6.6.6.6", X_Forwarded_Proto="http")
    request = door.seen()[0]
    assert request["x-forwarded-for"] == "127.0.0.1"
    assert request["x-forwarded-proto"] == "https"


def test_health_is_for_machines_inside_and_large_bodies_stop_here(door: Door) -> None:
    for path in ("/health", "/health/ready", "/health/live"):
        assert door.ask(path)[0] == 404
    assert door.ask("/webhooks/web/messages", b"x" * 17_000)[0] == 413
    assert door.ask("/webhooks/line", b"x" * 900_000)[0] == 200
    assert [request["path"] for request in door.seen()] == ["/webhooks/line"]


def test_too_many_requests_of_one_address_are_turned_away_here(door: Door) -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    wire, got = HTTPSConnection("127.0.0.1", door.port, context=context, timeout=30), Counter[int]()
    for _ in range(400):
        wire.request("GET", "/check")
        response = wire.getresponse()
        response.read()
        got[response.status] += 1
    assert set(got) == {200, 429}
    assert got[200] >= 60


def test_what_line_brings_from_one_address_is_not_turned_away(door: Door) -> None:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    wire, got = HTTPSConnection("127.0.0.1", door.port, context=context, timeout=30), Counter[int]()
    for _ in range(400):
        wire.request("POST", "/webhooks/line/webhook", b"{}")
        response = wire.getresponse()
        response.read()
        got[response.status] += 1
    assert set(got) == {200}


def test_logs_name_nobody_and_nothing(door: Door) -> None:
    secret = "hE3pP8vYq1dZk0sX4bN7cR2wT6uM9aJ5fLgVoKiQyBn"
    door.ask(f"/a/{secret}?who=hanako", Cookie="__Host-sid=" + "1" * 32 + ".1.x", User_Agent="hanakos-phone")
    door.workers[0].dies = door.workers[1].dies = True
    door.ask(f"/a/{secret}")
    time.sleep(0.2)
    logs = (door.place / "access.log").read_text() + (door.place / "error.log").read_text()
    assert " 200 " in logs
    for word in (secret, "hanako", "127.0.0.1", "1" * 32, "/a"):
        assert word not in logs


def test_old_tls_is_refused_and_plain_http_is_led_to_https(door: Door) -> None:
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.check_hostname, old.verify_mode = False, ssl.CERT_NONE
    old.minimum_version = old.maximum_version = ssl.TLSVersion.TLSv1_1
    with pytest.raises((ssl.SSLError, ConnectionError)), socket.create_connection(("127.0.0.1", door.port)) as wire:
        old.wrap_socket(wire)
    with socket.create_connection(("127.0.0.1", door.plain)) as wire:
        wire.sendall(b"GET /check HTTP/1.1\r\nHost: tomoni.example.jp\r\nConnection: close\r\n\r\n")
        assert b"Location: https://tomoni.example.jp/check" in wire.recv(4096)
    assert "max-age" in door.ask("/check")[2]["Strict-Transport-Security"]


def _free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return found.getsockname()[1]
