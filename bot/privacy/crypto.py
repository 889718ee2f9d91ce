"""Encryption of single fields, and keyed hashes for what is only ever compared.

Each application has a data key of its own; it encrypts that application's fields (AES-256-GCM) and is kept wrapped by a master key.
Erasing the wrapped key makes every copy of the fields unreadable. Master keys have ids: the first given is used to wrap, the others
still unwrap, so a key is changed by putting a new one in front, wrapping again, and leaving the old one out (docs/decisions/0004).

What is encrypted is bound to its place: table, column and row are authenticated with it, so that a field copied into another row
does not open. Lengths are rounded up, so that they tell nothing either.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_VERSION = 1
_NONCE = 12
_BLOCK = 128
KEY_BYTES = 32


class CannotOpen(Exception):
    """A field was altered, moved, or encrypted with a key that is not given."""


@dataclass(frozen=True)
class Place:
    """Where an encrypted value stands."""

    table: str
    column: str
    row: str

    @property
    def bytes(self) -> bytes:
        """The place as authenticated; parts cannot run into each other."""
        return b"".join(len(p.encode()).to_bytes(2, "big") + p.encode() for p in (self.table, self.column, self.row))


class Vault:
    """Holds the keys of this process; prints none of them."""

    def __init__(self, master_keys: Sequence[tuple[str, bytes]], lookup_key: bytes) -> None:
        """Takes the master keys, the current one first, and the key of the keyed hashes."""
        self._current = master_keys[0][0]
        self._masters = {key_id: AESGCM(key) for key_id, key in master_keys}
        self._lookup_key = lookup_key

    # --- fields

    def new_data_key(self) -> bytes:
        """A fresh key for one application."""
        return os.urandom(KEY_BYTES)

    def wrap(self, data_key: bytes, place: Place) -> bytes:
        """A data key as it may be stored: version, id of the master key, nonce, ciphertext."""
        key_id = self._current.encode()
        nonce = os.urandom(_NONCE)
        sealed = self._masters[self._current].encrypt(nonce, data_key, key_id + place.bytes)
        return bytes([_VERSION, len(key_id)]) + key_id + nonce + sealed

    def unwrap(self, wrapped: bytes, place: Place) -> bytes:
        """The data key again; raises `CannotOpen`."""
        key_id, rest = _key_id(wrapped)
        master = self._masters.get(key_id.decode("utf-8", "replace"))
        if master is None:
            raise CannotOpen("the master key of this field is not among TOMONI_DATA_KEYS")
        return _decrypt(master, rest, key_id + place.bytes)

    def is_current(self, wrapped: bytes) -> bool:
        """Whether the current master key wrapped it."""
        return _key_id(wrapped)[0] == self._current.encode()

    @staticmethod
    def seal(data_key: bytes, plain: bytes, place: Place) -> bytes:
        """Encrypts one field for its place."""
        padded = len(plain).to_bytes(4, "big") + plain
        padded += bytes(-len(padded) % _BLOCK)
        nonce = os.urandom(_NONCE)
        return bytes([_VERSION]) + nonce + AESGCM(data_key).encrypt(nonce, padded, place.bytes)

    @staticmethod
    def unseal(data_key: bytes, sealed: bytes, place: Place) -> bytes:
        """The field again; raises `CannotOpen`."""
        if sealed[:1] != bytes([_VERSION]):
            raise CannotOpen("unknown format")
        padded = _decrypt(AESGCM(data_key), sealed[1:], place.bytes)
        return padded[4 : 4 + int.from_bytes(padded[:4], "big")]

    # --- keyed hashes

    def keyed_hash(self, purpose: str, value: str | bytes) -> bytes:
        """HMAC-SHA256 for looking something up without keeping it; hashes for two purposes never match."""
        raw = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
        return hmac.new(self._lookup_key, purpose.encode() + b"\0" + raw, hashlib.sha256).digest()

    def derived_key(self, purpose: str) -> bytes:
        """A key of its own for a purpose."""
        return self.keyed_hash("key", purpose)


def mark(data_key: bytes, value: str) -> bytes:
    """A keyed hash that only who has this data key can compare, and nobody once it is erased."""
    return hmac.new(data_key, b"mark\0" + value.encode(), hashlib.sha256).digest()


def _key_id(wrapped: bytes) -> tuple[bytes, bytes]:
    if wrapped[:1] != bytes([_VERSION]) or len(wrapped) < 2:
        raise CannotOpen("unknown format")
    end = 2 + wrapped[1]
    return wrapped[2:end], wrapped[end:]


def _decrypt(cipher: AESGCM, nonce_and_sealed: bytes, place: bytes) -> bytes:
    try:
        return cipher.decrypt(nonce_and_sealed[:_NONCE], nonce_and_sealed[_NONCE:], place)
    except (InvalidTag, ValueError) as error:
        raise CannotOpen("altered, moved, or encrypted with another key") from error
