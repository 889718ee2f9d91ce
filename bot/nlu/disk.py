"""Large tables that are looked into here and there: on disk, mapped into memory, shared by all processes of this machine."""

from __future__ import annotations

import logging
import mmap
import os
import secrets
import zlib
from pathlib import Path

import numpy as np

from bot.settings import cache_directory

logger = logging.getLogger(__name__)

_BLOCK = 2**20


def on_disk(table: np.ndarray, name: str, directory: Path | None = None) -> np.ndarray:
    """The same table, read from a file whose pages come into memory when they are looked at; the table itself if that fails.

    The encoder's 65 MB hold pieces of a hundred languages; ours touch a few thousand rows. The file is made at the first start and
    compared with the table at every one, so what lies on disk is never trusted.
    """
    check = zlib.crc32(table.data)
    path = (directory or cache_directory()) / f"{name}-{check:08x}.npy"
    try:
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}.npy")
            np.save(draft, table)
            os.replace(draft, path)
        mapped = np.load(path, mmap_mode="r", allow_pickle=False)
        if mapped.shape == table.shape and mapped.dtype == table.dtype and _crc_of(path, mapped.offset) == check:
            mapped._mmap.madvise(mmap.MADV_RANDOM)  # else the system brings fifteen neighbours with each page
            return mapped
        path.unlink()  # made anew at the next start
    except (OSError, ValueError) as error:
        logger.warning("table %s stays in memory: %s", name, type(error).__name__)
    return table


def _crc_of(path: Path, start: int) -> int:
    check = 0
    with path.open("rb") as file:
        file.seek(start)
        while block := file.read(_BLOCK):
            check = zlib.crc32(block, check)
    return check
