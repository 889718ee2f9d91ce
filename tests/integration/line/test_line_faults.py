"""What happens when LINE, the network, the database or this process fails: nothing is said twice, nothing is lost unseen."""

from __future__ import annotations

import asyncio
import json
import time
from datetime import timedelta

import pytest
from sqlalchemy import select

from bot import clock
from bot.applications.errors import StoreUnavailable
from bot.channels.line import channel as line_channel
from bot.channels.line import client, events, sending, tables
from bot.channels.line.health import report
from bot.channels.line.opening import open_store
from bot.channels.line.post import Times
from tests.fake_line.harness import Bot, channel, event, tap, text

HASTY = Times(late_after=0.4, loading_after=0.1, give_up=20.0)


@pytest.fixture(autouse=True)
def in_a_hurry(monkeypatch):
    """Waits and time-outs in hundredths; their number and order are as they are."""
    monkeypatch.setattr(sending, "WAITS", (0.0, 0.01, 0.02, 0.03, 0.04))
    monkeypatch.setattr(client, "TOTAL_SECONDS", 0.4)


def words(messages):
    return json.dumps(messages, ensure_ascii=False)


def statuses(line):
    return [c.get("status") for c in line.calls("/message/reply")]


async def say(line, served, *made):
    made = made or (text("費用は？"),)
    assert await line.send(served.url, *made) == 200
    await served.settled()


# --- replies


@pytest.mark.parametrize(
    ("fails", "calls", "outcome"),
    [
        (["500"], 2, "delivered"),
        (["500", "503", "500", "502"], 5, "delivered"),
        (["500"] * 5, 5, "unclear"),
        (["done500"], 2, "delivered"),  # it was sent all the same; the repeat says that the token is used
        (["cut"], 2, "delivered"),
        (["lost"], 2, "delivered"),  # the answer got lost, not the reply
        (["hang"], 2, "delivered"),
        (["hang", "hang"], 2, "unclear"),  # repeated once after a time-out, no more
        (["429"], 1, "stopped"),
        (["401"], 1, "stopped"),
        (["403"], 1, "stopped"),
        (["413"], 1, "stopped"),
    ],
    ids=str,
)
async def test_a_reply_is_repeated_only_where_that_cannot_say_it_twice(line, line_settings, fails, calls, outcome):
    async with channel(line_settings(push_per_month=200), Bot()) as served:
        line.steer("mode", next=fails)
        await say(line, served)
        assert await served.count(f"answer.{outcome}") == 1
    assert len(statuses(line)) == calls
    assert len(line.replies()) <= 1
    assert not line.calls("/message/push"), "it may have been delivered, or must not be tried another way"
    bodies = [c["body"] for c in line.calls("/message/reply") if c.get("body")]
    assert all(b == bodies[0] for b in bodies)


async def test_after_a_401_line_is_left_alone_for_a_while(line, line_settings):
    async with channel(line_settings(), Bot()) as served:
        line.steer("mode", next=["401"])
        await say(line, served)
        await say(line, served)
        assert len(statuses(line)) == 1


async def test_messages_line_will_not_take_go_out_as_plain_text_with_a_neutral_beginning(
    line, line_settings, monkeypatch
):
    from bot.rendering.line_messages import LineRenderer

    monkeypatch.setattr(
        LineRenderer,
        "messages",
        lambda *_: [{"type": "flex", "altText": "x", "contents": {"type": "bubble", "sizee": "giga"}}],
    )
    async with channel(line_settings(), Bot()) as served:
        await say(line, served)
    assert statuses(line) == [400, 200]
    ((said,),) = line.replies()
    assert said["type"] == "text" and said["text"].startswith("ご質問への回答です\n") and "費用は？" in said["text"]


# --- pushes


async def test_a_token_that_is_certainly_worthless_leads_to_one_push_and_only_by_setting(line, line_settings):
    for quota, pushed in ((0, 0), (200, 1)):
        line.steer("reset")
        async with channel(line_settings(push_per_month=quota), Bot()) as served:
            assert await line.send(served.url, text("費用は？"), lives=-1) == 200
            await served.settled()
        assert statuses(line) == [400]
        assert len([c for c in line.calls("/message/push") if c["status"] == 200]) == pushed


