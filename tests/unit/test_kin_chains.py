"""Chains of kinship words, counted as 民法726条 counts degrees."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from bot.dialogue import situation

RELATIVES = ("faq/eligibility_relatives", 0.9)


@pytest.mark.parametrize(
    ("text", "relation"),
    [
        ("父の弟の娘と届け出たい", ["collateral_blood", 4]),  # a cousin
        ("母の姉と暮らしています。できますか", ["collateral_blood", 3]),  # an aunt
        ("兄の娘です。だめですか", ["collateral_blood", 3]),  # a niece
        ("いとこの子どもと届け出できますか", ["collateral_blood", 5]),
        ("祖母の妹の孫と付き合っています", ["collateral_blood", 6]),  # a second cousin
        ("妻の母と届け出できますか", ["lineal_affinity", None]),
        ("母の再婚相手です", ["lineal_affinity", None]),
        ("父の再婚相手の連れ子と付き合っています", ["collateral_affinity", None]),
        ("姉の夫とはできますか", ["collateral_affinity", None]),
        ("夫の弟とはできますか", ["collateral_affinity", None]),
        ("姉の娘と交際中です。出せますか", ["collateral_blood", 3]),
        ("従姉妹同士です。母親どうしが姉妹なんです", ["collateral_blood", 4]),
        ("親の再婚でできた弟です。養子縁組はしていません", ["collateral_affinity", None]),
        ("義理の兄弟同士で、血はつながっていません", ["collateral_affinity", None]),
        ("My father's brother's son and I want to register", ["collateral_blood", 4]),
        ("Can I register with my brother's daughter?", ["collateral_blood", 3]),
    ],
)
def test_chain(understood: Callable[..., Any], text: str, relation: list[Any]) -> None:
    from understood import TODAY

    assert situation.read(understood(text, RELATIVES), TODAY).get("relation") == relation


@pytest.mark.parametrize("text", ["彼の父の弟が反対しています", "母の姉に相談しました。費用はいくらですか"])
def test_relatives_who_are_not_the_partner(understood: Callable[..., Any], text: str) -> None:
    from understood import TODAY

    assert "relation" not in situation.read(understood(text, ("faq/application_fee", 0.9)), TODAY)
