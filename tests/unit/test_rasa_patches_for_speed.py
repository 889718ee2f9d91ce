"""What is left out of Rasa's work while serving changes no result; and Rasa still has the places where it is left out."""

from __future__ import annotations

import ast
import inspect
from typing import Any

import pytest
from rasa.core import processor
from rasa.core.policies import rule_policy
from rasa.core.policies.rule_policy import RULES, RulePolicy
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.events import ActionExecuted, Event, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.utils.common import all_subclasses

from bot import rasa_patches
from bot.graph_runner import InOrderRunner


def uses_of_copy(module: Any) -> list[ast.Call]:
    tree = ast.parse(inspect.getsource(module))
    logged = [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "structlogger.debug"
    ]
    within = {id(inner) for call in logged for inner in ast.walk(call)}
    uses = [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("copy.")
    ]
    assert uses, "Rasa changed: nothing is copied here any more, the patch can go"
    return [node for node in uses if id(node) not in within]


@pytest.mark.parametrize("module", [processor, rule_policy], ids=["processor", "rule_policy"])
def test_rasa_copies_there_only_for_debug_lines(module: Any) -> None:
    assert uses_of_copy(module) == []


def test_an_event_type_is_found_as_rasa_finds_it() -> None:
    rasa_patches.apply()
    names = {cls.type_name for cls in all_subclasses(Event) if getattr(cls, "type_name", None)}
    assert len(names) > 20
    for name in names:
        assert Event.resolve_by_type(name) is Event._resolve_by_search(name)
    assert Event.resolve_by_type("topic") is None
    assert Event.resolve_by_type("no such event", SlotSet) is SlotSet
    with pytest.raises(ValueError):
        Event.resolve_by_type("no such event")


@pytest.fixture(scope="module")
def parts(conversations: Any) -> tuple[RulePolicy, Any]:
    """The loaded rule policy and domain."""
    found = conversations.agent.processor
    nodes = found.graph_runner._instantiated_nodes
    policy = next(node._component for node in nodes.values() if isinstance(node._component, RulePolicy))
    return policy, found.domain


@pytest.mark.model
@pytest.mark.parametrize("turns", [0, 1, 2, 3, 9])
@pytest.mark.parametrize("intent", ["faq", "affirm", "check_eligibility", "start_over"])
def test_looking_at_the_last_turns_predicts_what_looking_at_all_does(
    parts: tuple[RulePolicy, Any], turns: int, intent: str
) -> None:
    policy, domain = parts
    tracker = DialogueStateTracker("x", domain.slots)
    tracker.update(ActionExecuted("action_session_start"))
    for n in range(turns):
        tracker.update(ActionExecuted("action_listen"))
        tracker.update(UserUttered(f"message {n}", {"name": "stop", "confidence": 1.0}))
        tracker.update(ActionExecuted("action_respond"))
        tracker.update(SlotSet("language", "ja"))
    tracker.update(ActionExecuted("action_listen"))
    tracker.update(UserUttered("message", {"name": intent, "confidence": 1.0}))
    for step in ("action_respond", "action_listen"):
        recent, _ = policy._predict(tracker, domain)
        patched = RulePolicy._prediction_states, RulePolicy._find_action_from_rules
        try:
            RulePolicy._prediction_states = RulePolicy._states_of_all_turns
            RulePolicy._find_action_from_rules = RulePolicy._find_by_text_or_intent
            whole, _ = policy._predict(tracker, domain)
        finally:
            RulePolicy._prediction_states, RulePolicy._find_action_from_rules = patched
        assert recent.probabilities == whole.probabilities
        assert recent.hide_rule_turn == whole.hide_rule_turn
        assert domain.action_names_or_texts[recent.max_confidence_index] == step
        tracker.update(ActionExecuted(step))


@pytest.mark.model
def test_what_the_short_look_takes_for_granted_holds_for_our_rules(parts: tuple[RulePolicy, Any]) -> None:
    policy, domain = parts
    assert max(len(policy._rule_key_to_state(key)) for key in policy.lookup[RULES]) <= 3
    assert not domain.form_names
    assert not any(slot.has_features() for slot in domain.slots)


