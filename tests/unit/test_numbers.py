"""Numbers as people write them."""

from __future__ import annotations

import re

import pytest

from bot.nlu import numbers


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("18", 18), ("007", 7), ("十", 10), ("十八", 18), ("二十", 20), ("二十一", 21), ("九十九", 99), ("百", 100), ("百二十", 120),
        ("三百六十五", 365), ("二〇二七", 2027), ("一八", 18), ("〇", 0), ("千", 1000), ("eighteen", 18), ("twenty", 20),
        ("twenty-one", 21), ("thirty five", 35), ("Ten", 10), (" 3 ", 3), ("a", 1), ("few", 3), ("zero", 0),
    ],
)  # fmt: skip
def test_numbers_are_read(written: str, value: int) -> None:
    assert numbers.value(written) == value


@pytest.mark.parametrize("written", ["", " ", "-1", "18.5", "ten eleven", "百歳", "eighteenth", "½", "十x"])
def test_anything_else_is_refused(written: str) -> None:
    with pytest.raises(ValueError):
        numbers.value(written)


@pytest.mark.parametrize("n", range(1, 100))
def test_kanji_numbers_up_to_99(n: int) -> None:
    digits = " 一二三四五六七八九"
    tens, ones = divmod(n, 10)
    written = ("" if not tens else "十" if tens == 1 else digits[tens] + "十") + (digits[ones] if ones else "")
    assert re.fullmatch(numbers.JA, written)
    assert numbers.value(written) == n


@pytest.mark.parametrize("n", range(1, 100))
def test_english_numbers_up_to_99(n: int) -> None:
    ones = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
    tens = "_ _ twenty thirty forty fifty sixty seventy eighty ninety".split()
    written = ones[n] if n < 20 else tens[n // 10] + (f"-{ones[n % 10]}" if n % 10 else "")
    assert re.fullmatch(numbers.EN, written)
    assert numbers.value(written) == n
