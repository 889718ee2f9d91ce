"""From what the rest of the bot says to the lines the chat page reads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from rasa.core.channels.channel import OutputChannel
from sanic.response import HTTPResponse, raw

from bot.channels.delivery import delivered

Line = dict[str, Any]


class WebOutput(OutputChannel):
    """Collects the messages of one turn."""

    def __init__(self, lang: str) -> None:
        self._lang = lang
        self.lines: list[Line] = []

    @classmethod
    def name(cls) -> str:
        """The channel's name, as responses and the NLG see it."""
        return "web"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keeps one message whole; Rasa's own channels would split it at blank lines and drop the answer's sources."""
        line = line_of(delivered(message, recipient_id), self._lang)
        if line["text"] or line["buttons"]:
            self.lines.append(line)

    async def send_text_message(self, recipient_id: str, text: str, **kwargs: Any) -> None:
        """Keeps a plain text, for code that speaks to the channel directly."""
        await self.send_response(recipient_id, {"text": text})


def line_of(message: Mapping[str, Any], lang: str) -> Line:
    """One finished message for the page; `lang` is used when the answer does not say its own."""
    answer = message.get("answer") or (message.get("metadata") or {}).get("answer") or {}
    related = _buttons(answer.get("related") or [])
    offered = _buttons([*(message.get("buttons") or []), *(message.get("quick_replies") or [])])
    return {
        "text": str(message.get("text") or "").strip(),
        "lang": answer.get("lang") or lang,
        "kind": answer.get("kind") or "answer",
        "buttons": [button for button in offered if button not in related],
        "related": related,
        "citations": [_citation(c) for c in answer.get("citations") or [] if c.get("title")],
        "answer_id": answer.get("id"),
        "checked_on": _text_or_none(answer.get("checked_on")),
        "version": answer.get("version") or None,
    }


def ndjson(lines: list[Line]) -> HTTPResponse:
    """The lines as newline-delimited JSON."""
    body = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
    return raw(body.encode("utf-8", "replace"), content_type="application/x-ndjson; charset=utf-8")


def _buttons(offered: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Each choice once; what a button sends is what a person would type, so a command falls back to the title."""
    buttons: dict[str, dict[str, str]] = {}
    for button in offered:
        title = str(button.get("title") or "").strip()
        url = button.get("url")
        payload = str(button.get("payload") or title).strip()
        if not title:
            continue
        if _is_web_address(url):
            buttons.setdefault(f"url {url}", {"title": title, "url": str(url)})
        else:
            payload = title if payload.startswith("/") else payload
            buttons.setdefault(payload, {"title": title, "payload": payload})
    return list(buttons.values())


def _citation(citation: Mapping[str, Any]) -> dict[str, str | None]:
    url = citation.get("url")
    return {
        "title": str(citation["title"]),
        "url": str(url) if _is_web_address(url) else None,
        "as_of": _text_or_none(citation.get("as_of")),
    }


def _is_web_address(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(("https://", "http://"))


def _text_or_none(value: Any) -> str | None:
    return None if value is None else str(value)
