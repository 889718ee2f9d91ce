"""Tokens slice back to the typed text and leave no word out."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.nlu.normalise import with_offsets
from bot.nlu.tokenizer import FugashiTokenizer, tokenize

ANY_TEXT = st.text(st.characters(blacklist_categories=()), max_size=60)
JAPANESE = st.text("東京都世田谷区に住んでますパートナーｾﾀｶﾞﾔがﾞ１８歳 　、。？㍻🏳️‍🌈\u3099\x00\ud800abcAB/", max_size=40)
HARD = [
    "同性カップルじゃなくても使える？片方だけ埼玉に住んでます",
    "ﾊﾟｰﾄﾅｰｼｯﾌﾟ宣誓制度",
    "か\u3099くせい証明書",
    "㍻３０年４月１日",
    "👩‍❤️‍👩世田谷🏳️‍🌈",
    "費\x00用\ud800は\u200bいくら",
    "\t全角　空白\r\nと改行\t",
    "Does 世田谷区 accept it?",
    "todokede wa doko de dekimasu ka",
    "2026/11/22〜2027年3月",
    "ﷺ ㌔ ㍿ ½ ²",
    "がぎぐげご",
]


def _check(text: str) -> None:
    tokens = tokenize(text)
    position = 0
    for token in tokens:
        assert text[token.start : token.end] == token.text
        assert token.start >= position
        position = token.end
    # What lies between the tokens is nothing a reader would miss.
    gaps, position = [], 0
    for token in tokens:
        gaps.append(text[position : token.start])
        position = token.end
    gaps.append(text[position:])
    for gap in gaps:
        assert not with_offsets(gap).text.strip(), f"{gap!r} belongs to no token"


@pytest.mark.parametrize("text", HARD)
def test_hard_inputs_rejoin(text: str) -> None:
    _check(text)


@given(ANY_TEXT)
@settings(max_examples=300, deadline=None)
def test_any_text_rejoins(text: str) -> None:
    _check(text)


@given(JAPANESE)
@settings(max_examples=300, deadline=None)
def test_japanese_with_oddities_rejoins(text: str) -> None:
    _check(text)


@pytest.mark.parametrize("text", [" ", "\x00", "\u200b", "🏳️‍🌈", "\ud800"])
def test_text_without_words_still_has_a_token(text: str) -> None:
    """Rasa's later components fail on an empty token list."""
    assert tokenize(text)


def test_dictionary_forms_are_carried() -> None:
    lemmas = [t.lemma for t in tokenize("東京に住んでいます")]
    assert "住む" in lemmas


def test_rasa_gets_tokens_from_the_component() -> None:
    component = FugashiTokenizer(FugashiTokenizer.get_default_config())
    message = Message({TEXT: "世田谷区は？"})
    component.process([message])
    tokens = message.get("text_tokens")
    assert "".join(t.text for t in tokens) == "世田谷区は？"


def test_intent_names_are_not_cut_by_mecab() -> None:
    component = FugashiTokenizer(FugashiTokenizer.get_default_config())
    tokens = component.tokenize(Message({"intent": "check_eligibility"}), "intent")
    assert [t.text for t in tokens] == ["check_eligibility"]
