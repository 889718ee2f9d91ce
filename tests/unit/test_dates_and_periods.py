"""Dates and periods as ISO 8601; today is Sunday, 22 November 2026."""

from __future__ import annotations

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.nlu import when
from bot.nlu.normalise import with_offsets

TODAY = date(2026, 11, 22)


def read(text: str, today: date = TODAY) -> list[tuple[str, str, str]]:
    plain = with_offsets(text).text
    return [(f.kind, plain[f.start : f.end], f.value) for f in when.find(plain, today)]


def values(text: str, kind: str, today: date = TODAY) -> list[str]:
    return [value for k, _, value in read(text, today) if k == kind]


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        pytest.param("令和9年3月4日に引っ越す", "2027-03-04", id="era"),
        pytest.param("令和９年３月４日に引っ越す", "2027-03-04", id="era, full width"),
        pytest.param("令和九年三月四日に引っ越す", "2027-03-04", id="era, kanji numbers"),
        pytest.param("令和元年5月1日から", "2019-05-01", id="first year of an era"),
        pytest.param("平成30年4月1日", "2018-04-01", id="Heisei"),
        pytest.param("昭和63年1月7日", "1988-01-07", id="Showa"),
        pytest.param("R9.3.4に転入", "2027-03-04", id="R9.3.4"),
        pytest.param("R9年3月に転入", "2027-03", id="R9年3月"),
        pytest.param("令和9年3月", "2027-03", id="era and month"),
        pytest.param("2027年3月4日", "2027-03-04", id="Western year"),
        pytest.param("２０２７年３月", "2027-03", id="full-width year and month"),
        pytest.param("二〇二七年三月四日", "2027-03-04", id="kanji digits"),
        pytest.param("2027/3/4に引っ越し", "2027-03-04", id="slashes"),
        pytest.param("2027-03-04", "2027-03-04", id="ISO"),
        pytest.param("2027.3.4", "2027-03-04", id="dots"),
        pytest.param("12/1に引っ越す", "2026-12-01", id="month and day to come"),
        pytest.param("3/1に引っ越す", "2027-03-01", id="month and day of next year"),
        pytest.param("12月1日に引っ越す", "2026-12-01", id="12月1日"),
        pytest.param("十二月一日に引っ越す", "2026-12-01", id="十二月一日"),
        pytest.param("3月に引っ越す", "2027-03", id="a month gone by is next year's"),
        pytest.param("11月に引っ越す", "2026-11", id="this very month"),
        pytest.param("11月22日に", "2026-11-22", id="today by date"),
        pytest.param("11月21日に出す", "2027-11-21", id="yesterday's date is next year's"),
        pytest.param("12月の5日に", "2026-12-05", id="12月の5日"),
        pytest.param("来年の3月に", "2027-03", id="next year's March"),
        pytest.param("来年3月4日に", "2027-03-04", id="next year with day"),
        pytest.param("再来年の1月", "2028-01", id="the year after next"),
        pytest.param("去年の5月に届けた", "2025-05", id="last year's May"),
        pytest.param("来月引っ越す", "2026-12", id="来月"),
        pytest.param("らいげつ ひっこします", "2026-12", id="らいげつ"),
        pytest.param("再来月に引っ越し", "2027-01", id="再来月 over the year's end"),
        pytest.param("今月中に", "2026-11", id="今月"),
        pytest.param("先月別れた", "2026-10", id="先月"),
        pytest.param("来月末に引っ越す", "2026-12-31", id="end of next month"),
        pytest.param("来月の5日に", "2026-12-05", id="5th of next month"),
        pytest.param("今日届けたい", "2026-11-22", id="今日"),
        pytest.param("明日出せますか", "2026-11-23", id="明日"),
        pytest.param("あしたでもいい？", "2026-11-23", id="あした"),
        pytest.param("明後日までに", "2026-11-24", id="明後日"),
        pytest.param("昨日引っ越した", "2026-11-21", id="昨日"),
        pytest.param("おととい", "2026-11-20", id="おととい"),
        pytest.param("来年引っ越す予定", "2027", id="来年"),
        pytest.param("再来年になりそう", "2028", id="再来年"),
        pytest.param("今年中に", "2026", id="今年"),
        pytest.param("去年結婚した", "2025", id="去年"),
        pytest.param("来週の金曜日に", "2026-11-27", id="Friday of next week, as weeks begin on Monday"),
        pytest.param("3か月後に引っ越す", "2027-02-22", id="in three months"),
        pytest.param("三ヶ月後", "2027-02-22", id="三ヶ月後"),
        pytest.param("10日後に", "2026-12-02", id="in ten days"),
        pytest.param("2週間後に", "2026-12-06", id="in two weeks"),
        pytest.param("半年後", "2027-05-22", id="in half a year"),
        pytest.param("1年後に", "2027-11-22", id="in a year"),
        pytest.param("3年前に離婚", "2023-11-22", id="three years ago"),
        pytest.param("moving on 4 March 2027", "2027-03-04", id="en: day first"),
        pytest.param("moving on March 4, 2027", "2027-03-04", id="en: month first"),
        pytest.param("on Mar. 4th", "2027-03-04", id="en: abbreviation, ordinal, no year"),
        pytest.param("on the 4th of March", "2027-03-04", id="en: 4th of March"),
        pytest.param("on 1 December", "2026-12-01", id="en: to come this year"),
        pytest.param("in March 2027", "2027-03", id="en: month and year"),
        pytest.param("we move in April", "2027-04", id="en: in April"),
        pytest.param("next April", "2027-04", id="en: next April"),
        pytest.param("next month", "2026-12", id="en: next month"),
        pytest.param("last year", "2025", id="en: last year"),
        pytest.param("tomorrow", "2026-11-23", id="en: tomorrow"),
        pytest.param("the day after tomorrow", "2026-11-24", id="en: the day after tomorrow"),
        pytest.param("in two months' time", "2027-01-22", id="en: in two months' time"),
        pytest.param("three weeks from now", "2026-12-13", id="en: three weeks from now"),
        pytest.param("two years ago", "2024-11-22", id="en: two years ago"),
        pytest.param("since 2024", "2024", id="en: since a year"),
    ],
)
def test_date(text: str, iso: str) -> None:
    assert values(text, "date") == [iso]


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        pytest.param("3か月以内に引っ越す", "P3M", id="3か月以内"),
        pytest.param("三ヶ月有効ですか", "P3M", id="三ヶ月"),
        pytest.param("3ヵ月", "P3M", id="ヵ月"),
        pytest.param("3カ月", "P3M", id="カ月"),
        pytest.param("3ｶ月", "P3M", id="half-width ｶ月"),
        pytest.param("3かげつ", "P3M", id="かげつ"),
        pytest.param("10日間かかる", "P10D", id="10日間"),
        pytest.param("十日くらい？", "P10D", id="十日くらい"),
        pytest.param("１０日ほど", "P10D", id="full-width days"),
        pytest.param("2週間", "P2W", id="2週間"),
        pytest.param("半年住んでる", "P6M", id="半年"),
        pytest.param("1年半つきあってる", "P1Y6M", id="一年半"),
        pytest.param("5年付き合ってます", "P5Y", id="5年"),
        pytest.param("within three months", "P3M", id="en: three months"),
        pytest.param("for 2 weeks", "P2W", id="en: weeks"),
        pytest.param("half a year", "P6M", id="en: half a year"),
        pytest.param("a year together", "P1Y", id="en: a year"),
        pytest.param("a couple of weeks", "P2W", id="en: a couple of"),
        pytest.param("takes 10 days", "P10D", id="en: days"),
        pytest.param("a three-month limit", "P3M", id="en: hyphenated"),
    ],
)
def test_period(text: str, iso: str) -> None:
    assert values(text, "period") == [iso]


