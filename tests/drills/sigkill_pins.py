"""What a process does with PINs until it is killed, and whether somebody who was shown them still gets in (see `sigkill --what pins`).

One couple after another starts, and has its PIN replaced a few times: for the old one, or as a lost one. Each PIN is written down
after it was shown. Whoever comes back after a kill tries what was shown, the newest first; one of them must open the record, always.
"""

from __future__ import annotations

import json
import os
import random
import time
from datetime import date
from pathlib import Path
from typing import Any

from bot.applications.errors import ApplicationNotFound
from bot.applications.model import Contact, ContactKind, Wishes
from bot.applications.service import Applications
from bot.applications.views import Caller
from tests.drills.installation import installation
from tests.drills.shown import integrity, lines

TODAY = date(2026, 11, 22)
WISHES = Wishes("ja")
CONTACT = Contact(ContactKind.EMAIL, "drill@example.org")
# Fewer than the failures in a row that lock a receipt: what is no longer valid is tried on the way to what is.
CHANGES = 4


def change_forever(url: str, shown: Path, round_number: int) -> None:
    """What a child does until it is killed: the last couple comes back, then new ones."""
    born, chance = time.monotonic(), random.Random(round_number)
    applications = installation(url)
    log = os.open(shown, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)

    def show(**line: Any) -> None:
        os.write(log, f"\n{json.dumps(line | {'round': round_number})}\n".encode())

    by_number = _by_number(shown)
    number = max(by_number, default=0)
    if number:
        pin = _that_opens(applications, by_number[number])
        recovered = time.monotonic() - born
        show(n=number, receipt=by_number[number][0]["receipt"], back=True, shut_out=pin is None, recovered=recovered)
    while True:
        number += 1
        caller = Caller(f"couple {number}")
        started = applications.start(WISHES, CONTACT, f"confirmation-{number}", TODAY)
        show(n=number, receipt=started.receipt, pin=started.pin, way="start")
        view, pin = applications.open_started(started, caller), started.pin
        for change in range(CHANGES):
            key, way = f"{round_number} {number} {change}", chance.choice(["new_pin", "lost_pin"])
            if way == "new_pin":
                pin = applications.new_pin(started.receipt, pin, caller, key)
            else:
                assert view.proof
                pin = applications.replace_lost_pin(view.proof, view.grant, caller, key)
            show(n=number, receipt=started.receipt, pin=pin, way=way)
            after = chance.random()
            if after < 0.3:
                view = applications.look_up(started.receipt, pin, caller)
            elif after < 0.5:
                applications.noted_pin(view.grant, caller)


def check(url: str, shown: Path) -> dict[str, Any]:
    """Whether every couple gets in with a PIN it was shown, and the database is whole."""
    applications = installation(url)
    found = lines(shown)
    by_number = _by_number(shown)
    back = [line for line in found if line.get("back")]
    kept = applications.listed()
    return {
        "couples": len(by_number),
        "shown": sum("pin" in line for line in found),
        "came_back": len(back),
        "ways": {way: sum(line.get("way") == way for line in found) for way in ("start", "new_pin", "lost_pin")},
        "shut_out_after_a_kill": sum(line["shut_out"] for line in back),
        "shut_out": sum(_that_opens(applications, told) is None for told in by_number.values()),
        "broken_histories": sum(not applications.shown(application.id) for application in kept),
        "integrity": integrity(applications),
        "slowest_recovery_seconds": round(max((line["recovered"] for line in back), default=0.0), 3),
    }


def is_clean(seen: dict[str, Any]) -> bool:
    """Whether nobody was shut out."""
    return (
        not (seen["shut_out_after_a_kill"] or seen["shut_out"] or seen["broken_histories"])
        and seen["integrity"] == "ok"
        and seen["ways"]["new_pin"] > 0 < seen["ways"]["lost_pin"]
        and seen["slowest_recovery_seconds"] <= 10
    )


def _by_number(shown: Path) -> dict[int, list[dict[str, Any]]]:
    found: dict[int, list[dict[str, Any]]] = {}
    for line in lines(shown):
        if "pin" in line:
            found.setdefault(line["n"], []).append(line)
    return found


def _that_opens(applications: Applications, lines: list[dict[str, Any]]) -> str | None:
    """The newest PIN shown that opens."""
    for line in reversed(lines):
        try:
            applications.look_up(line["receipt"], line["pin"], Caller())
        except ApplicationNotFound:
            continue
        return str(line["pin"])
    return None
