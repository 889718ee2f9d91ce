"""The few places where Rasa 3.6.21 itself is changed, each with its reason; `tests/unit/test_rasa_patches.py` watches them."""

from __future__ import annotations

import tarfile
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
def quick_archive() -> Iterator[None]:
    """Packs a trained model at gzip level 1: Rasa's level 9 takes 40 s for weights that hardly shrink."""
    slow = tarfile.TarFile.gzopen.__func__  # type: ignore[attr-defined]

    def quick(cls: Any, name: Any, mode: str = "r", fileobj: Any = None, compresslevel: int = 1, **kwargs: Any) -> Any:
        return slow(cls, name, mode, fileobj, compresslevel, **kwargs)

    original = tarfile.TarFile.__dict__["gzopen"]
    tarfile.TarFile.gzopen = classmethod(quick)  # type: ignore[assignment,method-assign]
    try:
        yield
    finally:
        tarfile.TarFile.gzopen = original  # type: ignore[method-assign]
