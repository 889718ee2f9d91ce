"""Receipt numbers: `TP-XXXX-XXXX-XXXX` in Crockford's base32, 11 random characters (55 bits) and a check character.

The check. Each character is an element of GF(32) (five bits; addition is exclusive or, multiplication is that of polynomials
modulo x^5 + x^2 + 1). With a the element x, which has order 31, a receipt d0…d11 is right when

    d0·a^0 + d1·a^1 + … + d11·a^11 = OFFSET.

One wrong character at place i changes the sum by a^i·(d - d'), which is not zero. Two characters swapped at places i and j change
it by (a^i - a^j)·(di - dj), not zero either, as the powers a^0…a^11 are all different. So every single error and every swap of
two unlike characters, neighbours or not, is caught; any other slip passes one time in 32. A sum modulo 31 or 32 could not do
this for 32 characters. The offset keeps 0000-0000-0000 from being a receipt.
"""

from __future__ import annotations

import secrets
import unicodedata

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_CHARACTERS = 11
LENGTH = RANDOM_CHARACTERS + 1
_PREFIX = "TP"
_OFFSET = 19
_LOOK_ALIKE = str.maketrans("ILO", "110")
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
# Dashes and dots that are not of Unicode's dash category but are typed as such.
_SEPARATORS = frozenset("−ー─━_.・·‧/~˗")


def _times_x(value: int) -> int:
    value <<= 1
    return value ^ 0b100101 if value & 0b100000 else value


def _weighted_sum(values: list[int]) -> int:
    """The sum d0 + a·(d1 + a·(d2 + …)), by Horner's rule."""
    total = 0
    for value in reversed(values):
        total = _times_x(total) ^ value
    return total


def _check_value(values: list[int]) -> int:
    """The value of the last place by which the sum comes right; there are 32 to try."""
    return next(check for check in range(32) if _weighted_sum([*values, check]) == _OFFSET)


def new() -> str:
    """A receipt nobody can guess: no sequence, no date, no place in it."""
    values = [secrets.randbelow(32) for _ in range(RANDOM_CHARACTERS)]
    return _written([*values, _check_value(values)])


def read(text: str) -> str | None:
    """Reads a receipt as people write it: any width, case, spacing and hyphen, I and L as 1, O as 0; None when it is none."""
    if len(text) > 200:
        return None
    plain = unicodedata.normalize("NFKC", text)
    body = "".join(c for c in plain if not _separates(c))
    if not body.isascii():
        return None
    body = body.upper()
    if len(body) == len(_PREFIX) + LENGTH:
        if not body.startswith(_PREFIX):
            return None
        body = body[len(_PREFIX) :]
    values = [_VALUE.get(c) for c in body.translate(_LOOK_ALIKE)]
    known = [v for v in values if v is not None]
    if len(values) != LENGTH or len(known) != LENGTH or _weighted_sum(known) != _OFFSET:
        return None
    return _written(known)


def _separates(character: str) -> bool:
    return character in _SEPARATORS or unicodedata.category(character) in ("Zs", "Zl", "Zp", "Pd", "Cf", "Cc", "Mn")


def _written(values: list[int]) -> str:
    code = "".join(ALPHABET[v] for v in values)
    return f"{_PREFIX}-{code[:4]}-{code[4:8]}-{code[8:]}"
