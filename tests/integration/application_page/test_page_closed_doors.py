"""The page /a while the database is locked, silent or gone, or we are at fault."""

from __future__ import annotations

import sqlite3
import time
from dataclasses import replace

from sanic import Sanic

from bot.application_door import ApplicationDoor
from bot.applications.errors import StoreUnavailable
from bot.applications.service import Applications
from bot.settings import read


async def test_a_locked_database_says_try_later_in_time_and_keeps_what_was_typed(serve, start, applications):
    case = start()
    path = applications.store.engine.url.database
    async with serve() as browser:
        page, visitor = browser(), browser()
        await page.enter(case)
        await visitor.get()
        lock = sqlite3.connect(path)
        lock.execute("BEGIN EXCLUSIVE")
        try:
            tried = {
                "/a": [("receipt", case.receipt), ("pin", case.pin)],
                "/a/papers": [("ready", "doc-single")],
                "/a/wishes": [("month", "2027-05"), ("notices", "ja")],
                "/a/contact": [("by", "email"), ("address", "b@example.org")],
                "/a/pin": [("receipt", case.receipt), ("pin", case.pin)],
            }
            for address, fields in tried.items():
                began = time.monotonic()
                answer = await (visitor if address == "/a" else page).post(address, fields)
                assert time.monotonic() - began < 3
                assert answer.status == 503
                assert "少し待って、もう一度" in answer.text
                for name, value in fields:
                    kept = f'name="{name}" value="{value}"' in answer.html
                    assert kept == (name != "pin"), (address, name)
                assert case.pin not in answer.html
            began = time.monotonic()
            assert (await page.get()).status == 503
            assert time.monotonic() - began < 3
        finally:
            lock.rollback()
            lock.close()
        # The same form, sent again, completes.
        assert (await page.post("/a/papers", tried["/a/papers"])).to == "/a#said"
        assert (await visitor.post("/a", tried["/a"])).to == "/a"


async def test_a_database_that_never_answers_is_not_waited_for(serve, start):
    def door() -> Applications:
        time.sleep(1.2)
        raise StoreUnavailable("late")

    async with serve(door, answer_within=0.3) as browser:
        page = browser()
        await page.get()
        began = time.monotonic()
        answer = await page.post("/a", {"receipt": "TP-1", "pin": "1"})
        assert answer.status == 503
        assert time.monotonic() - began < 1
        assert (await page.get()).status == 200


async def test_a_fault_of_ours_is_a_kind_page_and_a_log_line_without_words(serve, caplog):
    def door() -> Applications:
        raise RuntimeError("secret words TP-SECRET")

    async with serve(door) as browser:
        page = browser()
        await page.get()
        answer = await page.post("/a", {"receipt": "TP-SECRET", "pin": "1"})
    assert answer.status == 503
    assert "RuntimeError" in caplog.text
    assert "SECRET" not in caplog.text


async def test_a_database_that_cannot_be_opened_is_tried_again_for_each_visitor(serve, tmp_path):
    # A file where a folder is needed; a read-only one would not stop root.
    blocked = tmp_path / "blocked"
    blocked.write_text("")
    settings = replace(read({}, tmp_path / "var"), database_url=f"sqlite:///{blocked / 'tomoni.db'}")
    door = ApplicationDoor(settings)
    door.try_open()
    async with serve(door) as browser:
        page = browser()
        assert (await page.get()).status == 200
        assert (await page.post("/a", {"receipt": "TP-1", "pin": "1"})).status == 503
        blocked.unlink()
        assert (await page.post("/a", {"receipt": "TP-1", "pin": "1"})).status == 422
    door().store.close()


def test_serve_mounts_the_page_and_opens_the_applications_once(tmp_path):
    from types import SimpleNamespace

    from bot.serve import create_app

    try:
        app = create_app(read({}, tmp_path), SimpleNamespace())
        paths = {route.path for route in app.router.routes}
        assert {"a", "a/wishes", "a/erase", "check"} <= paths
        assert app.ctx.applications() is app.ctx.applications()
        app.ctx.applications().store.close()
    finally:
        Sanic._app_registry.pop("tomoni", None)
