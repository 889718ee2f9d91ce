"""Finds what must not stay in clear in a typed message: receipts, PINs and e-mail addresses; masks them at equal length.

Receipts and PINs get a mask of their own: they are meant for us, so nobody is told off for sending one. Letters `TP` and the marks
between the groups stay, by which NLU still sees that there is a receipt. An address is masked like any other personal detail; whether it was
asked for is for the dialogue to say.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field

from bot.applications import pin, receipt
from bot.applications.errors import InvalidInput
from bot.applications.model import Contact, ContactKind
from bot.nlu.normalise import Normalised, with_offsets
from bot.privacy.redact import MASK

SEALED = "●"
UNREAD_MAIL = "unread_mail"  # an address was typed to which nothing can be sent; it is not kept

_GAP = r"[\s_.\-ー・~/─━·]*"
_RECEIPT = re.compile(rf"(?<![a-z0-9])tp{_GAP}(?:[0-9a-z]{_GAP}){{11}}[0-9a-z](?![a-z0-9])")
# A receipt with a character too few or too many is still nearly the receipt.
_NEARLY = re.compile(r"(?<![a-z0-9])tp[-_.ー・]?[0-9a-z]+(?:[-_.ー・][0-9a-z]+)*")
_GROUPED = re.compile(r"tp[-_.ー・][0-9a-z]{3,5}[-_.ー・][0-9a-z]{2,5}")
_WITHOUT_TP = re.compile(r"(?<![a-z0-9\-])[0-9a-z]{4}(?:[\s\-ー][0-9a-z]{4}){2}(?![a-z0-9\-])")
_GROUPS = re.compile(
    r"(?<![a-z0-9\-])(?=[a-z\-]*\d)(?=[\d\-]*[a-z])[0-9a-z]{4}(?:-[0-9a-z]{4}){1,2}(?:-[0-9a-z]{1,4})?(?![a-z0-9\-])"
)
# A receipt in one piece: its check character has to speak for it, as must a digit and a letter.
_BARE = re.compile(r"(?<![a-z0-9])(?=[a-z]*\d)(?=\d*[a-z])[0-9a-z]{12}(?![a-z0-9])")
_KANJI = "〇零一二三四五六七八九"
_KANJI_TO_DIGIT = str.maketrans("〇零一二三四五六七八九", "00123456789")
_BETWEEN = r"[\s\-、・,.，．]{0,2}"
_DIGITS = rf"\d(?:{_BETWEEN}\d)"
_SPELT = rf"[{_KANJI}](?:{_BETWEEN}[{_KANJI}])"
_EXACTLY_SIX = rf"(?:{_DIGITS}{{5}}|{_SPELT}{{5}})(?!{_BETWEEN}\d|[{_KANJI}])"
_LABEL = r"(?:暗証番号|あんしょうばんごう|暗証|パスコード|ピンコード|ピン番号|(?<![a-z])pin(?![a-z])(?:[ -]?(?:code|number|no\.?))?|passcode)"
_LABELLED = re.compile(rf"{_LABEL}[^0-9]{{0,16}}?({_DIGITS}{{3,8}})(?!\d|\s?[年月日円桁回])")
_LABELLED_SPELT = re.compile(rf"{_LABEL}[^0-9]{{0,16}}?({_SPELT}{{3,8}})(?![{_KANJI}]|\s?[年月日円桁回])")
_NUMBERED = re.compile(
    rf"(?:番号|ばんごう|(?<![a-z])(?:number|code)(?![a-z]))[^0-9a-z]{{0,6}}?(?:is |was )?({_EXACTLY_SIX})(?!\s?[年月日円桁回人組])"
)
# What stands beside a receipt is its PIN, whatever is written between the two and between the digits.
_AFTER_RECEIPT = re.compile(rf"[^0-9]{{0,20}}?(?<!\d)({_EXACTLY_SIX})")
_BEFORE_RECEIPT = re.compile(rf"(?<!\d)({_EXACTLY_SIX})[^0-9]{{0,10}}$")
_LABELLED_AFTER = re.compile(rf"(?<!\d)({_DIGITS}{{3,8}})(?!\d)[^0-9]{{0,8}}?{_LABEL}")
_SIX = re.compile(
    r"(?<![\d.,:/\-])(\d{6})(?![\d\-:/]|[.,]\d|\s?(?:円|人|件|組|万|歳|年|月|日|%|yen|people|couples|persons|jpy))"
)
_ALONE = re.compile(r"^[\s「\"'(（]*(\d(?:[\s\-]?\d){4,6})\s*(?:です|だよ|だ|desu)?[\s。.!」\"')）]*$")
_SIX_ALONE = re.compile(rf"^[\s「\"'(（]*({_EXACTLY_SIX})\s*(?:です|でした|だよ|だ|desu)?[\s。.!」\"')）]*$")
_MONTH = re.compile(r"(?:19|20)\d\d[\s\-.,]\d{1,2}(?:[\s\-.,]\d{1,2})?")
# Masked is all that may belong to an address: 「メールはsato@example.jp」 and 「花子@example.jp」 are alike to a pattern.
_LOCAL = r"[^\s@<>\"(),:;\\\[\]、。，（）「」【】]{1,64}"
_DOMAIN = r"[a-z0-9.\-]{1,180}\.[a-z0-9\-]{2,63}"
_SPACED_DOMAIN = r"[a-z0-9.\-]{1,180}\.[a-z]{2,63}"  # not 「meet @ 5.30」
_MAIL = re.compile(rf"{_LOCAL}(?:@{_DOMAIN}|\s{{0,3}}@\s{{0,3}}{_SPACED_DOMAIN})")
# What was nearly an address is masked like one: 「sato@example」, 「sato@example,com」, 「sato@例え.jp」.
_NEARLY_MAIL = re.compile(
    rf"{_LOCAL}@(?:[a-z][a-z0-9\-]*(?:[.,、。・][a-z0-9\-]+)*|[^\s@<>、。]{{1,60}}\.[a-z]{{2,63}})"
)
_SENT_TO = re.compile(rf"[a-z0-9!#$%&'*+/=?^_`{{|}}~.\-]{{1,64}}@{_DOMAIN}", re.I)
_BEFORE_IT = re.compile(r"[^\w.+\-]|[ぁ-ゖァ-ヺー一-鿏々〆]")


@dataclass(frozen=True)
class Spotted:
    """A message with its secrets masked, and the secrets: the latest of each kind that was typed."""

    text: str
    values: dict[str, str] = field(default_factory=dict, repr=False)


def spot(text: str) -> Spotted:
    """Masks receipts, PINs and addresses in one typed message."""
    normal = with_offsets(text)
    values: dict[str, str] = {}
    chars = list(text)
    taken: list[tuple[int, int]] = []
    for kind, start, end in _spans(normal.text):
        if any(start < e and s < end for s, e in taken):
            continue
        taken.append((start, end))
        first, last = normal.typed_span(start, end)
        value = _value(kind, text[first:last])
        values[kind if value else UNREAD_MAIL] = value or "-"
        _mask(kind, chars, normal, start, end)
    return Spotted("".join(chars) if taken else text, values)


def _spans(plain: str) -> Iterator[tuple[str, int, int]]:
    """Kind and span of each secret, the surest first; later ones that overlap do not count."""
    for pattern in (_MAIL, _NEARLY_MAIL):
        for match in pattern.finditer(plain):
            yield "mail", *match.span()
    receipts = list(_receipts(plain))
    for start, end in receipts:
        yield "receipt", start, end
    for start, end in receipts:
        for match in (_AFTER_RECEIPT.match(plain, end), _BEFORE_RECEIPT.search(plain[:start])):
            if match and not _MONTH.fullmatch(match[1]):
                yield "pin", *match.span(1)
    for pattern in (_LABELLED, _LABELLED_AFTER, _LABELLED_SPELT, _NUMBERED, _SIX, _ALONE, _SIX_ALONE):
        for match in pattern.finditer(plain):
            if not _MONTH.fullmatch(match[1]):
                yield "pin", *match.span(1)


def _receipts(plain: str) -> Iterator[tuple[int, int]]:
    for match in _RECEIPT.finditer(plain):  # one in ninety has no digit
        if re.search(r"\d", match[0]) or _GROUPED.match(match[0]) or receipt.read(match[0]):
            yield match.span()
    for match in _WITHOUT_TP.finditer(plain):
        # Three words of four letters pass for a receipt one time in 32, so without a digit the hyphens have to speak for it.
        mixed = re.search(r"\d[a-z]|[a-z]\d", match[0])
        if mixed or (receipt.read(match[0]) and re.search(r"[\d\-ー]", match[0])):
            yield match.span()
    for match in _BARE.finditer(plain):
        if receipt.read(match[0]):
            yield match.span()
    for match in _NEARLY.finditer(plain):
        if (re.search(r"\d", match[0]) or _GROUPED.match(match[0])) and len(match[0]) >= 7:
            yield match.span()
    for match in _GROUPS.finditer(plain):
        yield match.span()


def _value(kind: str, typed: str) -> str:
    plain = "".join(c for c in unicodedata.normalize("NFKC", typed) if unicodedata.category(c) != "Cf")
    if kind == "receipt":
        return receipt.read(typed) or plain
    if kind == "pin":
        digits = "".join(c for c in plain.translate(_KANJI_TO_DIGIT) if c.isdecimal())
        return pin.read(digits) or plain
    return _address(plain)


def _address(typed: str) -> str:
    """The address in what was masked, as it can be written to; empty when there is none."""
    joined = re.sub(r"\s*@\s*", "@", typed)
    found = _SENT_TO.search(joined)
    if found is None:
        return ""
    address = found[0].lstrip("'`*/=?~|")
    before = joined[: found.end() - len(address)][-1:]
    if address.startswith(".") or before and not _BEFORE_IT.match(before):
        return ""
    try:
        return Contact(ContactKind.EMAIL, address).address
    except InvalidInput:
        return ""


def _mask(kind: str, chars: list[str], normal: Normalised, start: int, end: int) -> None:
    prefix = 2 if kind == "receipt" and normal.text.startswith("tp", start) else 0
    for place in range(start + prefix, end):
        letter = normal.text[place]  # a long vowel mark stands for a hyphen
        hidden = letter.isascii() and letter.isalnum() or kind == "pin" and letter in _KANJI
        if kind == "mail" or hidden:
            for typed in range(normal.starts[place], normal.ends[place]):
                chars[typed] = MASK if kind == "mail" else SEALED
