"""Permission to act on one application, given after a look-up: an encrypted note bound to one conversation, for half an hour.

It stands where a receipt and PIN would otherwise have to be kept between messages, and is worth nothing to anybody else. A proof is the
same, given for receipt and PIN alone and never renewed: by it a lost PIN is replaced. A note of what a conversation has started says for
two days which record it was, so that its numbers can be shown on our page while they are still kept.
"""

from __future__ import annotations

import base64
import binascii
from datetime import datetime, timedelta, timezone
from uuid import UUID

from bot.applications.errors import GrantExpired
from bot.privacy.crypto import CannotOpen, Place, Vault

LIFETIME = timedelta(minutes=30)
STARTED_KEPT = timedelta(hours=48)  # as long as confirmations (`retention.CONFIRMATIONS`); a test compares
GRANT, PROOF, STARTED = Place("grant", "", ""), Place("proof", "", ""), Place("started", "", "")
_HASH = 32


def give(vault: Vault, application: UUID, conversation_hash: bytes | None, now: datetime, place: Place = GRANT) -> str:
    """A grant, a proof, or a note of what was started, as text."""
    issued = int(now.timestamp()).to_bytes(8, "big")
    plain = application.bytes + (conversation_hash or bytes(_HASH)) + issued
    return base64.urlsafe_b64encode(Vault.seal(vault.derived_key("grant"), plain, place)).decode()


def read(vault: Vault, grant: str, conversation_hash: bytes | None, now: datetime, place: Place = GRANT) -> UUID:
    """The application of a grant; raises `GrantExpired` also for one that was altered or given to another conversation."""
    try:
        sealed = base64.urlsafe_b64decode(grant.encode())
        plain = Vault.unseal(vault.derived_key("grant"), sealed, place)
    except (CannotOpen, binascii.Error, UnicodeEncodeError) as error:
        raise GrantExpired() from error
    issued = datetime.fromtimestamp(int.from_bytes(plain[16 + _HASH :], "big"), timezone.utc)
    lifetime = STARTED_KEPT if place == STARTED else LIFETIME
    if plain[16 : 16 + _HASH] != (conversation_hash or bytes(_HASH)) or not issued <= now < issued + lifetime:
        raise GrantExpired()
    return UUID(bytes=plain[:16])