@pytest.mark.parametrize(
    "text",
    [
        "24時間使える？", "18歳です", "03-5388-2337に電話", "13月に引っ越す", "2月30日に", "23区外です", "3年生です", "may we apply?", "I may not",
        "日本に住んでる", "とうきょうと に すんでいます", "200年以上の歴史", "平成生まれ", "TP-2026-11-22", "二人です", "10代です", "march on", "令和です",
    ],
)  # fmt: skip
def test_no_day_is_read_where_none_is_named(text: str) -> None:
    assert not [v for v in values(text, "date") if len(v) == 10]


@pytest.mark.parametrize(
    "text",
    [
        "may we apply?",
        "I may not",
        "日本に住んでる",
        "とうきょうと に すんでいます",
        "24時間使える？",
        "二人です",
        "3年生です",
        "10代です",
        "毎年更新？",
    ],
)
def test_no_date_where_none_is_meant(text: str) -> None:
    assert read(text) == []


@pytest.mark.parametrize(
    ("today", "text", "iso"),
    [
        (date(2027, 1, 31), "1か月後", "2027-02-28"),
        (date(2027, 1, 31), "来月", "2027-02"),
        (date(2026, 12, 31), "明日", "2027-01-01"),
        (date(2026, 12, 15), "来月", "2027-01"),
        (date(2027, 2, 28), "2月29日に", "2028-02-29"),
        (date(2028, 2, 29), "1年後", "2029-02-28"),
        (date(2027, 3, 1), "先月", "2027-02"),
    ],
)
def test_calendar_edges(today: date, text: str, iso: str) -> None:
    assert values(text, "date", today) == [iso]


def test_two_dates_in_order() -> None:
    assert values("12月1日から来年3月4日まで", "date") == ["2026-12-01", "2027-03-04"]


@given(
    st.text(
        st.sampled_from("0123456789０９令和平成元年月日後前の来再半か週間/-. 〇一十百千RrHhaprilmychjnexton"),
        max_size=24,
    ),
    st.dates(date(1990, 1, 1), date(2098, 1, 1)),
)
@settings(max_examples=400, deadline=None)
def test_any_jumble_gives_iso_or_nothing(text: str, today: date) -> None:
    plain = with_offsets(text).text
    end = 0
    for found in when.find(plain, today):
        assert end <= found.start < found.end <= len(plain)
        end = found.end
        pattern = r"\d{4}(-\d\d(-\d\d)?)?" if found.kind == "date" else r"P\d+[DWMY](\d+[MD])?"
        assert re.fullmatch(pattern, found.value), (plain, found)
        if len(found.value) == 10 and found.kind == "date":
            date.fromisoformat(found.value)
