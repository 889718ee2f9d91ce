"""Receipts, PINs and addresses are found as people type them, masked at equal length, and read right."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.applications import receipt
from bot.applications.model import Contact, ContactKind
from bot.privacy.redact import MASK
from bot.privacy.spotting import SEALED, UNREAD_MAIL, Spotted, spot

NUMBER = "TP-7K2M-9QXC-4H8R"
RECEIPTS = {
    "as given": NUMBER,
    "lower case": NUMBER.lower(),
    "full width": "ＴＰ－７Ｋ２Ｍ－９ＱＸＣ－４Ｈ８Ｒ",
    "spaces": "TP 7K2M 9QXC 4H8R",
    "nothing between": "TP7K2M9QXC4H8R",
    "other hyphens": "TP‐7K2M—9QXC−4H8R",
    "long vowel marks": "TPー7K2Mー9QXCー4H8R",
    "without TP": "7K2M-9QXC-4H8R",
}
PINS = {
    "alone": "482913",
    "full width": "４８２９１３",
    "alone with a copula": "482913です",
    "labelled": "暗証番号は482913です",
    "labelled in kana": "あんしょうばんごう：482913",
    "English": "my PIN is 482913",
    "in two groups": "PIN 482 913",
    "label behind": "482913 is the pin",
    "beside a receipt": f"{NUMBER} 482913",
    "in a sentence": "たしか482913だったと思う",
    "parted by a comma": "482,913",
    "parted by a dot": "482.913",
    "one by one": "暗証番号は4、8、2、9、1、3です",
    "one by one with spaces": "my pin is 4, 8, 2, 9, 1, 3",
    "in words": "PINは四八二九一三",
    "as a number of before": "さっきの番号は482 913でした",
    "as a number in English": "the number was 482 913",
    **{
        f"beside a receipt: {between}{digits}": f"{NUMBER}{between}{digits}"
        for between in (" ", "/", ",", ":", "-", "、", " (", " で、番号のほうは ")
        for digits in ("482 913", "482913", "482-913", "4 8 2 9 1 3", "482,913")
    },
    "before a receipt": f"482-913 {NUMBER}",
}


@pytest.mark.parametrize("written", RECEIPTS.values(), ids=RECEIPTS)
@pytest.mark.parametrize("frame", ["{}", "受付番号は{}です", "Is {} ready?", "🎉{}、どうなった？"])
def test_a_receipt_is_masked_however_it_is_written(written: str, frame: str) -> None:
    found = spot(frame.format(written))
    assert len(found.text) == len(frame.format(written))
    assert not any(part in found.text.upper() for part in ("7K2M", "9QXC", "4H8R", "７Ｋ２Ｍ"))
    assert found.values["receipt"]
    assert MASK not in found.text and SEALED in found.text


def test_a_real_receipt_is_read_into_its_plain_form() -> None:
    for _ in range(50):
        number = receipt.new()
        assert spot(f"番号 {number.lower().replace('-', ' ')} です").values == {"receipt": number}


@pytest.mark.parametrize("text", PINS.values(), ids=PINS)
def test_a_pin_is_masked(text: str) -> None:
    found = spot(text)
    assert found.values["pin"] == "482913"
    assert len(found.text) == len(text)
    assert not any(c.isdigit() for c in found.text)


@pytest.mark.parametrize(
    "text", ["TP-7K2M-9QXC-4H8", "tp-7k2m-9qxc-4h8rx", "7k2m-9qxc", "PIN 48291", "暗証番号 4829137", "48291"]
)
def test_what_is_nearly_a_receipt_or_pin_is_masked_too(text: str) -> None:
    found = spot(text)
    assert found.values and not any(c.isdigit() for c in found.text)


@pytest.mark.parametrize(
    "text",
    [
        "hanako@example.jp",
        "Hanako.Yamada+a@mail.example.co.jp",
        "o'brien@example.org",
        "ｈａｎａｋｏ＠ｅｘａｍｐｌｅ．ｊｐ",
    ],
)
def test_an_address_is_masked_like_a_personal_detail(text: str) -> None:
    found = spot(f"{text} にお願いします")
    assert found.text == MASK * len(text) + " にお願いします"
    assert found.values["mail"].isascii() and "@" in found.values["mail"]


@pytest.mark.parametrize(
    "text",
    [
        "費用はいくらですか", "年収500000円でも使えますか", "100000人が使っていますか", "2027-04", "2027年4月10日", "20270410", "03-5388-2337に電話", "0353882337", "have been told that this work", "暗証番号は6桁ですか", "暗証番号を3回間違えました", "1692組", "18歳と25歳です", "令和9年3月4日", "PINって何ですか", "TPOに合わせて", "https://www.soumu.metro.tokyo.lg.jp/10jinken/page/partnership01.html",
        "暗証番号は2027年に変わりますか", "2027.4.1", "2027.04", "2027-4-1", "PIN 10,000円", "暗証番号は六桁ですか", "10,692", "整理番号は12番", "番号は何ですか、2人で3回、4月5日に",
    ],
)  # fmt: skip
def test_an_ordinary_message_is_left_alone(text: str) -> None:
    assert spot(text).text == text
    assert spot(text).values == {}


@pytest.mark.parametrize(
    "text",
    ["will I get spouse visa with this certificate?", "i live in toei apartment", "that city hall does not open"],
)
def test_three_words_of_four_letters_are_no_receipt(text: str) -> None:
    assert spot(text).text == text


def test_the_day_beside_a_receipt_is_no_pin() -> None:
    assert set(spot(f"{NUMBER} を2027-04に、2026年11月22日に").values) == {"receipt"}


def test_a_receipt_in_one_piece_without_tp_is_a_receipt() -> None:
    number = next(n for n in iter(receipt.new, None) if any(map(str.isdigit, n)) and any(map(str.isalpha, n[3:])))
    bare = number.removeprefix("TP-").replace("-", "")
    for text in (bare, f"番号は{bare}です", bare.lower()):
        found = spot(text)
        assert found.values == {"receipt": number} and bare[:4] not in found.text.upper()
    assert spot("TQ5D5J5CH8DX").text == SEALED * 12
    wrong = bare[:-1] + ("A" if bare[-1] != "A" else "B")
    assert spot(wrong).values == {}


def test_a_receipt_without_a_digit_is_a_receipt() -> None:
    number = next(n for n in iter(receipt.new, None) if not any(c.isdigit() for c in n))
    assert "receipt" in spot(f"受付番号は{number}です").values
    assert "receipt" in spot(number.removeprefix("TP-")).values


def test_the_secrets_are_not_printed() -> None:
    assert "482913" not in repr(spot("PIN 482913"))


@given(st.text(st.characters(blacklist_categories=()), max_size=60))
@settings(max_examples=300, deadline=None)
def test_length_is_always_kept(text: str) -> None:
    found = spot(text)
    assert len(found.text) == len(text)
    assert all(a == b or b in (MASK, SEALED) for a, b in zip(text, found.text, strict=True))


def test_masking_twice_finds_nothing_more() -> None:
    once = spot(f"受付番号は{NUMBER}、暗証番号は482913、a@example.org")
    assert spot(once.text).values == {}


WRITINGS = {
    "as given": lambda r: r,
    "small": str.lower,
    "without hyphens": lambda r: r.replace("-", ""),
    "long vowel marks": lambda r: r.replace("-", "ー"),
    "spaces": lambda r: r.replace("-", " "),
    "full width": lambda r: "".join(chr(ord(c) + 0xFEE0) for c in r),
}


@pytest.mark.parametrize("writing", WRITINGS)
def test_every_receipt_that_can_be_given_out_is_masked_and_read(writing: str) -> None:
    """Also the one in ninety that has no digit in it."""
    numbers = [receipt.new() for _ in range(1500)]
    assert any(not any(c.isdigit() for c in number) for number in numbers)
    for number in numbers:
        spotted = spot(f"受付番号は{WRITINGS[writing](number)} です、どうなりましたか")
        assert spotted.values == {"receipt": number}, number
        left = "".join(c for c in unicodedata.normalize("NFKC", spotted.text) if c.isascii() and c.isalnum())
        assert left.lower() == "tp"


@pytest.mark.parametrize("text", ["tp link router", "TPの書類を出しました", "http and ftp", "what is tp?"])
def test_words_that_begin_like_a_receipt_are_none(text: str) -> None:
    assert "receipt" not in spot(text).values


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("メールアドレスはsato.hana@example.comです", "sato.hana@example.com"),
        ("お知らせ先はsato.hana@example.comに変えてください", "sato.hana@example.com"),
        ("メールアドレスは ｓａｔｏ＠ｅｘａｍｐｌｅ．ｃｏｍ です", "sato@example.com"),
        ("sato @ example.com", "sato@example.com"),
        ("sato　＠　Example.com にしてください", "sato@Example.com"),
        ("please use Sato+a@ example.co.jp, thanks", "Sato+a@example.co.jp"),
        ("'sato@example.com'", "sato@example.com"),
    ],
)
def test_an_address_inside_a_sentence_is_read_as_it_can_be_written_to(text: str, address: str) -> None:
    found = spot(text)
    assert found.values == {"mail": address}
    assert Contact(ContactKind.EMAIL, found.values["mail"])
    assert not any(part in found.text.lower() for part in ("sato", "hana", "example", "@", "＠", "ｓａｔｏ"))


@pytest.mark.parametrize(
    "text", ["花子＠example.com", "花子.sato@example.com", "jösato@example.com", "sato@example", "sato@example,com", "sato@例え.jp"]
)  # fmt: skip
def test_an_address_nobody_can_write_to_is_masked_and_said_to_be_unread(text: str) -> None:
    found = spot(f"アドレス、{text} です")
    assert set(found.values) == {UNREAD_MAIL} and text not in found.values.values()
    assert found.text == f"アドレス、{MASK * len(text)} です"


@pytest.mark.parametrize("text", ["meet @ 5.30", "LINE@を使えますか", "3個@100円", "we met @ the office"])
def test_a_sign_for_at_makes_no_address(text: str) -> None:
    assert spot(text) == Spotted(text)
