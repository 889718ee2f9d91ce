"""The few places where Rasa 3.6.21 itself is changed, each with its reason; `tests/unit/test_rasa_patches.py` watches them."""

from __future__ import annotations

import tarfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


def apply() -> None:
    """Applies every patch once."""
    from rasa.core.actions.action import RemoteAction

    RemoteAction._validate_action_result = _trusted  # type: ignore[method-assign]


def _trusted(self: Any, result: Any) -> bool:
    """Our actions run in this process and are checked in tests; Rasa compiles a JSON schema for each call (55 ms)."""
    return True


@contextmanager
def quick_training() -> Iterator[None]:
    """Takes work out of Rasa's training that does not change the model; only inside `python -m bot train`.

    Rasa reads and deep-copies all examples for each of its importers (25 s for 30,000 lines), fingerprints them for a cache that
    we name models to do without (20 s), and packs weights at gzip level 9 (40 s). `rasa train` does all of it and gives the same model.
    """
    from rasa.shared.importers.rasa import RasaFileImporter
    from rasa.shared.nlu.training_data.training_data import TrainingData

    read, merge, pack = RasaFileImporter.get_nlu_data, TrainingData.merge, tarfile.TarFile.__dict__["gzopen"]
    fingerprint = TrainingData.fingerprint
    seen: dict[int, TrainingData] = {}

    def read_once(self: Any, language: str | None = "en") -> TrainingData:
        if id(self) not in seen:
            seen[id(self)] = read(self, language)
        return seen[id(self)]

    def merge_if_needed(self: TrainingData, *others: TrainingData | None) -> TrainingData:
        some = [data for data in (self, *others) if data and (data.training_examples or data.responses)]
        if len(some) == 1:
            return some[0]
        if len(some) == 2 and not some[1].training_examples and not some[0].responses:
            return TrainingData(
                some[0].training_examples,
                some[0].entity_synonyms,
                some[0].regex_features,
                some[0].lookup_tables,
                some[1].responses,
            )
        return merge(self, *others)

    def never_the_same(self: TrainingData) -> str:
        return uuid.uuid4().hex

    def pack_quickly(
        cls: Any, name: Any, mode: str = "r", fileobj: Any = None, compresslevel: int = 1, **kwargs: Any
    ) -> Any:
        return pack.__func__(cls, name, mode, fileobj, compresslevel, **kwargs)

    RasaFileImporter.get_nlu_data = read_once  # type: ignore[method-assign]
    TrainingData.merge = merge_if_needed  # type: ignore[method-assign]
    TrainingData.fingerprint = never_the_same  # type: ignore[method-assign]
    tarfile.TarFile.gzopen = classmethod(pack_quickly)  # type: ignore[assignment,method-assign]
    try:
        yield
    finally:
        RasaFileImporter.get_nlu_data, TrainingData.merge = read, merge  # type: ignore[method-assign]
        TrainingData.fingerprint = fingerprint  # type: ignore[method-assign]
        tarfile.TarFile.gzopen = pack  # type: ignore[method-assign]
