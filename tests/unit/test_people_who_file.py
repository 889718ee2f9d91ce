"""How many people file, and what births, pledges and papers in people's words say."""

from __future__ import annotations

from typing import Any

import pytest
from understood import TODAY, understand

from bot.dialogue import situation

TABLE: list[tuple[str, dict[str, Any]]] = [
    ("恋人が二人います。三人まとめて届け出たい", {"people_count": "other"}),
    ("My two girlfriends and I want to take the oath together", {"people_count": "other"}),
    ("子どもと三人で暮らしています。届け出るのは大人二人です", {"people_count": "two"}),
    ("男四人でシェアハウスに住んでいます", {"people_count": None}),
    ("さんにんで とどけを だしたい", {"people_count": "other"}),
    ("平成21年5月生まれの彼と", {"ages": [17], "turns_adult": "2027-05"}),
    ("born in June 2009", {"ages": [17], "turns_adult": "2027-06"}),
    ("平成15年8月生まれと平成14年2月生まれです", {"ages": [18, 18], "turns_adult": None}),
    ("彼は2008年生まれです", {"open": ["req-04-both-adults"]}),
    ("turned 18 in october, my boyfriend's 20", {"turns_adult": None}),
    ("一生支え合う約束はできないと相手が言います", {"makes_oath": "no"}),
    ("he refuses to promise anything", {"makes_oath": "no"}),
    ("約束できないとだめですか", {"makes_oath": None}),
    ("離婚届は書きましたがまだ引き出しに入れたままです", {"any_marriage": "yes"}),
    ("the divorce papers are still on my desk, unsigned", {"any_marriage": "yes"}),
    ("離婚の判決は出ましたが相手が控訴しました", {"any_marriage": "yes"}),
    ("籍は入れていない妻同然の女性が田舎にいます", {"any_marriage": "de_facto_with_other"}),
    ("夫婦同然に暮らす女二人、どちらも独身です", {"any_marriage": "no"}),
    ("相手は私の母の一番下の妹にあたります", {"relation": ["collateral_blood", 3]}),
    ("our grandmothers were sisters", {"relation": ["collateral_blood", 6]}),
    ("父親同士が兄弟です", {"relation": ["collateral_blood", 4]}),
    ("父の後妻だった人と恋人になりました", {"relation": ["lineal_affinity", None]}),
    ("前の彼と川崎で届けていて、来週解消の手続きに行きます", {"any_other_partnership": "yes"}),
    ("年明け早々に杉並へ引っ越します", {"move_in": ["2027-01-01", "2027-01-31"]}),
]


@pytest.mark.parametrize(("text", "expected"), TABLE)
def test_what_is_said_is_read(text: str, expected: dict[str, Any], finder: Any) -> None:
    facts = situation.read(understand(finder, text), TODAY)
    assert {key: facts.get(key) for key in expected} == expected