async def test_a_push_carries_its_retry_key_from_the_first_try_and_the_same_body_each_time(line, line_settings):
    async with channel(line_settings(push_per_month=200), Bot()) as served:
        line.steer("mode", next=["ok", "500", "done500", "cut"])
        made = text("費用は？")
        assert await line.send(served.url, made, lives=-1) == 200
        await served.settled()
        assert await served.count("answer.delivered") == 1
        calls = line.calls("/message/push")
        assert [c.get("status") for c in calls][-1] == 409
        assert len({c["headers"]["x-line-retry-key"] for c in calls}) == 1
        assert line.steer("state")["pushed"] == 1
        assert await line.send(served.url, made, lives=-1) == 200  # the same event once more
        await served.settled()
    assert line.steer("state")["pushed"] == 1


async def test_when_the_month_is_used_up_nothing_is_pushed(line, line_settings):
    async with channel(line_settings(push_per_month=1), Bot()) as served:
        for _ in range(3):
            assert await line.send(served.url, text("費用は？"), lives=-1) == 200
            await served.settled()
        assert await served.count("answer.lost") == 2
    assert line.steer("state")["pushed"] == 1


async def test_a_limit_at_line_stops_the_push_and_is_shown_to_staff(line, line_settings):
    line.steer("set", quota=0)
    settings = line_settings(push_per_month=200)
    async with channel(settings, Bot()) as served:
        assert await line.send(served.url, text("費用は？"), lives=-1) == 200
        await served.settled()
        await served.post.look_after()
        store = open_store(settings)
        assert report(store).trouble == "limit"
        store.close()
    assert len(line.calls("/message/push")) == 1


# --- LINE is away


async def test_while_line_is_down_staff_see_it_and_nothing_else_is_touched(line_settings):
    settings = line_settings(api="http://127.0.0.1:9", data_api="http://127.0.0.1:9")
    bot = Bot()
    async with channel(settings, bot) as served:
        await served.post.receive([text("費用は？")])
        await served.post.receive([text("期間は？", user="U" + "3" * 32)])
        await served.settled()
        await served.post.look_after()
        store = open_store(settings)
        shown = report(store)
        assert shown.trouble == "unreachable"
        assert shown.inbox == {"closed": 2}
        assert shown.as_dict()["counts"]["answer.lost"]["count"] == 2
        store.close()
    assert len(bot.heard) == 2


async def test_the_database_being_away_is_answered_503_so_that_line_sends_it_again(line, line_settings, monkeypatch):
    bot = Bot()
    async with channel(line_settings(), bot) as served:
        real = served.post.inbox._in_one

        def away(deeds):
            raise StoreUnavailable("locked")

        monkeypatch.setattr(served.post.inbox, "_in_one", away)
        made = text("費用は？")
        assert await line.send(served.url, made) == 503
        monkeypatch.setattr(served.post.inbox, "_in_one", real)
        await served.settled()
        assert bot.heard == []
        again = {**made, "deliveryContext": {"isRedelivery": True}}
        assert await line.send(served.url, again) == 200
        await served.settled()
    assert bot.texts == ["費用は？"] and len(line.replies()) == 1


# --- the same event many times


async def test_a_hundred_copies_at_once_and_after_a_restart_are_one_answer(line, line_settings):
    bot, made = Bot(seconds=0.05), text("費用は？")
    settings = line_settings()
    copies = [{**made, "deliveryContext": {"isRedelivery": n > 0}} for n in range(100)]
    async with channel(settings, bot) as served:
        got = await asyncio.gather(*(line.send(served.url, copy) for copy in copies))
        await served.settled()
    async with channel(settings, bot) as served:
        got += await asyncio.gather(*(line.send(served.url, copy) for copy in copies[:20]))
        await served.settled()
    assert set(got) == {200}
    assert len(bot.heard) == 1 and statuses(line) == [200]


async def test_an_old_signed_body_has_no_effect(line, line_settings):
    bot = Bot()
    async with channel(line_settings(), bot) as served:
        for age in (21 * 60, 25 * 3600, 30 * 24 * 3600, -3600):
            assert await line.send(served.url, text("費用は？", age=age)) == 200
        assert await line.send(served.url, event("unfollow", age=49 * 3600)) == 200
        await served.settled()
    assert bot.heard == [] and bot.erased == [] and statuses(line) == []


def test_a_reply_token_is_not_tried_after_its_time():
    now = clock.now()
    made = events.read(text("x", age=1))
    assert made is not None
    assert events.token_lives(made, now, now + timedelta(seconds=59))
    assert not events.token_lives(made, now, now + timedelta(seconds=61))
    old = events.read(text("x", age=20 * 60 + 1))
    assert old is not None and not events.token_lives(old, now, now)


# --- late answers


