"""What is changed in Rasa is still there to be changed, and what the changed place used to check is checked here."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from jsonschema import validate

from bot import rasa_patches

# Taken before any other test loads the bot and with it the patch.
from rasa.core.actions.action import RemoteAction  # isort: skip


def test_rasa_still_has_the_place_we_replace() -> None:
    source = inspect.getsource(RemoteAction)
    assert "def _validate_action_result(self, result: Dict[Text, Any]) -> bool:" in source
    assert "self._validate_action_result(response)" in source
    assert "def action_response_format_spec()" in source


def test_ours_takes_what_rasa_gives() -> None:
    ours = list(inspect.signature(rasa_patches._trusted).parameters)
    assert ours == ["self", "result"]


def test_the_patch_is_applied_and_may_be_applied_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(RemoteAction, "_validate_action_result", RemoteAction._validate_action_result)
    rasa_patches.apply()
    rasa_patches.apply()
    assert RemoteAction._validate_action_result is rasa_patches._trusted


MESSAGES: list[dict[str, Any]] = [
    {"text": "費用は？", "needs": {"whole": [["faq/application_fee", 0.9]]}},
    {"text": "How much?", "needs": {"whole": [["faq/application_fee", 0.9]]}, "mentions": {"lang": "en"}},
    {"text": "条件を確認したい", "needs": {"whole": [["check_eligibility", 0.9]]}},
    {"text": "死にたい", "needs": {"whole": [["stop", 0.9]], "crisis": "crisis_suicide"}},
    {"text": "会話を消して", "needs": {"whole": [["erase_my_data", 0.9]]}},
    {"text": "はじめから", "needs": {"whole": [["start_over", 0.9]]}},
    {"text": "ほげ", "needs": {"whole": [["faq/application_fee", 0.01]]}},
    {"text": "？"},
    {"text": None},
    {},
]


@pytest.mark.parametrize("message", MESSAGES, ids=lambda m: str(m.get("text")))
async def test_our_actions_give_what_rasas_own_schema_wants(message: dict[str, Any]) -> None:
    from rasa_sdk.executor import ActionExecutor

    executor = ActionExecutor()
    executor.register_package("actions")
    tracker = {
        "sender_id": "x",
        "slots": {},
        "latest_message": message,
        "events": [],
        "paused": False,
        "active_loop": {},
        "latest_action_name": None,
        "followup_action": None,
        "latest_input_channel": "web",
    }
    for name in executor.actions:
        result = await executor.run({"next_action": name, "tracker": tracker, "domain": {}, "sender_id": "x"})
        validate(result, RemoteAction.action_response_format_spec())
        assert result["responses"], "never silent"


async def test_only_slots_of_the_domain_are_set() -> None:
    from rasa.shared.core.domain import Domain
    from rasa_sdk.executor import ActionExecutor

    from bot.knowledge.loader import ROOT

    slots = {s.name for s in Domain.load(str(ROOT / "domain.yml")).slots}
    executor = ActionExecutor()
    executor.register_package("actions")
    for message in MESSAGES:
        tracker = {"sender_id": "x", "slots": {}, "latest_message": message, "events": []}
        result = await executor.run(
            {"next_action": "action_respond", "tracker": tracker, "domain": {}, "sender_id": "x"}
        )
        assert {e["name"] for e in result["events"] if e["event"] == "slot"} <= slots


async def test_a_failing_action_is_answered_with_a_truthful_line(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """reliability.md R8: never silent; the message itself is not logged."""
    import actions.respond
    from bot.runtime import in_process_actions

    def broken(self: Any, dispatcher: Any, tracker: Any, domain: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(actions.respond.ActionRespond, "run", broken)
    endpoint = in_process_actions()
    tracker = {"sender_id": "x", "slots": {}, "latest_message": {"text": "山田花子の秘密"}, "events": []}
    result = await endpoint.request(json={"next_action": "action_respond", "tracker": tracker, "domain": {}})
    assert result["responses"][0]["spec"]["name"] == "try_later"
    assert "山田花子" not in caplog.text
    validate(result, RemoteAction.action_response_format_spec())
