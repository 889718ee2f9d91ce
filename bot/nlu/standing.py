"""What a message says of each requirement of 規則第3条: one small linear classifier a slot, beside the patterns of `bot.dialogue.situation`.

Patterns read numbers, places and set phrases; people say the rest in their own words (「紙も返した」「主人を見送って五年」).
The labels and what they mean: data/situations/README.md.
"""

from __future__ import annotations

import json
import math
import os
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import scipy.sparse as sparse

from bot.nlu.features import features
from bot.nlu.model import SentenceEncoder, all_features, encoding, shared_encoder, tfidf
from bot.nlu.vocabulary import Rows
from bot.nlu.whose import own_words

SLOTS: dict[str, tuple[str, ...]] = {
    "about": ("case", "rule", "other"),
    "people": ("two", "other", "gone"),
    "minority": ("yes", "no", "open", "unsure"),
    "pledge": ("yes", "no", "unclear"),
    "adults": ("yes", "no", "open", "unclear"),
    "marriage": ("free", "one_free", "married", "abroad", "each_other", "de_facto", "unclear"),
    "partnership": ("free", "other", "same", "unclear"),
    "kin": ("close", "distant", "none", "adopted", "unclear"),
    "tie": ("here", "soon", "later", "moving", "away", "away_open", "one_away", "unclear"),
}
UNSAID = "-"
_NO_CASE = (UNSAID, "rule", "other")
# What would stand against a yes; how likely any of these is travels with the reading, so that a doubt is never taken for granted.
ADVERSE: dict[str, tuple[str, ...]] = {
    "people": ("other", "gone"),
    "minority": ("no", "unsure"),
    "pledge": ("no", "unclear"),
    "adults": ("no", "unclear"),
    "marriage": ("married", "abroad", "each_other", "de_facto", "unclear"),
    "partnership": ("other", "unclear"),
    "kin": ("close", "unclear"),
    "tie": ("later", "moving", "away", "away_open", "one_away", "unclear"),
}
Cues = Callable[[str], Sequence[str]]
# Measured on a sixth of the lines left out (mean F1 over the slots): n-grams alone .59, with vectors .70, with cues .76.
_CUE_WEIGHT = 0.4
_NEAR = 0.3  # a value so little behind `UNSAID` may yet be the one that is meant
_SHARPNESS = 2.0  # margins to probabilities: at .6 the likeliest value is right nine times in ten


class BadLine(ValueError):
    """A training line that does not follow data/situations/README.md; the message names file, line and fault."""


@dataclass(frozen=True)
class Line:
    """One labelled message; slots not named are unsaid."""

    text: str
    says: Mapping[str, str]


def read_lines(directory: Path) -> list[Line]:
    """Reads every `*.tsv` below a directory in order of name; raises BadLine."""
    lines = []
    for path in sorted(directory.glob("*.tsv")):
        for number, row in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if not row.strip():
                continue
            labels, tab, text = row.partition("\t")
            if not tab or not text.strip():
                raise BadLine(f"{path.name}:{number}: labels, a tab and a message are needed")
            lines.append(Line(text.strip(), _labels(labels, f"{path.name}:{number}")))
    return lines


def _labels(text: str, where: str) -> dict[str, str]:
    if text.strip() == UNSAID:
        return {}
    says = {}
    for pair in text.split():
        slot, _, value = pair.partition("=")
        if value not in SLOTS.get(slot, ()):
            raise BadLine(f"{where}: {pair!r} is not among the slots and values of README.md")
        says[slot] = value
    return says


