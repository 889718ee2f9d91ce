"""Conversations in PostgreSQL: found by every worker, overwritten by none, gone when they should be, and nobody's to read (R9, R13, R31)."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Restarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.engine import make_url

from bot.applications.errors import StoreUnavailable
from bot.channels.line import memory
from bot.locks import QueueLockStore
from bot.privacy.crypto import Vault
from bot.shared.conversations import Overtaken
from bot.shared.repeat import answers
from bot.shared.trackers import SharedTrackerStore
from bot.store import connect
from tests.drills.wire import Wire
from tests.integration.scale.engines import in_database, until

DOMAIN = Domain.from_dict(
    {
        "intents": ["ask"],
        "actions": ["action_respond"],
        "slots": {
            name: {"type": "any", "influence_conversation": False, "mappings": [{"type": "custom"}]}
            for name in ("check", "application_draft", "language", "said", "offered")
        },
    }
)
Make = Callable[..., SharedTrackerStore]


@pytest.fixture
def worker(database: str, vault: Vault) -> Make:
    """Makes a worker's store; each has connections and memory of its own."""

    def make(url: str = database, **options: Any) -> SharedTrackerStore:
        return SharedTrackerStore(DOMAIN, connect(url), vault, **options)

    return make


async def turn(store: SharedTrackerStore, text: str, *events: Any, sender: str = "web-a") -> DialogueStateTracker:
    """One message and its answer, as Rasa has the store keep them."""
    tracker = await store.get_or_create_tracker(sender)
    message = UserUttered(text, {"name": "ask"}, message_id=f"id of {text}")
    answer = BotUttered(f"answer to {text}", metadata={"answer": {"id": "a"}})
    for event in (message, ActionExecuted("action_respond"), answer, *events, ActionExecuted("action_listen")):
        tracker.update(event)
    await store.save(tracker)
    return tracker


def said(tracker: DialogueStateTracker | None) -> list[str]:
    assert tracker is not None
    return [event.text for event in tracker.events if isinstance(event, UserUttered)]


async def test_a_conversation_goes_on_at_any_worker(worker: Make) -> None:
    one, two = worker(), worker()
    await turn(one, "1", SlotSet("check", {"asked": "both_adults"}))
    await turn(two, "2")
    tracker = await one.retrieve("web-a")
    assert said(tracker) == ["1", "2"]
    assert tracker.get_slot("check") == {"asked": "both_adults"}
    assert tracker.latest_action_name == "action_listen"
    assert await two.retrieve("web-b") is None


@pytest.mark.parametrize("begun", [False, True])
async def test_an_answer_rasa_was_not_asked_for_is_known_to_every_worker(worker: Make, begun: bool) -> None:
    """A location on LINE: the same store at two workers, one after the other."""
    one, two = worker(), worker()
    if begun:
        await turn(two, "1")
    agent = SimpleNamespace(tracker_store=one, lock_store=QueueLockStore())
    answer = {"text": "Osaka", "buttons": [], "answer": {"id": "prefecture_osaka"}}
    await memory.remember(agent, "web-a", {"say": "prefecture"}, [answer], "en", None)
    tracker = await two.retrieve("web-a")
    assert tracker is not None and tracker.get_slot("language") == "en"
    there = SimpleNamespace(tracker_store=two)
    assert [m["answer"]["id"] for m in await memory.said_last(there, "web-a")][-1] == "prefecture_osaka"
    await turn(two, "2")
    assert said(await one.retrieve("web-a")) == (["1", "2"] if begun else ["2"])


async def test_nothing_is_written_before_the_first_answer(worker: Make) -> None:
    one = worker()
    await one.get_or_create_tracker("web-a")
    assert (await rows(one, "SELECT count(*) FROM conversations"))[0][0] == 0
    await turn(one, "1")
    assert (await rows(one, "SELECT count(*) FROM conversations"))[0][0] == 1


async def test_who_comes_too_late_overwrites_nothing(worker: Make) -> None:
    one, two = worker(), worker()
    await turn(one, "1")
    late = await one.retrieve("web-a")
    await turn(two, "2")
    late.update(UserUttered("late"))
    with pytest.raises(Overtaken):
        await one.save(late)
    assert said(await one.retrieve("web-a")) == ["1", "2"]


async def test_two_beginnings_make_one_conversation(worker: Make) -> None:
    one, two = worker(), worker()
    first, second = [await store.get_or_create_tracker("web-a") for store in (one, two)]
    await one.save(first)
    with pytest.raises(Overtaken):
        await two.save(second)


async def test_a_turn_that_failed_leaves_no_trace_in_the_worker(worker: Make) -> None:
    one = worker()
    await turn(one, "1")
    broken = await one.retrieve("web-a")
    broken.update(UserUttered("never saved"))
    assert said(await one.retrieve("web-a")) == ["1"]


async def test_a_late_message_does_not_revive_what_was_erased(worker: Make, database: str) -> None:
    one, two = worker(), worker()
    await turn(one, "1")
    late = await one.retrieve("web-a")
    await two.delete("web-a")
    with pytest.raises(Overtaken):
        await one.save(late)
    assert await one.retrieve("web-a") is None
    await turn(one, "anew")
    assert said(await two.retrieve("web-a")) == ["anew"]


