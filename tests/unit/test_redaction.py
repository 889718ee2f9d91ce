"""Personal details are masked before anything else sees a message (reliability.md R29)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.privacy.redact import MASK, redact

PHONES = [
    "090-1234-5678", "09012345678", "０９０－１２３４－５６７８", "080 1234 5678", "070-9876-5432", "03-1234-5678", "0312345678", "042-765-4321", "+81 90-1234-5678", "+819012345678", "0422-12-3456", "090ー1234ー5678", "(090)1234-5678", "090.1234.5678",
]  # fmt: skip
MAILS = [
    "hanako@example.jp",
    "Hanako.Yamada+lgbt@mail.example.co.jp",
    "ｈａｎａｋｏ＠ｅｘａｍｐｌｅ．ｊｐ",
    "h_y-99@docomo.ne.jp",
    "a@b.co",
]
NUMBERS = [
    "123456789012",
    "1234-5678-9012",
    "１２３４　５６７８　９０１２",
    "4111 1111 1111 1111",
    "4111-1111-1111-1111",
]
ADDRESSES = [
    "西新宿2丁目8-1",
    "西新宿二丁目8番1号",
    "新宿区西新宿2-8-1",
    "〒163-8001",
    "世田谷区太子堂4-1-1",
    "港区芝公園4丁目2-8",
    "八王子市元本郷町3-24-1",
]
NAMES = [
    ("私の名前は山田花子です", "山田花子"),
    ("名前は山田はなこです", "山田はなこ"),
    ("彼女の名前は佐藤美咲です。使えますか", "佐藤美咲"),
    ("山田花子と申します", "山田花子"),
    ("山田太郎といいます。費用は？", "山田太郎"),
    ("氏名は山田花子、相手は佐藤です", "山田花子"),
    ("なまえは やまだはなこ です", "やまだはなこ"),
    ("本名はヤマダハナコです", "ヤマダハナコ"),
    ("My name is Hanako Yamada", "Hanako Yamada"),
    ("my partner's name is Misaki Sato.", "Misaki Sato"),
    ("Name: Hanako Yamada", "Hanako Yamada"),
    ("she is called Misaki", "Misaki"),
]
BIRTHDAYS = [
    ("生年月日は1990年5月3日です", "1990年5月3日"),
    ("生年月日：平成2年5月3日", "平成2年5月3日"),
    ("誕生日は1990/5/3です", "1990/5/3"),
    ("I was born on 1990-05-03", "1990-05-03"),
    ("date of birth: 1990-05-03", "1990-05-03"),
    ("DOB 1990/05/03", "1990/05/03"),
    ("I was born on 3 May 1990", "May"),
    ("I was born on May 3, 1990", "1990"),
    ("1990年5月3日生まれです", "1990年5月3日"),
]


@pytest.mark.parametrize("secret", PHONES + MAILS + NUMBERS + ADDRESSES)
@pytest.mark.parametrize("frame", ["{}です。折り返しください", "My contact is {} thanks", "👩‍❤️‍👩 {} に送って"])
def test_contact_is_masked(secret: str, frame: str) -> None:
    typed = frame.format(secret)
    masked, changed = redact(typed)
    assert changed
    assert len(masked) == len(typed)
    start = typed.index(secret)
    kept = "".join(c for c in masked[start : start + len(secret)] if c.isalnum())
    # A prefecture, ward or post mark may stay; what singles out a household or person may not.
    assert not any(c.isdigit() for c in kept), masked
    assert "@" not in masked and "＠" not in masked


@pytest.mark.parametrize(("typed", "secret"), NAMES + BIRTHDAYS)
def test_name_and_birthday_are_masked(typed: str, secret: str) -> None:
    masked, changed = redact(typed)
    assert changed
    assert secret not in masked
    assert len(masked) == len(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "03-5388-2337に電話すればいい？",
        "0120-279-338は24時間？",
        "050-3647-1448と050-3138-4011の違い",
        "Is 03-5388-2337 open today?",
        "０３－５３８８－２３３７",
    ],
)
def test_public_numbers_stay(typed: str) -> None:
    assert redact(typed) == (typed, False)


@pytest.mark.parametrize(
    "typed",
    [
        "費用はいくらですか", "令和9年3月4日に引っ越します", "2027/3/4に世田谷区へ", "私は25歳、彼女は17歳", "世田谷区に住んでいます", "TP-7K2M-9QXC-4H8R", "何と言いますか", "10日で届く？", "24時間使える？",
        "同性婚といいますか事実婚です", "受理証明書の名前は何ですか", "制度の名前は？", "証明書に本名は載りますか", "名前は書かなくていい？", "通称名は使えますか", "What is the name of the scheme?", "my name is not on the card, why?", "二丁目で働いています",
        "第7条の2", "2022年11月1日から", "100人", "3か月以内", "誕生日は必要ですか", "生年月日は書きますか", "彼氏の名前は言いたくない", "18歳の誕生日に出したい",
    ],
)  # fmt: skip
def test_an_ordinary_question_is_left_alone(typed: str) -> None:
    assert redact(typed) == (typed, False)


def test_the_rest_of_the_message_keeps_its_place() -> None:
    typed = "👩‍❤️‍👩 山田花子と申します、世田谷区で090-1234-5678です。費用は？"
    masked, _ = redact(typed)
    assert len(masked) == len(typed)
    for word in ("世田谷区", "費用は"):
        assert masked.index(word) == typed.index(word)


def test_masking_twice_changes_nothing_more() -> None:
    once, _ = redact("山田花子と申します 090-1234-5678")
    assert redact(once)[0] == once


def test_masked_text_still_reads_as_masked_after_normalising() -> None:
    from bot.nlu.normalise import for_features

    assert MASK not in "費用は？" and for_features(MASK * 3)


@given(st.text(st.characters(blacklist_categories=()), max_size=80))
@settings(max_examples=300, deadline=None)
def test_length_is_always_kept(typed: str) -> None:
    masked, changed = redact(typed)
    assert len(masked) == len(typed)
    assert changed == (masked != typed) or MASK in typed
    assert all(a == b or b == MASK for a, b in zip(typed, masked, strict=False))


def test_public_numbers_are_exactly_those_the_bot_gives_out(knowledge: object) -> None:
    """A number in our own answers must not be masked when someone asks about it."""
    import re

    texts = [
        t for e in knowledge.entries.values() for field in (e.short, e.body, e.next) for t in (field or {}).values()
    ]  # type: ignore[attr-defined]
    texts += [str(f.value) for lines in knowledge.figures.values() for f in lines]  # type: ignore[attr-defined]
    numbers = {n for t in texts for n in re.findall(r"(?<![\d-])0\d{1,3}-\d{2,4}-\d{3,4}(?![\d-])", t)}
    assert numbers
    masked = sorted(n for n in numbers if redact(f"{n}に電話")[1])
    assert masked == []
