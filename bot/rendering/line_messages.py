"""All that is said in one turn as LINE messages: at most five, what belongs together in one bubble, quick replies on the last.

What shows on a locked screen or in the list of chats (`altText`) never says what the conversation is about.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bot.guide.addresses import MOUNT, place_path, public_address
from bot.guide.contents import is_page
from bot.knowledge.loader import Knowledge
from bot.rendering import limits
from bot.rendering.cutting import parts as cut
from bot.rendering.cutting import shortened
from bot.rendering.line_flex import bubbles, choices_of, numbered
from bot.rendering.line_parts import SAY, say, tap
from bot.rendering.page import Say

Message = Mapping[str, Any]

IN_GROUP = "group"  # what is said among others: nothing to tap, as taps there are not answered
_GENERAL = {"provider_": "coverage_private_overview", "prefecture_": "coverage_other_prefectures"}
"""Look-ups that have no page of their own, and the answer that stands for all of their kind."""
_ASKING = ("ask", "confirm", "offer")


class LineRenderer:
    """Turns answers into message objects; holds words only."""

    def __init__(self, knowledge: Knowledge, public_url: str = "") -> None:
        """Takes the knowledge base whose words stand on headings and buttons, and where the guide stands that is passed on."""
        self._knowledge = knowledge
        self._site = public_url if public_url.startswith("https://") else ""

    def words(self, lang: str, day: Any = None) -> Say:
        """The channel's words in one language."""
        from bot import clock

        return Say(self._knowledge, self._knowledge.pages["line"], lang, day or clock.today())

    def messages(self, said: Sequence[Message], lang: str) -> list[dict[str, Any]]:
        """The messages of one reply; empty when nothing was said."""
        said = _offered_once([m for m in said if m.get("text") or choices_of(m)])
        if not said:
            return []
        lang = (said[0].get("answer") or {}).get("lang") or lang
        text = self.words(lang)
        said = [self._with_page(message, lang) for message in said]
        found = [bubble for group in _grouped(said) for bubble in bubbles(group, text)]
        last = _offering(said)
        alt = text("alt", _alt(last))
        built = [{"type": "flex", "altText": alt, "contents": c} for c in _containers(found)]
        items = _quick_replies(last, text)
        if items:
            built[-1]["quickReply"] = {"items": items}
        return built

    def _with_page(self, message: Message, lang: str) -> Message:
        """The message with its answer's page in the guide, if it has one."""
        answer = message.get("answer") or {}
        page = self._page(str(answer.get("id") or ""), answer.get("lang") or lang) if self._site else None
        return {**message, "answer": {**answer, "public_page": page}} if page else message

    def _page(self, name: str, lang: str) -> str | None:
        code = name.removeprefix("place_")
        if any(place.code == code for place in self._knowledge.municipalities.values()):
            return f"{self._site.rstrip('/')}{MOUNT}{place_path(code, lang)}"
        general = next((entry for kind, entry in _GENERAL.items() if name.startswith(kind)), name)
        entry = self._knowledge.entries.get(general)
        return public_address(entry.id, lang, self._site) if entry and is_page(entry) else None

    def plain(self, said: Sequence[Message], lang: str) -> list[dict[str, Any]]:
        """The same as text messages, in case LINE will not have our bubbles; the first line is the neutral one."""
        alt = self.words(lang)("alt", _alt(_offering(said)))
        text = "\n\n".join([alt, *(_plain(m) for m in said)])
        found = cut(text, limits.TEXT, limits.u16)
        kept = found[: limits.MESSAGES_PER_REQUEST]
        return [{"type": "text", "text": shortened(t, limits.TEXT, limits.u16)} for t in kept]


def _plain(message: Message) -> str:
    answer = message.get("answer") or {}
    sources = [f"{c['title']} {c['url']}" for c in answer.get("citations") or ()]
    numbers = {c["title"]: f"{n}. " for n, c in enumerate(numbered(message), start=1)}
    titles = [f"{numbers.get(c['title'], '・')}{c['title']}" for c in choices_of(message)]
    return "\n".join([message.get("text") or "", *sources, *titles])


def _offering(said: Sequence[Message]) -> Message:
    """The last message that offers something to choose; a remark below it takes nothing away."""
    return next((m for m in reversed(said) if choices_of(m)), said[-1] if said else {})


def _alt(message: Message) -> str:
    answer = message.get("answer") or {}
    asking = answer.get("kind") in _ASKING and choices_of(message)
    return answer.get("alt") or ("question" if asking else "answer")


def _offered_once(said: Sequence[Message]) -> list[Message]:
    """What is offered further down again is left out above."""
    kept: list[Message] = []
    later: set[str] = set()
    for message in reversed(said):
        offered = choices_of(message)
        kept.insert(
            0,
            {
                **message,
                "buttons": [c for c in offered if c["title"] not in later],
                "answer": message.get("answer") or {},
            },
        )
        later |= {c["title"] for c in offered}
    return kept


def _grouped(said: Sequence[Message]) -> list[list[Message]]:
    """A short remark joins what it stands beside; more than five groups are joined at the end."""
    groups: list[list[Message]] = []
    for message in said:
        joins = groups and (_is_remark(message) or all(_is_remark(m) for m in groups[-1]))
        groups[-1].append(message) if joins else groups.append([message])
    most = limits.MESSAGES_PER_REQUEST
    rest = [m for group in groups[most - 1 :] for m in group]
    return [*groups[: most - 1], rest] if len(groups) > most else groups


def _is_remark(message: Message) -> bool:
    answer = message.get("answer") or {}
    title = (answer.get("parts") or {}).get("title")
    return not (choices_of(message) or answer.get("citations") or title or answer.get("verdict"))


def _containers(found: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One message a bubble; what is more than five goes side by side into the last."""
    most = limits.MESSAGES_PER_REQUEST
    if len(found) <= most:
        return found
    side_by_side: list[dict[str, Any]] = []
    for bubble in found[most - 1 :]:
        carousel = {"type": "carousel", "contents": [*side_by_side, bubble]}
        if len(carousel["contents"]) > limits.FLEX_BUBBLES or limits.json_bytes(carousel) > limits.CAROUSEL_BYTES:
            break
        side_by_side.append(bubble)
    return [*found[: most - 1], {"type": "carousel", "contents": side_by_side}]


def _quick_replies(message: Message, text: Say) -> list[dict[str, Any]]:
    """The same choices above the keyboard, where they fit; each stands in the bubble too and can be typed."""
    answer = message.get("answer") or {}
    if answer.get("alt") == IN_GROUP:
        return []
    choices = [c for c in choices_of(message) if not c.get("url")]
    menu = {"title": text("labels", "menu"), "payload": text("labels", "menu")}
    if answer.get("kind") not in _ASKING:
        choices.append(menu)
    if len(choices) > limits.QUICK_REPLIES:
        choices = [menu]
    items = []
    for choice in choices:
        fits = limits.graphemes(choice["title"]) <= limits.QUICK_REPLY_LABEL
        data, said = choice.get("data"), choice.get("payload") or choice["title"]
        action = (tap(choice["title"], data) if data else say(choice["title"], said)) if fits else None
        if action:
            items.append({"type": "action", "action": action})
    return items


__all__ = ["SAY", "LineRenderer"]
