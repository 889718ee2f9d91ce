"""Rasa's natural language generator on the knowledge base: wording changes go live without training."""

from __future__ import annotations

from typing import Any

from rasa.core.nlg.generator import NaturalLanguageGenerator
from rasa.shared.core.trackers import DialogueStateTracker

from bot import clock
from bot.dialogue.speaking import Speaker, as_dict
from bot.knowledge.loader import Knowledge, load
from bot.knowledge.model import Answer
from bot.rendering.plain import plain_text

# Channels that show citations and buttons themselves; every other one gets them inside the text.
RICH_CHANNELS = frozenset({"web", "line", "ask"})


class KnowledgeNaturalLanguageGenerator(NaturalLanguageGenerator):
    """Puts specs and `utter_faq/<id>` into words for language and channel; named under `nlg: type:` in endpoints.yml."""

    def __init__(self, endpoint_config: Any = None, domain: Any = None, knowledge: Knowledge | None = None) -> None:
        """Called by Rasa with keyword settings; the knowledge base may be passed in."""
        self._speaker = Speaker(knowledge or load())

    async def generate(
        self, utter_action: str, tracker: DialogueStateTracker, output_channel: str, **kwargs: Any
    ) -> dict[str, Any] | None:
        """Generates one message: `text`, `buttons` and, for channels of ours, the whole `answer`."""
        lang = kwargs.get("lang") or tracker.get_slot("language") or "ja"
        spec = kwargs.get("spec")
        if spec is None:
            if not utter_action.startswith("utter_faq/"):
                return None
            spec = {"say": "entry", "id": utter_action.removeprefix("utter_faq/")}
        return message(self._speaker.speak(spec, lang, clock.today()), output_channel)


def message(answer: Answer, channel: str) -> dict[str, Any]:
    """The message dict Rasa hands to an output channel."""
    content = as_dict(answer)
    rich = channel in RICH_CHANNELS
    built: dict[str, Any] = {
        "text": plain_text(answer, sources=not rich),
        "buttons": [*content["choices"], *content["related"]],
    }
    if rich:
        built["answer"] = content
    if channel == "line":  # its renderer sets each part in its own way
        content["parts"] = {name: getattr(answer, name) for name in ("title", "short", "body", "next")}
    return built
