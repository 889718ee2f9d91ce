"""Which row of the weights belongs to which feature, without keeping the features: 230,000 short texts would be 45 MB."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np


class Rows:
    """Row numbers by name. Names are kept as 64-bit hashes only; two alike would be met once in 10⁹ vocabularies of ours."""

    def __init__(self, names: Iterable[str]) -> None:
        """Takes the names in order of their rows; each process hashes them anew (Python salts its hashes)."""
        hashes = np.fromiter(map(hash, names), np.int64)
        self._order = np.argsort(hashes).astype(np.int32)
        self._hashes = hashes[self._order]

    def __len__(self) -> int:
        return len(self._hashes)

    def of(self, found: Iterable[str]) -> np.ndarray:
        """Rows of the names that have one, in the order given."""
        if not len(self._hashes):
            return np.empty(0, np.int32)
        wanted = np.fromiter(map(hash, found), np.int64)
        places = np.minimum(np.searchsorted(self._hashes, wanted), len(self._hashes) - 1)
        return self._order[places[self._hashes[places] == wanted]]