async def test_an_answer_that_takes_long_is_fetched_by_a_tap_for_free_and_by_nobody_else(line, line_settings):
    bot = Bot()
    bot.gate = asyncio.Event()
    async with channel(line_settings(push_per_month=200), bot, times=HASTY) as served:
        assert await line.send(served.url, text("費用は？")) == 200
        while not line.replies():
            await asyncio.sleep(0.05)
        (wait,) = line.replies()
        assert "まだ調べています" in words(wait) and "費用" not in words(wait)
        data = next(d for d in _data(wait) if d.startswith("late="))
        line.steer("set", **{})
        bot.gate.set()
        await served.settled()
        assert await line.send(served.url, tap(data)) == 200
        await served.settled()
        assert await line.send(served.url, tap(data)) == 200
        stranger = tap(data, user="U" + "9" * 32)
        assert await line.send(served.url, stranger, tap("late=zz")) == 200
        await served.settled()
    said = [words(r) for r in line.replies()]
    assert "「費用は？」" in said[1] and said[2] == said[1]  # a second tap brings it again
    assert all("もう残っていません" in s for s in said[3:]) and len(said) == 5
    assert not line.calls("/message/push")
    loading = line.calls("/chat/loading/start")
    assert loading and loading[0]["status"] == 202


async def late_answer(line, served, bot):
    """Asks what is answered late, and returns the data of the button that fetches the answer."""
    bot.gate = asyncio.Event()
    assert await line.send(served.url, text("費用は？", message={"id": "late-1"})) == 200
    while not line.replies():
        await asyncio.sleep(0.05)
    bot.gate.set()
    await served.settled()
    return next(d for d in _data(line.replies()[0]) if d.startswith("late="))


@pytest.mark.parametrize("fails", [["500"] * 5, ["403"], ["hang", "hang"]], ids=str)
async def test_a_tap_line_does_not_take_the_answer_to_leaves_it_for_the_next(line, line_settings, fails):
    bot = Bot()
    async with channel(line_settings(), bot, times=HASTY) as served:
        data = await late_answer(line, served, bot)
        line.steer("mode", next=fails)
        await say(line, served, tap(data))
        assert len(line.replies()) == 1
        await say(line, served, tap(data))
    assert "「費用は？」" in words(line.replies()[-1]) and len(line.replies()) == 2


async def test_a_late_answer_is_kept_an_hour_then_forgotten_fetched_or_not(line, line_settings, monkeypatch):
    bot = Bot()
    async with channel(line_settings(), bot, times=HASTY) as served:
        data = await late_answer(line, served, bot)
        await say(line, served, tap(data))
        ahead = clock.now() + timedelta(minutes=59)
        monkeypatch.setattr(served.post.inbox, "_now", lambda: ahead)
        await served.post.inbox.tidy()
        await say(line, served, tap(data))
        monkeypatch.setattr(served.post.inbox, "_now", lambda: ahead + timedelta(minutes=2))
        await served.post.inbox.tidy()
        kept = await served.post.inbox.run(lambda x: x.execute(select(tables.inbox.c.payload)).scalars().all())
        await say(line, served, tap(data))
    said = [words(r) for r in line.replies()]
    assert "「費用は？」" in said[1] and said[2] == said[1] and "もう残っていません" in said[3]
    assert kept and not any(kept)


async def test_a_late_answer_that_was_fetched_goes_with_whoever_leaves_or_unsends(line, line_settings):
    for gone in ("unfollow", "unsend"):
        line.steer("reset")
        bot = Bot()
        async with channel(line_settings(), bot, times=HASTY) as served:
            data = await late_answer(line, served, bot)
            await say(line, served, tap(data))
            more = {"unsend": {"messageId": "late-1"}} if gone == "unsend" else {}
            await say(line, served, event(gone, **more))
            await say(line, served, tap(data))
        said = [words(r) for r in line.replies()]
        assert "「費用は？」" in said[1] and "もう残っていません" in said[2] and len(said) == 3


