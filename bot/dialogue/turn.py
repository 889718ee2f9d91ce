"""What one turn of a conversation starts from and ends with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.dialogue.speaking import Spec

LEANS = re.compile(
    r"^(?:じゃあ|じゃ、|じゃ|では|それじゃ|それなら|なら|あと|ほな|で、|そしたら|and\b|what about|how about|then\b|ok,? and|also\b|それ|その|そっち|そちら|そこ|あとは?)"
)
"""A message that begins so leans on what was said last."""


@dataclass(frozen=True)
class Memory:
    """What the conversation remembers, as it lies in slots."""

    language: str = "ja"
    language_chosen: bool = False
    said: tuple[Spec, ...] = ()
    """What was said last, to repeat it or say it in another language."""
    offered: tuple[str, ...] = ()
    """Entries offered as choices in the last turn."""
    check: Mapping[str, Any] | None = None
    pending: str | None = None
    """A question of ours waiting for yes or no (`erase`)."""
    draft: Mapping[str, Any] | None = None
    """An application being started or changed, see `drafts`."""
    access: Mapping[str, Any] | None = None
    """A look-up, and what it allows, see `tracking`."""
    channel: str = "web"


@dataclass(frozen=True)
class Turn:
    """What to say and what to remember."""

    specs: list[Spec]
    language: str
    language_chosen: bool
    offered: tuple[str, ...] = ()
    check: Mapping[str, Any] | None = None
    pending: str | None = None
    erase: bool = False
    restart: bool = False
    said: tuple[Spec, ...] = field(default=())
    draft: Mapping[str, Any] | None = None
    access: Mapping[str, Any] | None = None
    task: Mapping[str, Any] | None = None
    """What an action does after this turn, before anything more is said; `specs` may be empty then."""
    took_contact: bool = False
    """An address in the message was asked for, so nobody is told that it was masked."""


def say(name: str, **changes: Any) -> Spec:
    """A spec for one of the fixed lines."""
    return {"say": "phrase", "name": name, **{k: list(v) if isinstance(v, tuple) else v for k, v in changes.items()}}


def entry(entry_id: str, others: list[str] | tuple[str, ...] = ()) -> Spec:
    """A spec for an entry, with other entries the person may have meant."""
    return {"say": "entry", "id": entry_id, **({"others": list(others)} if others else {})}
