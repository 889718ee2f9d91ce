"""The stock side: what `rasa init` writes, with our tokeniser, our example lines, our answers, SQLite and an action server.

Pipeline and policies are read from the installed Rasa, so they are its defaults and not our memory of them.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from bot.knowledge.loader import ROOT, load, read_yaml
from bot.knowledge.wording import fill
from tests.bench import samples

_EPOCHS = ("DIETClassifier", "ResponseSelector", "UnexpecTEDIntentPolicy", "TEDPolicy")


@dataclass(frozen=True)
class StockProject:
    """A Rasa project in a folder of its own, named by what it holds."""

    folder: Path
    lines: int
    epochs: int

    @property
    def model(self) -> Path:
        """Where training leaves the model."""
        return self.folder / "models" / "stock.tar.gz"

    def train_command(self) -> list[str]:
        """What trains it, as its users would."""
        return ["-m", "rasa", "train", "--fixed-model-name", "stock", "--out", "models"]

    def clear_cache(self) -> None:
        """Rasa keeps trained components below `.rasa`; training from nothing has none."""
        shutil.rmtree(self.folder / ".rasa", ignore_errors=True)


def project(place: Path, one_in: int, epochs: int = 100) -> StockProject:
    """Writes the project below `place` unless it is there already."""
    files = {
        "config.yml": _config(epochs),
        "domain.yml": _domain(),
        "endpoints.yml": {
            "action_endpoint": {"url": "http://127.0.0.1:${ACTIONS_PORT}/webhook"},
            "tracker_store": {"type": "SQL", "dialect": "sqlite", "db": "${STOCK_DATABASE}"},
        },
        "credentials.yml": {"rest": None},
        "data/rules.yml": _rules(),
        "data/stories.yml": _stories(),
    }
    lines = samples.sample(one_in)
    actions = (Path(__file__).with_name("stock_actions.py")).read_text(encoding="utf-8")
    content = json.dumps([files, lines], ensure_ascii=False, sort_keys=True)
    folder = place / f"stock-{hashlib.sha256(content.encode()).hexdigest()[:12]}"
    if not (folder / "data" / "nlu.yml").exists():
        for name, value in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(_dump(value), encoding="utf-8")
        samples.write(lines, folder / "data" / "nlu.yml")
    (folder / "stock_actions.py").write_text(actions, encoding="utf-8")
    return StockProject(folder, sum(map(len, lines.values())), epochs)


def _config(epochs: int) -> dict[str, Any]:
    import rasa.engine.recipes.config_files as shipped

    config = read_yaml(Path(shipped.__path__[0]) / "default_config.yml")
    config["assistant_id"], config["language"] = "stock", "ja"
    for part in config["pipeline"] + config["policies"]:
        if part["name"] == "WhitespaceTokenizer":
            part["name"] = "bot.nlu.tokenizer.FugashiTokenizer"
        if part["name"] in _EPOCHS:
            part["epochs"] = epochs
    return config


def _intents() -> list[str]:
    return [i if isinstance(i, str) else next(iter(i)) for i in read_yaml(ROOT / "domain.yml")["intents"]]


def _domain() -> dict[str, Any]:
    knowledge = load()
    responses = {
        f"utter_faq/{e.id}": [{"text": fill(e.short["ja"], knowledge, "ja", date(2026, 11, 22))}]
        for e in knowledge.entries.values()
    }
    spoken = {f"utter_{i}": [{"text": i}] for i in _intents() if i not in samples.TASKS and i != "faq"}
    spoken["utter_default"] = [{"text": "?"}]  # what it says when it is not sure; without it, it would say nothing
    return {
        "version": "3.1",
        "intents": _intents(),
        "slots": {"asked": {"type": "any", "mappings": [{"type": "custom"}]}},
        "responses": {**responses, **spoken},
        "actions": sorted(samples.TASKS.values()),
        "session_config": {"session_expiration_time": 60, "carry_over_slots_to_new_session": True},
    }


def _reply(intent: str) -> str:
    return samples.TASKS.get(intent, f"utter_{intent}")


def _rules() -> dict[str, Any]:
    rules = [{"rule": f"answer {i}", "steps": [{"intent": i}, {"action": _reply(i)}]} for i in _intents()]
    return {"version": "3.1", "rules": rules}


def _stories() -> dict[str, Any]:
    """A question, something else, a question again: one story for each need that is not a question."""

    def turns(*intents: str) -> list[dict[str, str]]:
        return [step for i in intents for step in ({"intent": i}, {"action": _reply(i)})]

    stories = [
        {"story": f"a question, {i}, a question", "steps": turns("faq", i, "faq")} for i in _intents() if i != "faq"
    ]
    return {"version": "3.1", "stories": stories}


def _dump(value: Any) -> str:
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=1000)
