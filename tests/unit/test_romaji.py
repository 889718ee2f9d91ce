"""Japanese in Latin letters is recognised and written in kana."""

from __future__ import annotations

import pytest

from bot.nlu.romaji import is_romaji, sentence_to_hiragana, to_hiragana


@pytest.mark.parametrize(
    ("latin", "kana"),
    [
        ("todokede", "とどけで"),
        ("shoumeisho", "しょうめいしょ"),
        ("kekkon", "けっこん"),
        ("shinjuku", "しんじゅく"),
        ("kyouto", "きょうと"),
        ("kin'en", "きんえん"),
        ("matcha", "まっちゃ"),
        ("shimbun", "しんぶん"),
        ("tōkyō", "とうきょう"),
        ("pa-tona-", "ぱーとなー"),
        ("jyuusho", "じゅうしょ"),
        ("konna", "こんな"),
    ],
)
def test_hepburn_and_how_people_really_type(latin: str, kana: str) -> None:
    assert to_hiragana(latin) == kana


@pytest.mark.parametrize("word", ["certificate", "apply", "x", "world", "tokyo!"])
def test_words_that_cannot_be_japanese(word: str) -> None:
    assert to_hiragana(word) is None


@pytest.mark.parametrize(
    "text",
    [
        "todokede wa doko de dekimasu ka",
        "nansai kara desu ka",
        "okane wa ikura desu ka",
        "kanojo to sunde imasu",
        "watashitachi mo tsukaemasu ka",
        "shorui wa nani ga hitsuyou desuka",
        "shinitai",
    ],
)
def test_romaji_is_recognised(text: str) -> None:
    assert is_romaji(text)


@pytest.mark.parametrize(
    "text",
    [
        "Can we apply online?",
        "How much does it cost",
        "no",
        "ok",
        "we live in Shinjuku and work in Shibuya",
        "my girlfriend is from Osaka, can we register?",
        "What is koseki?",
        "I am a man",
        "hello",
        "",
        "123",
    ],
)
def test_english_is_not_romaji(text: str) -> None:
    assert not is_romaji(text)


def test_sentences_keep_what_is_not_japanese() -> None:
    assert sentence_to_hiragana("todokede wa world 24h de ok") == "とどけでわworld24hでok"
