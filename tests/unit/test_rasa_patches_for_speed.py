"""What is left out of Rasa's work while serving changes no result; and Rasa still has the places where it is left out."""

from __future__ import annotations

import ast
import inspect
from typing import Any

import pytest
from rasa.core import processor
from rasa.core.actions import action
from rasa.core.policies import rule_policy
from rasa.core.policies.rule_policy import RULES, RulePolicy
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    Event,
    FollowupAction,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
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
def loaded(conversations: Any) -> Any:
    """The processor that serves people."""
    return conversations.agent.processor


def intents() -> list[str]:
    from rasa.shared.core.domain import Domain

    from bot.knowledge.loader import ROOT

    return sorted(Domain.load(str(ROOT / "domain.yml")).intents)


def talk(domain: Any, intent: str | None, turns: int) -> DialogueStateTracker:
    """A conversation of some turns in which a message was just said."""
    tracker = DialogueStateTracker("x", domain.slots)
    tracker.update(ActionExecuted("action_session_start"))
    for n in range(turns):
        tracker.update(ActionExecuted("action_listen"))
        tracker.update(UserUttered(f"message {n}", {"name": "stop", "confidence": 1.0}))
        tracker.update(ActionExecuted("action_respond"))
        tracker.update(SlotSet("language", "ja"))
    tracker.update(ActionExecuted("action_listen"))
    tracker.update(UserUttered("message", {"name": intent, "confidence": 1.0}))
    return tracker


def told(prediction: Any) -> Any:
    """All that a prediction says."""
    return {**vars(prediction), "events": [(type(e), e.use_text_for_featurization) for e in prediction.events]}


@pytest.mark.model
@pytest.mark.parametrize("turns", [0, 1, 4])
@pytest.mark.parametrize("intent", [*intents(), None])
def test_what_was_predicted_once_for_a_need_is_what_rules_predict(loaded: Any, intent: str | None, turns: int) -> None:
    for _ in ("first", "again"):
        remembered = loaded._predict_next_with_tracker(talk(loaded.domain, intent, turns))
        anew = loaded._predict_anew(talk(loaded.domain, intent, turns))
        assert told(remembered) == told(anew)
    assert loaded.domain.action_names_or_texts[remembered.max_confidence_index] == (
        "action_restart" if intent == "restart" else "action_back" if intent == "back"
        else "action_session_start" if intent == "session_start" else "action_respond"
    )  # fmt: skip


@pytest.mark.model
def test_a_prediction_is_remembered_but_not_its_events(loaded: Any) -> None:
    one, other = (loaded._predict_next_with_tracker(talk(loaded.domain, "faq", 1)) for _ in range(2))
    assert loaded._after_a_message["faq"] is not one
    assert one.events[0] is not other.events[0]


