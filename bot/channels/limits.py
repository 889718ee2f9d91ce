"""What a web chat request may look like: sizes, shapes and where it may come from, checked before anything understands it."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from sanic.request import Request

from bot.nlu.normalise import without_command

MAX_BODY_BYTES = 16 * 1024
MAX_TEXT = 5000  # as on LINE; of a long text a part is read (`gate`)
MAX_DEPTH = 16
LANGUAGES = ("ja", "en", "ja-easy")

_KEY = re.compile(r"[A-Za-z0-9_-]{8,64}")


class Refused(Exception):
    """A request that goes no further; `code` names the reason and `wording.yml` says it to the reader."""

    def __init__(self, code: str, status: int = 400, retry_after: int | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.retry_after = retry_after


@dataclass(frozen=True)
class Incoming:
    """One message as we accept it: cleaned text, the reader's language if stated, the idempotency key if given."""

    text: str
    lang: str | None
    key: str | None


def check_origin(request: Request, allowed: frozenset[str]) -> None:
    """Lets through our own page and programs without a browser; other sites' pages are refused (CSRF)."""
    origin = request.headers.get("origin")
    if origin is None:
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            raise Refused("foreign_origin", 403)
        return
    if origin in allowed:
        return
    try:
        parts = urlsplit(origin)
    except ValueError:
        raise Refused("foreign_origin", 403) from None
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.netloc != request.headers.get("host"):
        raise Refused("foreign_origin", 403)


def check_json_type(request: Request) -> None:
    """Other sites' forms cannot send this content type without asking first (CSRF)."""
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        raise Refused("not_json", 415)


async def read_body(request: Request) -> bytes:
    """Reads the body piece by piece and stops at the limit, so that a large one never sits in memory."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > MAX_BODY_BYTES:
        raise Refused("too_large", 413)
    body = bytearray()
    while True:
        chunk = await request.stream.read()
        if not chunk:
            return bytes(body)
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            raise Refused("too_large", 413)


def parse_object(body: bytes) -> dict[str, Any]:
    """Parses a JSON object; anything else, too deeply nested or not UTF-8 is refused."""
    try:
        text = body.decode("utf-8")
        if _depth(text) > MAX_DEPTH:
            raise Refused("bad_json")
        value = json.loads(text, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Refused("bad_json") from None
    if not isinstance(value, dict):
        raise Refused("bad_shape")
    return value


def language_of(value: Any) -> str | None:
    """The language a body states, or None; used for the wording of refusals too, so it never raises."""
    return value if isinstance(value, str) and value in LANGUAGES else None


def accepted_language(request: Request) -> str:
    """Japanese unless the browser asks for another language first."""
    first = request.headers.get("accept-language", "ja").split(",")[0].strip().lower()
    return "ja" if first.startswith(("ja", "*")) or not first else "en"


def incoming(data: dict[str, Any]) -> Incoming:
    """Checks the fields of a message and cleans its text; unknown fields (a sender, say) are ignored."""
    text, lang, key = data.get("text"), data.get("lang"), data.get("id")
    if text is None and "text" not in data:
        raise Refused("empty")
    if not isinstance(text, str):
        raise Refused("bad_text")
    if lang is not None and language_of(lang) is None:
        raise Refused("bad_language")
    if key is not None and not (isinstance(key, str) and _KEY.fullmatch(key)):
        raise Refused("bad_id")
    # One code point can become eighteen under NFKC (ﷺ), so both lengths count.
    if len(text) > MAX_TEXT or len(unicodedata.normalize("NFKC", text)) > MAX_TEXT:
        raise Refused("too_long")
    visible = "".join(c for c in text if unicodedata.category(c) not in ("Cf", "Cc", "Cs") or c in "\n\t")
    cleaned = without_command(visible).strip()
    if not cleaned:
        raise Refused("empty")
    return Incoming(cleaned, lang, key)


def _depth(text: str) -> int:
    depth = deepest = 0
    for char in re.sub(r'"(?:[^"\\]|\\.)*"', "", text, flags=re.DOTALL):
        if char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "]}":
            depth -= 1
    return deepest


def _no_constant(name: str) -> None:
    raise ValueError(name)
