"""Who is using the page /a: a cookie with a random id, and in this process what it may do. No receipt, no PIN.

A visitor who has opened nothing has only the cookie; nothing is kept of them here, so no crowd of visitors can push anybody out.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from sanic.request import Request
from sanic.response import HTTPResponse

IDLE_SECONDS = 30 * 60
SHOWN_WITHIN = 120  # what is to be shown once waits no longer than this for its page
_MAX_OPEN = 5_000
_ID = re.compile(r"[A-Za-z0-9_-]{43}")


@dataclass(repr=False)
class Session:
    """An application that was opened; the grant lets it be changed."""

    grant: str | None
    lang: str
    used_at: float = 0.0
    said: str | None = None
    """What the next page is to say, once."""
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    as_found: str | None = None
    """As it was kept where it came from, if it came from elsewhere."""
    _once: tuple[str, str, float] | None = None

    def to_json(self) -> str:
        """The session as text, to be kept sealed."""
        once = list(self._once) if self._once else None
        return json.dumps([self.grant, self.lang, self.said, self.secret.hex(), once], ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> Session:
        """The session again; raises `ValueError`."""
        grant, lang, said, secret, once = json.loads(text)
        session = cls(grant, lang, 0.0, said, bytes.fromhex(secret), text)
        session._once = (once[0], once[1], once[2]) if once else None
        return session

    def show_once(self, kind: str, value: str, now: float) -> None:
        """Keeps a new PIN or a link for the page that follows at once."""
        self._once = (kind, value, now)

    def take(self, kind: str, now: float) -> str | None:
        """That value, the first time it is asked for."""
        kept, self._once = self._once, None
        return kept[1] if kept and kept[0] == kind and now - kept[2] <= SHOWN_WITHIN else None

    def still(self, kind: str, now: float) -> str | None:
        """That value, left for loading the page again or in another language, until time is up or it is taken."""
        kept = self._once
        return kept[1] if kept and kept[0] == kind and now - kept[2] <= SHOWN_WITHIN else None

    def key_for(self, content: str) -> str:
        """An idempotency key nobody else can know: the same content gives the same, as long as the session lives."""
        return hmac.new(self.secret, content.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


class ApplicationSessions:
    """Opened applications by cookie; forgotten after half an hour without use, or when somebody closes the page."""

    def __init__(self, secret: str, proxies: int, clock: Callable[[], float] = time.monotonic) -> None:
        """Takes the installation's secret, from which the tokens of forms are made, and how many proxies of ours stand in front."""
        self._key = hmac.new(secret.encode(), b"application page", hashlib.sha256).digest()
        self._proxies = proxies
        self._clock = clock
        self._open: OrderedDict[str, Session] = OrderedDict()

    def now(self) -> float:
        """The time by which sessions end."""
        return self._clock()

    def visitor(self, request: Request) -> str | None:
        """The id the browser brought, if it can be one of ours."""
        value = request.cookies.get(self._name(request)) or ""
        return value if _ID.fullmatch(value) else None

    def new_visitor(self) -> str:
        """A new id of 256 random bits."""
        return secrets.token_urlsafe(32)

    def form_token(self, visitor: str) -> str:
        """What every form of this visitor must send back (CSRF)."""
        return hmac.new(self._key, visitor.encode(), hashlib.sha256).hexdigest()[:32]

    def is_token(self, visitor: str | None, token: str) -> bool:
        """Whether a form came from a page given to this visitor."""
        expected = self.form_token(visitor or "")
        return visitor is not None and hmac.compare_digest(expected.encode(), token.encode("utf-8", "replace"))

    def address_key(self, address: str) -> str:
        """A stand-in for an address, so that none is kept."""
        return hmac.new(self._key, f"address:{address}".encode(), hashlib.sha256).hexdigest()[:32]

    async def open(self, grant: str, lang: str, said: str | None = None) -> str:
        """A session under a new id, so that an id somebody planted before opens nothing."""
        visitor = self.new_visitor()
        self._open[visitor] = Session(grant, lang, self._clock(), said)
        self._forget_idle()
        return visitor

    async def find(self, visitor: str | None) -> Session | None:
        """The session of a visitor, which counts as use of it."""
        self._forget_idle()
        session = self._open.get(visitor or "")
        if session is not None:
            session.used_at = self._clock()
            self._open.move_to_end(visitor or "")
        return session

    async def keep(self, visitor: str | None, session: Session) -> None:
        """Notes what a request changed in a session; here it is changed already."""

    async def end(self, visitor: str | None) -> None:
        """Forgets it at once."""
        self._open.pop(visitor or "", None)

    def write(self, request: Request, response: HTTPResponse, visitor: str) -> None:
        """Gives the browser the cookie, until it is closed."""
        name = self._name(request)
        response.cookies[name] = visitor
        response.cookies[name].update({"path": "/", "httponly": True, "samesite": "Strict"})
        if self._is_secure(request):
            response.cookies[name]["secure"] = True

    def drop(self, request: Request, response: HTTPResponse) -> None:
        """Takes the cookie off the device."""
        self.write(request, response, "")
        response.cookies[self._name(request)]["max-age"] = 0

    def _forget_idle(self) -> None:
        latest = self._clock() - IDLE_SECONDS
        while self._open and (len(self._open) > _MAX_OPEN or next(iter(self._open.values())).used_at < latest):
            self._open.popitem(last=False)

    def _name(self, request: Request) -> str:
        """With https the prefix makes browsers refuse the cookie from any other host or path."""
        return "__Host-aid" if self._is_secure(request) else "aid"

    def _is_secure(self, request: Request) -> bool:
        forwarded = request.headers.get("x-forwarded-proto", "") if self._proxies else ""
        return (forwarded or request.scheme) == "https"