@pytest.mark.model
def test_after_an_action_rules_are_asked_anew(loaded: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(type(loaded), "_predict_anew", lambda self, tracker: asked.append(tracker))
    tracker = talk(loaded.domain, "faq", 1)
    loaded._predict_next_with_tracker(tracker)
    assert not asked
    tracker.update(ActionExecuted("action_respond"))
    loaded._predict_next_with_tracker(tracker)
    rejected = talk(loaded.domain, "faq", 1)
    rejected.events.insert(1, ActionExecutionRejected("action_respond"))
    loaded._predict_next_with_tracker(rejected)
    waiting = talk(loaded.domain, "faq", 1)
    waiting.update(FollowupAction("action_listen"))
    loaded._predict_next_with_tracker(waiting)
    assert asked == [tracker, rejected, waiting]


@pytest.mark.model
def test_rules_that_ask_for_more_than_the_need_are_always_asked(loaded: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    assert rasa_patches._only_the_need_counts(loaded)
    nodes = loaded.graph_runner._instantiated_nodes.values()
    policy = next(node._component for node in nodes if isinstance(node._component, RulePolicy))
    listened = '{"prev_action": {"action_name": "action_listen"}, "user": {"intent": "faq"}}'
    for rule in (
        f'[{{"prev_action": {{"action_name": "action_respond"}}}}, {listened}]',
        listened.join("[]").replace("}}]", '}, "slots": {"language": [1.0]}}]'),
        listened.join("[]").replace('"intent": "faq"', '"text": "hi"'),
        f"[{{}}, {listened}]",
        "[{}]",
    ):
        monkeypatch.setitem(policy.lookup, RULES, {rule: "action_respond"})
        assert not rasa_patches._only_the_need_counts(loaded), rule


@pytest.mark.model
async def test_no_message_fills_a_slot_by_itself(loaded: Any) -> None:
    tracker = talk(loaded.domain, "faq", 1)
    before = [*tracker.events]
    assert rasa_patches._nothing_to_extract(loaded.domain)
    assert await loaded._extract_anyway(None, tracker) is tracker
    assert await loaded.run_action_extract_slots(None, tracker) is tracker
    assert [*tracker.events] == before


def test_slots_that_messages_fill_are_still_filled() -> None:
    from rasa.shared.core.domain import Domain

    mapping = "slots: {age: {type: any, mappings: [MAPPING]}}\nentities: [age]"
    for filled, written in (
        (True, "{type: from_entity, entity: age}"),
        (True, "{type: custom, action: action_x}"),
        (False, "{type: custom}"),
    ):
        domain = Domain.from_yaml(mapping.replace("MAPPING", written))
        assert rasa_patches._nothing_to_extract(domain) is not filled
    assert not rasa_patches._nothing_to_extract(Domain.from_yaml("actions: [action_validate_slot_mappings]"))


def test_a_conversation_is_copied_as_rasa_copies_it() -> None:
    from rasa.shared.core.slots import AnySlot

    rasa_patches.apply()
    tracker = DialogueStateTracker("x", [AnySlot("a", mappings=[]), AnySlot("b", mappings=[])])
    for event in (
        ActionExecuted("action_listen"),
        UserUttered("hi", {"name": "faq"}, input_channel="web"),
        ActionExecuted("action_respond"),
        SlotSet("a", 1),
    ):
        tracker.update(event)
    quick, replayed = tracker.copy(), tracker.travel_back_in_time(float("inf"))
    assert quick.current_state(EventVerbosity.ALL) == replayed.current_state(EventVerbosity.ALL)
    assert vars(quick).keys() == vars(replayed).keys()
    quick.update(SlotSet("b", 2))
    assert (len(tracker.events), tracker.get_slot("b")) == (4, None)


def test_rasas_own_actions_are_made_once_for_an_endpoint() -> None:
    rasa_patches.apply()
    endpoint, other = object(), object()
    made = action.default_actions(endpoint)  # type: ignore[arg-type]
    assert action.default_actions(endpoint) is made  # type: ignore[arg-type]
    assert [type(a) for a in made] == [type(a) for a in action._make_own_actions(endpoint)]
    assert [vars(a) for a in made] == [vars(a) for a in action._make_own_actions(endpoint)]
    assert action.default_actions(other) is not made  # type: ignore[arg-type]
    assert "in default_actions(action_endpoint)}" in inspect.getsource(action.action_for_name_or_text)


def test_slots_are_written_out_only_for_a_debug_line() -> None:
    body = ast.parse(inspect.getsource(processor)).body
    found = next(node for node in body if isinstance(node, ast.ClassDef) and node.name == "MessageProcessor")
    method = next(node for node in found.body if getattr(node, "name", "") == "_log_slots")
    written, told_if = method.body  # type: ignore[attr-defined]
    assert ast.unparse(written).startswith("slot_values = ")
    assert [ast.unparse(node.value.func) for node in told_if.body] == ["structlogger.debug"]


def test_the_places_these_stand_for_are_still_there() -> None:
    source = inspect.getsource(processor.MessageProcessor)
    for place in (
        "temporary_tracker = tracker.copy()",
        "tracker = await self.run_action_extract_slots(message.output_channel, tracker)",
        "prediction = self._predict_next_with_tracker(tracker)",
        "self._log_slots(tracker)",
    ):
        assert place in source


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


@pytest.mark.parametrize("kind", ["plain", "restarted", "twice", "session", "reverted", "loop"])
def test_events_apply_as_rasa_applies_them(kind: str) -> None:
    from rasa.shared.core.events import (
        ActionReverted,
        ActiveLoop,
        BotUttered,
        DefinePrevUserUtteredFeaturization,
        FollowupAction,
        Restarted,
        SessionStarted,
    )

    rasa_patches.apply()
    special = {
        "plain": [FollowupAction("action_listen")],
        "restarted": [Restarted()],
        "session": [ActionExecuted("action_session_start"), SessionStarted()],
        "twice": [SessionStarted(), SlotSet("b", 2), SessionStarted()],
        "reverted": [ActionExecuted("action_x"), ActionReverted()],
        "loop": [ActiveLoop("some_form"), ActionExecuted("some_form"), ActionExecuted("some_form")],
    }[kind]
    tracker = DialogueStateTracker("x", [])
    turn = [
        ActionExecuted("action_listen"), UserUttered("hi", {"name": "faq"}), DefinePrevUserUtteredFeaturization(False),
        ActionExecuted("action_respond"), BotUttered("hello"), SlotSet("a", 1),
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
