"""Numbers typed on LINE for the choices that stand under them."""

from __future__ import annotations

import pytest

from bot.channels.line.numbers import picked, typed
from bot.rendering.line_flex import numbered


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1", [1]), ("１", [1]), ("①", [1]), ("⑫", [12]), ("1番", [1]), ("2ばん", [2]), ("2番目", [2]), ("二", [2]), ("３です", [3]),
        ("1でお願いします", [1]), ("No. 2", [2]), ("number 2", [2]), ("2 please", [2]), (" 2。", [2]), ("1と3", [1, 3]), ("１、３", [1, 3]),
        ("1 and 2", [1, 2]), ("1 3", [1, 3]),
        ("1人", []), ("18歳", []), ("1月", []), ("一人は新宿区です", []), ("第1条", []), ("2026年", []), ("", []), ("1" * 41, []), ("123456", []),
        ("1?", []), ("一つずつ", []), ("一緒", []),
    ],
)  # fmt: skip
def test_what_counts_as_a_number(text: str, numbers: list[int]) -> None:
    assert typed(text) == numbers


def message(kind: str, id_: str, *titles: str, related: tuple[str, ...] = ()) -> dict:
    choices = [{"title": t, "payload": f"{t}!"} for t in titles]
    others = [{"title": t, "payload": t} for t in related]
    answer = {"kind": kind, "id": id_, "choices": choices, "related": others}
    return {"text": "?", "buttons": [*choices, *others], "answer": answer}


@pytest.mark.parametrize(
    ("said", "numbers", "expected"),
    [
        (message("ask", "question_both_adults", "はい", "いいえ"), [2], "いいえ!"),
        (message("ask", "question_both_adults", "はい", "いいえ"), [3], None),
        (message("ask", "question_both_adults", "はい", "いいえ"), [1, 2], None),
        (message("ask", "task_tie", "住んでいる", "働いている", "通学している"), [1, 3], "住んでいる!、通学している!"),
        (message("confirm", "task_summary", "はい", "直す", "やめる"), [1], "はい!"),
        (message("offer", "phrase_offer", "人に相談する", related=("a", "b")), [2], "b"),
        (message("offer", "phrase_menu", "条件を確認", "必要な書類"), [2], "必要な書類!"),
        # A number is an answer of its own there, or a slip could not be undone, or the rows bear no number.
        (message("ask", "question_people_count", "はい", "いいえ"), [2], None),
        (message("ask", "task_planned", "来月", "まだ"), [2], None),
        (message("confirm", "task_erase_confirm", "はい", "いいえ"), [1], None),
        (message("confirm", "task_withdraw", "はい", "いいえ"), [1], None),
        (message("confirm", "task_filed", "はい", "いいえ"), [1], None),
        (message("answer", "application_fee", related=("a", "b")), [1], None),
    ],
)
def test_what_a_number_stands_for(said: dict, numbers: list[int], expected: str | None) -> None:
    assert picked(numbers, [message("answer", "x"), said]) == expected
    assert picked(numbers, []) is None
    assert bool(numbered(said)) or expected is None