@pytest.mark.model
def test_nodes_in_order_give_what_dask_gives(conversations: Any) -> None:
    from rasa.core.channels.channel import UserMessage

    found = conversations.agent.processor
    runner, target = found.graph_runner, found.model_metadata.nlu_target
    assert isinstance(runner, InOrderRunner)

    def parsed(run: Any) -> Any:
        message = UserMessage("世田谷区に住む19歳です。費用はいくらですか？")
        inputs = {"__message__": [message], "__tracker__": DialogueStateTracker("x", found.domain.slots)}
        return run(runner, inputs=inputs, targets=[target])[target][0].as_dict()

    in_order, with_dask = parsed(InOrderRunner.run), parsed(DaskGraphRunner.run)
    for name in ("intent", "entities", "needs", "standing", "mentions"):
        assert in_order[name] == with_dask[name]


def test_a_missing_input_is_as_loud_as_with_dask() -> None:
    from rasa.engine.exceptions import GraphRunError
    from rasa.engine.graph import ExecutionContext, GraphComponent, GraphSchema, SchemaNode

    class Component(GraphComponent):
        @classmethod
        def create(cls, config: Any, **_: Any) -> Any:
            return cls()

        def run(self, messages: Any) -> Any:
            return messages

    node = SchemaNode({"messages": "nobody"}, Component, "create", "run", {}, eager=True)  # type: ignore[arg-type]
    runner = InOrderRunner(GraphSchema({"one": node}), None, ExecutionContext(GraphSchema({})))  # type: ignore[arg-type]
    with pytest.raises(GraphRunError):
        runner.run(targets=["one"])


def test_the_processor_still_asks_for_the_runner_by_this_name() -> None:
    assert "DaskGraphRunner,\n" in inspect.getsource(processor.MessageProcessor._load_model)


def test_after_an_action_the_person_speaks_unless_it_says_otherwise() -> None:
    from bot.runtime import then_listen

    def followed(*events: dict[str, Any]) -> list[Any]:
        return [e.get("name") for e in then_listen({"events": list(events)})["events"] if e["event"] == "followup"]

    assert followed() == ["action_listen"]
    assert followed({"event": "slot", "name": "x"}) == ["action_listen"]
    assert followed({"event": "followup", "name": "action_start_application"}) == ["action_start_application"]
    assert followed({"event": "restart"}) == []


@pytest.mark.parametrize("kind", ["plain", "restarted", "session", "reverted", "loop"])
def test_events_apply_as_rasa_applies_them(kind: str) -> None:
    from rasa.shared.core.events import (
        ActionReverted,
        ActiveLoop,
        BotUttered,
        FollowupAction,
        Restarted,
        SessionStarted,
    )

    rasa_patches.apply()
    special = {
        "plain": [FollowupAction("action_listen")],
        "restarted": [Restarted()],
        "session": [ActionExecuted("action_session_start"), SessionStarted()],
        "reverted": [ActionExecuted("action_x"), ActionReverted()],
        "loop": [ActiveLoop("some_form"), ActionExecuted("some_form"), ActionExecuted("some_form")],
    }[kind]
    tracker = DialogueStateTracker("x", [])
    turn = [
        ActionExecuted("action_listen"), UserUttered("hi", {"name": "faq"}), ActionExecuted("action_respond"), BotUttered("hello"), SlotSet("a", 1),
    ]  # fmt: skip
    for event in [*turn, *special, *turn]:
        tracker.events.append(event)
    assert tracker.applied_events() == tracker._applied_one_by_one()
    assert (len(tracker.applied_events()) == len(tracker.events)) == (kind == "plain")


def test_an_empty_domain_is_known_and_ours_is_none() -> None:
    from rasa.shared.core.domain import Domain

    from bot.knowledge.loader import ROOT

    rasa_patches.apply()
    assert Domain.empty().is_empty()
    assert not Domain.load(str(ROOT / "domain.yml")).is_empty()
    assert "return self.as_dict() == Domain.empty().as_dict()" in inspect.getsource(inspect.getmodule(Domain))
