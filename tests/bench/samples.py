"""Example lines for both sides: every k-th line of each need, so that each keeps its share; and the messages people send."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import yaml

from bot.knowledge.loader import ROOT

# Needs for which stock Rasa calls its action server. With `faq` it looks an answer up, as `rasa init` projects do.
TASKS = {
    "check_eligibility": "action_check_eligibility",
    "start_application": "action_start_application",
    "check_application_status": "action_check_application_status",
    "erase_my_data": "action_erase_application",
}
# A question here may open a conversation about danger or end it; the load is about ordinary ones.
_LEFT_OUT = ("faq/support_crisis", "faq/abuse", "faq/oos")


@lru_cache(maxsize=1)
def examples() -> dict[str, tuple[str, ...]]:
    """All example lines by file stem and full intent name: `{"law.ja faq/law_article_24": (…)}`."""
    found: dict[str, tuple[str, ...]] = {}
    for path in sorted((ROOT / "data" / "nlu").glob("*.yml")):
        for item in yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)["nlu"]:
            lines = [line[2:].strip() for line in item["examples"].splitlines() if line.startswith("- ")]
            found[f"{path.stem} {item['intent']}"] = tuple(line for line in lines if line)
    return found


def sample(one_in: int) -> dict[str, list[str]]:
    """Lines by full intent: the first of every `one_in` of each file and intent, at least two."""
    taken: dict[str, list[str]] = {}
    for key, lines in examples().items():
        kept = taken.setdefault(key.split(" ", 1)[1], [])
        kept += lines[::one_in] if len(lines) >= 2 * one_in else lines[:: max(1, len(lines) // 2)][:2]
    return taken


def write(lines: dict[str, list[str]], path: Path) -> int:
    """Writes lines as Rasa NLU data; returns how many."""
    items = [
        {"intent": intent, "examples": "".join(f"- {line}\n" for line in texts)}
        for intent, texts in sorted(lines.items())
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        yaml.safe_dump({"version": "3.1", "nlu": items}, allow_unicode=True, sort_keys=False, width=1000), "utf-8"
    )
    return sum(map(len, lines.values()))


class Messages:
    """Japanese messages as people type them, none twice until all were said; `one_action_in` n asks for a task."""

    def __init__(self, one_in: int = 1, seed: int = 1, tasks_by_name: bool = False) -> None:
        """Takes lines that a model trained on `sample(one_in)` has learned, so that stock Rasa answers them as it should.

        Trained for a few epochs stock mistakes tasks for something else and would run no action: it is asked for them `by name`, as a
        button would (`/start_application`). It reads such a message like any other and then takes the name.
        """
        keep = sample(one_in)
        japanese = {i: [t for t in lines if not t.isascii()] for i, lines in keep.items()}
        shuffled = random.Random(seed).sample
        questions = [
            t for i, ts in japanese.items() if i.startswith("faq/") and not i.startswith(_LEFT_OUT) for t in ts
        ]
        tasks = [f"/{i}" if tasks_by_name else t for i, ts in japanese.items() if i in TASKS for t in ts]
        self._questions = shuffled(questions, len(questions))
        self._tasks = shuffled(tasks, len(tasks))

    def __len__(self) -> int:
        return len(self._questions)

    def stream(self, one_action_in: int = 0, start: int = 0) -> Iterator[str]:
        """Endless messages from a place in the shuffled list."""
        asked = start
        while True:
            asked += 1
            if one_action_in and asked % one_action_in == 0:
                yield self._tasks[(asked // one_action_in) % len(self._tasks)]
            else:
                yield self._questions[asked % len(self._questions)]
