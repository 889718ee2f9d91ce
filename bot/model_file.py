"""Which trained model belongs to the files as they are now: models are named by the content they were trained from."""

from __future__ import annotations

import hashlib
from pathlib import Path

from bot.knowledge.loader import ROOT

_INPUTS = (
    "config.yml",
    "domain.yml",
    "requirements.lock",
    "data/nlu/**/*.yml",
    "data/rules/**/*.yml",
    "data/stories/**/*.yml",
    "data/responses/**/*.yml",
    "data/situations/*.tsv",
    "bot/nlu/features.py",
    "bot/nlu/model.py",
    "bot/nlu/morphology.py",
    "bot/nlu/normalise.py",
    "bot/nlu/romaji.py",
    "bot/nlu/components.py",
    "bot/nlu/standing.py",
    "bot/nlu/cues.py",
    "bot/nlu/vocabulary.py",
)


def fingerprint() -> str:
    """Hash of everything training reads."""
    digest = hashlib.sha256()
    for pattern in _INPUTS:
        for path in sorted(ROOT.glob(pattern)):
            digest.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def expected() -> Path:
    """Where the model of the present content is, trained or not."""
    return ROOT / "models" / f"tomoni-{fingerprint()}.tar.gz"


def current() -> Path:
    """The model of the present content; raises FileNotFoundError with what to do when it is not trained."""
    path = expected()
    if not path.exists():
        raise FileNotFoundError(f"No model for the present content ({path.name}). Run: make train")
    return path
