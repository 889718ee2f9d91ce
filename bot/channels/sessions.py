"""Web sessions: an id only the server can issue, and the conversation id nobody can work back from."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from sanic.request import Request
from sanic.response import HTTPResponse

HEADER = "x-session"
IDLE_SECONDS = 24 * 3600
_RENEW_AFTER = 3600
_MAX_ENDED = 50_000


@dataclass(frozen=True)
class Session:
    """A session as the cookie carries it; `renew` says that the cookie should be sent anew."""

    id: str
    renew: bool


class Sessions:
    """Issues and recognises signed session cookies; needs no store, so restarts and several workers keep them.

    A cookie is `id.time.signature`. Ended ids are remembered in this process for as long as their cookie could be replayed.
    """

    def __init__(self, secret: bytes, clock: Callable[[], float] = time.time) -> None:
        self._secret = secret
        self._clock = clock
        self._ended: OrderedDict[str, float] = OrderedDict()

    def issue(self) -> Session:
        """A new session with 128 random bits."""
        return Session(secrets.token_hex(16), renew=True)

    def cookie(self, session: Session) -> str:
        """The value to send to the browser, stamped with the present time."""
        stamped = f"{session.id}.{int(self._clock())}"
        return f"{stamped}.{self._keyed('cookie', stamped)}"

    def read(self, value: str | None) -> Session | None:
        """The session of a cookie we issued, unless it is forged, idle for a day, or ended."""
        stamped, _, signature = (value or "").rpartition(".")
        expected = self._keyed("cookie", stamped)
        if not hmac.compare_digest(signature.encode("utf-8", "replace"), expected.encode()):
            return None
        session_id, _, stamp = stamped.partition(".")
        age = self._clock() - int(stamp)
        if age > IDLE_SECONDS or session_id in self._ended:
            return None
        return Session(session_id, renew=age > _RENEW_AFTER)

    def end(self, session: Session) -> None:
        """Makes the session's cookie worthless, wherever a copy of it may be."""
        now = self._clock()
        self._ended[session.id] = now + IDLE_SECONDS
        while self._ended and (len(self._ended) > _MAX_ENDED or next(iter(self._ended.values())) < now):
            self._ended.popitem(last=False)

    def conversation_id(self, session: Session) -> str:
        """The name Rasa knows the conversation by; the session id cannot be found from it."""
        return "web-" + self._keyed("conversation", session.id)

    def message_id(self, session: Session, key: str | None) -> str:
        """The name of one message: the same when it is sent again under its key."""
        return self._keyed("message", f"{session.id}:{key or secrets.token_hex(16)}")

    def address_key(self, address: str) -> str:
        """A stand-in for an address, so that none is kept."""
        return self._keyed("address", address)

    def _keyed(self, purpose: str, value: str) -> str:
        message = f"{purpose}:{value}".encode("utf-8", "replace")
        return hmac.new(self._secret, message, hashlib.sha256).hexdigest()[:32]


class SessionCookie:
    """Carries a session to the browser and back: HttpOnly, SameSite=Lax, this host only, gone when the browser closes.

    In another site's iframe browsers send no cookie of ours, so there a header of the same value takes its place.
    `secure` None means: by how the page was asked for; `proxies` of our own are believed about that.
    """

    def __init__(self, sessions: Sessions, secure: bool | None, proxies: int) -> None:
        self._sessions = sessions
        self._secure = secure
        self._proxies = proxies

    def read(self, request: Request) -> Session | None:
        """The session the request belongs to, if it has a good cookie or header."""
        return self._sessions.read(request.headers.get(HEADER) or request.cookies.get(self._name(request)))

    def write(self, request: Request, response: HTTPResponse, session: Session) -> None:
        """Sends the cookie, or the header, with the response."""
        if HEADER in request.headers:
            response.headers[HEADER] = self._sessions.cookie(session)
            return
        name = self._name(request)
        response.cookies[name] = self._sessions.cookie(session)
        response.cookies[name].update({"path": "/", "httponly": True, "samesite": "Lax"})
        if self._is_secure(request):
            response.cookies[name]["secure"] = True

    def drop(self, request: Request, response: HTTPResponse) -> None:
        """Takes the cookie off the device."""
        if HEADER not in request.headers:
            self.write(request, response, self._sessions.issue())
            response.cookies[self._name(request)]["max-age"] = 0

    def _name(self, request: Request) -> str:
        """With https the prefix makes browsers refuse the cookie from any other host or path."""
        return "__Host-sid" if self._is_secure(request) else "sid"

    def _is_secure(self, request: Request) -> bool:
        if self._secure is not None:
            return self._secure
        forwarded = request.headers.get("x-forwarded-proto", "") if self._proxies else ""
        return (forwarded or request.scheme) == "https"
