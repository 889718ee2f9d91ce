"""A model belongs to the content it was trained from: wording may change without training, training data may not."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot import model_file


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in (
        "config.yml",
        "domain.yml",
        "data/nlu/fees.ja.yml",
        "data/knowledge/answers/fees.yml",
        "bot/nlu/features.py",
    ):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    monkeypatch.setattr(model_file, "ROOT", tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", ["config.yml", "domain.yml", "data/nlu/fees.ja.yml", "bot/nlu/features.py"])
def test_what_training_reads_makes_the_model_stale(copy: Path, name: str) -> None:
    before = model_file.fingerprint()
    (copy / name).write_text("changed")
    assert model_file.fingerprint() != before


def test_a_new_file_of_examples_makes_the_model_stale(copy: Path) -> None:
    before = model_file.fingerprint()
    (copy / "data/nlu/more.en.yml").write_text("x")
    assert model_file.fingerprint() != before


def test_the_same_content_has_the_same_name(copy: Path) -> None:
    assert model_file.expected() == model_file.expected()


def test_a_missing_model_says_what_to_do(copy: Path) -> None:
    with pytest.raises(FileNotFoundError, match="make train"):
        model_file.current()


def test_wording_goes_live_without_training(copy: Path) -> None:
    before = model_file.fingerprint()
    (copy / "data/knowledge/answers/fees.yml").write_text("another wording")
    assert model_file.fingerprint() == before