async def test_a_late_answer_stands_above_the_keyboard_without_a_heading_and_can_be_asked_for_in_words(
    line, line_settings
):
    bot = Bot()
    bot.gate = asyncio.Event()
    async with channel(line_settings(read_marks=True), bot, times=HASTY) as served:
        made = text("費用は？", message={"markAsReadToken": "read-late"})
        assert await line.send(served.url, made) == 200
        while not line.replies():
            await asyncio.sleep(0.05)
        (wait,) = line.replies()
        assert "ほかに知りたいこと" not in words(wait)
        assert wait[-1]["quickReply"]["items"][0]["action"]["data"].startswith("late=")
        bot.gate.set()
        await served.settled()
        for _ in range(2):
            assert await line.send(served.url, text("回答を見る")) == 200
            await served.settled()
        await asyncio.sleep(0.3)
    said = [words(r) for r in line.replies()]
    assert "「費用は？」" in said[1] and said[2] == said[1] and len(said) == 3
    assert bot.texts == ["費用は？"] and line.bad() == []
    assert [c["body"]["markAsReadToken"] for c in line.calls("/chat/markAsRead")] == ["read-late"]


async def test_when_the_token_is_dead_the_answer_itself_is_pushed(line, line_settings):
    bot = Bot(seconds=0.6)
    async with channel(line_settings(push_per_month=200), bot, times=HASTY) as served:
        made, ago = text("費用は？", age=90), clock.now() - timedelta(seconds=90)
        read = events.read(made)
        assert read is not None
        await served.post.inbox.add([served.post._letter(read, made, ago)])
        await served.post.inbox.release()
        until = time.monotonic() + 10
        while not line.calls("/message/push") and time.monotonic() < until:
            await asyncio.sleep(0.05)
        await served.settled()
    (pushed,) = line.calls("/message/push")
    assert "「費用は？」" in words(pushed["body"]) and not line.calls("/message/reply")


async def left_behind(served, made, seconds):
    """Puts an event in as a worker that has died since left it."""
    read = events.read(made)
    assert read is not None
    await served.post.inbox.add([served.post._letter(read, made, clock.now() - timedelta(seconds=seconds))])
    await served.post.inbox.release()


@pytest.mark.parametrize("taken_up_first", [False, True])
async def test_what_line_brings_again_is_replied_to_though_its_worker_died_a_minute_ago(
    line, line_settings, monkeypatch, taken_up_first
):
    monkeypatch.setattr(line_channel, "EVERY_SECONDS", 60.0)  # the order is ours to say
    bot, made = Bot(), text("費用は？", age=75)
    again = {**made, "deliveryContext": {"isRedelivery": True}}
    async with channel(line_settings(), bot, times=HASTY) as served:
        await left_behind(served, made, 70)
        if taken_up_first:
            await served.post.look_after()
            await served.settled()
            await served.settled()
            assert line.replies() == []
        await say(line, served, again)
        await served.post.look_after()
        await served.settled()
        await say(line, served, again)
    assert [w for w in map(words, line.replies()) if "「費用は？」" in w] == [words(line.replies()[0])]
    assert bot.texts == ["費用は？"] and len(line.replies()) == 1


@pytest.mark.parametrize("word_arrives", [False, True])
async def test_a_late_answer_goes_out_with_the_token_of_an_event_line_brings_again_meanwhile(
    line, line_settings, word_arrives
):
    bot, made = Bot(), text("費用は？")
    bot.gate = asyncio.Event()
    again = {**made, "deliveryContext": {"isRedelivery": True}}
    async with channel(line_settings(), bot, times=HASTY) as served:
        line.steer("mode", next=[] if word_arrives else ["500"] * 5)  # the word that it takes longer does not arrive
        assert await line.send(served.url, made) == 200
        while len(statuses(line)) < (1 if word_arrives else 5):
            await asyncio.sleep(0.05)
        for _ in range(3):
            assert await line.send(served.url, again) == 200
        bot.gate.set()
        await served.settled()
        until = time.monotonic() + 5
        while not (line.replies() and statuses(line)[-1] in (200, 400)) and time.monotonic() < until:
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.7)
        assert await served.count("answer.lost") == 0
        if word_arrives:  # its token is used: the answer still waits for a tap
            data = next(d for d in _data(line.replies()[0]) if d.startswith("late="))
            await say(line, served, tap(data))
    said = [words(r) for r in line.replies()]
    assert len([s for s in said if "「費用は？」" in s]) == 1 and "「費用は？」" in said[-1]
    assert len(said) == (2 if word_arrives else 1) and bot.texts == ["費用は？"]
    assert statuses(line)[-1] == 200 and not line.calls("/message/push")


async def test_a_copy_line_does_not_call_one_renews_nothing(line, line_settings, monkeypatch):
    monkeypatch.setattr(line_channel, "EVERY_SECONDS", 60.0)
    made = text("費用は？", age=75)
    async with channel(line_settings(), Bot(), times=HASTY) as served:
        await left_behind(served, made, 70)
        await say(line, served, made)
        await served.post.look_after()
        await served.settled()
    assert line.replies() == []


