"""What staff see while LINE fails: one word on /health, one sentence on `line status` and for the console, counters without people."""

from __future__ import annotations

import json
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from bot import clock
from bot.channels.line import client, sending
from bot.channels.line.client import Said
from bot.channels.line.health import IN_A_ROW, Health, banner, report
from bot.channels.line.opening import open_store
from tests.fake_line.harness import USER, Bot, channel, line_settings_for, text


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits in hundredths."""
    monkeypatch.setattr(sending, "WAITS", (0.0, 0.01, 0.02, 0.03, 0.04))
    monkeypatch.setattr(client, "TOTAL_SECONDS", 0.3)


def seen(settings: Any) -> Any:
    store = open_store(settings)
    try:
        return report(store)
    finally:
        store.close()


@pytest.mark.parametrize(
    ("mode", "trouble"),
    [
        (["401"], "token"),
        (["403"], "permission"),
        (["429"], "limit"),
        (["500"] * 5, "unreachable"),
        (["hang"] * 6, "unreachable"),
    ],
    ids=str,
)
async def test_staff_see_what_is_wrong_until_line_takes_an_answer_again(
    line, line_settings, knowledge, mode, trouble, monkeypatch
):
    monkeypatch.setattr(client, "CHECK_AGAIN", 0.0)
    settings = line_settings()
    async with channel(settings, Bot()) as served:
        assert await served.line.is_well()
        line.steer("mode", next=mode)
        for _ in range(3 if mode[0] == "hang" else 1):
            assert await line.send(served.url, text("わたしの秘密の質問")) == 200
            await served.settled()
        await served.post.look_after()
        found = seen(settings)
        assert found.trouble == trouble and not await served.line.is_well()
        said = {lang: banner(found, knowledge, lang) for lang in ("ja", "en", "ja-easy")}
        assert all(said.values()) and len(set(said.values())) == 3
        shown = json.dumps(found.as_dict(), ensure_ascii=False)
        assert USER not in shown and "秘密" not in shown and "line-" not in shown
        line.steer("mode", next=[])
        assert await line.send(served.url, text("費用は？")) == 200
        await served.settled()
        await served.post.look_after()
        assert seen(settings).trouble is None and await served.line.is_well()


REPLY, PUSH, PROFILE = "/v2/bot/message/reply", "/v2/bot/message/push", "/v2/bot/profile/…"


@pytest.mark.parametrize(
    ("refused", "status", "trouble", "unrelated", "ends"),
    [
        (PUSH, 429, "limit", (REPLY, PROFILE), PUSH),
        (REPLY, 429, "limit", (PUSH, PROFILE), REPLY),  # too fast, as replies are not counted by the month
        (REPLY, 403, "permission", (PROFILE, PUSH), REPLY),
        (PUSH, 403, "permission", (PROFILE, REPLY), PUSH),
        (REPLY, 401, "token", (PROFILE,), REPLY),
        (PROFILE, 401, "token", (), REPLY),
    ],
)
def test_a_refusal_stands_until_a_call_of_its_sort_succeeds(
    tmp_path, monkeypatch, caplog, refused, status, trouble, unrelated, ends
):
    """The month's limit of pushes is no less reached as free replies go on."""
    now = datetime(2026, 11, 22, 3, tzinfo=timezone.utc)
    monkeypatch.setattr(clock, "now", lambda: now)
    health, store = Health(now=lambda: now), open_store(line_settings_for("http://127.0.0.1:9", tmp_path))

    def after(path: str, said: Said) -> str | None:
        nonlocal now
        now += timedelta(seconds=5)
        health.observe(path, said)
        with store.write() as connection:
            health.save(connection)
        return report(store).trouble

    def over() -> bool:
        return any("line.alarm over" in r.getMessage() for r in caplog.records)

    assert after(refused, Said(status, reached=True)) == trouble
    for path in unrelated:
        assert after(path, Said(200, reached=True)) == trouble and not over()
    assert after(ends, Said(200, reached=True)) is None and over()
    store.close()


def test_the_limit_of_pushes_ends_with_the_month_in_japan(tmp_path, monkeypatch):
    times = [datetime(2026, 11, 30, 14, 0, tzinfo=timezone.utc)]
    monkeypatch.setattr(clock, "now", lambda: times[0])
    health, store = Health(now=lambda: times[0]), open_store(line_settings_for("http://127.0.0.1:9", tmp_path))
    health.observe(PUSH, Said(429, reached=True))
    with store.write() as connection:
        health.save(connection)
    assert report(store).trouble == "limit"
    times[0] += timedelta(minutes=59)
    assert report(store).trouble == "limit"
    times[0] += timedelta(minutes=1)  # midnight in Tokyo
    assert report(store).trouble is None
    store.close()


