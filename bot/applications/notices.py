"""The words of notices, from `data/knowledge/notices.yml`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from bot.knowledge.loader import DIRECTORY, read_yaml


@dataclass(frozen=True)
class Notice:
    """One notice, ready to be sent."""

    subject: str
    body: str


@lru_cache(maxsize=1)
def _words() -> dict[str, Any]:
    return read_yaml(DIRECTORY / "notices.yml")


def names() -> tuple[str, ...]:
    """What there can be a notice about."""
    return tuple(_words())


def worded(name: str, language: str, page: str) -> Notice:
    """A notice in a language; `page` is the address it leads to."""
    words = _words()[name]
    return Notice(words["subject"][language], words["body"][language].replace("{page}", page))
