"""👍 and 👎 on an answer: a closed list of reasons, counted by answer, version and day. No text, no conversation, no person.

Each answer that can be rated carries a ticket; only what was really said can be counted, and once only.
"""

from __future__ import annotations

import hmac
import re
from collections import OrderedDict
from collections.abc import Callable
from datetime import date
from hashlib import sha256
from typing import Any

from bot.applications.errors import StoreUnavailable
from bot.channels.limits import Refused

Count = Callable[[str, str, str, date], None]

CODES = ("helpful", "other_question", "unclear", "too_little", "wrong", "unsaid")
"""The first for 👍, the others are reasons for 👎."""

_ID = re.compile(r"[A-Za-z0-9_]{1,64}")
_VERSION = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_RATED = frozenset({"answer", "eligible", "ineligible", "conditional", "refuse"})
_KEEP = 20_000


class Feedback:
    """Gives out tickets and counts what comes back with one."""

    def __init__(self, secret: bytes, count: Count | None) -> None:
        """Takes the key of the tickets and what does the counting; without it nothing can be rated."""
        self._secret, self._count = secret, count
        self._used: OrderedDict[str, None] = OrderedDict()

    def ticket(self, line: dict[str, Any], session: str) -> str | None:
        """A ticket for one line of an answer; nothing for questions, greetings and crises, which are no matter of taste."""
        answer, version = line.get("answer_id"), line.get("version")
        if self._count is None or line.get("kind") not in _RATED or not (answer and version):
            return None
        if not (_ID.fullmatch(answer) and _VERSION.fullmatch(version)):
            return None
        return self._keyed(session, answer, version)

    def take(self, data: dict[str, Any], session: str, day: date) -> None:
        """Counts one rating; raises `Refused` when it is none, was counted before, or cannot be kept now."""
        fields = [data.get(name) for name in ("answer_id", "version", "code", "ticket")]
        if not all(isinstance(field, str) for field in fields):
            raise Refused("bad_feedback")
        answer, version, code, ticket = fields
        if code not in CODES or not hmac.compare_digest(
            str(ticket).encode("utf-8", "replace"), self._keyed(session, str(answer), str(version)).encode()
        ):
            raise Refused("bad_feedback")
        if self._count is None or ticket in self._used:
            raise Refused("bad_feedback", 409)
        self._used[str(ticket)] = None  # first, so that two copies at once count as one
        while len(self._used) > _KEEP:
            self._used.popitem(last=False)
        try:
            self._count(str(answer), str(version), str(code), day)
        except StoreUnavailable:
            self._used.pop(str(ticket), None)
            raise Refused("unavailable", 503) from None

    def _keyed(self, *parts: str) -> str:
        message = "\n".join(("feedback", *parts)).encode("utf-8", "replace")
        return hmac.new(self._secret, message, sha256).hexdigest()[:32]
