"""Receipts: unguessable, read in whatever way people write them, and wrong when one character is."""

from __future__ import annotations

import random
import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.applications import receipt

FORM = re.compile(r"TP-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}")
HYPHENS = "-‐‑‒–—―−﹣－ー_.・"
SPACES = ["", " ", "　", "\u00a0", "\u200b", "\t"]
WIDE = str.maketrans({c: chr(ord(c) + 0xFEE0) for c in string.ascii_letters + string.digits})
LOOK_ALIKES = {"1": "1IiLl", "0": "0Oo"}


def test_a_new_receipt_has_the_form_and_reads_as_itself() -> None:
    for _ in range(1000):
        number = receipt.new()
        assert FORM.fullmatch(number)
        assert receipt.read(number) == number


def test_receipts_are_all_different_and_use_every_character_in_every_place() -> None:
    numbers = [receipt.new().replace("-", "")[2:] for _ in range(5000)]
    assert len(set(numbers)) == len(numbers)
    for place in range(receipt.LENGTH):
        assert {n[place] for n in numbers} == set(receipt.ALPHABET)


def test_every_single_wrong_character_is_caught() -> None:
    for _ in range(100):
        code = receipt.new().replace("-", "")[2:]
        for place, right in enumerate(code):
            for wrong in receipt.ALPHABET:
                if wrong != right:
                    assert receipt.read(f"TP{code[:place]}{wrong}{code[place + 1 :]}") is None


def test_every_swap_of_two_characters_is_caught_neighbours_or_not() -> None:
    for _ in range(300):
        code = receipt.new().replace("-", "")[2:]
        for i in range(receipt.LENGTH):
            for j in range(i + 1, receipt.LENGTH):
                if code[i] != code[j]:
                    swapped = list(code)
                    swapped[i], swapped[j] = swapped[j], swapped[i]
                    assert receipt.read("TP" + "".join(swapped)) is None


def test_a_hundred_thousand_receipts_in_odd_writing_are_read() -> None:
    chance = random.Random(4)
    numbers = [receipt.new() for _ in range(2000)]
    for _ in range(100_000):
        number = chance.choice(numbers)
        written = ""
        for c in number:
            if c == "-":
                written += chance.choice(["", chance.choice(HYPHENS), " " + chance.choice(HYPHENS) + " "])
                continue
            c = chance.choice(LOOK_ALIKES.get(c, c))
            c = chance.choice([c.lower(), c.upper(), c.translate(WIDE), c.lower().translate(WIDE)])
            written += c + (chance.choice(SPACES) if chance.random() < 0.1 else "")
        if chance.random() < 0.1:
            written = f"  {written}\n"
        assert receipt.read(written) == number, ascii(written)


def test_the_prefix_may_be_left_out() -> None:
    number = receipt.new()
    assert receipt.read(number[3:]) == number
    assert receipt.read(number.replace("-", "")[2:].lower()) == number


@pytest.mark.parametrize(
    "text", ["", "TP", "TP-", "hello", "TP-0000-0000-0000", "TP-1234-5678", "ＴＰ", "0" * 12, "💍" * 12, "T" * 5000]
)
def test_what_is_no_receipt_is_none(text: str) -> None:
    assert receipt.read(text) is None


def test_u_is_refused_wherever_it_stands() -> None:
    code = receipt.new().replace("-", "")[2:]
    for place in range(receipt.LENGTH):
        for u in "uUｕＵ":
            assert receipt.read(f"TP{code[:place]}{u}{code[place + 1 :]}") is None


def test_another_prefix_and_characters_too_many_or_too_few_are_refused() -> None:
    number = receipt.new()
    assert receipt.read("TQ" + number[2:]) is None
    assert receipt.read(number + "0") is None
    assert receipt.read(number[:-1]) is None


def test_letters_of_other_scripts_are_refused() -> None:
    number = "TP-" + receipt.new()[3:]
    assert receipt.read(number.replace("T", "Т", 1).replace("P", "Р", 1)) is None  # Cyrillic


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_receipt_or_none(text: str) -> None:
    found = receipt.read(text)
    assert found is None or FORM.fullmatch(found)
