"""Numbers typed on LINE for the choices that stand under them."""

from __future__ import annotations

from datetime import date

import pytest

from bot.channels.line.bodies import turns
from bot.channels.line.numbers import only_in_words, picked, typed
from bot.rendering.line_flex import choices_of, numbered
from bot.rendering.line_messages import LineRenderer


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("1", [1]), ("１", [1]), ("①", [1]), ("⑫", [12]), ("1番", [1]), ("2ばん", [2]), ("2番目", [2]), ("二", [2]), ("３です", [3]),
        ("1でお願いします", [1]), ("No. 2", [2]), ("number 2", [2]), ("2 please", [2]), (" 2。", [2]), ("1と3", [1, 3]), ("１、３", [1, 3]),
        ("1 and 2", [1, 2]), ("1 3", [1, 3]),
        ("「1」", [1]), ("(2)", [2]), ("（２）", [2]), ("【1】", [1]), ("1,", [1]), ("1、", [1]), ("option 2", [2]), ("番号1", [1]), ("1番め", [1]), ("２番で", [2]),
        ("first", [1]), ("The second one", [2]), ("2nd", [2]), ("third please", [3]), ("first of all", []), ("second thoughts", []),
        ("1人", []), ("18歳", []), ("1月", []), ("一人は新宿区です", []), ("第1条", []), ("2026年", []), ("", []), ("1" * 41, []), ("123456", []),
        ("2️⃣", [2]), ("2\u20e3", [2]), ("1️⃣と3️⃣", [1, 3]), ("1️⃣3️⃣", [1, 3]), ("2️⃣です", [2]), ("🔟", [10]), ("2️⃣人", []), ("1?", []), ("一つずつ", []), ("一緒", []),
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


def test_every_question_shown_with_quick_replies_takes_their_numbers_in_their_order_or_asks_for_words(
    knowledge,
) -> None:
    """Yes or no first, as it is shown, in each of the three languages."""
    renderer, wrong, counted = LineRenderer(knowledge), [], 0
    for name, lang, said in turns(knowledge, date(2026, 11, 22)):
        answer = said[-1].get("answer") or {}
        shown = [c for c in choices_of(said[-1]) if c["title"] in {b["title"] for b in answer.get("choices") or ()}]
        if answer.get("kind") not in ("ask", "confirm") or len(shown) < 2 or answer["id"] == "task_planned":
            continue
        counted += 1
        items = renderer.messages(said, lang)[-1].get("quickReply", {}).get("items", [])
        above = [i["action"]["label"] for i in items][: len(shown)]
        order = [c["title"] for c in shown]
        said_by_number = [picked([n], said) for n in range(1, len(shown) + 1)]
        by_tap = [c.get("payload") or c["title"] for c in shown]
        if not only_in_words(said) and (above != [t for t in order if t in above] or said_by_number != by_tap):
            wrong.append((name, lang, above, order, said_by_number))
    assert wrong == [] and counted > 150
