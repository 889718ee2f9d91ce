"""Rows of things denied by one word at their end, in many kinds of Japanese."""

from __future__ import annotations

import pytest

from bot.dialogue.denials import denied


@pytest.mark.parametrize(
    ("plain", "things"),
    [
        ("結婚も事実婚もしてへん。ほかに相手もおらんし親戚でもない", {"marriage", "de_facto", "partner", "kin"}),
        ("双方とも婚姻も事実婚もございません。", {"marriage", "de_facto"}),
        ("けっこん、じじつこん、していません。ほかの パートナーも いません。かぞくでは ありません", {"marriage", "de_facto", "partner", "kin"}),
        ("どちらも婚姻、事実婚はなく、ほかのパートナーもおりません。", {"marriage", "de_facto", "partner"}),
        ("二人とも妻はおりませんし、内縁の者もおりません", {"marriage", "de_facto"}),
        ("ほかの方との届出はなく、血縁も姻戚関係もありません", {"partner", "kin"}),
        ("ほかにパートナーシップの相手はおらず、親族でもありません。", {"partner", "kin"}),
        ("今は結婚も事実婚もしてなくて", {"marriage", "de_facto"}),
        ("どっちも独り身で事実婚もねえ。ほかの相手もおらん", {"de_facto", "partner"}),
        ("ほかにそういう相手はいないし親戚とかでもないです", {"partner", "kin"}),
        ("他のパートナーなし、親族でもない。", {"partner", "kin"}),
        ("結婚したことはありません", {"marriage"}),
        ("結婚歴なし", {"marriage"}),
        ("結婚はしとらん、血のつながりもない", {"marriage", "kin"}),
        ("結婚している人はいません", {"marriage"}),
    ],
)  # fmt: skip
def test_what_is_denied(plain: str, things: set[str]) -> None:
    assert denied(plain) == things


@pytest.mark.parametrize(
    "plain",
    [
        "同性だから結婚できない",
        "結婚したくないだけです",
        "結婚していないことが条件ですか",
        "結婚してないとだめ？",
        "離婚していません",
        "結婚していますが別居しています",
        "事実婚の解消をしていません",
        "親戚に言っていません",
        "彼の妻が離婚に応じない",
        "ほかの制度は知らない",
        "兄弟です。できない？",
        "家族に話していない",
        "他に必要な書類はないですか",
        "別の区に住んでいない",
    ],
)
def test_what_denies_nothing_of_it(plain: str) -> None:
    assert denied(plain) == frozenset()
