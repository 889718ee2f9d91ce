"""What the broker is told of an event: kinds and names from our own files, never a word of a person's."""

from __future__ import annotations

import json

from rasa.shared.core.events import ActionExecuted, BotUttered, Restarted, SlotSet, UserUttered

from bot.privacy.crypto import Vault
from bot.shared.broker import Events, without_words


def test_a_message_is_its_need_and_an_answer_is_its_id() -> None:
    message = UserUttered(
        "私は山田花子です",
        {"name": "faq", "confidence": 0.98765},
        [{"entity": "municipality", "value": "新宿区"}],
        {"text": "私は山田花子です", "needs": {"whole": [["x", 1.0]]}},
        timestamp=1000.123,
        input_channel="web",
        message_id="secret-id",
        metadata={"sealed": {"receipt": "…"}, "lang": "ja"},
    )
    told = without_words(message)
    assert told == {
        "event": "user",
        "timestamp": 1000,
        "input_channel": "web",
        "parse_data": {"intent": {"name": "faq", "confidence": 0.99}},
    }
    answer = BotUttered(
        "受付番号は ⟦receipt⟧",
        {"buttons": [{"title": "山田花子"}]},
        {
            "answer": {"id": "a_b", "kind": "answer", "lang": "ja", "topic": "law", "citations": ["x"]},
            "spec": {"sealed": {"receipt": "…"}},
        },
        timestamp=1000.9,
    )
    told = without_words(answer)
    assert told["metadata"] == {
        "answer": {"id": "a_b", "kind": "answer", "lang": "ja", "topic": "law", "version": None}
    }
    assert "receipt" not in json.dumps(told)


def test_slots_actions_and_the_rest_are_told_to_nobody() -> None:
    for event in (SlotSet("check", {"age": 17}), ActionExecuted("action_respond"), Restarted()):
        assert without_words(event) is None


def test_while_the_broker_is_away_events_wait_up_to_a_bound(monkeypatch) -> None:
    from collections import deque
    from types import SimpleNamespace

    events = Events("amqp://u:p@127.0.0.1:1/", Vault((("k", bytes(32)),), b"l" * 32))
    waiting: deque = deque(maxlen=3)
    events._broker = SimpleNamespace(_connection=None, _unpublished_events=waiting)
    events.tell("web-a", [UserUttered(str(n), {"name": "faq"}, timestamp=float(n)) for n in range(5)])
    assert [event["timestamp"] for event in waiting] == [2, 3, 4]
    assert len({event["sender_id"] for event in waiting}) == 1
    assert "web-a" not in json.dumps(list(waiting))