def test_an_idle_worker_does_not_say_that_all_is_well(tmp_path: Path) -> None:
    """Calls that fail are added up over workers; only a call that succeeds ends the row."""
    settings = line_settings_for("http://127.0.0.1:9", tmp_path)
    busy, idle = Health(), Health()
    store = open_store(settings)
    failed = Said(None, reached=False, error="ClientConnectorError")

    def saved(health: Health) -> str | None:
        with store.write() as connection:
            health.save(connection)
        return report(store).trouble

    for _ in range(IN_A_ROW - 1):
        busy.observe("/v2/bot/message/reply", failed)
    assert saved(busy) is None
    idle.observe("/v2/bot/message/reply", failed)
    assert saved(idle) == "unreachable"
    assert saved(Health()) == "unreachable" and saved(busy) == "unreachable"
    idle.observe("/v2/bot/message/reply", Said(200, reached=True))
    assert saved(idle) is None
    store.close()


def test_the_status_command_says_it_in_one_sentence_in_both_languages(tmp_path, monkeypatch, capsys):
    import argparse

    from bot.channels.line import setup

    settings = line_settings_for("http://127.0.0.1:9", tmp_path)
    health, store = Health(), open_store(settings)
    health.observe("/v2/bot/message/reply", Said(401, reached=True))
    with store.write() as connection:
        health.save(connection)
    store.close()
    monkeypatch.setattr(setup, "read", lambda: settings)
    assert setup.run(argparse.Namespace(deed="status"), sys.stdout) == 1  # so that a watch on the machine sees it too
    shown = capsys.readouterr()
    told = json.loads(shown.out)
    assert told["trouble"] == "token" and told["failures"] == {"401": 1} and told["last_success"] is None
    assert (told["backlog"], told["pushes_this_month"], told["push_limit"]) == (0, 0, 0)
    (sentence,) = shown.err.strip().splitlines()
    assert "TOMONI_LINE_TOKEN を替えて" in sentence and "Issue a new one" in sentence


def test_when_all_is_well_the_status_command_says_so_and_when_it_was_last_seen(tmp_path, monkeypatch, capsys):
    import argparse

    from bot.channels.line import setup

    settings = line_settings_for("http://127.0.0.1:9", tmp_path, push_per_month=200)
    health, store = Health(), open_store(settings)
    health.observe("/v2/bot/message/reply", Said(500, reached=True))
    health.observe("/v2/bot/message/push", Said(200, reached=True))
    health.count("webhook")
    health.count_push()
    with store.write() as connection:
        health.save(connection)
    store.close()
    monkeypatch.setattr(setup, "read", lambda: settings)
    assert setup.run(argparse.Namespace(deed="status"), sys.stdout) == 0
    shown = capsys.readouterr()
    told = json.loads(shown.out)
    assert told["trouble"] is None and told["last_webhook"] and told["last_success"]
    assert (told["pushes_this_month"], told["push_limit"], told["failures"]) == (1, 200, {"500": 1})
    assert "✓" in shown.err


@pytest.mark.parametrize(
    ("on", "status", "told"),
    [
        (False, 2, ("使っていません", "LINE is off")),
        (True, 0, ("まだ何も届いていません", "Nothing has come from LINE yet")),
    ],
)
def test_where_line_is_off_or_has_never_come_the_status_command_says_so(
    tmp_path, monkeypatch, capsys, on, status, told
):
    import argparse
    from dataclasses import replace

    from bot.channels.line import setup

    settings = line_settings_for("http://127.0.0.1:9", tmp_path)
    monkeypatch.setattr(setup, "read", lambda: settings if on else replace(settings, line=None))
    assert setup.run(argparse.Namespace(deed="status"), sys.stdout) == status
    shown = capsys.readouterr()
    assert json.loads(shown.out)["on"] is on
    assert "✓" not in shown.err and all(words in shown.err for words in told)


def test_an_alarm_has_one_name_in_the_log_and_its_end_is_told(caplog):
    health = Health()
    for _ in range(IN_A_ROW + 2):
        health.observe("/v2/bot/message/reply", Said(None, reached=False, error="ClientConnectorError"))
    for _ in range(2):
        health.observe("/v2/bot/message/reply", Said(200, reached=True))
    said = [r.getMessage() for r in caplog.records]
    assert [s.split(":")[0] for s in said] == ["line.alarm unreachable", "line.alarm over"]
