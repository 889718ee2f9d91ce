"""Messages read together, and clear ones without their meaning: each is read as it would be alone."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import pytest
from rasa.core.channels.channel import UserMessage

from bot.nlu.model import NeedModel
from bot.rasa_patches import parse_together

ASKED = [
    ("費用はいくらですか？", None),
    ("じゃあ世田谷区は？", "渋谷区で使えるところ"),
    ("28歳と31歳、女同士、独身です。彼女の会社が丸の内で、家は二人とも川口です。届け出できますか", None),
    ("how long does it take and what does it cost?", None),
    ("かのじょは なごやに います", "どなたが届け出られるか"),
    ("", None),
    ("証明書の名前は？" * 40, None),
    ("費用はいくらですか？", "届け出の費用"),
]


def messages() -> list[UserMessage]:
    return [UserMessage(text, metadata={"before": before} if before else None) for text, before in ASKED]


def rounded(found: dict[str, Any]) -> Any:
    """Sums come in another order when texts stand side by side: 10⁻⁶ apart."""
    standing = {slot: value for slot, (value, _, _) in found["standing"].items()}
    chances = [p for _, *numbers in found["standing"].values() for p in numbers]
    ranking = found["needs"]["whole"][:3]
    return [label for label, _ in ranking], standing, found["entities"], [p for _, p in ranking] + chances


def test_each_is_read_as_it_would_be_alone(conversations: Any) -> None:
    processor = conversations.agent.processor
    alone = [asyncio.run(processor._parse_alone(message, None)) for message in messages()]
    together = parse_together(processor, messages())
    assert len(together) == len(ASKED)
    for one, among_others in zip(map(rounded, alone), map(rounded, together), strict=True):
        assert one[:3] == among_others[:3]
        assert np.allclose(one[3], among_others[3], atol=2e-3)


@pytest.fixture
def need_model(conversations: Any) -> NeedModel:
    nodes = conversations.agent.processor.graph_runner._instantiated_nodes.values()
    readers = [getattr(node._component, "_reader", None) for node in nodes]
    return next(reader._model for reader in readers if reader)


def test_what_ngrams_put_far_ahead_is_not_encoded_and_stays_what_it_is(
    need_model: NeedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, clear, unclear = need_model, "費用はいくらですか？", "それってどうなの"
    encoded: list[str] = []
    encode = model.encoder.encode_message

    def note(texts: Any) -> Any:
        encoded.extend(texts)
        return encode(texts)

    monkeypatch.setattr(model.encoder, "encode_message", note)
    quick = model.probabilities([clear, unclear])
    assert encoded == [unclear]
    long = model.probabilities([clear, unclear], [True, True])
    assert encoded == [unclear, clear, unclear]
    assert quick[0].argmax() == long[0].argmax()
    assert np.allclose(quick[1], long[1], atol=1e-5)
