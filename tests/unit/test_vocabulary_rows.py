"""Rows of features by hash: as a dictionary would give them, in the order asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.disk import on_disk
from bot.nlu.vocabulary import Rows


@given(st.lists(st.text(max_size=6), unique=True, max_size=60), st.lists(st.text(max_size=6), max_size=60))
def test_rows_are_what_a_dictionary_gives(names: list[str], found: list[str]) -> None:
    known = {name: row for row, name in enumerate(names)}
    asked = [*found, *names[::2]]
    assert Rows(names).of(asked).tolist() == [known[name] for name in asked if name in known]
    assert len(Rows(names)) == len(names)


def test_a_table_on_disk_is_the_same_table(tmp_path: Path) -> None:
    table = np.arange(5000, dtype=np.uint8).reshape(50, 100)
    for _ in range(2):  # made, then found
        mapped = on_disk(table, "t", tmp_path)
        assert isinstance(mapped, np.memmap)
        assert np.array_equal(mapped, table)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_table_somebody_changed_is_not_used(tmp_path: Path) -> None:
    table = np.arange(5000, dtype=np.uint8).reshape(50, 100)
    on_disk(table, "t", tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(file.read_bytes()[:-1] + b"\x00")
    assert not isinstance(on_disk(table, "t", tmp_path), np.memmap)
    assert isinstance(on_disk(table, "t", tmp_path), np.memmap)  # made anew


@pytest.mark.parametrize("content", [b"", b"\x93NUMPY"])
def test_a_broken_file_is_not_used(tmp_path: Path, content: bytes) -> None:
    table = np.zeros((3, 4), np.uint8)
    on_disk(table, "t", tmp_path)
    (file,) = tmp_path.iterdir()
    file.write_bytes(content)
    assert not isinstance(on_disk(table, "t", tmp_path), np.memmap)


def test_without_a_disk_the_table_stays_in_memory(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    table = np.zeros((3, 4), np.uint8)
    assert on_disk(table, "t", tmp_path / "file") is table
