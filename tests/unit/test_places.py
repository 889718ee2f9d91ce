"""Places in running text: all 62 municipalities however they are written, and names that are not places here."""

from __future__ import annotations

from typing import Any

import pytest

from bot.knowledge.loader import load

MUNICIPALITIES = list(load().municipalities.values())


def found(finder: Any, text: str) -> list[tuple[str, str, str]]:
    """(type, words, value) of municipalities and areas in a message."""
    from understood import TODAY

    return [(e.type, e.text, e.value) for e in finder.find(text, TODAY).entities if e.type in ("municipality", "area")]


def test_there_are_62_municipalities() -> None:
    assert len(MUNICIPALITIES) == 62


@pytest.mark.parametrize("frame", ["{}に住んでいます", "{}では使えますか", "私は{}で働いてます", "{}は？"])
@pytest.mark.parametrize("place", MUNICIPALITIES, ids=lambda p: p.name_en)
def test_each_municipality_by_its_name(finder: Any, place: Any, frame: str) -> None:
    assert found(finder, frame.format(place.name_ja)) == [("municipality", place.name_ja, place.name_ja)]


@pytest.mark.parametrize("frame", ["{} に すんで います", "{}では つかえますか"])
@pytest.mark.parametrize("place", MUNICIPALITIES, ids=lambda p: p.name_en)
def test_each_municipality_in_kana(finder: Any, place: Any, frame: str) -> None:
    assert found(finder, frame.format(place.kana)) == [("municipality", place.kana, place.name_ja)]


@pytest.mark.parametrize("frame", ["We live in {}", "Does {} accept the certificate?", "what about {}?"])
@pytest.mark.parametrize("place", MUNICIPALITIES, ids=lambda p: p.name_en)
def test_each_municipality_in_english(finder: Any, place: Any, frame: str) -> None:
    assert found(finder, frame.format(place.name_en)) == [("municipality", place.name_en, place.name_ja)]


@pytest.mark.parametrize("place", MUNICIPALITIES, ids=lambda p: p.name_en)
def test_each_municipality_in_small_letters(finder: Any, place: Any) -> None:
    text = f"we live in {place.name_en.lower()}"
    assert found(finder, text) == [("municipality", place.name_en.lower(), place.name_ja)]


@pytest.mark.parametrize(
    ("text", "words", "value"),
    [
        ("世田谷に住んでます", "世田谷", "世田谷区"),
        ("せたがやで暮らしてる", "せたがや", "世田谷区"),
        ("職場は新宿です", "新宿", "新宿区"),
        ("渋谷で働いてる", "渋谷", "渋谷区"),
        ("八王子は？", "八王子", "八王子市"),
        ("町田の家", "町田", "町田市"),
        ("府中に住んでる", "府中", "府中市"),
        ("武蔵野市民です", "武蔵野市", "武蔵野市"),
        ("西東京市ではどう？", "西東京市", "西東京市"),
        ("東久留米は", "東久留米", "東久留米市"),
        ("東村山市は？", "東村山市", "東村山市"),
        ("武蔵村山は？", "武蔵村山", "武蔵村山市"),
        ("東大和市は？", "東大和市", "東大和市"),
        ("八丈町に住んでる", "八丈町", "八丈町"),
        ("青ヶ島村です", "青ヶ島村", "青ヶ島村"),
        ("多摩市に住んでます", "多摩市", "多摩市"),
        ("セタガヤ区は？", "セタガヤ区", "世田谷区"),
        ("ｾﾀｶﾞﾔ区は？", "ｾﾀｶﾞﾔ区", "世田谷区"),
        ("we moved to shibuya", "shibuya", "渋谷区"),
        ("I live in Setagaya-ku", "Setagaya-ku", "世田谷区"),
        ("near Hachioji city hall", "Hachioji city", "八王子市"),
        ("Ｓｅｔａｇａｙａ", "Ｓｅｔａｇａｙａ", "世田谷区"),
    ],
)
def test_short_and_casual_names(finder: Any, text: str, words: str, value: str) -> None:
    assert ("municipality", words, value) in found(finder, text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("埼玉に住んでいます", "outside_tokyo"),
        ("横浜在住です", "outside_tokyo"),
        ("さいたま市から通ってる", "outside_tokyo"),
        ("ちばけんに すんでいます", "outside_tokyo"),
        ("都外に引っ越す", "outside_tokyo"),
        ("we live in Kawasaki", "outside_tokyo"),
        ("outside Tokyo", "outside_tokyo"),
        ("京都に住んでます", "outside_tokyo"),
        ("都内在住です", "tokyo"),
        ("東京に住んでる", "tokyo"),
        ("とうきょうに すんでいます", "tokyo"),
        ("we live in Tokyo", "tokyo"),
        ("多摩地域に住んでる", "tama"),
        ("23区外でも使える？", "outside_23_wards"),
        ("２３区外でも使える？", "outside_23_wards"),
    ],
)
def test_areas(finder: Any, text: str, value: str) -> None:
    assert [v for kind, _, v in found(finder, text) if kind == "area"] == [value]


@pytest.mark.parametrize(
    "text",
    [
        "国立大学に行ってる",
        "国立病院で面会できる？",
        "国立競技場",
        "港の近く",
        "空港で使える？",
        "北に引っ越す",
        "中央の窓口",
        "証明書の中央に",
        "町田さんに相談した",
        "渋谷さんと届けたい",
        "日野自動車の福利厚生",
        "大阪市北区に住んでる",
        "名古屋市港区です",
        "札幌市中央区です",
        "大阪市中央区では？",
        "神戸市中央区",
        "京都市北区",
        "太田区長",
        "the hinoki cypress",
        "kitakyushu",
        "tamago",
    ],
)
def test_a_name_that_is_no_municipality_here(finder: Any, text: str) -> None:
    assert [f for f in found(finder, text) if f[0] == "municipality"] == []


@pytest.mark.parametrize(
    "text",
    [
        "東京都パートナーシップ宣誓制度とは",
        "東京都の制度",
        "東京タワー",
        "東京ガスは使える？",
        "Tokyo Partnership Oath System",
        "とうきょうとの せいど",
    ],
)
def test_tokyo_as_part_of_a_name_is_no_place_of_living(finder: Any, text: str) -> None:
    assert found(finder, text) == []


def test_kyoto_inside_tokyo_to_is_not_kyoto(finder: Any) -> None:
    assert "outside_tokyo" not in [v for *_, v in found(finder, "東京都に住んでいます")]
    assert "outside_tokyo" not in [v for *_, v in found(finder, "とうきょうとに すんでいます")]


def test_the_longer_name_wins(finder: Any) -> None:
    assert [v for *_, v in found(finder, "東村山市に住んでます")] == ["東村山市"]
    assert [v for *_, v in found(finder, "西東京市に住んでます")] == ["西東京市"]
    assert [v for *_, v in found(finder, "武蔵村山市と東大和市")] == ["武蔵村山市", "東大和市"]


def test_several_places_come_in_order(finder: Any) -> None:
    assert [v for *_, v in found(finder, "千葉から江東区に引っ越し、職場は港区")] == ["outside_tokyo", "江東区", "港区"]
