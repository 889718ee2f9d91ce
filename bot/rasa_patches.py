"""The few places where Rasa 3.6.21 itself is changed while it serves, each with its reason; `tests/unit/test_rasa_patches.py` watches them.

None changes an answer: what is left out is work whose result is thrown away, or known beforehand. Figures: docs/decisions/0010-speed.md.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from typing import Any


def apply() -> None:
    """Applies every patch; a second time changes nothing."""
    from rasa.core import processor
    from rasa.core.actions import action
    from rasa.core.actions.action import RemoteAction
    from rasa.core.policies import rule_policy
    from rasa.core.processor import MessageProcessor
    from rasa.shared.core.domain import Domain
    from rasa.shared.core.events import Event
    from rasa.shared.core.trackers import DialogueStateTracker

    from bot.graph_runner import InOrderRunner

    RemoteAction._validate_action_result = _trusted  # type: ignore[method-assign]
    processor.DaskGraphRunner = InOrderRunner  # type: ignore[misc]
    processor.copy = rule_policy.copy = _Uncopied  # type: ignore[attr-defined]
    if not hasattr(MessageProcessor, "_parse_alone"):
        MessageProcessor._parse_alone = MessageProcessor.parse_message  # type: ignore[attr-defined]
        MessageProcessor.parse_message = _parse_in_context  # type: ignore[method-assign]
    if not hasattr(Event, "_resolve_by_search"):
        Event._resolve_by_search = Event.resolve_by_type  # type: ignore[attr-defined]
        Event.resolve_by_type = staticmethod(_resolve_by_map)  # type: ignore[method-assign]
    if not hasattr(MessageProcessor, "_predict_anew"):
        MessageProcessor._predict_anew = MessageProcessor._predict_next_with_tracker  # type: ignore[attr-defined]
        MessageProcessor._predict_next_with_tracker = _predict_once  # type: ignore[method-assign]
        MessageProcessor._extract_anyway = MessageProcessor.run_action_extract_slots  # type: ignore[attr-defined]
        MessageProcessor.run_action_extract_slots = _extract_if_any  # type: ignore[method-assign]
        MessageProcessor._log_slots = staticmethod(_log_nothing)  # type: ignore[method-assign]
    if not hasattr(action, "_make_own_actions"):
        action._make_own_actions = action.default_actions  # type: ignore[attr-defined]
        action.default_actions = _own_actions_once
    if not hasattr(DialogueStateTracker, "_applied_one_by_one"):
        DialogueStateTracker._applied_one_by_one = DialogueStateTracker.applied_events  # type: ignore[attr-defined]
        DialogueStateTracker.applied_events = _applied_events  # type: ignore[method-assign]
        Domain.is_empty = _is_empty  # type: ignore[method-assign]
        DialogueStateTracker.copy = _twin  # type: ignore[method-assign]


class _Uncopied:
    """Stands for the module `copy` where Rasa deep-copies events and states for debug lines that nobody sees."""

    @staticmethod
    def deepcopy(value: Any) -> Any:
        """Hands the value on."""
        return value


def _trusted(self: Any, result: Any) -> bool:
    """Our actions run in this process and are checked in tests; Rasa compiles a JSON schema for each call (55 ms)."""
    return True


async def _parse_in_context(self: Any, message: Any, tracker: Any = None, only_output_properties: bool = True) -> Any:
    """Rasa's NLU sees one message alone; ours reads a short one together with what was answered last (`NeedReader.read`)."""
    from bot.dialogue.context import metadata
    from bot.nlu.components import shared_knowledge

    message.metadata = {**(message.metadata or {}), **metadata(tracker, shared_knowledge())}
    if hasattr(self, "readers") and only_output_properties:  # one of the processes beside this one, if that is quicker
        found = await self.readers.read(message.text, message.metadata.get("before"))
        if found is not None:
            return found
    return await self._parse_alone(message, tracker, only_output_properties)


def parse_together(processor: Any, messages: Sequence[Any]) -> list[dict[str, Any]]:
    """What `MessageProcessor.parse_message` finds in each message; the graph reads all in one run, where Rasa has one run each."""
    from rasa.engine.constants import PLACEHOLDER_MESSAGE, PLACEHOLDER_TRACKER
    from rasa.shared.core.trackers import DialogueStateTracker

    target = processor.model_metadata.nlu_target
    tracker = DialogueStateTracker.from_events("", [])
    inputs = {PLACEHOLDER_MESSAGE: list(messages), PLACEHOLDER_TRACKER: tracker}
    found = []
    for message in processor.graph_runner.run(inputs=inputs, targets=[target])[target]:
        parsed = {"text": "", "intent": {"name": None, "confidence": 0.0}, "entities": []}
        parsed.update(message.as_dict(only_output_properties=True))
        processor._update_full_retrieval_intent(parsed)
        found.append(parsed)
    return found


def _log_nothing(tracker: Any) -> None:
    """Rasa writes all slots into one text for a debug line that nobody sees."""


_event_types: dict[str, Any] = {}


def _resolve_by_map(type_name: str, default: Any = None) -> Any:
    """Rasa walks all subclasses of `Event` for each event it reads, four times over for those defined twice deep."""
    if type_name not in _event_types:
        from rasa.shared.core.events import Event

        found = Event._resolve_by_search(type_name, default)  # type: ignore[attr-defined]
        if found is None or found is default:
            return found
        _event_types[type_name] = found
    return _event_types[type_name]


