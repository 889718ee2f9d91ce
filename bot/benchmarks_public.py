"""The two public sets (xSID 0.7, CLINC150) through our classifier: a check that we have not just fitted our own phrasing."""

from __future__ import annotations

import os
from pathlib import Path
from typing import IO

from bot.knowledge.loader import ROOT


def report_public(out: IO[str]) -> None:
    """Prints the figures, or where the sets were looked for."""
    directory = Path(os.environ.get("TOMONI_BENCHMARKS", ROOT.parent / "shared" / "benchmarks"))
    if not directory.exists():
        out.write(
            f"public sets: not found in {directory.name}/ (set TOMONI_BENCHMARKS to the folder that holds xsid-0.7 and clinc150)\n"
        )
