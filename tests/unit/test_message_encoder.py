"""A message's vector is the one the encoder's own package gives, however much of it was remembered."""

from __future__ import annotations

import numpy as np
import pytest

from bot.nlu.message_encoder import MessageEncoder
from bot.nlu.model import _use

MESSAGES = [
    ["費用はいくらですか"],
    ["世田谷区に住む19歳です。費用はいくら？", "世田谷区に住む19歳です", "費用はいくら"],
    ["how much is it and how long does it take?", "how long does it take?"],
    ["はい"],
    [" "],
    ["🙂", "مرحبا", "한국어"],
    ["ぱーとなーしっぷせいど、何をしてくれるやつ?", "ぱーとなーしっぷせいど", "何をしてくれるやつ"],
]


def packages_own(texts: list[str]) -> np.ndarray:
    return np.asarray(_use().encode(texts), np.float32).reshape(len(texts), -1)


@pytest.mark.parametrize("texts", MESSAGES, ids=lambda texts: texts[0])
def test_vectors_are_those_of_the_package(texts: list[str]) -> None:
    encoder = MessageEncoder(_use())
    expected = packages_own(texts)
    for _ in ("learned", "remembered"):
        assert np.abs(encoder.encode(texts) - expected).max() < 2e-6
    assert np.allclose(np.linalg.norm(encoder.encode(texts), axis=1), 1)


def test_what_was_forgotten_is_learned_again() -> None:
    encoder = MessageEncoder(_use(), remembered=0)  # room for one message only
    others = ["".join(chr(code + i) for i in range(60)) for code in range(ord("一"), ord("一") + 4200, 60)]
    before = encoder.encode(MESSAGES[1])
    for text in others:
        encoder.encode([text])
    assert len(encoder._rows) == len(encoder._raw) - 1, "full, so that something was forgotten"
    assert len(set(encoder._rows.values())) == len(encoder._rows)
    assert np.array_equal(encoder.encode(MESSAGES[1]), before)


def test_what_is_too_long_for_a_message_is_left_to_the_package() -> None:
    encoder = MessageEncoder(_use())
    text = "制度について教えてください。" * 80
    assert np.array_equal(encoder.encode([text]), packages_own([text]))
    assert not encoder._rows
