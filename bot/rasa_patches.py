"""The few places where Rasa 3.6.21 itself is changed while it serves, each with its reason; `tests/unit/test_rasa_patches.py` watches them.

None changes an answer: what is left out is work whose result is thrown away, or known beforehand. Figures: docs/decisions/0010-speed.md.
"""

from __future__ import annotations

from typing import Any


def apply() -> None:
    """Applies every patch; a second time changes nothing."""
    from rasa.core import processor
    from rasa.core.actions.action import RemoteAction
    from rasa.core.policies import rule_policy
    from rasa.core.policies.rule_policy import RulePolicy
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
    if not hasattr(RulePolicy, "_states_of_all_turns"):
        RulePolicy._states_of_all_turns = RulePolicy._prediction_states  # type: ignore[attr-defined]
        RulePolicy._prediction_states = _states_of_last_turns  # type: ignore[method-assign]
        RulePolicy._find_by_text_or_intent = RulePolicy._find_action_from_rules  # type: ignore[attr-defined]
        RulePolicy._find_action_from_rules = _find_unless_needless  # type: ignore[method-assign]
    if not hasattr(DialogueStateTracker, "_applied_one_by_one"):
        DialogueStateTracker._applied_one_by_one = DialogueStateTracker.applied_events  # type: ignore[attr-defined]
        DialogueStateTracker.applied_events = _applied_events  # type: ignore[method-assign]
        Domain.is_empty = _is_empty  # type: ignore[method-assign]


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
    return await self._parse_alone(message, tracker, only_output_properties)


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
    """Rasa asks of each event whether it takes others back; where none is of such a kind, all apply."""
    if {type(event).__name__ for event in self.events} <= _TAKE_NOTHING_BACK:
        return list(self.events)
    return self._applied_one_by_one()


_TAKE_NOTHING_BACK = frozenset({"ActionExecuted", "BotUttered", "FollowupAction", "SlotSet", "UserUttered"})
_nothing: dict[str, Any] = {}


def _is_empty(self: Any) -> bool:
    """Rasa builds an empty domain for each message, to compare ours with."""
    if not _nothing:
        from rasa.shared.core.domain import Domain

        _nothing.update(Domain.empty().as_dict())
    return bool(self.as_dict() == _nothing)


def _find_unless_needless(self: Any, tracker: Any, domain: Any, use_text_for_last_user_input: bool) -> Any:
    """Rasa first looks for a rule on the words themselves; when no rule has any, there is none to find."""
    from rasa.core.policies.rule_policy import RULES

    if use_text_for_last_user_input and not any('"text"' in key for key in self.lookup[RULES]):
        return None, None, False
    return self._find_by_text_or_intent(tracker, domain, use_text_for_last_user_input)


def _states_of_last_turns(
    self: Any, tracker: Any, domain: Any, use_text_for_last_user_input: bool = False, rule_only_data: Any = None
) -> Any:
    """Rasa replays the whole conversation for each prediction; a rule looks no further back than it is long.

    Only where states hold nothing but messages and actions: no loop, and no slot that rules could ask for.
    """
    from rasa.core.policies.rule_policy import RULES
    from rasa.shared.core.trackers import DialogueStateTracker

    longest = max((len(self._rule_key_to_state(key)) for key in self.lookup.get(RULES) or ()), default=0)
    recent = tracker
    if (
        longest
        and type(tracker) is DialogueStateTracker  # training has its own kind
        and not tracker.active_loop
        and not any(slot.has_features() for slot in tracker.slots.values())
    ):
        recent = _last_turns(tracker, longest)
    states = self._states_of_all_turns(recent, domain, use_text_for_last_user_input, rule_only_data)
    return states if recent is tracker else states[-longest:]


def _last_turns(tracker: Any, actions: int) -> Any:
    """A copy with the last turns, enough for so many actions; the tracker itself when it is no longer than that."""
    from rasa.shared.core.events import ActionExecuted, UserUttered

    kept, seen = [], 0
    for event in reversed(tracker.events):
        kept.append(event)
        seen += isinstance(event, ActionExecuted)
        if seen >= actions and isinstance(event, UserUttered):
            break
    else:
        return tracker
    recent = tracker.init_copy()
    for event in reversed(kept):
        recent.update(event)
    return recent
