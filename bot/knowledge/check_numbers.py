"""Whether the three languages of one answer tell the same figures, whatever way each writes dates and hours."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping

from bot.knowledge.check_readings import without_readings

_MONTHS = {
    m: n
    for n, m in enumerate(
        "january february march april may june july august september october november december".split(), 1
    )
}
_MONTH = "|".join(_MONTHS)
_ERAS = {"平成": 1988, "令和": 2018, "昭和": 1925}
_EN_WORDS = (
    "half one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen".split(),
    "- first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth".split(),
    "- once twice thrice - - - - - - - -".split(),
)
_KANJI = {c: n for n, c in enumerate("一二三四五六七八九十", 1)}

Take = Callable[[str, Callable[[re.Match[str]], Iterator[str]]], None]


def disagreements(texts: Mapping[str, str]) -> dict[str, set[str]]:
    """The figures each language tells in digits and another tells neither in digits nor in words."""
    told = {lang: figures(text) for lang, text in texts.items()}
    words = {lang: _in_words(text) for lang, text in texts.items()}
    missing: dict[str, set[str]] = {}
    for lang, mine in told.items():
        lacking = {f for other, theirs in told.items() if other != lang for f in theirs - mine - words[lang]}
        if lacking:
            missing[lang] = lacking
    return missing


def figures(text: str) -> set[str]:
    """Every figure of a text in one notation: placeholders by name, dates as year, month and day, hours as 18:00."""
    rest = without_readings(unicodedata.normalize("NFKC", text)).lower().replace("24/7", "24")
    found: set[str] = set()

    def take(pattern: str, read: Callable[[re.Match[str]], Iterator[str]]) -> None:
        nonlocal rest

        def one(match: re.Match[str]) -> str:
            found.update(read(match))
            return " "

        rest = re.sub(pattern, one, rest)

    take(r"\{([a-z_]+)\}", lambda m: iter([m[1]]))
    take(r"https?://\S+", lambda m: iter([]))
    take(r"(?:#|(?<!\d)0)\d[\d-]{2,}\d", lambda m: iter([m[0]]))
    _dates(take)
    rest = re.sub(r"(午前|午後) *", r"\1", rest)
    _hours(take)
    take(r"(\d[\d,.]*) *(億|万|million|billion)(?: *(\d{1,4})(?=[円人件]))?", _large)
    take(r"(\d[\d.]*) *割", lambda m: iter([_plain(float(m[1]) * 10)]))
    found.update(m[0].replace(",", "") for m in re.finditer(r"\d[\d,]*(?:\.\d+)?", rest.rstrip(",")))
    return {f.rstrip(",.") for f in found} - {"1"}  # one is as often an article as a number


def _dates(take: Take) -> None:
    def day(m: re.Match[str]) -> Iterator[str]:
        return (part if part.isdigit() else str(_MONTHS[part]) for part in m.groups() if part)

    def numbers(m: re.Match[str]) -> Iterator[str]:
        return (str(int(part)) for part in m.groups() if part)

    take("(平成|令和|昭和) *(\\d+) *年", lambda m: iter([str(_ERAS[m[1]] + int(m[2]))]))
    take(r"(\d{4}) *年 *(\d{1,2}) *月 *(\d{1,2}) *日", numbers)
    take(r"(\d{1,2}) *月 *(\d{1,2}) *日", numbers)
    take(rf"\b(\d{{1,2}}) (?:and|to|or) (\d{{1,2}}) ({_MONTH})\b(?: (\d{{4}}))?", day)
    take(rf"\b(\d{{1,2}}) ({_MONTH})\b(?: (\d{{4}}))?", day)
    take(rf"\b({_MONTH}) (\d{{4}})\b", day)
    # "may" alone is a verb.
    take(rf"\b({_MONTH.replace('|may', '')})\b", day)


def _hours(take: Take) -> None:
    half = ["午前"]

    def japanese(m: re.Match[str]) -> Iterator[str]:
        half[0] = m[1] or half[0]
        hour = int(m[2]) + (12 if half[0] == "午後" and int(m[2]) < 12 else 0)
        yield f"{hour:02}:{30 if m[3] else int(m[4] or 0):02}"

    def english(m: re.Match[str]) -> Iterator[str]:
        hour = int(m[1]) % 12 + (12 if m[3] == "p" else 0)
        yield f"{hour:02}:{int(m[2] or 0):02}"

    take(r"(午前|午後)? *(\d{1,2}) *時(?!間)(?: *(半)| *(\d{1,2}) *分)?", japanese)
    take(r"\b(\d{1,2})(?::(\d\d))? ?([ap])\.?m\b\.?", english)
    take(r"\b(\d{1,2}):(\d\d)\b", lambda m: iter([f"{int(m[1]):02}:{m[2]}"]))


def _large(m: re.Match[str]) -> Iterator[str]:
    scale = {"億": 1e8, "万": 1e4, "million": 1e6, "billion": 1e9}[m[2]]
    yield _plain(float(m[1].replace(",", "")) * scale + int(m[3] or 0))


def _plain(value: float) -> str:
    return str(round(value, 4)).removesuffix(".0")


def _in_words(text: str) -> set[str]:
    """Small numbers a text writes as words: 六つ, 1次 as first, twice."""
    low = text.lower()
    words = {
        str(n) for names in _EN_WORDS for n, name in enumerate(names) if name != "-" and re.search(rf"\b{name}\b", low)
    }
    for run in re.findall(r"[一二三四五六七八九十]+", text):
        if "十" in run:
            tens, _, ones = run.partition("十")
            words.add(str((_KANJI[tens[-1]] if tens else 1) * 10 + (_KANJI[ones[0]] if ones else 0)))
        words.update(str(_KANJI[c]) for c in run)
    return words
