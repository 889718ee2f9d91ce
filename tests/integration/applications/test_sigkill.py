"""A process that starts applications or replaces PINs is killed at random moments; nothing it showed is lost (R11)."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from bot.knowledge.loader import ROOT

KILLS = 30


@pytest.mark.slow
@pytest.mark.parametrize("what", ["starts", "pins"])
def test_no_receipt_or_pin_shown_before_a_kill_is_lost(database: str, what: str) -> None:
    """In a process of its own, which has no threads to fork; 500 kills: `python -m tests.drills.sigkill --kills 500 …`."""
    kills = os.environ.get("TOMONI_DRILL_KILLS", str(KILLS))
    done = subprocess.run(
        [sys.executable, "-m", "tests.drills.sigkill", "--kills", kills, "--database", database, "--what", what],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    seen = json.loads(done.stdout)
    assert seen["kills"] == int(kills)
    assert seen["shown"] > 0
