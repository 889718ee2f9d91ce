"""Features of the classifier: the same every time, and equal where writing differs and meaning does not."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.knowledge.loader import ROOT
from bot.nlu.features import features


@pytest.mark.parametrize(
    "text", ["費用はいくら？", "How much is it?", "okane wa ikura desu ka", "ANAのマイル", "", "\ud800", "🎉"]
)
def test_features_are_sorted_and_unique(text: str) -> None:
    found = features(text)
    assert list(found) == sorted(set(found))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("ﾊﾟｰﾄﾅｰは？", "パートナーは？"),
        ("費用は？？？", "費用は？"),
        ("費用（ひよう）は？", "費用は？"),
        ("ＡＮＡのマイル", "anaのマイル"),
        ("費\u200b用は？", "費用は？"),
        ("How  much?", "how much?"),
        ("費用 は？", "費用は？"),
    ],
)
def test_writing_that_differs_only_in_form_has_the_same_features(one: str, other: str) -> None:
    assert features(one) == features(other)


@pytest.mark.parametrize(
    ("one", "other"), [("同性", "どうせい"), ("todokede wa doko desuka", "届出はどこですか"), ("引っ越し", "ひっこし")]
)
def test_kana_kanji_and_romaji_share_their_reading(one: str, other: str) -> None:
    shared = {f for f in features(one) if f.startswith("r")} & {f for f in features(other) if f.startswith("r")}
    assert len(shared) >= 3


def test_words_of_one_idea_share_a_concept() -> None:
    assert "k:partner" in features("相方と") and "k:partner" in features("my girlfriend and I")


def test_another_process_finds_the_same_features() -> None:
    """No hash order may leak into the model."""
    text = "同性パートナーと世田谷区で apply したい"
    code = f"from bot.nlu.features import features; print('|'.join(features({text!r})))"
    out = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env={"PYTHONHASHSEED": "7", "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert tuple(out.stdout.rstrip("\n").split("|")) == features(text)


@given(st.text(st.characters(blacklist_categories=()), max_size=40))
@settings(max_examples=150, deadline=None)
def test_any_text_has_features_without_error(text: str) -> None:
    assert all(isinstance(f, str) and f for f in features(text))