@dataclass
class StandingModel:
    """A trained model: for each slot the values in `names[slot]`, the first of them `UNSAID`.

    All weights have one column for each value of each slot, slots and values in the order of `names`.
    """

    names: dict[str, list[str]]
    rows: Rows
    idf: np.ndarray
    ngram_weights: np.ndarray
    """(features, values), float16 once it was saved."""
    cue_weights: np.ndarray
    """(cues, values); row numbers in `cue_rows`."""
    cue_rows: dict[str, int]
    vector_weights: np.ndarray
    """(513, values); the last row is the bias."""
    encoder: SentenceEncoder
    vocabulary: Sequence[str] = ()
    """Names of the features; a loaded model no longer has them."""

    @classmethod
    def fit(
        cls,
        lines: Sequence[Line],
        cues: Cues,
        others: Iterable[str] = (),
        known: Mapping[str, np.ndarray] | None = None,
    ) -> StandingModel:
        """Trains on labelled lines, and on other messages of the bot that say nothing of anyone's situation.

        `cues` is run in processes of its own, so it must be a function of a module. `known` are vectors there are already.
        """
        from sklearn.svm import LinearSVC

        encoder, known = SentenceEncoder(), known or {}
        unique = {line.text: line.says for line in lines}
        for text in others:
            unique.setdefault(text, {"about": "other"})
        texts = list(unique)
        own = [own_words(text) for text in texts]
        seen = all_features(own)
        vocabulary, counts = _vocabulary(seen)
        idf = np.array([np.log(len(seen) / counts[f]) + 1 for f in vocabulary], np.float32)
        new = [text for text in dict.fromkeys(own) if text not in known]
        with encoding(encoder, new) as vectors, get_context("fork").Pool(os.cpu_count() or 1) as pool:
            noticed = pool.map(cues, texts, chunksize=200)
            known = {**known, **dict(zip(new, vectors.get(), strict=True))}
        meanings = np.array([known[text] for text in own])
        cue_rows, _ = _vocabulary(noticed)
        cells = [(i, cue_rows[c]) for i, found in enumerate(noticed) for c in found if c in cue_rows]
        cue_matrix = sparse.csr_matrix(
            (np.full(len(cells), _CUE_WEIGHT), tuple(zip(*cells, strict=True))), (len(texts), len(cue_rows))
        )
        matrix = sparse.hstack([tfidf(seen, vocabulary, idf), cue_matrix, sparse.csr_matrix(meanings)], format="csr")

        def one_slot(slot: str) -> tuple[list[str], np.ndarray]:
            target = np.array([unique[text].get(slot, UNSAID) for text in texts])
            machine = LinearSVC(C=0.3, class_weight="balanced", random_state=0, tol=0.01).fit(matrix, target)
            found = list(machine.classes_)
            values = [v for v in (UNSAID, *SLOTS[slot]) if v in found]
            order = [found.index(v) for v in values]
            return values, np.hstack([machine.coef_[order], machine.intercept_[order][:, None]]).T.astype(np.float32)

        with ThreadPoolExecutor(2) as threads:  # the solver lets go of the interpreter lock
            learned = dict(zip(SLOTS, threads.map(one_slot, SLOTS), strict=True))
        names, columns = {slot: values for slot, (values, _) in learned.items()}, [w for _, w in learned.values()]
        weights = np.hstack(columns)
        size, more = len(vocabulary), len(vocabulary) + len(cue_rows)
        return cls(
            names,
            Rows(vocabulary),
            idf,
            weights[:size],
            weights[size:more] * _CUE_WEIGHT,
            cue_rows,
            weights[more:],
            encoder,
            tuple(vocabulary),
        )

    def read(self, text: str, cues: Sequence[str]) -> dict[str, tuple[str, float, float]]:
        """Returns for each slot the likeliest value (or `UNSAID`), how likely it is, and how likely one of `ADVERSE` is."""
        return self.read_all([(text, cues, False)])[0]

    def read_all(self, told: Sequence[tuple[str, Sequence[str], bool]]) -> list[dict[str, tuple[str, float, float]]]:
        """Reads messages with their cues; the third of each says that it plainly asks about something else than a couple's own case.

        Such a one is encoded only if its words and cues come near to saying anything of a requirement.
        """
        own = [own_words(text) for text, _, _ in told]  # 「弟は既婚」 says nothing of the couple
        totals = [self._by_words(text, cues) for text, (_, cues, _) in zip(own, told, strict=True)]
        meant = [n for n, (_, _, elsewhere) in enumerate(told) if not (elsewhere and self._says_nothing(totals[n]))]
        for n, vector in zip(meant, self.encoder.encode_all([own[n] for n in meant]), strict=True):
            totals[n] = totals[n] + vector @ self.vector_weights[:-1]
        return [self._said(total) for total in totals]

    def _said(self, total: np.ndarray) -> dict[str, tuple[str, float, float]]:
        said, start = {}, 0
        scores = (_SHARPNESS * total).tolist()  # a few numbers for each slot: quicker without arrays
        for slot, values in self.names.items():
            chances = _chances(scores[start : start + len(values)])
            start += len(values)
            best = chances.index(max(chances))
            against = sum(p for value, p in zip(values, chances, strict=True) if value in ADVERSE.get(slot, ()))
            said[slot] = (values[best], chances[best], against)
        return said

    def _by_words(self, text: str, cues: Sequence[str]) -> np.ndarray:
        total = self.vector_weights[-1]
        rows = self.rows.of(features(text))
        if len(rows):
            weights = self.idf[rows]
            learned = self.ngram_weights[rows].astype(np.float32)
            total = total + (weights / np.sqrt((weights * weights).sum())) @ learned
        noticed = [self.cue_rows[c] for c in cues if c in self.cue_rows]
        if noticed:
            total = total + self.cue_weights[noticed].sum(axis=0)
        return np.asarray(total, np.float32)

    def _says_nothing(self, total: np.ndarray) -> bool:
        """Whether no case is told, and nothing is near to being said of any requirement."""
        start = 0
        for slot, values in self.names.items():
            scores = dict(zip(values, total[start : start + len(values)].tolist(), strict=True))
            start += len(values)
            quiet = [scores.pop(value) for value in (_NO_CASE if slot == "about" else (UNSAID,)) if value in scores]
            if scores and quiet and max(scores.values()) > max(quiet) - _NEAR:
                return False
        return True

    def save(self, directory: Path) -> None:
        """Writes the model as two files below a directory."""
        np.savez(
            directory / "standing.npz",
            idf=self.idf,
            ngram=self.ngram_weights.astype(np.float16),
            cue=self.cue_weights,
            vector=self.vector_weights,
        )
        words = {"names": self.names, "vocabulary": list(self.vocabulary), "cues": list(self.cue_rows)}
        (directory / "standing.json").write_text(json.dumps(words, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def load(cls, directory: Path) -> StandingModel:
        """Reads what `save` wrote."""
        words = json.loads((directory / "standing.json").read_text(encoding="utf-8"))
        with np.load(directory / "standing.npz", allow_pickle=False) as arrays:
            return cls(
                words["names"],
                Rows(words["vocabulary"]),
                arrays["idf"],
                arrays["ngram"],
                arrays["cue"],
                {c: i for i, c in enumerate(words["cues"])},
                arrays["vector"],
                shared_encoder(),
            )


def _chances(scores: Sequence[float]) -> list[float]:
    """Probabilities from scores."""
    highest = max(scores)
    raised = [math.exp(score - highest) for score in scores]
    total = sum(raised)
    return [part / total for part in raised]


def _vocabulary(seen: Sequence[Sequence[str]]) -> tuple[dict[str, int], Counter[str]]:
    """Features seen at least twice, in order of name, and how often each was seen."""
    counts = Counter(f for found in seen for f in found)
    return {f: i for i, f in enumerate(sorted(f for f, n in counts.items() if n >= 2))}, counts
