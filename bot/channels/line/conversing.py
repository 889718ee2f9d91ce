"""Carries out what an event asks for, and returns what is said. `ask` and the webhook both come through here."""

from __future__ import annotations

import logging
import re
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from rasa.core.channels.channel import UserMessage

from bot import clock
from bot.channels import gate
from bot.channels.line import memory, numbers
from bot.channels.line.deeds import Ask, Deed, Tell, Where
from bot.channels.line.fitting import Fitting
from bot.channels.output import CollectingChannel
from bot.dialogue.speaking import MENU, Speaker
from bot.knowledge.loader import Knowledge
from bot.knowledge.model import Answer
from bot.nlg import message
from bot.nlu.language import detect
from bot.rendering.page import Say

logger = logging.getLogger(__name__)

Message = dict[str, Any]
OnMessage = Callable[[UserMessage], Awaitable[Any]]

NAME = "line"
_NOT_TEXT = ("sticker", "media")
ERASED = ("task_erased_talk", "task_erased_talk_line", "task_erased_both")
_TOKYO = "東京都"


class Conversing:
    """Says what there is to say; knows nothing of tokens, webhooks or sending."""

    def __init__(self, knowledge: Knowledge, heard: OnMessage, agent: Callable[[], Any]) -> None:
        """Takes the knowledge base, what passes a message to Rasa, and Rasa's agent."""
        self._knowledge, self._heard, self._agent = knowledge, heard, agent
        self._speaker = Speaker(knowledge)
        self._prefectures = _Prefectures(knowledge)
        self.fitting = Fitting(knowledge)

    async def messages(
        self,
        deed: Deed,
        conversation: str,
        *,
        lang: str | None = None,
        chosen: bool = False,
        mark: str | None = None,
        user: str | None = None,
        message_id: str | None = None,
    ) -> list[Message]:
        """Everything said to one event.

        `lang` counts while the conversation has no language of its own, or always when it was `chosen`. `message_id` is the same
        when the event comes again: what it started is then found, not started twice.
        """
        spoken = None if chosen else await memory.language(self._agent(), conversation)
        if isinstance(deed, Ask) and self.fitting.asks_for_languages(deed.text[: gate.LONGEST]):
            found = detect(deed.text[: gate.LONGEST])
            lang, deed = lang or (found and found.value), Tell(("languages",), kind="smalltalk")
        if isinstance(deed, Ask):
            stated = lang if chosen or (spoken is None and detect(deed.text[: gate.LONGEST]) is None) else None
            known = {"line_user": user} if user else {}
            return await self._answered(deed.text, conversation, spoken or lang, stated, mark, message_id, known)
        speaking = spoken or lang or "ja"
        if isinstance(deed, Where):
            return await self._of_place(deed.address, conversation, speaking, mark)
        return await self._told(deed, conversation, speaking) if isinstance(deed, Tell) else []

    async def _told(self, deed: Tell, conversation: str, speaking: str) -> list[Message]:
        """Fixed lines; in the middle of a form its open question stands below in place of common questions."""
        asked = await self._open_question(conversation) if deed.names[0] in _NOT_TEXT else []
        return [self.line(replace(deed, menu=deed.menu and not asked), speaking), *asked]

    async def _open_question(self, conversation: str) -> list[Message]:
        """The question that waits for an answer, as it was asked; none outside a form."""
        said = await memory.said_last(self._agent(), conversation)
        kinds = [(m.get("answer") or {}).get("kind") for m in said]
        return (
            [self.fitting.fitted(said[-1])] if kinds[-1:] in (["ask"], ["confirm"]) and said[-1].get("buttons") else []
        )

    async def _answered(
        self,
        text: str,
        conversation: str,
        speaking: str | None,
        stated: str | None,
        mark: str | None,
        message_id: str | None,
        known: Mapping[str, str],
    ) -> list[Message]:
        given = numbers.typed(text)
        said = await memory.said_last(self._agent(), conversation) if given else []
        if numbers.only_in_words(said):
            lang = (said[-1].get("answer") or {}).get("lang") or speaking or "ja"
            return [self.line(Tell(("in_words",)), lang), *await self._open_question(conversation)]
        text = self._meant(text, given, said)
        if self.fitting.asks_for_languages(text[: gate.LONGEST]):  # the menu's item, by its number
            return [self.line(Tell(("languages",), kind="smalltalk"), speaking or "ja")]
        output = CollectingChannel(NAME)
        try:
            admitted = gate.admit(text, speaking)
            if admitted.refusal is not None:
                return [admitted.refusal, *await self._open_question(conversation)]
            metadata = gate.metadata(admitted, conversation, stated, **known) | ({memory.MARK: mark} if mark else {})
            heard = UserMessage(admitted.text, output, conversation, None, NAME, message_id, metadata)
            await self._heard(heard)
        except Exception as error:
            # Where it broke, never what was said: an exception's own text may quote the message.
            where = traceback.extract_tb(error.__traceback__)[-1]
            place = f"{Path(where.filename).name}:{where.lineno}"
            logger.error(
                "line message failed: %s at %s, conversation %s", type(error).__name__, place, conversation[:12]
            )
        return [self.fitting.fitted(said) for said in output.collected] or [gate.refusal("try_later", speaking or "ja")]

    def _meant(self, text: str, given: Sequence[int], said: Sequence[Message]) -> str:
        """The words a typed title or number stands for."""
        if len(text) > gate.LONGEST:
            return text
        return numbers.picked(given, [self.fitting.fitted(m) for m in said]) or self.fitting.meant(text)

    def line(self, told: Tell, lang: str, **values: Any) -> Message:
        """Lines of line.yml as a message, with common questions or languages to tap where they help."""
        say = Say(self._knowledge, self._knowledge.pages["line"], lang, clock.today())
        related = tuple((i, say.text(self._knowledge.entries[i].title)) for i in MENU) if told.menu else ()
        languages = self._knowledge.pages["line"]["languages"] if "languages" in told.names else ()
        buttons = tuple((say("languages", n, "title"), say("languages", n, "say")) for n in languages)
        short, *rest = (say("events", name, **values) for name in told.names)
        answer = Answer(
            id=f"line_{told.names[0]}",
            topic="smalltalk" if told.kind == "smalltalk" else "out_of_scope",
            kind=told.kind,
            lang=lang,
            title="",
            short=short,
            body="\n".join(rest),
            related=related,
            buttons=buttons,
            version=self._knowledge.version,
        )
        return message(answer, NAME)

    def waiting(self, lang: str, data: str) -> Message:
        """「まだ調べています」 with a button whose tap brings a fresh reply token."""
        said = self.line(Tell(("waiting",)), lang)
        title = Say(self._knowledge, self._knowledge.pages["line"], lang, clock.today())("labels", "see_answer")
        said["answer"]["alt"] = "wait"
        return {**said, "buttons": [{"title": title, "data": data}]}

    async def _of_place(self, address: str, conversation: str, lang: str, mark: str | None) -> list[Message]:
        """What is known for the prefecture; the office for Tokyo. The rest of the address is neither looked at nor remembered."""
        found = self._prefectures.in_address(address)
        if found is None:
            return [self.line(Tell(("where",), menu=True), lang), *await self._open_question(conversation)]
        spec = {"say": "entry", "id": "support_office"} if found == _TOKYO else {"say": "prefecture", "name": found}
        said = message(self._speaker.speak(spec, lang, clock.today()), NAME)
        asked = await self._open_question(conversation)
        await memory.remember(self._agent(), conversation, spec, [said, *asked], lang, mark)
        return [said, *asked]


class _Prefectures:
    """Finds the prefecture in an address as a map writes it, in Japanese or English."""

    def __init__(self, knowledge: Knowledge) -> None:
        names = knowledge.gazetteer["prefectures"]
        self._english = {str(words[1]).split()[0].casefold(): name for name, words in names.items()} | {"tokyo": _TOKYO}
        known = "|".join(map(re.escape, names))
        self._japanese = re.compile(rf"(東京都)|({known})(?:[都道府県]|$)|(北海道)")

    def in_address(self, address: str) -> str | None:
        """The prefecture: the first that is named in Japanese (「東京都府中市」 is not 京都府), the last in English."""
        found = self._japanese.search(address)
        if found:
            return found[1] or found[2] or found[3]
        words = [w for w in re.findall(r"\b[a-z]+\b(?!-)", address.casefold()) if w in self._english]
        return self._english[words[-1]] if words else None
