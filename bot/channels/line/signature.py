"""Whether a webhook comes from LINE: the signature over the body as it arrived, before anything reads it."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence

HEADER = "x-line-signature"


def sign(secret: str, body: bytes) -> str:
    """What LINE sends in the header for a body."""
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def is_signed(secrets: Sequence[str], body: bytes, header: str | None) -> bool:
    """Whether one of our secrets (two while one takes the place of another) signed exactly these bytes; takes the same time for all."""
    given = (header or "").encode("utf-8", "replace")
    found = [hmac.compare_digest(sign(secret, body).encode(), given) for secret in secrets]
    return any(found)
