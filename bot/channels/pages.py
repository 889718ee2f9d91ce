"""The chat page's own files: read once, compressed once, sent with the headers that keep them private and safe."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml
from sanic.request import Request
from sanic.response import HTTPResponse, raw

from bot.knowledge.loader import DIRECTORY, read_yaml

STATIC = Path(__file__).with_name("static")
TOKENS = STATIC / "design-tokens" / "tokens.css"
NEUTRAL_PAGE = "static/calendar.html"
TOKENS_LICENCE = "tokens-licence.txt"
READ = ("GET", "HEAD")
"""How a page is asked for: link checkers, previews and monitors ask for the head alone. The server leaves out the body."""

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
}
_TOKEN = re.compile(r"--[\w-]+")
_DEFINED = re.compile(r"^\s*(--[\w-]+):\s*([^;]+);", re.MULTILINE)

SECURITY_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'; "
        "require-trusted-types-for 'script'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


@dataclass(frozen=True)
class Asset:
    """One file, ready to send."""

    body: bytes
    zipped: bytes
    content_type: str
    etag: str

    def response(self, request: Request, cache: str) -> HTTPResponse:
        """The file, or 304 when the browser has this version."""
        headers = {"Cache-Control": cache, "ETag": self.etag, "Vary": "Accept-Encoding"}
        if cache != "no-store" and self.etag in request.headers.get("if-none-match", ""):
            return raw(b"", status=304, headers=headers, content_type=self.content_type)
        if "gzip" in request.headers.get("accept-encoding", ""):
            return raw(self.zipped, headers=headers | {"Content-Encoding": "gzip"}, content_type=self.content_type)
        return raw(self.body, headers=headers, content_type=self.content_type)


@lru_cache(maxsize=1)
def load_assets() -> Mapping[str, Asset]:
    """Every file of the page by name; only these are ever served, so no path can lead elsewhere."""
    files = {path.name: path.read_text(encoding="utf-8") for path in STATIC.iterdir() if path.suffix in _TYPES}
    files["chat.css"] = tokens_used_by(*(t for n, t in files.items() if n.endswith(".css"))) + files["chat.css"]
    files["words.js"] = files["words.js"].replace("{}; // words", f"{json.dumps(chat_words(), ensure_ascii=False)};")
    files[TOKENS_LICENCE] = TOKENS.with_name("LICENSE").read_text(encoding="utf-8")
    return {name: asset(text, Path(name).suffix) for name, text in files.items()}


def tokens_used_by(*styles: str) -> str:
    """The design tokens those rules use, and the tokens these are made of, as one rule to stand in front of them."""
    defined = dict(_DEFINED.findall(TOKENS.read_text(encoding="utf-8")))
    used: set[str] = set()
    found = {name for style in styles for name in _TOKEN.findall(style)} & set(defined)
    while found:
        used |= found
        found = {name for known in found for name in _TOKEN.findall(defined[known])} & set(defined) - used
    rules = "".join(f"{name}:{value};" for name, value in defined.items() if name in used)
    return f"/* Design tokens © 2023 デジタル庁, MIT: static/{TOKENS_LICENCE} */\n:root{{{rules}}}\n"


@lru_cache(maxsize=1)
def chat_words() -> Mapping[str, Mapping[str, Any]]:
    """The words of the page by language, figures filled in."""
    figures = {line["name"]: str(line["value"]) for line in read_yaml(DIRECTORY / "figures.yml")}
    words = yaml.safe_load(Path(__file__).with_name("chat_words.yml").read_text(encoding="utf-8"))

    def filled(text: Any) -> Any:
        if not isinstance(text, str):
            return text
        return re.sub(r"\{(\w+)\}", lambda match: figures.get(match[1], match[0]), text)

    return {lang: {name: filled(texts[lang]) for name, texts in words.items()} for lang in ("ja", "en", "ja-easy")}


def asset(text: str, kind: str) -> Asset:
    """A text as a file of that kind."""
    body = text.encode()
    etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    return Asset(body, gzip.compress(body, 9, mtime=0), _TYPES[kind], etag)
