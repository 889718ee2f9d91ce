"""What stands on a button, typed instead of tapped: understood as what a tap sends, where that button was shown last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from bot.dialogue.speaking import Speaker
from bot.dialogue.turn import Memory
from bot.dialogue.understanding import Understanding
from bot.knowledge.loader import Knowledge
from bot.nlu.normalise import for_features

# What a tap on these means to the classifier; the others are read by their words alone.
_NEEDS: Mapping[str, str] = {
    "yes": "affirm",
    "no": "deny",
    "status": "check_application_status",
    "start": "start_application",
    "begin_again": "start_application",
}


class Titles:
    """The titles of the buttons of the application dialogues."""

    def __init__(self, knowledge: Knowledge) -> None:
        """Takes the knowledge base the words are in."""
        self._speaker = Speaker(knowledge)
        buttons = knowledge.application_talk["buttons"]
        self._all = {
            for_features(text)
            for b in buttons.values()
            for part in ("title", "say")
            for text in b.get(part, {}).values()
        }
        self._needs = {
            say: need
            for name, need in _NEEDS.items()
            for say in buttons[name].get("say", buttons[name]["title"]).values()
        }

    def as_tapped(self, u: Understanding, memory: Memory, language: str, today: date) -> Understanding:
        """The message as a tap would have sent it; as it is when no such button was shown."""
        if u.plain not in self._all:
            return u
        buttons = [b for spec in memory.said for b in self._speaker.speak(spec, language, today).buttons]
        if u.plain in {for_features(say) for _, say in buttons}:
            return replace(
                u, lang=None
            )  # our own words choose no language, though "the tie to Tokyo" may look like romaji
        say = {for_features(title): say for title, say in buttons}.get(u.plain)
        if say is None:
            return u
        need = self._needs.get(say)
        return replace(
            u,
            text=say,
            plain=for_features(say),
            lang=None,
            ranking=((need, 1.0),) if need else (),
            standing={} if need else u.standing,  # what the title sounded like: "Start a new one" is no partnership
            parts=(),
            context=(),
        )
