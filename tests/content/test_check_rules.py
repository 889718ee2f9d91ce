"""The rules behind the checks: which figures agree, which words are read, which sentences are long."""

from __future__ import annotations

import pytest

from bot.knowledge.check_numbers import disagreements, figures
from bot.knowledge.check_readings import long_sentences, readings, unread, without_readings

AGREE = [
    ("2022年11月1日から", "from 1 November 2022", "2022年（ねん）11月（がつ）1日（ついたち）から"),
    ("2026年3月", "March 2026", "2026年3月（がつ）"),
    ("4月1日と5月1日", "1 April and 1 May", "4月1日と 5月1日"),
    ("平成30年条例第93号", "Ordinance No. 93 of 2018", "平成30年（へいせい30ねん）条例第93号（じょうれいだい93ごう）"),
    ("令和5年", "2023", "2023年（ねん）"),
    ("午後6時から10時", "18:00 to 22:00", "午後（ごご）6時（じ）から 10時（じ）"),
    ("午前9時半から午後5時15分", "9:30 to 17:15", "午前（ごぜん）9時半（じはん）から 午後（ごご）5時（じ）15分（ふん）"),
    ("午後10時から午前1時", "22:00 to 01:00", "午後（ごご）10時から 午前（ごぜん）1時"),
    ("午後7時まで", "until 7 p.m.", "午後7時まで"),
    ("24時間", "24 hours", "24時間（じかん）"),
    ("110万円", "1.1 million yen", "110万円（まんえん）"),
    ("5万円強", "a little over 50,000 yen", "5万円（まんえん）より 少（すこ）し 多（おお）い"),
    ("2割増し", "20 percent more", "2割（わり） ふえます"),
    ("五つの高裁", "five high courts", "5つの 高裁（こうさい）"),
    ("三親等内", "within the third degree", "三親等（さんしんとう）まで"),
    ("年2回", "twice a year", "1年（ねん）に 2回（かい）"),
    ("十二か国", "12 countries", "12の 国（くに）"),
    ("1,692組", "1,692 couples", "1692組（くみ）"),
    ("56.7%", "56.7%", "56.7%"),
    ("電話03-5388-2337", "call 03-5388-2337", "電話（でんわ）は03-5388-2337"),
    ("{office_phone}へ", "at {office_phone}", "{office_phone}です"),
    ("（https://a.jp/2024/）", "(https://a.jp/2024/)", "ページです"),
    ("使える場合があります", "You may use it", "使（つか）えます"),
]  # fmt: skip

DIFFER = [
    ("3か月", "3 months", "2か月（げつ）"),
    ("2022年11月1日", "1 December 2022", "2022年11月1日"),
    ("2022年", "2022", "むかし"),
    ("午後6時から10時", "18:00 to 21:00", "午後6時から 10時"),
    ("午前9時", "21:00", "午前9時"),
    ("110万円", "1.2 million yen", "110万円"),
    ("1,692組", "1,629 couples", "1,692組"),
    ("平成30年", "2019", "平成30年"),
    ("03-5388-2337", "03-5388-2338", "03-5388-2337"),
    ("{office_phone}", "{lgbt_phone}", "{office_phone}"),
    ("第三条", "Article 4", "第三条"),
    ("56.7%", "57%", "56.7%"),
]  # fmt: skip


@pytest.mark.parametrize(("ja", "en", "easy"), AGREE)
def test_the_same_figures_written_in_each_language_agree(ja: str, en: str, easy: str) -> None:
    assert disagreements({"ja": ja, "en": en, "ja-easy": easy}) == {}


@pytest.mark.parametrize(("ja", "en", "easy"), DIFFER)
def test_different_figures_do_not_agree(ja: str, en: str, easy: str) -> None:
    assert disagreements({"ja": ja, "en": en, "ja-easy": easy})


def test_what_is_missing_is_named_where_it_is_missing() -> None:
    assert disagreements({"ja": "45日", "en": "45 days", "ja-easy": "すぐ"}) == {"ja-easy": {"45"}}


def test_one_is_as_often_an_article_as_a_figure() -> None:
    assert figures("1 of 2") == {"2"}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("証明書（しょうめいしょ）を 見（み）せます", []),
        ("証明書を 見（み）せます", ["証明書"]),
        ("証明書（しょうめいしょ）です。証明書です", []),
        ("証明書です。証明書（しょうめいしょ）です", ["証明書"]),
        ("受理（じゅり）と 証明書（しょうめいしょ）で 受理証明書です", []),
        ("2022年11月1日 10時 24時間", []),
        ("{operation_start}年", []),
        ("10組です", ["組"]),
        ("第4条 平成30年 令和5年", []),
        ("条例第93号（じょうれいだい93ごう）", []),
        ("引っ越（ひっこ）し 手引き（てびき） 受け付（うけつけ）", []),
        ("使い方（かた）", ["使"]),
    ],
)
def test_a_word_is_read_where_it_first_stands(text: str, words: list[str]) -> None:
    assert [word for _, _, word in unread([text])[0]] == words


def test_a_word_read_in_the_short_answer_is_read_in_the_body() -> None:
    assert unread(["制度（せいど）", "制度"])[0] == []
    assert unread(["制度"], readings(["制度（せいど）"]))[0] == []


def test_readings_are_taken_off() -> None:
    assert without_readings("東京（とうきょう）の（3月）2022年（ねん）") == "東京の（3月）2022年"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("あ" * 60, 0),
        ("あ" * 61, 1),
        ("あ " * 60, 0),
        ("制度（せいど）" * 30, 0),
        ("あ" * 40 + "。" + "あ" * 40, 0),
        ("あ" * 40 + "https://example.org/very/long/address" + "あ" * 40, 0),
        ("あ" * 40 + "\n" + "あ" * 40, 0),
    ],
)
def test_a_long_sentence_is_counted_without_readings_spaces_and_links(text: str, count: int) -> None:
    assert len(long_sentences(text)) == count