async def test_nothing_is_marked_as_read_that_was_not_answered(line, line_settings):
    async with channel(line_settings(read_marks=True), Bot()) as served:
        line.steer("mode", next=["403"])
        await say(line, served, text("費用は？", message={"markAsReadToken": "read-1"}))
        await asyncio.sleep(0.2)
    assert not line.calls("/chat/markAsRead")


async def test_a_tap_before_the_answer_is_there_brings_the_button_again(line, line_settings):
    bot = Bot()
    bot.gate = asyncio.Event()
    async with channel(line_settings(), bot, times=HASTY) as served:
        assert await line.send(served.url, text("費用は？")) == 200
        while not line.replies():
            await asyncio.sleep(0.05)
        data = next(d for d in _data(line.replies()[0]) if d.startswith("late="))
        assert await line.send(served.url, tap(data)) == 200  # waits in line behind what it asks for
        while len(line.replies()) < 2:
            await asyncio.sleep(0.05)
        assert "まだ調べています" in words(line.replies()[1])
        bot.gate.set()
        await served.settled()


def _data(value):
    if isinstance(value, dict):
        yield from ([value["data"]] if isinstance(value.get("data"), str) else [])
        for inner in value.values():
            yield from _data(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _data(inner)


async def test_loading_and_read_marks_are_shown_and_their_failure_is_nobodys(line, line_settings):
    async with channel(line_settings(read_marks=True), Bot(seconds=0.3), times=Times(loading_after=0.05)) as served:
        made = text("費用は？", message={"markAsReadToken": "read-1"})
        assert await line.send(served.url, made) == 200
        await served.settled()
        until = time.monotonic() + 5
        while not line.calls("/chat/markAsRead") and time.monotonic() < until:
            await asyncio.sleep(0.05)
    assert line.calls("/chat/markAsRead")[0]["body"] == {"markAsReadToken": "read-1"}
    assert line.calls("/chat/loading/start")[0]["body"]["loadingSeconds"] % 5 == 0


# --- taken back


async def test_a_message_unsent_while_it_is_worked_on_is_closed_and_its_late_answer_gone(line, line_settings):
    bot = Bot()
    bot.gate = asyncio.Event()
    settings = line_settings()
    async with channel(settings, bot, times=HASTY) as served:
        made = text("費用は？")
        assert await line.send(served.url, made) == 200
        while not line.replies():
            await asyncio.sleep(0.05)
        data = next(d for d in _data(line.replies()[0]) if d.startswith("late="))
        bot.gate.set()
        await served.settled()
        assert await line.send(served.url, event("unsend", unsend={"messageId": made["message"]["id"]})) == 200
        await served.settled()
        assert await line.send(served.url, tap(data)) == 200
        await served.settled()
        store = open_store(settings)
        assert report(store).inbox.get("ready") is None
        store.close()
    assert "もう残っていません" in words(line.replies()[-1])


# --- this process goes


async def test_what_was_not_answered_when_the_process_went_is_answered_by_the_next(line, line_settings):
    settings, slow, quick = line_settings(), Bot(), Bot()
    slow.gate = asyncio.Event()
    async with channel(settings, slow) as served:
        assert await line.send(served.url, text("費用は？")) == 200
        while not slow.heard:
            await asyncio.sleep(0.01)
        await served.line.stop(0.1)
        served.line.post = None
        assert await line.send(served.url, text("まだ？")) == 503  # shutting down: LINE sends it again
    async with channel(settings, quick) as served:
        for _ in range(50):
            await served.post.look_after()
            await served.settled()
            await served.settled()
            if quick.heard:
                break
            await asyncio.sleep(0.1)
    assert quick.texts == ["費用は？"]
    assert [s for s in statuses(line) if s == 200] == [200]


async def test_a_process_killed_at_work_leaves_its_event_to_the_next(line, tmp_path):
    """SIGKILL, not a polite end; the drill `tests.drills.line_pressure` takes the time."""
    from tests.drills.line_pressure import kill

    seen = await kill(line, tmp_path)
    assert seen["answers"] == 1, seen


async def test_forged_bodies_are_refused_quickly_and_never_heard(line, tmp_path):
    """The drill sends ten thousand; the time is the server's processor time, with room for a busy machine."""
    from tests.drills.line_pressure import forged

    seen = await forged(line, tmp_path, times=300)
    assert seen["taken"] == 0 and seen["p99_ms"] <= 5, seen
