"""`python -m bot line …`: makes the menus at LINE, has LINE look over what we send, and shows how the channel is doing.

setup [--dry-run]      draws the menus, puts them up, and takes the old ones away
validate [--dry-run]   checks every answer in every language, and the menus, here and (without --dry-run) at LINE
status                 the counters staff see
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TextIO

from bot import clock
from bot.channels.line.client import LineClient, Said
from bot.dialogue.speaking import Speaker
from bot.knowledge.loader import Knowledge, load
from bot.knowledge.model import LANGUAGES
from bot.nlg import message
from bot.rendering import limits
from bot.rendering.line_menu import PREFIX, Menu, menus
from bot.rendering.line_messages import LineRenderer
from bot.settings import Settings, SettingsError, read

DEFAULT = "tomoni-ja-steps"
_BETWEEN = 0.2  # seconds between validations: LINE forbids loads


class Refused(Exception):
    """LINE did not do what was asked; the message says what and how it answered."""


def run(options: argparse.Namespace, out: TextIO = sys.stdout) -> int:
    """Runs one of the commands; returns the exit status."""
    try:
        settings = read()
        if options.deed == "status":
            return _status(settings, out)
        knowledge = load()
        if options.dry_run:
            return _printed(options.deed, knowledge, settings, out)
        if settings.line is None:
            raise SettingsError(
                "LINE is off: set TOMONI_LINE=on, TOMONI_LINE_SECRET and TOMONI_LINE_TOKEN (docs/line.md)."
            )
        work = set_up if options.deed == "setup" else validate
        return asyncio.run(_with_client(settings, lambda client: work(client, knowledge, out)))
    except (SettingsError, Refused, RuntimeError) as error:
        print(f"✗ {error}", file=sys.stderr)
        return 2


async def _with_client(settings: Settings, work: Any) -> int:
    from bot.channels.line.opening import open_client

    assert settings.line is not None
    client = open_client(settings.line)
    try:
        return int(await work(client))
    finally:
        await client.close()


# --- menus


async def set_up(client: LineClient, knowledge: Knowledge, out: TextIO) -> int:
    """Puts new menus up, lets the names lead to them, then takes the old ones of ours away; safe to repeat."""
    from bot.rendering.line_picture import picture

    renderer = LineRenderer(knowledge)
    before = _body(await client.call("GET", "/v2/bot/richmenu/list")).get("richmenus") or []
    made: dict[str, str] = {}
    for menu in menus(renderer.words):
        menu_id = _body(await client.call("POST", "/v2/bot/richmenu", menu.as_object()))["richMenuId"]
        _body(await client.upload(f"/v2/bot/richmenu/{menu_id}/content", picture(menu), "image/png"))
        made[menu.alias] = menu_id
        print(f"→ {menu.alias}", file=out)
    for alias, menu_id in made.items():
        there = await client.call("POST", f"/v2/bot/richmenu/alias/{alias}", {"richMenuId": menu_id})
        if there.status == 404:
            there = await client.call(
                "POST", "/v2/bot/richmenu/alias", {"richMenuAliasId": alias, "richMenuId": menu_id}
            )
        _body(there)
    _body(await client.call("POST", f"/v2/bot/user/all/richmenu/{made[DEFAULT]}"))
    for old in before:
        if str(old.get("name", "")).startswith(PREFIX):
            _body(await client.call("DELETE", f"/v2/bot/richmenu/{old['richMenuId']}"))
    print(f"✓ {len(made)} menus. Set TOMONI_LINE_MENUS=on so that each person gets their language.", file=out)
    return 0


# --- validation


async def validate(client: LineClient, knowledge: Knowledge, out: TextIO) -> int:
    """Our own limits first, then LINE's own check of every rendering and menu; nothing is sent to anybody."""
    wrong = 0
    for name, messages in renderings(knowledge):
        faults = limits.request_faults(messages)
        said = await client.call("POST", "/v2/bot/message/validate/reply", {"messages": messages})
        if faults or not said.ok:
            wrong += 1
            print(f"✗ {name}: {'; '.join(faults)} {said.status} {json.dumps(said.body, ensure_ascii=False)}", file=out)
        await asyncio.sleep(_BETWEEN)
    for menu in menus(LineRenderer(knowledge).words):
        said = await client.call("POST", "/v2/bot/richmenu/validate", menu.as_object())
        if not said.ok:
            wrong += 1
            print(f"✗ {menu.alias}: {said.status} {json.dumps(said.body, ensure_ascii=False)}", file=out)
    print(f"✗ {wrong} refused" if wrong else "✓ LINE takes everything", file=out)
    return 1 if wrong else 0


def renderings(knowledge: Knowledge) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Every published answer in every language, as it is sent."""
    speaker, renderer, day = Speaker(knowledge), LineRenderer(knowledge), clock.today()
    for entry_id in knowledge.entries:
        for lang in LANGUAGES:
            said = message(speaker.speak({"say": "entry", "id": entry_id}, lang, day), "line")
            yield f"{entry_id} {lang}", renderer.messages([said], lang)


def _printed(deed: str, knowledge: Knowledge, settings: Settings, out: TextIO) -> int:
    """The requests, one a line; the pictures are drawn into `var/line/` to be looked at."""
    found = list(menus(LineRenderer(knowledge).words))
    wrong = [f"{m.alias}: {fault}" for m in found for fault in limits.menu_faults(m.as_object())]
    if deed == "setup":
        _draw(found, settings.var / "line", out)
        for menu in found:
            _request(out, "POST", "/v2/bot/richmenu", menu.as_object())
            _request(out, "POST", "/v2/bot/richmenu/{richMenuId}/content", f"<{menu.alias}.png>")
            _request(
                out, "POST", "/v2/bot/richmenu/alias", {"richMenuAliasId": menu.alias, "richMenuId": "{richMenuId}"}
            )
        _request(out, "POST", "/v2/bot/user/all/richmenu/{richMenuId}", None)
    else:
        for name, messages in renderings(knowledge):
            wrong += [f"{name}: {fault}" for fault in limits.request_faults(messages)]
            _request(out, "POST", "/v2/bot/message/validate/reply", {"messages": messages})
        for menu in found:
            _request(out, "POST", "/v2/bot/richmenu/validate", menu.as_object())
    for fault in wrong:
        print(f"✗ {fault}", file=sys.stderr)
    return 1 if wrong else 0


def _draw(found: list[Menu], folder: Path, out: TextIO) -> None:
    from bot.rendering.line_picture import picture

    folder.mkdir(parents=True, exist_ok=True)
    for menu in found:
        path = folder / f"{menu.alias}.png"
        path.write_bytes(picture(menu))
        print(f"→ {path}", file=sys.stderr)


def _request(out: TextIO, method: str, path: str, body: Any) -> None:
    print(json.dumps({"method": method, "path": path, "body": body}, ensure_ascii=False), file=out)


def _body(said: Said) -> dict[str, Any]:
    if said.garbled:
        raise Refused(f"LINE's answer {said.status} cannot be read")
    if not said.ok:
        raise Refused(f"LINE answers {said.status or said.error}: {json.dumps(said.body, ensure_ascii=False)}")
    return said.body if isinstance(said.body, dict) else {}


def _status(settings: Settings, out: TextIO) -> int:
    from bot.channels.line.health import report
    from bot.channels.line.opening import open_store

    store = open_store(settings)
    try:
        print(json.dumps(report(store).as_dict(), ensure_ascii=False, indent=2), file=out)
    finally:
        store.close()
    return 0
