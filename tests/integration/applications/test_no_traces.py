"""After everything was used, no contact, PIN or receipt stands anywhere in clear, in whatever form (R29)."""

from __future__ import annotations

import base64
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
from sqlalchemy import select

from bot.applications import outbox_rows, retention, tables
from bot.applications.errors import ApplicationNotFound, IdempotencyConflict
from bot.applications.model import Contact, ContactKind, State
from bot.applications.outbox import DeliveryFailed, Outbox
from bot.applications.service import Applications
from bot.applications.views import Caller, Started
from tests.drills.installation import Clock


def forms(secret: str) -> Iterator[bytes]:
    """Ways in which a secret may be written."""
    written = {secret, secret.lower(), secret.upper(), secret.replace("-", "")}
    if secret.startswith("TP-"):
        written.add(secret.removeprefix("TP-").replace("-", ""))
    elif len(secret) == 6 and secret.isdigit():
        written |= {f"{secret[:3]}{between}{secret[3:]}" for between in " -,、."}
    for text in written:
        raw = text.encode()
        yield raw
        yield quote(text, safe="").encode()
        yield "".join(f"%{b:02X}" for b in raw).encode()
        yield "".join(f"\\u{ord(c):04x}" for c in text).encode()
        yield text.encode("utf-16-le")
        yield text.encode("utf-16-be")
        yield raw.hex().encode()
        for shift in range(3):  # wherever in the base64 stream it begins
            middle = base64.b64encode(bytes(shift) + raw)[4 if shift else 0 : -4]
            if len(middle) < 6:
                continue  # four letters of a PIN's base64 stand somewhere by chance
            yield middle
            yield middle.replace(b"+", b"-").replace(b"/", b"_")


def dump(applications: Applications) -> bytes:
    """Every byte of the database: its files, or every value of every row."""
    if applications.store.is_sqlite:
        applications.store.close()
        path = Path(str(applications.store.engine.url.database))
        return b"\n".join(file.read_bytes() for file in path.parent.iterdir() if file.is_file())
    with applications.store.read() as connection:
        rows = [row for table in tables.metadata.tables.values() for row in connection.execute(select(table))]
    return b"\n".join(v if isinstance(v, bytes) else str(v).encode() for row in rows for v in map(_plain, row))


def _plain(value: object) -> object:
    return bytes(value) if isinstance(value, memoryview) else value


def test_the_forms_would_be_found() -> None:
    secret = "canary-7@example.org"
    for hidden in (
        f"x{secret}".encode(),
        json.dumps({"a": secret}).encode(),
        base64.b64encode(f"xy{secret}z".encode()),
        base64.urlsafe_b64encode(f"x{secret}".encode()),
        secret.encode("utf-16"),
        quote(secret).encode(),
    ):
        assert any(form in hidden for form in forms(secret)), hidden


@pytest.mark.parametrize("erased", [False, True])
def test_a_dump_and_the_log_hold_nothing_in_clear(
    applications: Applications,
    start: Callable[..., Started],
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
    erased: bool,
) -> None:
    caplog.set_level(logging.DEBUG)
    logging.getLogger("sqlalchemy.engine").setLevel(logging.DEBUG)
    secrets: set[str] = set()
    try:
        for n in range(8):
            contact = Contact(ContactKind.EMAIL, f"canary-{n}@example.org")
            caller = Caller(f"canary-conversation-{n}", f"203.0.113.{100 + n}")
            started = start(key=f"canary-key-{n}", contact=contact)
            start(key=f"canary-key-{n}", contact=contact)
            secrets |= {started.receipt, started.pin, contact.address, str(caller.conversation), str(caller.address)}
            _use_everything(applications, start, started, contact, caller, n, secrets)
            clock.move(minutes=1)
        if erased:
            for application in applications.listed():
                applications.erase_by_staff(application.id)
        retention.run(applications, clock(), retention.ABANDONED)
    finally:
        logging.getLogger("sqlalchemy.engine").setLevel(logging.NOTSET)
    written = dump(applications)
    assert len(written) > 2000 or erased
    logged = caplog.text.encode("utf-8", "backslashreplace")
    assert len(logged) > 10_000  # the statements are there
    for secret in secrets:
        for form in forms(secret):
            assert form not in written, secret
            assert form not in logged, secret
    if not erased:
        return
    for document in ("lives_in_tokyo", "doc-single", "2027-04"):
        assert document.encode() not in written


def _use_everything(
    applications: Applications,
    start: Callable[..., Started],
    started: Started,
    contact: Contact,
    caller: Caller,
    n: int,
    secrets: set[str],
) -> None:
    with pytest.raises(ApplicationNotFound):
        applications.look_up(started.receipt, f"{(int(started.pin) + 1) % 10**6:06d}", caller)
    with pytest.raises(ApplicationNotFound):
        applications.look_up(started.receipt + "x", started.pin, caller)
    with pytest.raises(IdempotencyConflict):
        start(key=f"canary-key-{n}", contact=None)
    view = applications.look_up(started.receipt, started.pin, caller)
    view = applications.tick(view.grant, caller, "doc-single", True)
    view = applications.change_contact(view.grant, caller, Contact(ContactKind.EMAIL, f"canary-new-{n}@example.org"))
    applications.link_chat(view.grant, caller)
    token = applications.issue_one_time_link(view.grant, caller)
    applications.redeem(token, caller)
    secrets |= {f"canary-new-{n}@example.org", token, view.grant}
    secrets.add(applications.new_pin(started.receipt, started.pin, caller, f"canary-pin-key-{n}"))
    applications.advance(started.application, State.SUBMITTED, "staff:a", "x")
    repr((view, started, contact, applications.export(view.grant, caller)))

    class Failing:
        def send(self, *_: object) -> None:
            raise DeliveryFailed("recipient_refused_550", for_good=True)

    Outbox(applications, {ContactKind.EMAIL: Failing()}, "").run()
    with applications.store.read() as connection:
        assert outbox_rows.dead(connection)
