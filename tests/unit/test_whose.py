"""What is said of relatives, friends, exes and of before is no fact about the couple."""

from __future__ import annotations

from typing import Any

import pytest
from understood import TODAY, understand

from bot.dialogue import situation
from bot.nlu import whose
from bot.nlu.normalise import with_offsets

OTHERS = [
    ("兄は八王子で働いていますが、私も彼女も水戸に住んでいます", ["兄は八王子で働いていますが"]),
    ("友達は既婚だけど俺らは独身", ["友達は既婚だけど"]),
    ("あねは けっこんしています。わたしは していません", ["あねは けっこんしています。"]),
    ("my brother works in Ueno, we both live in Mito", ["my brother works in ueno,"]),
    ("my parents are in Nagano. She and I live in Koenji", ["my parents are in nagano."]),
    ("元夫は再婚しました。私は彼女と中野です", ["元夫は再婚しました。"]),
    # the relative is one of the couple, or the couple is theirs
    ("妹がわたしの彼女です。わたしも女です", []),
    ("母の代わりに聞きます。母は杉並に住んでいます。私は大阪です", []),
    ("甥が福島におりまして、わたしの相手というのはその甥です", []),
    ("I'm asking for my mother. My mother lives in Chofu", []),
    # what an ex does with the papers of a bond with one of the two is their matter
    ("元夫が離婚届に判を押してくれません。私は彼女と暮らしています", []),
    ("my ex never signed the divorce papers and I live with my girlfriend", []),
    # no couple besides: the relative is who they ask about
    ("娘は世田谷に住んでいます", []),
]


@pytest.mark.parametrize(("text", "expected"), OTHERS)
def test_clauses_about_others_are_known(text: str, expected: list[str]) -> None:
    plain = with_offsets(text).text
    assert [plain[start:end].strip() for start, end in whose.others(plain)] == expected


READ: list[tuple[str, dict[str, Any]]] = [
    ("姉は結婚していますが、私も彼女も独身です", {"any_marriage": "no"}),
    ("弟は17だけど、俺は20で彼氏は22", {"ages": [20, 22]}),
    ("妹は品川勤務、私も相方も家も職場も前橋です", {"links": "none"}),
    ("本社は新宿ですが、二人とも配属は仙台支店で家も仙台です", {"links": "none"}),
    ("本社は大阪、ぼくは上野の支店に勤めています", {"links": ["work"]}),
    ("渋谷の店は先月やめました。今は二人とも高崎に住んで高崎で働いています", {"links": "none"}),
    ("中野区に住んでいて、会社は横浜です", {"links": ["live"]}),
    ("I live in Nakano and work in Yokohama", {"links": ["live"]}),
    ("町田の友達に聞きました。二人で相模大野に住んでいます", {"links": None}),
    ("Our jobs and our home are both in Kurashiki", {"links": "none"}),
    ("We're two tourists from Sydney on holiday in Asakusa, we don't live or work in Japan", {"links": "none"}),
]


@pytest.mark.parametrize(("text", "expected"), READ)
def test_only_the_couple_s_own_facts_are_read(text: str, expected: dict[str, Any], finder: Any) -> None:
    facts = situation.read(understand(finder, text), TODAY)
    assert {key: facts.get(key) for key in expected} == expected
