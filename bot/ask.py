"""`python -m bot ask`: batch questions through exactly the pipeline that serves people, without a network."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from datetime import date
from typing import IO, Any

from bot import clock

_LANGUAGES = ("ja", "en", "ja-easy")
_MOST_BYTES = 2_000_000
_EVENT_TEXT = {"sticker": "unreadable", "image": "unreadable", "location": "unreadable"}


class BadLine(Exception):
    """One input line cannot be read; the message says why."""


def run(source: IO[bytes], out: IO[str], today: date | None) -> int:
    """Answers every line in order, flushing each; returns 1 if any line was bad."""
    clock.fix_today(today)
    from bot.runtime import prepare

    prepare(lean=True)  # before anything imports Rasa
    from bot.conversation import Conversations

    conversations = Conversations()
    bad = False
    loop = asyncio.new_event_loop()
    try:
        for number, raw in enumerate(source, start=1):
            if not raw.strip():
                continue
            try:
                request = _request(raw, number)
                reply = loop.run_until_complete(_answer(conversations, request))
            except BadLine as error:
                bad = True
                reply = {"error": str(error), "line": number}
            out.write(json.dumps(reply, ensure_ascii=bool(_has_surrogate(reply))) + "\n")
            out.flush()
    finally:
        loop.close()
        clock.fix_today(None)
    return 1 if bad else 0


def _has_surrogate(reply: dict[str, Any]) -> bool:
    return any("\ud800" <= c <= "\udfff" for c in json.dumps(reply, ensure_ascii=False))


def _request(raw: bytes, number: int) -> dict[str, Any]:
    if len(raw) > _MOST_BYTES:
        raise BadLine(f"line {number}: longer than {_MOST_BYTES} bytes")
    text = raw.decode("utf-8", "replace").rstrip("\r\n").lstrip("\ufeff")
    if not text.lstrip().startswith(("{", "[")) or not _looks_like_json(text):
        return {"text": text, "sender": f"line-{number}"}
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadLine(f"line {number}: not valid JSON ({error})") from error
    if not isinstance(value, dict):
        raise BadLine(f"line {number}: expected a JSON object, got {type(value).__name__}")
    if not isinstance(value.get("text", "" if value.get("event") else None), str):
        raise BadLine(f'line {number}: "text" must be a string')
    for key in ("sender", "lang", "channel", "event"):
        if value.get(key) is not None and not isinstance(value[key], str):
            raise BadLine(f'line {number}: "{key}" must be a string')
    if value.get("lang") is not None and value["lang"] not in _LANGUAGES:
        raise BadLine(f"line {number}: \"lang\" must be one of {', '.join(_LANGUAGES)}")
    if value.get("channel") not in (None, "web", "line"):
        raise BadLine(f'line {number}: "channel" must be web or line')
    value.setdefault("text", "")
    if value.get("sender") in (None, ""):
        value["sender"] = f"line-{number}"
    return value


def _looks_like_json(text: str) -> bool:
    head = text.lstrip()
    return head.startswith(('{"', "{}", "{ ", "[", "{'"))


async def _answer(conversations: Any, request: dict[str, Any]) -> dict[str, Any]:
    started = time.perf_counter()
    turn = await conversations.say(
        request["sender"],
        request["text"],
        lang=request.get("lang"),
        channel=request.get("channel") or "web",
        event=request.get("event"),
    )
    elapsed = (time.perf_counter() - started) * 1000
    first = turn.messages[0]["answer"] if turn.messages else {}
    return {
        "sender": request["sender"],
        "text": request["text"],
        "lang": first.get("lang"),
        "kind": first.get("kind"),
        "intent": turn.intent,
        "confidence": turn.confidence,
        "answer_id": first.get("id"),
        "topic": first.get("topic"),
        "verdict": first.get("verdict"),
        "entities": turn.entities,
        "replies": [
            {
                "text": m["text"],
                "buttons": [{"title": b["title"], "payload": b["payload"]} for b in m.get("buttons", [])],
                "citations": m["answer"]["citations"],
            }
            for m in turn.messages
        ],
        "elapsed_ms": round(elapsed, 2),
    }


if __name__ == "__main__":
    sys.exit(run(sys.stdin.buffer, sys.stdout, None))
