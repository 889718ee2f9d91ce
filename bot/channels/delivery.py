"""The last step before a person reads a message: sealed values take the place of their marks.

Everything before this (slots, events, logs) holds the marks only, and the sealed values beside them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot import installation

_GONE = "＊＊＊"


def mark(kind: str) -> str:
    """What stands in a text for a value that is put in at delivery."""
    return f"⟦{kind}⟧"


def delivered(message: dict[str, Any], conversation: str) -> dict[str, Any]:
    """The message with its values put in; one that has run out shows as asterisks."""
    sealed = (message.get("spec") or {}).get("sealed") or {}
    if not sealed:
        return message
    passing = installation.passing()
    values = {mark(kind): passing.open(kind, value, conversation) or _GONE for kind, value in sealed.items()}
    filled = {**message, "text": _put(values, message.get("text") or "")}
    answer = message.get("answer") or {}
    if answer.get("parts"):
        filled["answer"] = {**answer, "parts": {name: _put(values, part) for name, part in answer["parts"].items()}}
    return filled


def _put(values: Mapping[str, str], text: str) -> str:
    for known, value in values.items():
        text = text.replace(known, value)
    return text
