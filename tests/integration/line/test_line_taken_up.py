"""What a moment's trouble has interrupted is taken up again while the process lives; what is to be erased is erased in the end."""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta

import pytest

from bot import clock
from bot.applications.errors import StoreUnavailable
from bot.channels.line import channel as line_channel
from bot.channels.line import events, inbox, inbox_rows
from bot.channels.line.people import People
from bot.channels.line.post import Times
from tests.fake_line.harness import Bot, channel, event, text


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch):
    """Leases lapse in half a second, and are looked at five times in one."""
    monkeypatch.setattr(inbox, "LEASE", timedelta(seconds=0.5))
    monkeypatch.setattr(line_channel, "EVERY_SECONDS", 0.1)


def failing(monkeypatch, owner, name, error, times=1):
    """Lets a method fail that often, then work as before; what was passed on is counted."""
    real, seen = getattr(owner, name), []

    async def once(*given, **more):
        seen.append(given)
        if len(seen) <= times:
            raise error
        return await real(*given, **more)

    monkeypatch.setattr(owner, name, once)
    return seen


async def until(true, seconds=15.0):
    end = time.monotonic() + seconds
    while not true() and time.monotonic() < end:
        await asyncio.sleep(0.05)
    return true()


async def states(served):
    """How many letters there are in each state."""
    return await served.post.inbox.run(inbox_rows.counts)


async def test_an_answer_the_database_held_up_still_comes(line, line_settings, monkeypatch):
    async with channel(line_settings(), Bot()) as served:
        failing(monkeypatch, served.post.inbox, "settle", StoreUnavailable("locked"))
        assert await line.send(served.url, text("費用は？")) == 200
        assert await until(line.replies)
        await served.settled()
        assert await states(served) == {"done": 1}
    assert len(line.replies()) == 1


async def test_what_is_worked_on_is_not_taken_up_a_second_time(line, line_settings):
    bot = Bot(seconds=1.5)
    async with channel(line_settings(), bot) as served:
        assert await line.send(served.url, text("費用は？")) == 200
        await served.settled()
    assert len(bot.heard) == 1 and len(line.replies()) == 1


@pytest.mark.parametrize("error", [StoreUnavailable("locked"), RuntimeError("disk"), KeyError("x")], ids=repr)
async def test_whoever_leaves_is_forgotten_though_it_fails_at_first(line, line_settings, monkeypatch, error, caplog):
    bot = Bot()
    async with channel(line_settings(), bot) as served:
        seen = failing(monkeypatch, served.post.inbox, "forget", error)
        await line.send(served.url, event("unfollow"))
        assert await until(lambda: len(seen) > 1)
        await served.settled()
        assert await states(served) == {"done": 1}
    assert bot.erased and not line.steer("calls")
    assert isinstance(error, StoreUnavailable) or "line event failed" in caplog.text


async def test_what_is_unsent_is_taken_back_though_it_fails_at_first(line, line_settings, monkeypatch):
    async with channel(line_settings(), Bot()) as served:
        seen = failing(monkeypatch, People, "unsay", RuntimeError("disk"), times=2)
        await line.send(served.url, event("unsend", unsend={"messageId": "1"}))
        assert await until(lambda: len(seen) > 2)
        await served.settled()
        assert await states(served) == {"done": 1}


async def test_an_erasure_left_behind_for_hours_is_done_and_a_question_is_not(line, line_settings):
    """A question nobody can be replied to any more is closed; leaving counts as long as ids are kept."""
    away, bot = timedelta(hours=3), Bot()
    left = event("unfollow", user="U" + "5" * 32, age=away.total_seconds())
    async with channel(line_settings(), bot) as served:
        for made in (left, text("費用は？", age=away.total_seconds())):
            read = events.read(made)
            assert read is not None
            await served.post.inbox.add([served.post._letter(read, made, clock.now() - away)])
        assert await until(lambda: bot.erased)
        await served.settled()
        assert await states(served) == {"done": 1, "closed": 1}
        assert bot.erased == [served.post._people.conversation("U" + "5" * 32)] and bot.heard == []


async def test_nobody_who_leaves_is_told_to_wait(line, line_settings, monkeypatch):
    """Neither the animation nor "still working" goes to whom we may not write to any more, however long it takes."""
    real = People.forget

    async def slow(*given):
        await asyncio.sleep(0.6)
        await real(*given)

    monkeypatch.setattr(People, "forget", slow)
    times = Times(late_after=0.3, loading_after=0.1, give_up=5.0)
    async with channel(line_settings(push_per_month=200), Bot(), times=times) as served:
        await line.send(served.url, event("unfollow"))
        await served.settled()
    assert not line.steer("calls")
