"""Short ways past patterns and matchers that cannot match: they find what the long way finds."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from understood import TODAY, understand

from bot.dialogue import situation, ties
from bot.knowledge.loader import ROOT
from bot.nlu.standing import _chances, read_lines

LINES = [line.text for line in read_lines(ROOT / "data" / "situations")][::12]
PLACES = [
    "オオタクに住んでいます",
    "ハチオウジの会社",
    "hachiouji ni sunde masu",
    "living in Ōta",
    "大阪の北区に住んでて…北区やったら",
    "伊豆大島",
    "京都市内",
    "とうきょうとないです",
]


class Everywhere(set[str]):
    """A set that holds whatever it is asked for."""

    def __contains__(self, word: object) -> bool:
        return True


def test_enough_lines_name_places() -> None:
    assert len(LINES) > 200


def test_names_looked_for_first_hide_no_place(finder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    places = finder._places
    quick = [places.find(text) for text in LINES + PLACES]
    assert sum(map(bool, quick)) > 40
    monkeypatch.setattr(places, "_possible", lambda text, spoken: places._rules)
    assert [places.find(text) for text in LINES + PLACES] == quick


def test_words_looked_for_first_hide_no_match(finder: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    links = finder._links
    texts = [*LINES, "ドコモの家族割", "my sister", "Docomo and SoftBank", "通っている大学", "移り住んで"]
    quick = [links.find(text) for text in texts]
    for kind in range(3):
        assert any(found[kind] for found in quick)
    assert any(found == ([], [], []) for found in quick)
    monkeypatch.setattr(links, "_first", Everywhere())
    assert [links.find(text) for text in texts] == quick


@pytest.mark.parametrize("name", ["新宿", "町田市", "京都", "kodaira"])
def test_a_noun_beside_a_place_is_seen_wherever_it_was_seen(name: str) -> None:
    texts = [
        *LINES,
        f"学校が{name}",
        f"{name}の会社です",
        f"下宿は{name}",
        f"shokuba wa {name} desu",
        f"{name}にある大学",
    ]
    beside = [any(ties._beside(b, name, a).search(text) for b, a, _ in ties._NAMED) for text in texts]
    assert sum(beside) >= 5
    assert all(ties._MAY_NAME.search(text) for text, seen in zip(texts, beside, strict=True) if seen)


def test_a_message_read_again_is_read_alike_and_handed_out_anew(finder: Any) -> None:
    u = understand(finder, "世田谷区に住む25歳と30歳の同性カップルで、来月引っ越します")
    first = situation.read(u, TODAY)
    assert first["ages"] == [25, 30]
    first["ages"].append(99)
    assert situation.read(u, TODAY)["ages"] == [25, 30]
    assert situation.read(replace(u, entities=()), TODAY).get("ages") != [25, 30]


NEEDS = ["faq/eligibility_age", "faq/eligibility_relatives", "check_eligibility", "faq/application_fee"]


@pytest.mark.parametrize("need", NEEDS)
def test_of_the_needs_a_reading_looks_at_no_more_than_it_is_remembered_by(finder: Any, need: str) -> None:
    """Two readings that are alike in what they are remembered by are alike."""
    other = {"faq/eligibility_relatives": "faq/eligibility_adoption", "check_eligibility": "faq/eligibility_relatives"}
    for text in [*LINES, "兄弟です", "17", "いとこ同士、私20"]:
        u = replace(understand(finder, text), ranking=((need, 0.9),))
        alike = replace(u, ranking=((other.get(need, need), 0.7), ("faq/scheme_what", 0.2)), standing={}, parts=())
        if need == "faq/application_fee":
            alike = replace(alike, ranking=())
        assert situation._read(u, TODAY) == situation._read(alike, TODAY)


def test_chances_are_those_of_arrays() -> None:
    scores = np.random.default_rng(1).normal(0, 20, 6)
    raised = np.exp(scores - scores.max())
    assert np.allclose(_chances(scores.tolist()), raised / raised.sum())
    assert sum(_chances([0.0])) == 1