async def test_an_hour_of_silence_ends_it_by_the_databases_clock(worker: Make, database: str) -> None:
    one = worker()
    await turn(one, "1")
    await turn(one, "other", sender="web-b")
    await age(one, "web-a", "61 minutes")
    assert await one.retrieve("web-a") is None
    assert await one.sweep() == 1
    assert said(await one.retrieve("web-b")) == ["other"]
    await turn(one, "anew")
    assert said(await one.retrieve("web-a")) == ["anew"]


async def test_one_that_ended_and_was_not_swept_yet_begins_anew(worker: Make) -> None:
    one = worker()
    await turn(one, "1")
    await age(one, "web-a", "61 minutes")
    await turn(worker(), "2")
    assert said(await one.retrieve("web-a")) == ["2"]


async def test_a_draft_is_gone_after_half_an_hour_and_the_conversation_is_not(worker: Make, vault: Vault) -> None:
    one = worker()
    draft = {"stage": "asking", "facts": {"contact": "sealed"}}
    await turn(one, "1", SlotSet("application_draft", draft))
    assert (await worker().retrieve("web-a")).get_slot("application_draft") == draft
    assert "stage" not in json.dumps(await content(one, "web-a"))
    await turn(one, "2")
    assert (await one.retrieve("web-a")).get_slot("application_draft") == draft
    await age(one, "web-a", "31 minutes")
    for store in (one, worker()):
        tracker = await store.retrieve("web-a")
        assert tracker.get_slot("application_draft") is None
        assert said(tracker) == ["1", "2"]
    await one.sweep()
    assert (await rows(one, "SELECT draft FROM conversations"))[0][0] is None


async def test_only_recent_events_are_kept_and_slots_outlive_them(worker: Make) -> None:
    one = worker(window=20)
    await turn(one, "0", SlotSet("language", "en"))
    for number in range(1, 30):
        await turn(one, str(number))
    tracker = await worker(window=20).retrieve("web-a")
    assert len(tracker.events) <= 21
    assert tracker.get_slot("language") == "en"
    assert said(tracker)[-1] == "29"


async def test_nothing_from_before_a_restart_is_kept(worker: Make) -> None:
    one = worker()
    await turn(one, "secret")
    await turn(one, "forget", Restarted())
    assert "secret" not in json.dumps(await content(one, "web-a"))


async def test_whoever_has_the_database_can_read_nothing(worker: Make, database: str, vault: Vault) -> None:
    one = worker()
    await turn(one, "a very particular sentence", SlotSet("application_draft", {"facts": "particular"}))
    held = in_database(database)
    for hidden in (b"particular", b"web-a", b"ask", b"answer"):
        assert hidden not in held
    stranger = SharedTrackerStore(
        DOMAIN, connect(database), Vault((("k", bytes(32)),), b"another lookup key of 32 bytes+")
    )
    assert await stranger.retrieve("web-a") is None


@pytest.mark.parametrize("how", ["cut", "silent"])
async def test_without_the_database_nobody_is_answered_from_a_blank_conversation(
    worker: Make, database: str, how: str
) -> None:
    url = make_url(database)
    wire = Wire(url.host or "", url.port or 5432)
    one = worker(str(url.set(host="127.0.0.1", port=wire.port)))
    await turn(one, "1")
    wire.cut() if how == "cut" else setattr(wire, "silent", True)
    with pytest.raises(StoreUnavailable):
        await one.get_or_create_tracker("web-a")
    assert not await one.is_up()
    if how == "cut":
        wire.mend()
    wire.silent = False
    await until(one.is_up)
    assert said(await one.retrieve("web-a")) == ["1"]
    wire.cut()


async def test_what_was_answered_to_a_message_is_found_by_its_name(worker: Make) -> None:
    one = worker()
    for number in range(3):
        await turn(one, str(number))
    tracker = await worker().retrieve("web-a")
    assert [event.text for event in answers(tracker, "id of 1")] == ["answer to 1"]
    assert [event.text for event in answers(tracker, "id of 2")] == ["answer to 2"]
    assert answers(tracker, "id of 3") is None
    assert answers(None, "id of 1") is None


async def age(store: SharedTrackerStore, sender: str, by: str) -> None:
    """Makes a conversation older."""
    await rows(store, f"UPDATE conversations SET saved_at = saved_at - interval '{by}'", store._rows.id(sender))


async def content(store: SharedTrackerStore, sender: str) -> Any:
    """What is encrypted in a conversation's row."""
    import zlib

    found = await store._ask(lambda connection: store._rows.find(connection, sender))
    return json.loads(zlib.decompress(found.content))


async def rows(store: SharedTrackerStore, sql: str, row: bytes | None = None) -> list[Any]:
    def run(connection: Any) -> list[Any]:
        done = connection.exec_driver_sql(sql + (" WHERE id = %s" if row else ""), (row,) if row else ())
        return done.fetchall() if done.returns_rows else []

    return await store._ask(run)
