"""Kills a process that starts applications, again and again, at random moments, and checks that nothing shown was lost (R11).

    python -m tests.drills.sigkill --kills 500 --database sqlite:////tmp/drill.db
    python -m tests.drills.sigkill --kills 500 --database postgresql
    python -m tests.drills.sigkill --kills 500 --database postgresql --what pins      (new PINs instead: `sigkill_pins`)

Each child is forked from this process, which holds no connection, and works as a chat would: it repeats the confirmation that was
under way when the last one died, then goes on with new ones, and writes down each receipt after it has been shown.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

from bot.applications.model import Contact, ContactKind, Wishes
from bot.applications.service import Applications
from bot.applications.views import Caller
from tests.drills import sigkill_pins
from tests.drills.installation import database, installation
from tests.drills.shown import integrity, lines

WISHES = Wishes("ja")
CONTACT = Contact(ContactKind.EMAIL, "drill@example.org")
TODAY = date(2026, 11, 22)
LONGEST_LIFE = 0.25  # seconds; a child starts about a hundred applications in that time


def submit_forever(url: str, shown: Path, round_number: int) -> None:
    """What a child does until it is killed: the last confirmation again, then new ones."""
    born = time.monotonic()
    applications = installation(url)
    log = os.open(shown, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    number = _next_number(shown)
    first = True
    while True:
        started = applications.start(WISHES, CONTACT, f"confirmation-{number}", TODAY)
        line = {"n": number, "receipt": started.receipt, "pin": started.pin, "round": round_number}
        if first:
            line["recovered"] = time.monotonic() - born
            first = False
        os.write(log, f"\n{json.dumps(line)}\n".encode())  # a line that a kill cut off stays alone
        number += 1


def _next_number(shown: Path) -> int:
    return max((line["n"] for line in lines(shown)), default=1)


def drill(url: str, kills: int, seed: int, folder: Path, what: str = "starts") -> dict[str, Any]:
    """Runs it and returns what was seen."""
    work, seen = PARTS[what]
    chance = random.Random(seed)
    shown = folder / "shown.jsonl"
    installation(url).store.close()  # the tables
    for round_number in range(kills):
        child = os.fork()
        if child == 0:
            try:
                work(url, shown, round_number)
            except BaseException as error:
                os.write(2, f"child of round {round_number}: {error!r}\n".encode())
            os._exit(1)
        time.sleep(chance.uniform(0.0, LONGEST_LIFE))
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if not os.WIFSIGNALED(status):
            raise RuntimeError("a child ended before it was killed")
    return seen(url, shown) | {"kills": kills, "seed": seed}


def check(url: str, shown: Path) -> dict[str, Any]:
    """Whether every receipt shown exists and opens, each confirmation made one application, and the database is whole."""
    started = time.monotonic()
    applications = installation(url)
    found = lines(shown)
    by_number: dict[int, set[tuple[str, str]]] = {}
    for line in found:
        by_number.setdefault(line["n"], set()).add((line["receipt"], line["pin"]))
    first_answer = None
    lost = 0
    for number in by_number:
        repeated = applications.start(WISHES, CONTACT, f"confirmation-{number}", TODAY)
        first_answer = first_answer or time.monotonic() - started
        lost += (repeated.receipt, repeated.pin) not in by_number[number]
    unopened = sum(not _opens(applications, *next(iter(pair))) for pair in by_number.values())
    # The one that was under way at the last kill may exist without having been shown.
    kept = applications.listed()
    broken = sum(not _whole(applications, application.id) for application in kept)
    last = max(by_number, default=0)
    applications.start(WISHES, CONTACT, f"confirmation-{last + 1}", TODAY)
    return {
        "shown": len(by_number),
        "shown_twice_differently": sum(len(pairs) > 1 for pairs in by_number.values()),
        "lost": lost,
        "unopened": unopened,
        "broken_histories": broken,
        "applications": len(applications.listed()),
        "duplicates": len(applications.listed()) - (last + 1 if by_number else 1),
        "shown_per_round_at_most": max(Counter(line["round"] for line in found).values(), default=0),
        "integrity": integrity(applications),
        "slowest_recovery_seconds": round(max((line.get("recovered", 0.0) for line in found), default=0.0), 3),
        "recovery_after_last_kill_seconds": round(first_answer or 0.0, 3),
    }


def _opens(applications: Applications, receipt: str, pin: str) -> bool:
    return applications.look_up(receipt, pin, Caller()).failed_tries == 0


def _whole(applications: Applications, application: Any) -> bool:
    return bool(applications.shown(application))


def is_clean(seen: dict[str, Any]) -> bool:
    """Whether R11 held."""
    faults = ("shown_twice_differently", "lost", "unopened", "broken_histories", "duplicates")
    return (
        not any(seen[fault] for fault in faults)
        and seen["integrity"] == "ok"
        and seen["shown"] > 0
        and max(seen["slowest_recovery_seconds"], seen["recovery_after_last_kill_seconds"]) <= 10
    )


PARTS = {"starts": (submit_forever, check), "pins": (sigkill_pins.change_forever, sigkill_pins.check)}


def main() -> int:
    """Runs the drill from the command line; exit status 1 when something was lost."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--database", required=True, help="an address, or `postgresql` for a schema of its own")
    parser.add_argument("--seed", type=int, default=int.from_bytes(os.urandom(4), "big"))
    parser.add_argument("--what", choices=PARTS, default="starts")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, database(options.database) as url:
        seen = drill(url, options.kills, options.seed, Path(folder), options.what)
    print(json.dumps(seen))
    clean = sigkill_pins.is_clean if options.what == "pins" else is_clean
    return 0 if clean(seen) else 1


if __name__ == "__main__":
    sys.exit(main())
