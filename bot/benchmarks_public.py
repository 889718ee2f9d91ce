"""The two public sets (xSID 0.7, CLINC150) through our classifier: a check that we have not just fitted our own phrasing.

Figures to beat, from others' runs on the same files: xSID Japanese 93.6 % accuracy, 72.9 macro-F1 (sentence encoder with logistic
regression); CLINC150 small 93.7 % accuracy, 77.0 % of out-of-scope found when 5 % of in-scope is turned away (encoder with SVM).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import IO

import numpy as np

from bot.nlu.model import NeedModel
from bot.settings import benchmarks_directory


def report_public(out: IO[str]) -> None:
    """Prints the figures, or where the sets were looked for."""
    directory = benchmarks_directory()
    if not (directory / "xsid-0.7").exists():
        out.write("public sets: not found; set TOMONI_BENCHMARKS to the folder that holds xsid-0.7 and clinc150\n")
        return
    out.write("== public sets\n")
    for lang in ("ja", "en"):
        train, test = (_xsid(directory / "xsid-0.7" / f"{lang}.{part}.jsonl") for part in ("valid", "test"))
        accuracy, macro = _scores(NeedModel.fit(*train), *test)
        out.write(f"xSID {lang}: accuracy {accuracy:.1%}, macro-F1 {macro:.1%}\n")
    data = json.loads((directory / "clinc150" / "data_small.json").read_text(encoding="utf-8"))
    model = NeedModel.fit(*zip(*data["train"], strict=True))
    accuracy, _ = _scores(model, *zip(*data["test"], strict=True))
    inside = np.array([model.scores(text).max() for text, _ in data["test"]])
    outside = np.array([model.scores(text).max() for text, _ in data["oos_test"]])
    threshold = np.quantile(inside, 0.05)
    out.write(
        f"CLINC150 small: accuracy {accuracy:.1%}, out of scope found at 5 % rejected {(outside < threshold).mean():.1%}\n"
    )


def _xsid(path: Path) -> tuple[list[str], list[str]]:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    return [row["text"] for row in rows], [row["intent"] for row in rows]


def _scores(model: NeedModel, texts: Sequence[str], labels: Sequence[str]) -> tuple[float, float]:
    from sklearn.metrics import f1_score

    predicted = [model.labels[int(model.scores(text).argmax())] for text in texts]
    accuracy = float(np.mean([p == t for p, t in zip(predicted, labels, strict=True)]))
    return accuracy, float(f1_score(labels, predicted, average="macro", zero_division=0))