def _applied_events(self: Any) -> Any:
    """Rasa asks of each event whether it takes others back; where none is of such a kind, all apply since the session began."""
    kinds = [type(event).__name__ for event in self.events]
    if not _TAKE_NOTHING_BACK.issuperset(kinds):
        return self._applied_one_by_one()
    begun = max((i + 1 for i, kind in enumerate(kinds) if kind == "SessionStarted"), default=0)
    return list(self.events)[begun:]


_TAKE_NOTHING_BACK = frozenset(
    {
        "ActionExecuted",
        "BotUttered",
        "DefinePrevUserUtteredFeaturization",
        "FollowupAction",
        "SessionStarted",
        "SlotSet",
        "UserUttered",
    }
)
_nothing: dict[str, Any] = {}


def _is_empty(self: Any) -> bool:
    """Rasa builds an empty domain for each message, to compare ours with."""
    if not _nothing:
        from rasa.shared.core.domain import Domain

        _nothing.update(Domain.empty().as_dict())
    return bool(self.as_dict() == _nothing)


def _nothing_to_extract(domain: Any) -> bool:
    """Whether no message ever fills a slot by itself: all ours are set by actions."""
    from rasa.shared.core.constants import (
        ACTION_VALIDATE_SLOT_MAPPINGS,
        DEFAULT_SLOT_NAMES,
        MAPPING_TYPE,
        SlotMappingType,
    )

    mappings = [m for slot in domain.slots if slot.name not in DEFAULT_SLOT_NAMES for m in slot.mappings]
    custom = str(SlotMappingType.CUSTOM)
    return ACTION_VALIDATE_SLOT_MAPPINGS not in domain.user_actions and all(
        mapping.get(MAPPING_TYPE) == custom and not mapping.get("action") for mapping in mappings
    )


async def _extract_if_any(self: Any, output_channel: Any, tracker: Any) -> Any:
    """Rasa goes through all slots and their mappings after each message, also when none can come of it."""
    if not hasattr(self, "_nothing_to_extract"):
        self._nothing_to_extract = _nothing_to_extract(self.domain)
    return tracker if self._nothing_to_extract else await self._extract_anyway(output_channel, tracker)


_own_actions: tuple[Any, list[Any]] = (None, [])


def _own_actions_once(action_endpoint: Any = None) -> list[Any]:
    """Rasa makes its own twelve actions anew whenever it looks one up by name; they hold nothing but the endpoint."""
    global _own_actions
    from rasa.core.actions import action

    if _own_actions[0] is not action_endpoint or not _own_actions[1]:
        _own_actions = (action_endpoint, action._make_own_actions(action_endpoint))
    return _own_actions[1]


def _twin(tracker: Any) -> Any:
    """Rasa copies a conversation for each action by replaying all its events; the state they led to is already there."""
    twin = _same(tracker)
    twin.events = tracker._create_events(tracker.events)
    twin.slots = type(tracker.slots)((name, _same(slot)) for name, slot in tracker.slots.items())
    twin.active_loop = copy.copy(tracker.active_loop)
    return twin


def _same(thing: Any) -> Any:
    """What `copy.copy` gives for a plain object, in a quarter of the time."""
    same = object.__new__(type(thing))
    same.__dict__.update(thing.__dict__)
    return same


def _predict_once(self: Any, tracker: Any) -> Any:
    """Rasa compares the conversation with all rules after each message; ours look at nothing but its need, so once for each is enough."""
    from rasa.shared.core.events import DefinePrevUserUtteredFeaturization

    if not hasattr(self, "_after_a_message"):
        self._after_a_message = {} if _only_the_need_counts(self) else None
    if self._after_a_message is None or not _awaits_first_action(tracker):
        return self._predict_anew(tracker)
    need = tracker.latest_message.intent_name
    if need not in self._after_a_message:
        self._after_a_message[need] = self._predict_anew(tracker)
    prediction = copy.copy(self._after_a_message[need])
    prediction.events = [DefinePrevUserUtteredFeaturization(False)]  # an event belongs to one conversation
    return prediction


def _only_the_need_counts(processor: Any) -> bool:
    """Whether rules decide alone, and each that follows a message asks for its intent and nothing else."""
    from rasa.core.policies.policy import Policy
    from rasa.core.policies.rule_policy import RULES, RulePolicy

    components = [node._component for node in processor.graph_runner._instantiated_nodes.values()]
    policies = [component for component in components if isinstance(component, Policy)]
    if [type(policy) for policy in policies] != [RulePolicy] or processor.domain.form_names:
        return False
    rules = [RulePolicy._rule_key_to_state(key) for key in policies[0].lookup[RULES]]
    return not any(slot.has_features() for slot in processor.domain.slots) and all(
        _follows_an_action(states) or _asks_for_the_need_alone(states) for states in rules
    )


def _follows_an_action(states: Any) -> bool:
    last = states[-1].get("prev_action", {}).get("action_name", "action_listen")
    return bool(last != "action_listen")


def _asks_for_the_need_alone(states: Any) -> bool:
    return len(states) == 1 and states[0].keys() == {"prev_action", "user"} and states[0]["user"].keys() == {"intent"}


def _awaits_first_action(tracker: Any) -> bool:
    """Whether a message was just said, and nothing out of the ordinary stands in the way of the rules."""
    from rasa.shared.core.events import ActionExecutionRejected

    return (
        not tracker.followup_action
        and not tracker.active_loop
        and tracker.latest_action_name == "action_listen"
        and tracker.latest_message is not None
        and not any(type(event) is ActionExecutionRejected for event in tracker.events)
    )
