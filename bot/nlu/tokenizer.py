"""Rasa tokenizer on fugashi (MeCab with UniDic): Japanese and mixed text, offsets that slice back to what was typed."""

from __future__ import annotations

import re
from typing import Any

from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.nlu.tokenizers.tokenizer import Token, Tokenizer
from rasa.shared.nlu.training_data.message import Message

from bot.nlu import morphology
from bot.nlu.normalise import with_offsets


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_TOKENIZER, is_trainable=False)
class FugashiTokenizer(Tokenizer):
    """Splits text into UniDic short units; `token.lemma` carries the dictionary form for matching.

    `text[token.start:token.end] == token.text` holds for every token of every input: analysis runs on a normalised copy
    (NFKC, so ﾊｰﾄﾅｰ and Ｔｏｋｙｏ are words MeCab knows) and each token is cut from the text as typed.
    """

    @staticmethod
    def supported_languages() -> list[str]:
        """Languages this tokenizer is meant for."""
        return ["ja", "en"]

    @staticmethod
    def required_packages() -> list[str]:
        """Packages Rasa checks for before it builds this component."""
        return ["fugashi", "unidic_lite"]

    @classmethod
    def get_default_config(cls) -> dict[str, Any]:
        """Options every Rasa tokenizer has; see Rasa's documentation."""
        return {
            **Tokenizer.get_default_config(),
            "intent_tokenization_flag": False,
            "intent_split_symbol": "_",
            "token_pattern": None,
        }

    def tokenize(self, message: Message, attribute: str) -> list[Token]:
        """Returns the tokens of one attribute of a message, never an empty list for non-blank text."""
        text = message.get(attribute)
        if attribute != "text":  # intents and action names are identifiers
            return [Token(m.group(), m.start()) for m in re.finditer(r"\S+", text)]
        return self._apply_token_pattern(tokenize(text))


def tokenize(text: str) -> list[Token]:
    """Tokenises typed text; a run MeCab splits inside one typed character stays one token."""
    normal = with_offsets(text)
    tokens: list[Token] = []
    for word in morphology.words(normal.text):
        start, end = normal.typed_span(word.start, word.end)
        if tokens and start < tokens[-1].end:
            last = tokens[-1]
            if end <= last.end:
                continue
            tokens[-1] = Token(text[last.start : end], last.start, lemma=last.lemma + word.lemma)
            continue
        tokens.append(Token(text[start:end], start, lemma=word.lemma))
    if not tokens and text:
        tokens = [Token(text, 0)]
    return tokens
