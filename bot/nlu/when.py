"""Dates and periods people type, as ISO 8601: 令和9年3月4日, ２０２７/3/4, 来月, next April, 3か月, two weeks.

All functions work on normalised text (see `normalise.with_offsets`) and a given today; nothing reads the clock.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from bot.nlu import numbers

N = numbers.JA
_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925, "r": 2018, "h": 1988}
_EN_MONTHS = {
    m[:n]: i for i, m in enumerate(calendar.month_name) if m for m, n in ((m.lower(), 3), (m.lower(), len(m)))
}
_EN_MONTHS["sept"] = 9
_M = "(?:" + "|".join(sorted(_EN_MONTHS, key=len, reverse=True)) + ")"
_EN_DAYS = {d[:n]: i for i, d in enumerate(calendar.day_name) for d, n in ((d.lower(), 3), (d.lower(), len(d)))}
_EN_DAYS |= {"tues": 1, "thur": 3, "thurs": 3}
_D = "(?:" + "|".join(sorted(_EN_DAYS, key=len, reverse=True)) + ")"
_JA_DAYS = "月火水木金土日"
_MONTH_UNIT = r"(?:か|ヶ|カ|ヵ|ケ|箇|個|ヶ|カ|ｶ|ヵ)月"


@dataclass(frozen=True)
class Found:
    """A span of the normalised text and its ISO value; `kind` is `date` or `period`."""

    kind: str
    start: int
    end: int
    value: str


def months_later(day: date, months: int) -> date:
    """The same day some months later, or the last day of that month (Civil Code, Article 143)."""
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def find(text: str, today: date) -> list[Found]:
    """Finds dates and periods, longest first where they overlap, in order of appearance."""
    found: list[Found] = []
    for pattern, kind, read in _PATTERNS:
        for match in pattern.finditer(text):
            try:
                value = read(match, today)
            except (ValueError, OverflowError, KeyError):
                continue
            if value:
                group = "span" if "span" in pattern.groupindex else 0
                found.append(Found(kind, match.start(group), match.end(group), value))
    return _longest(found)


def _longest(found: list[Found]) -> list[Found]:
    kept: list[Found] = []
    for item in sorted(found, key=lambda f: (-(f.end - f.start), f.start)):
        if all(item.end <= k.start or item.start >= k.end for k in kept):
            kept.append(item)
    return sorted(kept, key=lambda f: f.start)


def _n(text: str) -> int:
    return numbers.value(text)


def _year(written: str | None, era: str | None, today: date, month: int, day: int | None) -> int:
    if written is None:  # the next time that month (and day) comes round
        past = (today.month, today.day if day else 1) > (month, day or 1)
        year = today.year + (1 if past else 0)
        while (month, day) == (2, 29) and not calendar.isleap(year):
            year += 1
        return year
    number = 1 if written == "元" else _n(written)
    if era:
        return _ERAS[era] + number
    return 2000 + number if number < 100 else number


def _iso(year: int, month: int | None = None, day: int | None = None) -> str:
    if month is None:
        return f"{year:04d}"
    if day is None:
        date(year, month, 1)
        return f"{year:04d}-{month:02d}"
    return date(year, month, day).isoformat()


def _ja_date(m: re.Match[str], today: date) -> str:
    relative = {"今年": 0, "来年": 1, "再来年": 2, "去年": -1, "昨年": -1, "ことし": 0, "らいねん": 1}
    month, day = _n(m["m"]), _n(m["d"]) if m["d"] else None
    if m["rel"]:
        return _iso(today.year + relative[m["rel"]], month, day)
    return _iso(_year(m["y"], m["era"], today, month, day), month, day)


def _ja_relative_month(m: re.Match[str], today: date) -> str:
    shift = {"今月": 0, "来月": 1, "再来月": 2, "先月": -1, "らいげつ": 1, "こんげつ": 0}[m["rel"]]
    first = months_later(today.replace(day=1), shift)
    tail = m["tail"] or ""
    if tail in ("末", "の終わり", "おわり"):
        return first.replace(day=calendar.monthrange(first.year, first.month)[1]).isoformat()
    if m["d"]:
        return _iso(first.year, first.month, _n(m["d"]))
    return _iso(first.year, first.month)


def _ja_day(m: re.Match[str], today: date) -> str:
    shift = {"今日": 0, "本日": 0, "きょう": 0, "明日": 1, "あした": 1, "あす": 1, "明後日": 2, "あさって": 2, "昨日": -1, "きのう": -1,
             "一昨日": -2, "おととい": -2, "今夜": 0, "今晩": 0, "明々後日": 3, "しあさって": 3}[m[0]]  # fmt: skip
    return (today + timedelta(days=shift)).isoformat()


def _ja_weekday(m: re.Match[str], today: date) -> str:
    target = _JA_DAYS.index(m["w"])
    if m["rel"]:
        weeks = {"今週": 0, "来週": 1, "再来週": 2, "先週": -1}[m["rel"]]
        monday = today - timedelta(days=today.weekday())
        return (monday + timedelta(weeks=weeks, days=target)).isoformat()
    ahead = (target - today.weekday()) % 7 or 7
    return (today + timedelta(days=ahead)).isoformat()


def _later(amount: int, unit: str, today: date, sign: int = 1) -> str:
    if unit == "D":
        return (today + timedelta(days=sign * amount)).isoformat()
    if unit == "W":
        return (today + timedelta(weeks=sign * amount)).isoformat()
    return months_later(today, sign * amount * (12 if unit == "Y" else 1)).isoformat()


_JA_UNIT = {"日": "D", "週間": "W", "週": "W", "年": "Y"}


def _unit(text: str) -> str:
    return _JA_UNIT.get(text) or "M"


def _ja_after(m: re.Match[str], today: date) -> str:
    sign = -1 if m["dir"] == "前" else 1
    if m["half"]:
        return _later(6, "M", today, sign)
    return _later(_n(m["n"]), _unit(m["u"]), today, sign)


def _ja_period(m: re.Match[str], today: date) -> str:
    if m["half"]:
        return "P6M"
    amount, unit = _n(m["n"]), _unit(m["u"])
    if m["plus"]:
        return f"P{amount}Y6M" if unit == "Y" else f"P{amount}M15D"
    return f"P{amount}{unit}"


def _slash(m: re.Match[str], today: date) -> str:
    month, day = int(m["m"]), int(m["d"])
    year = int(m["y"]) if m["y"] else _year(None, None, today, month, day)
    return _iso(year + (2000 if year < 100 else 0), month, day)


def _en_date(m: re.Match[str], today: date) -> str:
    month = _EN_MONTHS[m["mon"].rstrip(".")]
    day = int(m["d"]) if m["d"] else None
    if m["y"]:
        return _iso(int(m["y"]), month, day)
    groups = m.re.groupindex
    if "rel" in groups and m["rel"] == "last":
        return _iso(today.year - (month >= today.month), month, day)
    return _iso(_year(None, None, today, month, day), month, day)


def _en_month_of_year(m: re.Match[str], today: date) -> str:
    year = today.year + {"next": 1, "this": 0, "last": -1}[m["rel"]]
    return _iso(year, _EN_MONTHS[m["mon"]], int(m["d"]) if m["d"] else None)


def _en_relative(m: re.Match[str], today: date) -> str:
    word = re.sub(r"\s+", " ", m[0])
    simple = {
        "today": 0,
        "tonight": 0,
        "tomorrow": 1,
        "yesterday": -1,
        "the day after tomorrow": 2,
        "day after tomorrow": 2,
        "tmrw": 1,
        "tmr": 1,
    }
    if word in simple:
        return (today + timedelta(days=simple[word])).isoformat()
    which, unit = word.split(" ", 1)
    shift = {"next": 1, "this": 0, "last": -1}[which]
    if unit == "month":
        first = months_later(today.replace(day=1), shift)
        return _iso(first.year, first.month)
    if unit == "year":
        return _iso(today.year + shift)
    target = _EN_DAYS[unit]
    monday = today - timedelta(days=today.weekday())
    if shift == 0:
        ahead = (target - today.weekday()) % 7
        return (today + timedelta(days=ahead)).isoformat()
    return (monday + timedelta(weeks=shift, days=target)).isoformat()


_EN_UNIT = {"day": "D", "week": "W", "month": "M", "year": "Y", "wk": "W", "yr": "Y", "mo": "M"}


def _en_amount(text: str) -> int:
    return {"a": 1, "an": 1, "one": 1, "a couple of": 2, "a few": 3}.get(text) or _n(text)


def _en_after(m: re.Match[str], today: date) -> str:
    amount = _en_amount(m["n"])
    return _later(amount, _EN_UNIT[m["u"].rstrip("s")], today, -1 if m[0].endswith("ago") else 1)


def _en_period(m: re.Match[str], today: date) -> str:
    if m["half"]:
        return "P6M"
    return f"P{_en_amount(m['n'])}{_EN_UNIT[m['u'].rstrip('s')]}"


def _const(value: Callable[[date], str]) -> Callable[[re.Match[str], date], str]:
    return lambda _m, today: value(today)


def _c(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


_EN_NUM = rf"(?:{numbers.EN}|a couple of|a few|an?)"
_PATTERNS: list[tuple[re.Pattern[str], str, Callable[[re.Match[str], date], str]]] = [
    (_c(r"(?:(?P<rel>今年|来年|再来年|去年|昨年|ことし|らいねん)(?:の\s?)?|(?P<era>令和|平成|昭和|(?<![a-z])[rh](?=\d)))?(?:(?P<y>(?:(?<=令和)|(?<=平成)|(?<=昭和)|(?<=[rh])|(?<!\d))(?:\d{1,4}|元|[〇一二三四五六七八九十]{1,4}))年の?)?(?<![\d〇一二三四五六七八九十])(?P<m>1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])(?:月|がつ|ガツ)(?!間)(?:の?(?P<d>3[01]|[12]?\d|二?十[一二三四五六七八九]?|三十一?|[一二三四五六七八九])(?:日|にち))?"), "date", _ja_date),
    (_c(rf"(?P<era>令和|平成|昭和)(?P<y>\d{{1,2}}|元|{N})年(?!\d*月)"), "date", lambda m, t: _iso(_year(m["y"], m["era"], t, 1, 1))),
    (_c(r"(?<!\d)(?P<y>20\d\d)年(?!度|\d*月|以|前|後|間)"), "date", lambda m, t: _iso(int(m["y"]))),
    (_c(r"(?P<rel>今月|来月|再来月|先月|らいげつ|こんげつ)(?:の?(?P<tail>末|終わり))?(?:の?(?P<d>\d{1,2}|[一二三四五六七八九十]+)日)?"), "date", _ja_relative_month),
    (_c(r"(?<![a-z\d])(?P<era>[rh])(?P<y>\d{1,2})[./](?P<m>1[0-2]|0?[1-9])[./](?P<d>3[01]|[12]\d|0?[1-9])(?!\d)"), "date", lambda m, t: _iso(_ERAS[m["era"]] + int(m["y"]), int(m["m"]), int(m["d"]))),
    (_c(r"今日|本日|(?<!と)(?<!とう)きょう|明日|あした|あす(?!な|か)|明後日|あさって|昨日|きのう|一昨日|おととい|今夜|今晩|明々後日|しあさって"), "date", _ja_day),
    (_c(rf"(?:(?P<rel>今週|来週|再来週|先週)の?)?(?P<w>[{_JA_DAYS}])曜日?"), "date", _ja_weekday),
    (_c(r"再来年|さ来年"), "date", _const(lambda t: _iso(t.year + 2))),
    (_c(r"(?<!再)来年|らいねん"), "date", _const(lambda t: _iso(t.year + 1))),
    (_c(r"今年(?!度)|ことし"), "date", _const(lambda t: _iso(t.year))),
    (_c(r"去年|昨年|きょねん"), "date", _const(lambda t: _iso(t.year - 1))),
    (_c(rf"(?:(?P<half>半年)|(?P<n>{N})(?P<u>{_MONTH_UNIT}|か月|かげつ|週間|週|日|年))(?P<dir>後|先(?!週|月|生)|前|ご(?=に|の|、|$))"), "date", _ja_after),
    (_c(rf"(?:(?P<half>半年(?:間)?)|(?P<n>{N})(?P<u>{_MONTH_UNIT}|か月|かげつ|週間|年(?!\d|月|{N}月|度|代|生|前半|春|夏|秋|冬))(?P<plus>半)?間?)(?!前|後)"), "period", _ja_period),
    (_c(rf"(?P<half>(?!))?(?P<n>{N})(?P<u>日)(?P<plus>(?!))?(?:間|(?=以内|くらい|ぐらい|ほど|かか|で(?!す)|待|ちょい|も|前後|程度))(?!前|後)"), "period", _ja_period),
    (_c(r"(?<![\d/.-])(?:(?P<y>20\d\d|\d\d(?=/\d\d?/\d))[/.-])?(?P<m>1[0-2]|0?[1-9])/(?P<d>3[01]|[12]\d|0?[1-9])(?![\d/])"), "date", _slash),
    (_c(r"(?<![\d/.-])(?P<y>20\d\d)[-/.](?P<m>1[0-2]|0?[1-9])[-/.](?P<d>3[01]|[12]\d|0?[1-9])(?![\d/])"), "date", _slash),
    (_c(r"(?<![\d/.-])(?P<y>20\d\d)[-/](?P<m>1[0-2]|0[1-9])(?![\d/-])"), "date", lambda m, t: _iso(int(m["y"]), int(m["m"]))),
    (_c(r"(?<![\d月])(?P<d>3[01]|[12]?\d)日(?=に|から|まで|生まれ|の夜|の朝)"), "date", lambda m, t: _next_day_of_month(int(m["d"]), t)),
    (_c(rf"\b(?P<mon>{_M})\.?\s+(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+(?P<y>20\d\d))?\b(?!\s*(?:years?|months?|couples?))"), "date", _en_date),
    (_c(rf"(?<![\d/])(?P<d>\d{{1,2}})[/-](?P<mon>{_M})[/-](?P<y>20\d\d|19\d\d)\b"), "date", _en_date),
    (_c(rf"\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<mon>{_M})\b\.?(?:,?\s+(?P<y>20\d\d))?"), "date", _en_date),
    (_c(rf"\b(?:(?P<rel>next|this|last|in)\s+)?(?P<mon>{_M})(?P<d>(?!))?\s+(?P<y>20\d\d)\b"), "date", _en_date),
    (_c(rf"\b(?P<span>(?P<rel>next|last|this)\s+(?P<mon>{_M})(?P<d>(?!))?(?P<y>(?!))?)\b(?!\s+\d)"), "date", _en_date),
    (_c(rf"\b(?:in|by|since|until|from|during|till|on|before|after|early|late|mid)\s+(?P<span>(?P<mon>(?!may\b){_M})(?P<d>(?!))?(?P<y>(?!))?)\b(?!\s+\d)"), "date", _en_date),
    (_c(r"\b(?:in|by|since|until|before|after|during|from)\s+(?P<span>may)\b(?!\s+(?:i|we|be|have|not|you|\d))"), "date", lambda m, t: _iso(_year(None, None, t, 5, None), 5)),
    (_c(rf"\b(?:(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?)?(?P<mon>{_M})\.?,?\s+(?:of\s+)?(?P<rel>next|this|last)\s+year\b"), "date", _en_month_of_year),
    (_c(rf"\bthe day after tomorrow\b|\btoday\b|\btonight\b|\btomorrow\b|\byesterday\b|\btmrw?\b|\b(?:next|this|last)\s+(?:month|year|{_D})\b"), "date", _en_relative),
    (_c(rf"\b(?:on|by|until|till)\s+(?P<span>(?P<w>{_D}))\b"), "date", lambda m, t: (t + timedelta(days=(_EN_DAYS[m["w"]] - t.weekday()) % 7 or 7)).isoformat()),
    (_c(rf"\b(?:in\s+(?:about\s+|around\s+|roughly\s+)?(?P<n>{_EN_NUM})\s+(?P<u>days?|weeks?|months?|years?)(?:'?s?\s+time))"), "date", _en_after),
    (_c(rf"\b(?P<n>{_EN_NUM})\s+(?P<u>days?|weeks?|months?|years?)\s+(?:from now|from today|later|ago)\b"), "date", _en_after),
    (_c(r"(?<!\d)(?:in|since|until|by|from)\s+(?P<span>(?P<y>20\d\d))\b(?![-/])"), "date", lambda m, t: m["y"]),
    (_c(rf"\b(?:(?P<half>half a year|half year)|(?P<n>{_EN_NUM})[\s-]*(?P<u>days?|weeks?|wks?|months?|years?|yrs?))\b(?!\s*(?:old|of age|from now|from today|later|ago))(?!-old)(?!\s+time)"), "period", _en_period),
]  # fmt: skip


def _next_day_of_month(day: int, today: date) -> str:
    base = today if day >= today.day else months_later(today.replace(day=1), 1)
    return date(base.year, base.month, day).isoformat()
