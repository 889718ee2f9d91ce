"""Words of the command line, from `messages.yml`, and what it says when something is refused."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

from bot.applications import errors as e
from bot.applications.model import State
from bot.knowledge.loader import read_yaml
from bot.privacy.crypto import CannotOpen
from bot.settings import SettingsError

REFUSED, LATER = 1, 3


@lru_cache(maxsize=1)
def _messages() -> dict[str, Any]:
    return read_yaml(Path(__file__).with_name("messages.yml"))


def say(lang: str, name: str, **values: Any) -> str:
    """A message in the reader's language."""
    return _messages()[name][lang].format(**values)


def state_word(lang: str, state: State) -> str:
    """A state in words."""
    return _messages()["states"][state.value][lang]


def told(lang: str, deed: Callable[[], int]) -> int:
    """Runs a deed; a refusal is told on standard error and becomes the exit status."""
    try:
        return deed()
    except e.StoreUnavailable:
        return _refuse(lang, LATER, "unavailable")
    except e.ApplicationNotFound:
        return _refuse(lang, REFUSED, "not_found")
    except e.InvalidTransition as error:
        return _refuse(lang, REFUSED, "invalid_transition", detail=error)
    except e.InvalidInput as error:
        return _refuse(lang, REFUSED, "invalid_input", field=error.field)
    except e.IdempotencyConflict:
        return _refuse(lang, REFUSED, "conflict")
    except e.ApplicationErased:
        return _refuse(lang, REFUSED, "erased_before")
    except e.HistoryBroken as error:
        return _refuse(lang, REFUSED, "history_broken", row=error.sequence)
    except CannotOpen:
        return _refuse(lang, REFUSED, "cannot_open")
    except SettingsError as error:
        return _refuse(lang, REFUSED, "settings", detail=error)


def _refuse(lang: str, status: int, name: str, **values: Any) -> int:
    print(say(lang, name, **values), file=sys.stderr)
    return status
