"""The chat page's own files: read once, compressed once, sent with the headers that keep them private and safe."""

from __future__ import annotations

import gzip
import hashlib
import html
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sanic.request import Request
from sanic.response import HTTPResponse, raw

STATIC = Path(__file__).with_name("static")
NEUTRAL_PAGE = "static/calendar.html"

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}

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


def load_assets(exit_url: str = NEUTRAL_PAGE) -> dict[str, Asset]:
    """Every file of the page by name; only these are ever served, so no path can lead elsewhere."""
    assets = {path.name: _asset(path.read_bytes(), path.suffix) for path in STATIC.iterdir() if path.suffix in _TYPES}
    index = (STATIC / "index.html").read_text(encoding="utf-8")
    index = index.replace(f'href="{NEUTRAL_PAGE}"', f'href="{html.escape(exit_url)}"')
    return assets | {"index.html": _asset(index.encode(), ".html")}


def _asset(body: bytes, suffix: str) -> Asset:
    etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
    return Asset(body, gzip.compress(body, 9, mtime=0), _TYPES[suffix], etag)
