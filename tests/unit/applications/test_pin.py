"""PINs: six digits, kept as argon2id, and every refusal costs one hash."""

from __future__ import annotations

import threading

import pytest

from bot.applications import pin
from bot.applications.errors import StoreUnavailable
from bot.applications.pin import CHEAP, Cost, PinHasher


def test_a_new_pin_has_six_digits_and_may_begin_with_zero() -> None:
    pins = [pin.new() for _ in range(2000)]
    assert all(len(p) == 6 and p.isdecimal() for p in pins)
    assert any(p.startswith("0") for p in pins)


@pytest.mark.parametrize(
    "text", ["012345", "０１２３４５", " 012 345 ", "012-345", "012－345", "０１２　３４５", "012\u200b345"]
)
def test_a_pin_is_read_in_any_writing(text: str) -> None:
    assert pin.read(text) == "012345"


@pytest.mark.parametrize("text", ["", "12345", "1234567", "12345a", "一二三四五六", "١٢٣٤٥٦", "-12345", "1" * 1000])
def test_what_is_no_pin_is_none(text: str) -> None:
    assert pin.read(text) is None


def test_a_hash_is_argon2id_with_its_own_salt_and_does_not_contain_the_pin() -> None:
    hasher = PinHasher(CHEAP)
    one, other = hasher.hash(b"123456"), hasher.hash(b"123456")
    assert one.startswith("$argon2id$")
    assert one != other
    assert "123456" not in one
    assert hasher.which([one], b"123456") == one
    assert hasher.which([one], b"123457") is None


def test_a_hash_beside_another_shares_its_salt_and_cost_so_that_one_run_tells_them_apart(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old = PinHasher(Cost(memory_kib=16, passes=1)).hash(b"123456")
    hasher = PinHasher(CHEAP)
    new = hasher.hash(b"654321", old)
    assert new.split("$")[:5] == old.split("$")[:5]
    runs: list[str] = []
    real = pin._like
    monkeypatch.setattr(pin, "_like", lambda kept, given: (runs.append(kept), real(kept, given))[1])
    assert hasher.which([old, new], b"123456") == old
    assert hasher.which([old, new], b"654321") == new
    assert hasher.which([old, new], b"000000") is None
    assert hasher.which([new], b"123456") is None
    assert len(runs) == 4


def test_the_cost_in_production_is_what_the_decision_says() -> None:
    assert PinHasher(Cost()).hash(b"x").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_nothing_opens_the_dummy_and_it_costs_what_others_cost(monkeypatch: pytest.MonkeyPatch) -> None:
    hasher = PinHasher(CHEAP)
    assert hasher.which([], b"123456") is None
    runs: list[str] = []
    real = pin._like
    monkeypatch.setattr(pin, "_like", lambda kept, given: (runs.append(kept), real(kept, given))[1])
    kept = PinHasher(CHEAP).hash(b"1")
    for stored in ([], [kept], [kept, hasher.hash(b"3", kept)]):
        runs.clear()
        assert hasher.which(stored, b"2") is None
        assert len(runs) == 1
        assert runs[0].split("$")[:4] == kept.split("$")[:4]


def test_a_hash_that_was_tampered_with_opens_to_nobody(caplog: pytest.LogCaptureFixture) -> None:
    for kept in ("$argon2id$nonsense", "", "$argon2id$v=19$m=8,t=1,p=1$!!$xx", "$argon2id$v=19$m=8,t=1,p=1$QQ$QQ"):
        caplog.clear()
        assert PinHasher(CHEAP).which([kept], b"123456") is None
        assert "unreadable_hash" in caplog.text


def test_only_so_many_run_at_once_and_the_rest_is_turned_away_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pin, "_WAIT_SECONDS", 0.05)
    hasher = PinHasher(Cost(memory_kib=8, passes=1, at_once=1))
    with hasher.turn():
        seen: list[type[BaseException]] = []

        def other() -> None:
            try:
                with hasher.turn():
                    pass
            except StoreUnavailable as error:
                seen.append(type(error))

        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert seen == [StoreUnavailable]
    with hasher.turn():
        pass
