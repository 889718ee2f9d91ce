"""`python -m bot application …` and `python -m bot erase`: what staff do without the console.

Exit status: 0 done, 1 refused, 2 wrongly called, 3 try later.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from bot import clock
from bot.applications import cli_words, retention, senders
from bot.applications.cli_arguments import FLAGS, LINKS
from bot.applications.cli_words import say, state_word
from bot.applications.errors import ApplicationNotFound
from bot.applications.model import Application, Contact, ContactKind, State, Wishes
from bot.applications.outbox import Outbox
from bot.applications.service import Applications, open_applications
from bot.settings import Settings, read, reads_japanese


def run(options: argparse.Namespace) -> int:
    """Runs one of them."""
    lang = "ja" if reads_japanese() else "en"
    return cli_words.told(lang, lambda: _run(options, lang))


def _run(options: argparse.Namespace, lang: str) -> int:
    settings = read()
    applications = open_applications(settings)
    try:
        return _DEEDS[options.deed](_Desk(applications, settings, lang, options.json), options)
    finally:
        applications.store.close()


@dataclasses.dataclass(frozen=True)
class _Desk:
    applications: Applications
    settings: Settings
    lang: str
    json: bool

    def tell(self, values: Any, name: str, **filled: Any) -> int:
        """Prints values as JSON, or a message in the reader's language."""
        print(json.dumps(values, ensure_ascii=False) if self.json else say(self.lang, name, **filled), flush=True)
        return 0

    def find(self, which: str) -> UUID:
        """The application of an id or receipt."""
        try:
            return UUID(which)
        except ValueError:
            found = self.applications.find_by_receipt(which)
        if found is None:
            raise ApplicationNotFound()
        return found

    def line(self, application: Application) -> str:
        """One application in a line."""
        return say(
            self.lang,
            "line",
            id=application.id,
            state=state_word(self.lang, application.state),
            created=f"{application.created_at.astimezone(clock.TOKYO):%Y-%m-%d}",
            updated=f"{application.updated_at.astimezone(clock.TOKYO):%Y-%m-%d %H:%M}",
        )


def _new(desk: _Desk, options: argparse.Namespace) -> int:
    circumstances = [LINKS[link] for link in options.link]
    circumstances += [circumstance for flag, circumstance in FLAGS.items() if getattr(options, flag)]
    wishes = Wishes.from_json(
        {
            "language": options.lang,
            "circumstances": [c.value for c in circumstances],
            "planned_on": options.planned,
        }
    )
    address = sys.stdin.readline().strip() if options.email == "-" else options.email
    contact = Contact(ContactKind.EMAIL, address) if address else None
    started = desk.applications.start(wishes, contact, options.key or str(uuid4()), clock.today())
    shown = {"receipt": started.receipt, "pin": started.pin}
    return desk.tell(shown, "started", **shown)


def _show(desk: _Desk, options: argparse.Namespace) -> int:
    view = desk.applications.shown(desk.find(options.which))
    if desk.json:
        values = _plain(view.application) | {"wishes": view.wishes.to_json()}
        values["history"] = [_history_values(row) for row in view.history]
        return desk.tell(values, "")
    print(desk.line(view.application))
    for row in view.history:
        values = _history_values(row)
        before = state_word(desk.lang, row.before) if row.before else "-"
        words = {"at": values["at"], "before": before, "to": state_word(desk.lang, row.to)}
        print(say(desk.lang, "history_line", who=row.who, reason=row.reason, **words))
    return 0


def _list(desk: _Desk, options: argparse.Namespace) -> int:
    found = desk.applications.listed(State(value) for value in options.state)
    if desk.json:
        return desk.tell([_plain(application) for application in found], "")
    print("\n".join(desk.line(application) for application in found) or say(desk.lang, "none"))
    return 0


def _advance(desk: _Desk, options: argparse.Namespace) -> int:
    done = desk.applications.advance(desk.find(options.which), State(options.state), options.who, options.reason)
    return desk.tell(_plain(done), "advanced", state=state_word(desk.lang, done.state))


def _export(desk: _Desk, options: argparse.Namespace) -> int:
    print(json.dumps(desk.applications.export_by_staff(desk.find(options.which)), ensure_ascii=False, indent=1))
    return 0


def _unlock(desk: _Desk, options: argparse.Namespace) -> int:
    desk.applications.unlock(desk.find(options.which), options.who, options.reason)
    return desk.tell({"unlocked": True}, "unlocked")


def _tidy(desk: _Desk, options: argparse.Namespace) -> int:
    outbox = Outbox(desk.applications, senders.of(desk.settings), f"{desk.settings.public_url}/a")
    sent = dataclasses.asdict(outbox.run())
    keep = timedelta(days=desk.settings.keep_finished_days)
    taken = dataclasses.asdict(retention.run(desk.applications, clock.now(), keep))
    values = {"notices": sent, "outbox": dict(outbox.counts()), "taken": taken}
    return desk.tell(values, "tidied", taken=sum(taken.values()), **sent)


def _rewrap(desk: _Desk, options: argparse.Namespace) -> int:
    count = desk.applications.rewrap()
    return desk.tell({"rewrapped": count}, "rewrapped", count=count)


def _erase(desk: _Desk, options: argparse.Namespace) -> int:
    if options.tombstones:
        for application, at, reason in desk.applications.erased():
            print(json.dumps({"id": str(application), "at": at.isoformat(), "reason": reason}))
        return 0
    if options.again:
        listed = [json.loads(line)["id"] for line in options.again.read_text().splitlines() if line.strip()]
        count = desk.applications.erase_again(UUID(value) for value in listed)
        return desk.tell({"erased_again": count}, "erased_again", count=count)
    application = desk.find(options.which)
    if not options.yes:
        print(say(desk.lang, "confirm", id=application), end="", file=sys.stderr, flush=True)
        if sys.stdin.readline().strip().lower() not in ("yes", "はい"):
            desk.tell({"erased": False}, "kept")
            return 1
    desk.applications.erase_by_staff(application)
    return desk.tell({"erased": True}, "erased")


def _plain(application: Application) -> dict[str, Any]:
    return {
        "id": str(application.id),
        "state": application.state.value,
        "created_at": application.created_at.isoformat(),
        "updated_at": application.updated_at.isoformat(),
        "planned_month": application.planned_month,
    }


def _history_values(row: Any) -> dict[str, Any]:
    return {
        "who": row.who,
        "at": row.at.isoformat(timespec="seconds"),
        "from": row.before.value if row.before else None,
        "to": row.to.value,
        "reason": row.reason,
    }


_DEEDS = {
    "new": _new,
    "show": _show,
    "list": _list,
    "advance": _advance,
    "export": _export,
    "unlock": _unlock,
    "tidy": _tidy,
    "rewrap": _rewrap,
    "erase": _erase,
}
