"""Sealed values open for their kind and conversation, for some minutes, and for nothing else."""

from __future__ import annotations

import base64

import pytest

from bot.privacy.passing import Passing
from tests.drills.installation import Clock, vault


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def passing(clock: Clock) -> Passing:
    return Passing(vault(), clock)


def test_a_value_comes_back(passing: Passing) -> None:
    assert passing.open("pin", passing.seal("pin", "482913", "a"), "a") == "482913"


@pytest.mark.parametrize(("kind", "minutes"), [("pin", 10), ("receipt", 10), ("mail", 30)])
def test_a_value_runs_out(passing: Passing, clock: Clock, kind: str, minutes: int) -> None:
    sealed = passing.seal(kind, "x", "a")
    clock.move(minutes=minutes, seconds=-1)
    assert passing.open(kind, sealed, "a") == "x"
    clock.move(seconds=2)
    assert passing.open(kind, sealed, "a") is None


def test_a_value_is_bound_to_its_kind_and_conversation(passing: Passing) -> None:
    sealed = passing.seal("pin", "482913", "a")
    assert passing.open("pin", sealed, "b") is None
    assert passing.open("receipt", sealed, "a") is None


@pytest.mark.parametrize("altered", ["", "x", "あ", None, 5, base64.urlsafe_b64encode(b"\x01" + bytes(60)).decode()])
def test_what_we_did_not_seal_does_not_open(passing: Passing, altered: object) -> None:
    assert passing.open("pin", altered, "a") is None


def test_two_seals_of_one_value_look_different_and_tell_no_length(passing: Passing) -> None:
    one, other, long = (passing.seal("mail", value, "a") for value in ("a@b.co", "a@b.co", "a" * 60 + "@example.org"))
    assert one != other
    assert len(one) == len(long)
