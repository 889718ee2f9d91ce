"""One message in its conversation: all that a decision may look at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from bot.dialogue import drafts
from bot.dialogue.speaking import Spec
from bot.dialogue.turn import Memory, Turn
from bot.dialogue.understanding import Understanding
from bot.knowledge.loader import Knowledge
from bot.knowledge.model import Entry


@dataclass(frozen=True)
class Moment:
    """What was understood, what is remembered, what is known, on which day, and the language to answer in."""

    knowledge: Knowledge
    u: Understanding
    memory: Memory
    today: date
    language: str
    language_chosen: bool
    now: datetime

    @property
    def check(self) -> dict[str, Any]:
        """The state of the eligibility check; empty when there was none."""
        return dict(self.memory.check or {})

    @property
    def checking(self) -> bool:
        """Whether an eligibility check is under way."""
        return bool(self.check.get("active"))

    @property
    def draft(self) -> dict[str, Any]:
        """The application being started or changed; empty when there is none, or it was left alone too long."""
        return dict(drafts.kept(self.memory.draft, self.now) or {})

    @property
    def access(self) -> dict[str, Any]:
        """The look-up under way or done; empty when there is none."""
        return dict(self.memory.access or {})

    @property
    def last(self) -> Spec:
        """The last thing said; empty at the beginning."""
        return self.memory.said[-1] if self.memory.said else {}

    @property
    def last_entry(self) -> Entry | None:
        """The entry just said, if the last thing said was one."""
        return self.knowledge.entries.get(self.last.get("id", "")) if self.last.get("say") == "entry" else None

    @property
    def latest_entry(self) -> Entry | None:
        """The latest entry of the last turn, whatever was said after it."""
        said = next((spec for spec in reversed(self.memory.said) if spec["say"] == "entry"), None)
        return self.knowledge.entries[said["id"]] if said else None

    def is_short(self, characters: int, words: int) -> bool:
        """Whether the message has at most so many characters or, in Latin letters, so many words."""
        plain = self.u.plain
        return len(plain) <= characters or (plain.isascii() and len(plain.split()) <= words)

    def kind_of(self, entry_id: str) -> str:
        """The kind of an entry; empty for what is no entry."""
        found = self.knowledge.entries.get(entry_id)
        return found.kind if found else ""

    def turn(self, *specs: Spec, **changes: Any) -> Turn:
        """A turn that says this and keeps everything remembered unless told otherwise."""
        kept = {
            "language": self.language,
            "language_chosen": self.language_chosen,
            "check": self.memory.check,
            "draft": self.draft or None,
            "access": self.memory.access,
        }
        return Turn(list(specs), **{**kept, **changes})
