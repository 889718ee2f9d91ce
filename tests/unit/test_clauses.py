"""Clauses in each reader's language: every one the rules can name."""

from __future__ import annotations

import re

import pytest

from bot.dialogue.clauses import in_words


@pytest.mark.parametrize(
    ("clause", "english"),
    [
        ("規則第3条", " (Regulation, Art. 3)"),
        ("規則第3条(柱書)", " (Regulation, Art. 3 (opening words))"),
        ("規則第3条第1号", " (Regulation, Art. 3 (1))"),
        ("規則第3条第5号ア", " (Regulation, Art. 3 (5)(a))"),
        ("規則第3条第4号ただし書", " (Regulation, Art. 3 (4), proviso)"),
        ("条例・規則の用語の定義、宣誓の内容", " (Ordinance and Regulation, definitions)"),
    ],
)
def test_english_names_the_clause_without_japanese(clause: str, english: str) -> None:
    assert in_words(clause, "en") == english
    assert not re.search(r"[ぁ-ん一-龠]", in_words(clause, "en"))


def test_japanese_shows_the_clause_as_the_rules_name_it() -> None:
    assert in_words("規則第3条第5号ア", "ja") == "（規則第3条第5号ア）"


def test_easy_japanese_has_readings_and_no_items() -> None:
    assert in_words("規則第3条第5号ア", "ja-easy") == "（規則（きそく） 第（だい）3条（じょう））"
    assert in_words("条例・規則の用語の定義、宣誓の内容", "ja-easy") == ""
