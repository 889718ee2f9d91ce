"""What a short message may lean on (「じゃあ世田谷区は？」): the title of what was answered last, never what the person typed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot import clock
from bot.dialogue.speaking import Spec
from bot.knowledge.loader import Knowledge
from bot.knowledge.wording import fill


def before(said: Sequence[Spec], lang: str, knowledge: Knowledge) -> str | None:
    """The title, in the language of the conversation, of the entry spoken last."""
    last = next((spec for spec in reversed(said) if spec.get("say") == "entry"), None)
    entry = knowledge.entries.get(last["id"]) if last else None
    return fill(entry.title[lang], knowledge, lang, clock.today()) if entry else None


def metadata(tracker: Any, knowledge: Knowledge) -> dict[str, str]:
    """What the next message of a conversation is read with; `tracker` is Rasa's, or None for a new one."""
    title = before(tracker.get_slot("said") or (), tracker.get_slot("language") or "ja", knowledge) if tracker else None
    return {"before": title} if title else {}
