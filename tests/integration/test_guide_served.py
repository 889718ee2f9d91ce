"""The guide under /guide/: built beside the chat, the same files as the command writes, nothing but those."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sanic import Sanic

from bot.channels import guide_pages as module
from bot.guide import cache
from bot.guide.addresses import code
from bot.knowledge.loader import ROOT, Knowledge
from bot.settings import read

DAY = date(2026, 11, 22)


@pytest.fixture
def settings(tmp_path: Path) -> Any:
    """Settings with a folder of their own."""
    return replace(read({}, tmp_path), public_url="https://tomoni.example")


@pytest.fixture
def ask(settings: Any, knowledge: Knowledge) -> Iterator[Any]:
    """Asks a server that has only the guide: `ask("/guide/ja/index.html")` gives status, headers and body."""
    Sanic.test_mode = True
    app = Sanic(f"guide-{id(settings)}", configure_logging=False)
    app.blueprint(module.guide_pages(settings, knowledge))

    async def get(*paths: str, first_after: float = 0.0, **headers: str) -> list[tuple[int, Any, bytes]]:
        server = await app.create_server(port=0, host="127.0.0.1", return_asyncio_server=True)
        assert server is not None
        await server.startup()
        await server.after_start()  # type: ignore[no-untyped-call]
        port = server.server.sockets[0].getsockname()[1]
        try:
            await asyncio.sleep(first_after)
            async with aiohttp.ClientSession() as session:
                found = []
                for path in paths:
                    url = f"http://127.0.0.1:{port}{path}"
                    async with session.get(url, headers=headers, allow_redirects=False) as response:
                        found.append((response.status, response.headers, await response.read()))
                return found
        finally:
            await server.before_stop()  # type: ignore[no-untyped-call]
            server.close()
            await server.wait_closed()

    yield lambda *paths, **headers: asyncio.run(get(*paths, **headers))
    Sanic._app_registry.clear()


@pytest.fixture
def built(settings: Any, knowledge: Knowledge, guide: Path) -> Path:
    """The guide where the server looks for it."""
    place = cache.place(settings.var, settings.public_url, knowledge, DAY)
    place.parent.mkdir(parents=True)
    place.symlink_to(guide)
    return place


def test_pages_documents_and_data_are_served_as_what_they_are(ask: Any, built: Path) -> None:
    entry = f"/guide/easy/{code('application_fee')}.html"
    names = (
        "/guide/ja/index.html",
        entry,
        "/guide/pdf/tomoni-en.pdf",
        "/guide/cards/law-ja.png",
        "/guide/data/answers.csv",
    )
    found = ask(*names, "/guide/assets/guide.js", "/guide/ja/feed.xml", "/guide/ja/")
    types = [headers["Content-Type"].split(";")[0] for _, headers, _ in found]
    assert [status for status, _, _ in found] == [200] * 8
    assert types[:5] == ["text/html", "text/html", "application/pdf", "image/png", "text/csv"]
    assert types[5:] == ["text/javascript", "application/xml", "text/html"]
    assert found[1][2] == (built / entry.removeprefix("/guide/")).read_bytes()
    for _, headers, _ in found:
        assert (
            "default-src 'self'" in headers["Content-Security-Policy"] and headers["Referrer-Policy"] == "no-referrer"
        )
    assert found[0][1]["Cache-Control"] == "no-store"  # nothing stays on a shared device


def test_the_start_leads_to_the_language_of_the_reader(ask: Any, built: Path) -> None:
    assert ask("/guide/", **{"Accept-Language": "en-GB,en"})[0][1]["Location"] == "/guide/en/index.html"
    assert ask("/guide", **{"Accept-Language": "ja"})[0][1]["Location"] == "/guide/ja/index.html"


def test_no_path_leads_out_of_the_guide(ask: Any, built: Path, settings: Any) -> None:
    (settings.var / "guide" / "secret.txt").write_text("kept apart")
    paths = (
        "/guide/../secret.txt",
        "/guide/%2e%2e/secret.txt",
        "/guide/..%2fsecret.txt",
        "/guide/ja/..%2f..%2f..%2fsecret.txt",
    )
    others = ("/guide/_headers", "/guide/ja/nothing.html", "/guide//etc/passwd", "/guide/ja/%00.html")
    for status, _, body in ask(*paths, *others):
        assert status in (400, 404) and body != b"kept apart" and b"root:" not in body


def test_what_is_not_there_is_said_in_a_page_with_a_way_on(ask: Any, built: Path) -> None:
    status, headers, body = ask("/guide/ja/zzzzzz.html")[0]
    assert status == 404 and headers["Content-Type"].startswith("text/html")
    assert 'href="/guide/ja/index.html"' in body.decode()


def test_it_is_built_when_first_asked_for_and_kept(ask: Any, settings: Any, monkeypatch: Any, guide: Path) -> None:
    asked = []

    async def build(var: Path, public_url: str, day: date) -> None:
        asked.append((var, public_url, day))
        place = cache.place(var, public_url, module_knowledge, day)
        place.parent.mkdir(parents=True)
        place.symlink_to(guide)

    from bot.knowledge.loader import load

    module_knowledge = load()
    monkeypatch.setattr(cache, "ensure_aside", build)
    assert [status for status, _, _ in ask("/guide/ja/index.html", "/guide/en/index.html")] == [200, 200]
    assert asked == [(settings.var, "https://tomoni.example", DAY)]


@pytest.mark.parametrize("at_start", [True, False])
def test_it_is_built_before_anybody_asks_unless_that_is_not_wanted(
    ask: Any, settings: Any, monkeypatch: Any, at_start: bool
) -> None:
    begun: list[float] = []

    async def build(*given: Any) -> None:
        begun.append(time.monotonic())
        raise OSError("not now")

    monkeypatch.setattr(cache, "ensure_aside", build)
    monkeypatch.setattr(module, "START_AFTER", 0.1)
    object.__setattr__(settings, "guide_at_start", at_start)
    started = time.monotonic()
    ask(first_after=0.5)
    assert len(begun) == at_start
    assert not begun or begun[0] - started >= 0.1  # the chat comes first


def test_whoever_is_too_early_waits_little_and_reads_so_in_three_languages(ask: Any, monkeypatch: Any) -> None:
    ended: list[str] = []

    async def build(*given: Any) -> None:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            ended.append("ended")
            raise

    monkeypatch.setattr(cache, "ensure_aside", build)
    started = time.monotonic()
    found = ask("/guide/easy/index.html")
    assert time.monotonic() - started < 3
    status, headers, body = found[0]
    assert (status, headers["Retry-After"]) == (503, "3")
    page = body.decode()
    assert re.findall(r'<section lang="(\w+)" data-lang="([\w-]+)">', page) == [
        ("ja", "ja-easy"), ("ja", "ja"), ("en", "en"),
    ]  # fmt: skip
    assert page.count("<h1>") == 1 and "<script" not in page and '<meta http-equiv="refresh" content="3">' in page
    assert ended == ["ended"]  # a server that stops takes the build with it


def test_a_build_that_failed_is_not_begun_again_with_every_request(ask: Any, monkeypatch: Any) -> None:
    begun: list[int] = []

    async def build(*given: Any) -> None:
        begun.append(1)
        raise OSError("no space left")

    monkeypatch.setattr(cache, "ensure_aside", build)
    assert [status for status, _, _ in ask(*["/guide/ja/index.html"] * 4)] == [503] * 4
    assert len(begun) == 1


def test_while_it_is_made_a_page_says_so_and_opens_itself_again(ask: Any, monkeypatch: Any, caplog: Any) -> None:
    async def fail(*given: Any) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(cache, "ensure_aside", fail)
    status, headers, body = ask("/guide/en/index.html")[0]
    assert status == 503 and headers["Retry-After"] == "3" and headers["Cache-Control"] == "no-store"
    assert "being prepared" in body.decode() and 'http-equiv="refresh"' in body.decode()
    assert "could not be built" in caplog.text


@pytest.mark.slow
def test_a_process_of_its_own_builds_the_real_thing_once(settings: Any, knowledge: Knowledge) -> None:
    asyncio.run(cache.ensure_aside(settings.var, settings.public_url, DAY))
    place = cache.place(settings.var, settings.public_url, knowledge, DAY)
    made = place.stat().st_mtime_ns
    assert (place / "pdf/tomoni-ja.pdf").exists() and (settings.var / "guide/history.json").exists()
    cache.ensure(settings.var, settings.public_url, DAY)
    assert place.stat().st_mtime_ns == made


@pytest.mark.slow
def test_a_build_that_is_told_to_stop_goes_at_once_and_leaves_nothing(tmp_path: Path) -> None:
    given = [sys.executable, "-m", "bot.guide.aside", str(tmp_path), "https://tomoni.example", DAY.isoformat()]
    with subprocess.Popen(given, cwd=ROOT) as aside:
        while not list((tmp_path / "guide").glob(".*/new/assets")):  # it is at work
            assert aside.poll() is None
            time.sleep(0.05)
        told = time.monotonic()
        aside.terminate()
        assert aside.wait(20) == 1 and time.monotonic() - told < 5
    assert [p.name for p in (tmp_path / "guide").iterdir()] == [".lock"]


def test_why_it_could_not_be_built_is_told(tmp_path: Path) -> None:
    (tmp_path / "guide").write_text("in the way")
    with pytest.raises(cache.NotBuilt, match="FileExistsError"):
        asyncio.run(cache.ensure_aside(tmp_path, "https://tomoni.example", DAY))


def test_the_guide_is_another_one_when_content_address_or_a_dated_figure_changes(
    knowledge: Knowledge, tmp_path: Path
) -> None:
    def place(day: date = DAY, address: str = "https://a.example") -> Path:
        return cache.place(tmp_path, address, knowledge, day)

    assert place() == place(date(2026, 11, 23))
    assert place() != place(address="https://b.example")
    first_due = min(e.review_by for e in knowledge.entries.values())
    assert place(first_due) == place() != place(date.fromordinal(first_due.toordinal() + 1))
