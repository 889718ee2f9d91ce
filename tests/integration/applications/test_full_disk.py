"""A disk that is really full before each step a couple takes (R9); see `tests.drills.full_disk`."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest

from bot.knowledge.loader import ROOT
from tests.drills import full_disk


def drill(*options: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.drills.full_disk", *options],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    return done.returncode, done.stdout + done.stderr


def test_sqlite_on_a_full_disk_refuses_every_step_and_does_it_once_when_there_is_room() -> None:
    if not full_disk.can_mount():
        pytest.skip("no mount namespace can be had. Try: unshare -rm true  (apt-get install util-linux)")
    code, said = drill()
    assert code == 0, said


def test_postgresql_on_a_full_disk_does_everything_once(postgres: Any) -> None:
    if os.geteuid() != 0 or not full_disk.can_mount():
        pytest.skip(
            "a small disk for PostgreSQL needs root. Run: sudo python -m tests.drills.full_disk --database postgresql"
        )
    code, said = drill("--database", "postgresql")
    assert code == 0, said
