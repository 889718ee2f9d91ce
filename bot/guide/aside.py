"""Builds our own server's guide in a process that steps back behind people in the chat: `python -m bot.guide.aside VAR ADDRESS DAY`."""

from __future__ import annotations

import os
import signal
import sys
from datetime import date
from pathlib import Path

from bot.guide import cache

_NICENESS = 10


def main(var: str, public_url: str, day: str) -> None:
    """Builds it, unless it is there; told to stop, it takes its unfinished files away and waits for no sheet of paper."""
    os.nice(_NICENESS)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        cache.ensure(Path(var), public_url, date.fromisoformat(day))
    except SystemExit:
        os._exit(1)


if __name__ == "__main__":
    main(*sys.argv[1:])
