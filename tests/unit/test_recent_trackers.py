"""Conversations are held in memory, cut to the recent turns, and gone after silence or on request."""

from __future__ import annotations

from typing import Any

import pytest
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, Restarted, SlotSet, UserUttered
from rasa.shared.core.slots import AnySlot
from rasa.shared.core.trackers import DialogueStateTracker

from bot.trackers import RecentTrackerStore

SLOTS = [AnySlot("check", mappings=[{}])]


class Clock:
    """A clock the test turns by hand."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def store(clock: Clock, **options: Any) -> RecentTrackerStore:
    return RecentTrackerStore(Domain.empty(), clock=clock, **options)


def talk(sender: str, messages: int = 1) -> DialogueStateTracker:
    tracker = DialogueStateTracker(sender, SLOTS)
    for n in range(messages):
        tracker.update(UserUttered(f"message {n}"))
        tracker.update(ActionExecuted("action_respond"))
    return tracker


def said(tracker: DialogueStateTracker | None) -> list[str]:
    assert tracker is not None
    return [e.text for e in tracker.events if isinstance(e, UserUttered)]


async def test_a_conversation_is_found_again(clock: Clock) -> None:
    held = store(clock)
    await held.save(talk("a"))
    assert said(await held.retrieve("a")) == ["message 0"]


async def test_an_unknown_conversation_is_empty(clock: Clock) -> None:
    assert await store(clock).retrieve("nobody") is None


async def test_conversations_do_not_see_each_other(clock: Clock) -> None:
    held = store(clock)
    await held.save(talk("a", 3))
    await held.save(talk("b", 1))
    assert len(said(await held.retrieve("a"))) == 3
    assert len(said(await held.retrieve("b"))) == 1


async def test_only_the_recent_events_are_kept(clock: Clock) -> None:
    held = store(clock, window=10)
    await held.save(talk("a", 500))
    tracker = await held.retrieve("a")
    assert tracker is not None and len(tracker.events) == 10
    assert said(tracker)[-1] == "message 499"


async def test_slots_outlive_the_events_that_set_them(clock: Clock) -> None:
    held = store(clock, window=10)
    tracker = DialogueStateTracker("a", SLOTS)
    tracker.update(SlotSet("check", {"asked": "both_adults"}))
    for _ in range(50):
        tracker.update(UserUttered("はい"))
    await held.save(tracker)
    found = await held.retrieve("a")
    assert found is not None and found.get_slot("check") == {"asked": "both_adults"}


async def test_an_hour_of_silence_ends_a_conversation(clock: Clock) -> None:
    held = store(clock, idle_seconds=3600)
    await held.save(talk("a"))
    clock.now += 3599
    assert await held.retrieve("a") is not None
    clock.now += 2
    assert await held.retrieve("a") is None
    assert list(await held.keys()) == []


async def test_each_message_starts_the_hour_again(clock: Clock) -> None:
    held = store(clock, idle_seconds=3600)
    tracker = talk("a")
    for _ in range(5):
        await held.save(tracker)
        clock.now += 3000
    assert await held.retrieve("a") is not None


async def test_forgotten_conversations_leave_memory_without_being_asked_for(clock: Clock) -> None:
    held = store(clock, idle_seconds=3600)
    for n in range(50):
        await held.save(talk(f"old-{n}"))
    clock.now += 4000
    await held.save(talk("new"))
    assert list(await held.keys()) == ["new"]


async def test_the_least_recent_goes_when_there_are_too_many(clock: Clock) -> None:
    held = store(clock, most=3)
    for name in ("a", "b", "c"):
        await held.save(talk(name))
    await held.save(talk("a"))
    await held.save(talk("d"))
    assert sorted(await held.keys()) == ["a", "c", "d"]


async def test_erasing_keeps_nothing_said_before(clock: Clock) -> None:
    held = store(clock)
    tracker = talk("a", 3)
    tracker.update(Restarted())
    tracker.update(SlotSet("check", None))
    await held.save(tracker)
    found = await held.retrieve("a")
    assert said(found) == []
    assert not any(isinstance(e, Restarted) for e in found.events)  # type: ignore[union-attr]


async def test_what_is_said_after_erasing_is_kept(clock: Clock) -> None:
    held = store(clock)
    tracker = talk("a", 3)
    tracker.update(Restarted())
    tracker.update(UserUttered("費用は？"))
    await held.save(tracker)
    assert said(await held.retrieve("a")) == ["費用は？"]


async def test_deleting_forgets(clock: Clock) -> None:
    held = store(clock)
    await held.save(talk("a"))
    await held.delete("a")
    await held.delete("never there")
    assert await held.retrieve("a") is None


async def test_a_slot_set_long_ago_survives_the_copies_rasa_makes(clock: Clock) -> None:
    """Rasa runs every action on a copy that replays the events kept; the slots of older ones were lost with them."""
    held = store(clock, window=6)
    tracker = talk("a")
    tracker.update(SlotSet("check", {"asked": "x"}))
    for n in range(20):
        tracker.update(UserUttered(f"later {n}"))
        await held.save(tracker)
    kept = await held.retrieve("a")
    assert kept is not None and len(kept.events) <= 7
    assert kept.copy().get_slot("check") == {"asked": "x"}


async def test_a_draft_nobody_went_on_with_is_dropped_after_half_an_hour(clock: Clock) -> None:
    """reliability.md R32."""
    slots = [AnySlot(name, mappings=[{}]) for name in ("application_draft", "check")]
    held = store(clock)
    for sender in ("a", "b"):
        tracker = DialogueStateTracker(sender, slots)
        tracker.update(SlotSet("application_draft", {"facts": f"of {sender}"}))
        tracker.update(SlotSet("check", "kept"))
        await held.save(tracker)
        clock.now += 600
    clock.now += 1300  # a: 2500 seconds ago, b: 1900
    await held.save(talk("c"))
    for sender in ("a", "b"):
        tracker = await held.retrieve(sender)
        assert tracker is not None
        assert tracker.get_slot("application_draft") is None and tracker.get_slot("check") == "kept"
        assert f"of {sender}" not in str([event.as_dict() for event in tracker.events])


async def test_a_draft_that_is_gone_on_with_stays(clock: Clock) -> None:
    slots = [AnySlot("application_draft", mappings=[{}])]
    held = store(clock)
    tracker = DialogueStateTracker("a", slots)
    tracker.update(SlotSet("application_draft", {"facts": 1}))
    for _ in range(4):
        await held.save(tracker)
        clock.now += 1500
    kept = await held.retrieve("a")
    assert kept is not None and kept.get_slot("application_draft") == {"facts": 1}


async def test_a_quiet_conversation_is_folded_and_goes_on_where_it_was(clock: Clock) -> None:
    held = RecentTrackerStore(
        Domain.from_dict({"slots": {"check": {"type": "any", "mappings": [{"type": "custom"}]}}}), clock=clock, lively=2
    )
    for sender in ("a", "b", "c", "d"):
        tracker = talk(sender, messages=3)
        tracker.update(SlotSet("check", {"step": (1, 2), "of": sender}))
        tracker.update(
            UserUttered(
                "last", {"name": "faq"}, parse_data={"intent": {"name": "faq"}, "needs": {"whole": [["x", 1.0]] * 500}}
            )
        )
        tracker.update(ActionExecuted("action_listen"))
        await held.save(tracker)
    folded = [kept for kept, _ in held._held.values() if isinstance(kept, bytes)]
    assert len(folded) == 2
    assert all(len(kept) < 2000 for kept in folded)
    found = await held.retrieve("a")
    assert found is not None
    assert found.get_slot("check") == {"step": (1, 2), "of": "a"}
    assert found.latest_message.text == "last"
    assert found.latest_message.intent["name"] == "faq"
    assert found.latest_action_name == "action_listen"
    assert found.copy().get_slot("check") == {"step": (1, 2), "of": "a"}


async def test_a_folded_conversation_can_be_erased_and_runs_out(clock: Clock) -> None:
    held = store(clock, lively=1, idle_seconds=100)
    for sender in ("a", "b", "c"):
        await held.save(talk(sender))
    await held.delete("a")
    assert await held.retrieve("a") is None
    clock.now += 101
    assert await held.retrieve("b") is None
    await held.save(talk("d"))
    assert list(await held.keys()) == ["d"]
    assert list(held._lively) == ["d"]


async def test_a_draft_nobody_went_on_with_leaves_a_folded_conversation_too(clock: Clock) -> None:
    slots = {"application_draft": {"type": "any", "mappings": [{"type": "custom"}]}}
    held = RecentTrackerStore(Domain.from_dict({"slots": slots}), clock=clock, lively=1)
    tracker = DialogueStateTracker("a", held.domain.slots)
    tracker.update(UserUttered("start"))
    tracker.update(SlotSet("application_draft", {"wish": "x"}))
    await held.save(tracker)
    await held.save(talk("b"))
    assert isinstance(held._held["a"][0], bytes)
    clock.now += 1801
    await held.save(talk("c"))
    found = await held.retrieve("a")
    assert found is not None
    assert found.get_slot("application_draft") is None
    assert "wish" not in str([event.as_dict() for event in found.events])
