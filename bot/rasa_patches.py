"""The few places where Rasa 3.6.21 itself is changed, each with its reason; `tests/unit/test_rasa_patches.py` watches them."""

from __future__ import annotations

from typing import Any


def apply() -> None:
    """Applies every patch once."""
    from rasa.core.actions.action import RemoteAction

    RemoteAction._validate_action_result = _trusted  # type: ignore[method-assign]


def _trusted(self: Any, result: Any) -> bool:
    """Our actions run in this process and are checked in tests; Rasa compiles a JSON schema for each call (55 ms)."""
    return True
