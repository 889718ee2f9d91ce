"""Training: Rasa's own, in this process, only when the content has changed."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bot import model_file, runtime
from bot.knowledge.loader import ROOT
from bot.nlu import ahead


def write_responses() -> None:
    """Writes data/responses/faq.yml: the response names Rasa needs for its retrieval intent, with titles only.

    Response texts are part of Rasa's training fingerprint, so bodies stay out (STYLE section 3).
    """
    from datetime import date

    import yaml

    from bot.knowledge.loader import load
    from bot.knowledge.wording import fill

    knowledge = load()
    names = {
        f"utter_faq/{e.id}": [{"text": fill(e.title["ja"], knowledge, "ja", date(2022, 11, 1))}]
        for e in knowledge.entries.values()
    }
    head = "# Generated from data/knowledge/ by `python -m bot train`; do not edit. The words people read come from there at run time.\n"
    text = head + yaml.safe_dump({"version": "3.1", "responses": names}, allow_unicode=True, sort_keys=True, width=160)
    path = ROOT / "data" / "responses" / "faq.yml"
    path.parent.mkdir(exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def train(if_stale: bool = False) -> None:
    """Trains and names the model by its content; with `if_stale` only when no such model is there."""
    write_responses()
    target = model_file.expected()
    if if_stale and target.exists():
        return
    print("→ Training the model (about a minute the first time)", file=sys.stderr, flush=True)
    train_from([ROOT / "data" / "nlu"], target)


def train_from(examples: Sequence[Path], target: Path) -> None:
    """Trains a model file from these example lines and the project's rules; `make bench` does so with fewer lines."""
    started = time.monotonic()
    with _all_kept():
        ahead.begin(ROOT / "data" / "situations")
        runtime.prepare()
        import rasa.model_training

        from bot.quick_training import quick_training

        with quick_training():
            result = rasa.model_training.train(
                domain=str(ROOT / "domain.yml"),
                config=str(ROOT / "config.yml"),
                training_files=[
                    *map(str, examples),
                    *(str(ROOT / "data" / p) for p in ("rules", "responses", "stories")),
                ],
                output=str(target.parent),
                fixed_model_name=target.name,
                force_training=True,
            )
    if result.model is None:
        raise SystemExit("Training failed; see the messages above.")
    print(f"✓ Trained in {time.monotonic() - started:.0f} s", file=sys.stderr)


@contextmanager
def _all_kept() -> Iterator[None]:
    """No garbage collection: nearly all that is made stays to the end, and would be gone through again and again, also in each forked process."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
