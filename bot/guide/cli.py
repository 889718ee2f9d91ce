"""`python -m bot guide`, `verify` and `export`: what they write, say and return."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any, TextIO

from bot import clock
from bot.guide import addresses, history, open_data
from bot.guide.build import build
from bot.guide.contents import Contents
from bot.guide.history import spoken_hash
from bot.guide.verify import Outcome, Proof, read_open_data, verify
from bot.knowledge.loader import load, read_yaml
from bot.settings import Settings, SettingsError, read, reads_japanese

READER_GONE = 141  # what shells report of a command that ended because nobody read on


def run(options: argparse.Namespace) -> int:
    """Runs one of the commands; 0 when it did, or proved, what was asked."""
    try:
        settings = read()
    except SettingsError as error:
        print(f"✗ {error}", file=sys.stderr)
        return 2
    try:
        status = {"guide": _guide, "verify": _verify, "export": _export}[options.command](options, settings)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read, such as `head`, has enough. What still waits to be written goes nowhere, or Python would complain at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return READER_GONE
    return status


def _guide(options: argparse.Namespace, settings: Settings) -> int:
    site = _site(options.site, settings)
    contents = Contents(load(), clock.today(), site, _app(options.app, settings))
    out, started = options.out or settings.var / "guide" / "site", time.monotonic()
    try:
        built = build(contents, out)
    except OSError as error:
        return _say(sys.stderr, "not_written", 1, out=out, reason=error.strerror)
    seconds, megabytes = time.monotonic() - started, built.bytes / 1e6
    _say(
        sys.stderr, "built", pages=built.pages, documents=built.documents, out=out, seconds=seconds, megabytes=megabytes
    )
    if "//localhost" in site:
        _say(sys.stderr, "local_address", site=site)
    return 0


def _export(options: argparse.Namespace, settings: Settings) -> int:
    contents = Contents(load(), clock.today(), _site(options.site, settings))
    out: Path = options.out or settings.var / "open-data"
    changes = history.advance(history.read(out / "history.json"), contents.knowledge, contents.day)
    found = open_data.files(contents, changes)
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, body in found.items():
            (out / name).write_bytes(body)
    except OSError as error:
        return _say(sys.stderr, "not_written", 1, out=out, reason=error.strerror)
    return _say(sys.stderr, "exported", count=len(found), out=out, version=contents.knowledge.version)


def _verify(options: argparse.Namespace, settings: Settings) -> int:
    text = sys.stdin.read() if options.text == "-" else options.text
    base: Any = None
    try:
        base = read_open_data(options.data) if options.data else load()
    except (OSError, ValueError):
        return _say(sys.stderr, "unreadable", 2, file=options.data)
    ledger = history.read(settings.var / "guide" / "history.json")
    given = options.id.rsplit("/", 1)[-1].removesuffix(".html")  # the address of a page will do
    proof = verify(base, given, text, clock.today(), ledger)
    if options.json:
        print(json.dumps(_as_dict(proof), ensure_ascii=False, indent=1))
    else:
        _tell(proof, given, sys.stdout)
    return 0 if proof.outcome.proven else 1


def _tell(proof: Proof, given: str, out: TextIO) -> None:
    values = {"id": given, "on": proof.earlier.on if proof.earlier else ""}
    _say(out, proof.outcome.value, **values)
    if proof.outcome is Outcome.ALTERED:
        print(f"    {proof.rest[:60]}", file=out)
    words = _messages()
    lang = _language()
    if not proof.answers:
        return
    first = proof.answers[0]
    rows = {
        "id": first.id,
        words["languages"][lang]: ", ".join(a.lang for a in proof.answers),
        words["version"][lang]: first.version,
        words["checked"][lang]: first.checked_on,
        words["hash"][lang]: ", ".join(f"{a.lang} {spoken_hash(a)}" for a in proof.answers),
    }
    for name, value in rows.items():
        if value:
            print(f"  {name}: {value}", file=out)
    print(f"  {words['sources'][lang]}:", file=out)
    for citation in first.citations:
        print(f"    {citation.title} ({citation.as_of or words['undated'][lang]}) {citation.url}", file=out)


def _as_dict(proof: Proof) -> dict[str, Any]:
    return {
        "outcome": proof.outcome.value,
        "proven": proof.outcome.proven,
        "differs_from": proof.rest or None,
        "earlier": {"on": proof.earlier.on, "version": proof.earlier.version} if proof.earlier else None,
        "answers": [
            {
                "id": a.id,
                "lang": a.lang,
                "version": a.version,
                "checked_on": a.checked_on.isoformat() if a.checked_on else None,
                "hash": spoken_hash(a),
                "sources": [{"title": c.title, "url": c.url, "as_of": c.as_of} for c in a.citations],
            }
            for a in proof.answers
        ],
    }


def _site(given: str | None, settings: Settings) -> str:
    """Where the guide will stand, with a slash at its end."""
    return f"{given.rstrip('/')}/" if given else f"{settings.public_url}{addresses.MOUNT}"


def _app(given: str | None, settings: Settings) -> str | None:
    """Where the chat and the questionnaire are; `none` for a host that has neither."""
    return None if given == "none" else (given or settings.public_url).rstrip("/")


def _language() -> str:
    return "ja" if reads_japanese() else "en"


def _messages() -> dict[str, Any]:
    return read_yaml(Path(__file__).with_name("messages.yml"))


def _say(to: TextIO, name: str, status: int = 0, /, **values: Any) -> int:
    print(_messages()[name][_language()].format(**values), file=to)
    return status
