"""Our side under measurement: `python -m bot train` and `serve`, with the example lines and limits the bench asks for.

python -m tests.bench.ours train NLU_FILE MODEL
python -m tests.bench.ours serve MODEL PORT
"""

from __future__ import annotations

import sys
from pathlib import Path

# One machine plays all the people: limits for each address and session would measure themselves.
NO_LIMITS = {"per_minute": 10**9, "burst": 10**6, "address_per_minute": 10**9, "address_burst": 10**6}


def main(task: str, first: str, second: str) -> int:
    """Runs one side's task."""
    if task == "train":
        from bot.training import train_from

        train_from([Path(first)], Path(second))
        return 0
    from bot.serve import serve

    return serve("127.0.0.1", int(second), model=Path(first), web=NO_LIMITS)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
