"""While Rasa is imported and reads its examples one core has nothing to do: meanwhile the labelled lines are encoded there."""

from __future__ import annotations

from collections.abc import Mapping
from multiprocessing import get_context
from multiprocessing.pool import AsyncResult, Pool
from pathlib import Path

import numpy as np

from bot.nlu.model import SentenceEncoder
from bot.nlu.standing import read_lines
from bot.nlu.whose import own_words

_begun: tuple[Pool, AsyncResult[dict[str, np.ndarray]]] | None = None


def begin(directory: Path) -> None:
    """Starts to encode what the lines below a directory say of the couple itself; call before any thread is begun."""
    global _begun
    pool = get_context("fork").Pool(1)
    _begun = pool, pool.apply_async(_encoded, (directory,))


def take() -> Mapping[str, np.ndarray]:
    """Waits for the vectors by text and lets go of them; empty if nothing was begun."""
    global _begun
    if _begun is None:
        return {}
    pool, result = _begun
    _begun = None
    with pool:
        return result.get()


def _encoded(directory: Path) -> dict[str, np.ndarray]:
    texts = list(dict.fromkeys(own_words(line.text) for line in read_lines(directory)))
    return dict(zip(texts, SentenceEncoder().encode(texts), strict=True))
