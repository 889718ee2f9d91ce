"""Encrypted fields open only with their key and only in their place; master keys can be changed."""

from __future__ import annotations

import pytest

from bot.privacy.crypto import CannotOpen, Place, Vault, mark

A, B = bytes(32), bytes(range(32))
HERE = Place("applications", "contact", "1")


def vault(*keys: tuple[str, bytes]) -> Vault:
    return Vault(keys or (("a", A),), b"lookup")


def test_a_field_opens_with_its_key() -> None:
    key = vault().new_data_key()
    for plain in (b"", b"x", "ともに".encode() * 500):
        assert Vault.unseal(key, Vault.seal(key, plain, HERE), HERE) == plain


@pytest.mark.parametrize(
    "elsewhere",
    [
        Place("applications", "contact", "2"),
        Place("applications", "wishes", "1"),
        Place("outbox", "contact", "1"),
        Place("application", "scontact", "1"),
    ],
)
def test_a_field_moved_to_another_place_does_not_open(elsewhere: Place) -> None:
    key = vault().new_data_key()
    with pytest.raises(CannotOpen):
        Vault.unseal(key, Vault.seal(key, b"secret", HERE), elsewhere)


def test_no_altered_byte_goes_unnoticed() -> None:
    key = vault().new_data_key()
    sealed = Vault.seal(key, b"secret", HERE)
    for i in range(len(sealed)):
        altered = sealed[:i] + bytes([sealed[i] ^ 1]) + sealed[i + 1 :]
        with pytest.raises(CannotOpen):
            Vault.unseal(key, altered, HERE)
    for cut in range(len(sealed)):
        with pytest.raises(CannotOpen):
            Vault.unseal(key, sealed[:cut], HERE)


def test_the_same_field_twice_looks_different_and_lengths_tell_little() -> None:
    key = vault().new_data_key()
    assert Vault.seal(key, b"yes", HERE) != Vault.seal(key, b"yes", HERE)
    assert len(Vault.seal(key, b"a@b.jp", HERE)) == len(Vault.seal(key, b"someone.with.a.long.name@example.org", HERE))


def test_master_keys_change_by_putting_a_new_one_in_front() -> None:
    place = Place("application_keys", "wrapped", "1")
    old, both, new = vault(("a", A)), vault(("b", B), ("a", A)), vault(("b", B))
    data_key = old.new_data_key()
    wrapped = old.wrap(data_key, place)
    assert both.unwrap(wrapped, place) == data_key
    assert not both.is_current(wrapped)
    again = both.wrap(both.unwrap(wrapped, place), place)
    assert new.unwrap(again, place) == data_key
    assert new.is_current(again)
    with pytest.raises(CannotOpen):
        new.unwrap(wrapped, place)


def test_a_wrapped_key_relabelled_with_another_master_key_does_not_open() -> None:
    place = Place("application_keys", "wrapped", "1")
    keys = vault(("a", A), ("b", A))  # the same bytes under two names
    wrapped = keys.wrap(keys.new_data_key(), place)
    with pytest.raises(CannotOpen):
        keys.unwrap(wrapped.replace(b"a", b"b", 1), place)


def test_keyed_hashes_differ_by_purpose_and_by_key_and_say_nothing() -> None:
    one = vault().keyed_hash("receipt", "TP-1")
    assert one == vault().keyed_hash("receipt", "TP-1")
    assert one != vault().keyed_hash("address", "TP-1")
    assert one != Vault((("a", A),), b"other").keyed_hash("receipt", "TP-1")
    assert len(vault().keyed_hash("receipt", "\ud800")) == 32  # lone surrogates come in from the web


def test_marks_need_the_data_key() -> None:
    assert mark(A, "doc-child") == mark(A, "doc-child")
    assert mark(A, "doc-child") != mark(B, "doc-child")
