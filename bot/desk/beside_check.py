"""An errand in the middle of an eligibility check: once it is said how things stand, the check goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from bot.desk.errand import Outcome
from bot.dialogue import check


def with_check(outcome: Outcome, state: Mapping[str, Any] | None) -> Outcome:
    """The outcome with the pending question of the check; when the errand asks or offers something itself, the check waits for that."""
    if not state or not state.get("active"):
        return outcome
    access = outcome.slots.get("application_access") or {}
    if access.get("asked") or access.get("retry") or any(spec.get("kind") == "ask" for spec in outcome.specs):
        return replace(outcome, slots={**outcome.slots, "check": {**state, "active": False, "paused": True}})
    return replace(outcome, specs=(*outcome.specs, check.question_spec(dict(state), "go_on")))
