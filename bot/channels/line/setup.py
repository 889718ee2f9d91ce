"""`python -m bot line …`: makes the menus at LINE, has LINE look over what we send, and shows how the channel is doing.

setup [--dry-run]      draws the menus, puts them up, and takes the old ones away
validate [--dry-run]   checks everything that can be sent, in every language, here and (with a token, without --dry-run) at LINE
status                 the counters staff see; exit status 1 when something is wrong, 2 when LINE is off
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import Any, TextIO

from bot.channels.line import validating
from bot.channels.line.bodies import bodies
from bot.channels.line.client import LineClient, Said
from bot.channels.line.refused import Refused
from bot.knowledge.loader import Knowledge, load
from bot.rendering import limits
from bot.rendering.line_menu import PREFIX, Menu, menus
from bot.rendering.line_messages import LineRenderer
from bot.settings import Settings, SettingsError, read

DEFAULT = "tomoni-ja-steps"


def run(options: argparse.Namespace, out: TextIO = sys.stdout) -> int:
    """Runs one of the commands; returns the exit status."""
    try:
        settings = read()
        if options.deed == "status":
            return _status(settings, out)
        knowledge = load()
        if options.dry_run:
            return _printed(options.deed, knowledge, settings, out)
        if options.deed == "validate" and settings.line is None:
            return validating.offline(knowledge, out)
        if settings.line is None:
            raise SettingsError(
                "LINE is off: set TOMONI_LINE=on, TOMONI_LINE_SECRET and TOMONI_LINE_TOKEN (docs/line.md)."
            )
        work = set_up if options.deed == "setup" else validating.validate
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
        for body in bodies(knowledge):
            wrong += [f"{body}: {fault}" for fault in limits.request_faults(body.messages)]
            _request(out, "POST", validating.MESSAGES, {"messages": body.messages})
        for menu in found:
            _request(out, "POST", validating.MENU, menu.as_object())
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
    """How LINE is doing, and one sentence in both languages, for people and for whatever watches the machine.

    Exit status: 0 when nothing is wrong, also before anything has come; 1 when something is; 2 when LINE is off.
    """
    from bot.channels.line.health import banner, report
    from bot.channels.line.opening import open_store

    store = open_store(settings)
    try:
        found, knowledge = report(store), load()
        limit = settings.line.push_per_month if settings.line else None
        told = {"on": settings.line is not None, **found.as_dict(limit)}
        print(json.dumps(told, ensure_ascii=False, indent=2), file=out)
    finally:
        store.close()
    if found.trouble:
        print(f"✗ {banner(found, knowledge, 'ja')} / {banner(found, knowledge, 'en')}", file=sys.stderr)
        return 1
    if settings.line is None:
        print(
            "– LINEは使っていません（TOMONI_LINE が on ではありません） / LINE is off (TOMONI_LINE is not on)",
            file=sys.stderr,
        )
        return 2
    if not found.has_begun:
        print(
            "– LINEからはまだ何も届いていません。Webhook URLと「Webhookの利用」を確かめてください（docs/line.md） / "
            'Nothing has come from LINE yet: check the webhook URL and "Use webhook" (docs/line.md)',
            file=sys.stderr,
        )
        return 0
    print("✓ LINEに困ったことはありません / LINE: nothing is wrong", file=sys.stderr)
    return 0
