"""A conversation of twelve turns on LINE, from a question to erasing everything, through webhook, inbox, Rasa, renderer and the fake."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from tests.fake_line.harness import Fake, channel, line_settings_for, tap, text

# What each question of ours is answered with, by the id of what was said last.
ANSWERS = {
    "question_has_sexual_minority": "はい",
    "question_people_count": "二人です",
    "question_makes_oath": "はい",
    "question_both_adults": "はい",
    "question_any_marriage": "いいえ",
    "question_any_other_partnership": "いいえ",
    "question_close_relatives": "いいえ",
    "question_tokyo_link": "一人が新宿区で働いています",
    "task_tie": "一人が都内で働いています",
    "task_foreign": "いいえ",
    "task_adopted": "いいえ",
    "task_common_name": "いいえ",
    "task_child": "いいえ",
    "task_planned": "来月",
    "task_contact_line": "要りません",
    "task_summary": "はい",
}
OPENING = ("二人とも都内に住んでいなくても使えますか", "費用は？")
STEPS = (
    ("条件を一つずつ確認したい", "eligible"),
    ("申請の準備を始めたい", "task_started"),
    ("申請の状況を知りたい", None),
    ("データを消して", None),
    ("はい", None),
)
MOST = 40

Turn = tuple[str, list[dict[str, Any]], list[dict[str, Any]]]
"""What was said, what came back, and how the answers describe themselves."""


async def hold(fake: Fake, agent: Any, folder: Path) -> list[Turn]:
    """Holds it; returns what was said, what came back as LINE messages, and the answer's own description."""
    told: list[list[dict[str, Any]]] = []
    turns: list[Turn] = []
    async with channel(line_settings_for(fake.url, folder, push_per_month=200), agent) as served:
        conversing = served.post._conversing
        real = conversing.messages

        async def overheard(*given: Any, **more: Any) -> Any:
            said = await real(*given, **more)
            told.append([m.get("answer") or {} for m in said])
            return said

        conversing.messages = overheard  # type: ignore[method-assign]

        async def say(words: str, tapped: bool = False) -> list[dict[str, Any]]:
            before = len(fake.replies())
            assert await fake.send(served.url, tap(f"say={words}") if tapped else text(words)) == 200
            await served.settled(30)
            replies = fake.replies()
            assert len(replies) == before + 1, f"{words}: {len(replies) - before} replies"
            turns.append((words, replies[-1], told[-1]))
            return told[-1]

        for words in OPENING:
            await say(words)
        for words, until in STEPS:
            answers = await say(words)
            while until and not any(until in (a.get("id"), a.get("kind")) for a in answers) and len(turns) < MOST:
                asked = str(answers[-1].get("id"))
                assert asked in ANSWERS, f"no answer to {asked}"
                answers = await say(ANSWERS[asked], tapped=len(turns) % 2 == 0)
    return turns


def secrets_in(turns: list[Turn]) -> list[str]:
    """Receipts and PINs that went over LINE: there must be none (R48)."""
    said = json.dumps([reply for _, reply, _ in turns], ensure_ascii=False)
    return re.findall(r"TP(?:-[0-9A-Z]{4}){3}", said) + re.findall(r"(?:暗証番号|PIN)[^\d]{0,6}\d{6}", said)
