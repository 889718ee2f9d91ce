"""What stands between a channel and Rasa: size, commands, personal details. Every channel and `ask` go through it."""

from __future__ import annotations

import logging
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from bot import clock, installation
from bot.channels.excerpt import MOST as STORY
from bot.channels.excerpt import erasure_in, excerpt
from bot.dialogue.speaking import Speaker
from bot.knowledge.loader import load
from bot.nlu.language import detect
from bot.nlu.normalise import without_command
from bot.nlu.safety import crisis_in
from bot.privacy.redact import redact
from bot.privacy.spotting import UNREAD_MAIL, spot
from bot.settings import SettingsError

logger = logging.getLogger(__name__)

LONGEST = 1000  # read as a whole, since what people tell of themselves decides; of a longer one a part is read
MOST_WORDS = 400
MOST = 5000  # LINE's own limit; above it nothing is read but a cry for help
READ_FOR_CRISIS = 4000  # even of a message that is too long for everything else


@dataclass(frozen=True)
class Admitted:
    """A message fit for Rasa, or the refusal to send instead."""

    text: str
    refusal: dict[str, Any] | None = None
    masked: bool = False
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Receipt, PIN and address that were typed; they go on sealed, see `metadata`."""
    part: str = ""
    """Which part of a long message this is (`excerpt`); empty when it is all of it."""


@lru_cache(maxsize=1)
def _speaker() -> Speaker:
    return Speaker(load())


def refusal(name: str, lang: str, kind: str = "fallback", topic: str = "out_of_scope") -> dict[str, Any]:
    """One of the fixed lines as a finished message, for when Rasa is not asked at all."""
    from bot.nlg import message

    return message(
        _speaker().speak({"say": "phrase", "name": name, "kind": kind, "topic": topic}, lang, clock.today()), "web"
    )


def admit(text: str, lang: str | None = None, event: str | None = None) -> Admitted:
    """Checks and cleans one typed message; offsets of the result are those of the typed text unless a command was cut off."""
    detected = detect(text[:LONGEST])
    speaking = lang or (detected.value if detected else "ja")
    if event not in (None, "message", "postback"):
        return Admitted("", refusal("unreadable", speaking))
    if len(text) > MOST:
        text = text[:READ_FOR_CRISIS]
        if crisis_in(text) is None:
            return Admitted("", refusal("too_long", speaking, "refuse"))
    cleaned = "".join("\ufffd" if "\ud800" <= c <= "\udfff" else c for c in text)
    cleaned = without_command(
        "".join(" " if unicodedata.category(c) == "Cc" and c not in "\n\t" else c for c in cleaned)
    )
    if not any(c.isalnum() for c in cleaned):
        return Admitted("", refusal("unreadable", speaking))
    spotted = spot(cleaned)
    masked, changed = redact(spotted.text)
    changed = changed or not spotted.values.keys().isdisjoint(("mail", UNREAD_MAIL))
    read, part = _read(masked)
    return Admitted(read, masked=changed, secrets=spotted.values, part=part)


def _read(text: str) -> tuple[str, str]:
    """What of a message is read, and which part that is; a long story is read for its questions, if it has any."""
    if len(text) <= LONGEST and len(text.split()) <= MOST_WORDS:
        wish = erasure_in(text) if len(text) > STORY and crisis_in(text) is None else None
        return (wish, "questions") if wish else (text, "")
    read, part = excerpt(text)
    return without_command(read), part


def metadata(admitted: Admitted, conversation: str, lang: str | None = None, **known: str | None) -> dict[str, Any]:
    """What travels beside a message: the language stated, and sealed what was masked.

    `known` is what the channel knows and only a look-up or a notice needs (`address`, `line_user`); it goes along only then.
    """
    found: dict[str, Any] = {"lang": lang} if lang else {}
    if admitted.part:
        found |= {"part": admitted.part, "masked": admitted.masked}
    secrets = {**admitted.secrets, **{kind: value for kind, value in known.items() if value}}
    if not (admitted.secrets or known.get("line_user")):
        return found
    try:
        passing = installation.passing()
    except (SettingsError, OSError):  # no keys: what was masked is lost, and will be asked for again
        logger.exception("secrets cannot be sealed")
        return found
    return {**found, "sealed": {kind: passing.seal(kind, value, conversation) for kind, value in secrets.items()}}
