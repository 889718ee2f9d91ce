"""Takes work out of Rasa's training that does not change the model; `tests/unit/test_rasa_patches.py` watches the places."""

from __future__ import annotations

import tarfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


@contextmanager
def quick_training() -> Iterator[None]:
    """Takes work out of Rasa's training that does not change the model; only inside `python -m bot train`.

    Rasa reads, cleans, fingerprints and deep-copies all examples for each of its importers (35 s for 32,000 lines), fingerprints them
    for a cache that we name models to do without (20 s), tokenises them for featurizers we do not have (5 s), and packs weights at
    gzip level 9 (40 s). `rasa train` does all of it and gives the same model.
    """
    from rasa.nlu.tokenizers.tokenizer import Tokenizer
    from rasa.shared.importers.rasa import RasaFileImporter
    from rasa.shared.nlu.training_data.training_data import TrainingData

    read, pack = RasaFileImporter.get_nlu_data, tarfile.TarFile.__dict__["gzopen"]
    merge, fingerprint = TrainingData.merge, TrainingData.fingerprint
    clean, tokenise = TrainingData.__dict__["sanitize_examples"], Tokenizer.process_training_data
    seen: dict[int, TrainingData] = {}

    def read_once(self: Any, language: str | None = "en") -> TrainingData:
        if id(self) not in seen:
            seen[id(self)] = read(self, language)
        return seen[id(self)]

    def merge_without_copies(self: TrainingData, *others: TrainingData | None) -> TrainingData:
        some = [data for data in (self, *others) if data]
        return TrainingData(
            [example for data in some for example in data.training_examples],
            {name: value for data in some for name, value in data.entity_synonyms.items()},
            [feature for data in some for feature in data.regex_features],
            [table for data in some for table in data.lookup_tables],
            {name: texts for data in some for name, texts in data.responses.items()},
        )

    def never_the_same(self: TrainingData) -> str:
        return uuid.uuid4().hex

    def as_they_are(examples: Any) -> Any:
        return examples  # a content test keeps the lines clean and unlike one another

    def not_needed(self: Any, training_data: TrainingData) -> TrainingData:
        return training_data

    not_needed.__annotations__ = {"training_data": TrainingData, "return": TrainingData}  # Rasa reads them at run time

    def pack_quickly(
        cls: Any, name: Any, mode: str = "r", fileobj: Any = None, compresslevel: int = 1, **kwargs: Any
    ) -> Any:
        return pack.__func__(cls, name, mode, fileobj, compresslevel, **kwargs)

    RasaFileImporter.get_nlu_data = read_once  # type: ignore[method-assign]
    TrainingData.merge = merge_without_copies  # type: ignore[method-assign]
    TrainingData.fingerprint = never_the_same  # type: ignore[method-assign]
    TrainingData.sanitize_examples = staticmethod(as_they_are)  # type: ignore[method-assign]
    Tokenizer.process_training_data = not_needed  # type: ignore[method-assign]
    tarfile.TarFile.gzopen = classmethod(pack_quickly)  # type: ignore[assignment,method-assign]
    try:
        yield
    finally:
        RasaFileImporter.get_nlu_data, TrainingData.merge = read, merge  # type: ignore[method-assign]
        TrainingData.fingerprint, TrainingData.sanitize_examples = fingerprint, clean  # type: ignore[method-assign]
        Tokenizer.process_training_data = tokenise  # type: ignore[method-assign]
        tarfile.TarFile.gzopen = pack  # type: ignore[method-assign]
