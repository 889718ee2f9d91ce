"""Looks over everything that can be sent: by our own limits first, then by LINE's own check. Nothing is sent to anybody."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Iterator
from typing import Any, TextIO

from bot.channels.line.bodies import Body, bodies, kinds
from bot.channels.line.client import LineClient, Said
from bot.channels.line.refused import Refused
from bot.knowledge.loader import Knowledge
from bot.rendering import limits
from bot.rendering.line_menu import menus
from bot.rendering.line_messages import LineRenderer

MESSAGES, MENU = "/v2/bot/message/validate/reply", "/v2/bot/richmenu/validate"
BETWEEN = 0.2  # seconds between validations: LINE forbids loads
_STOPS = {
    401: (
        "LINEがトークンを受け付けません（401）。TOMONI_LINE_TOKEN を確かめてください。",
        "LINE does not accept the token (401). Check TOMONI_LINE_TOKEN.",
    ),
    403: (
        "LINEが許可していません（403）。アカウントの権限を確かめてください。",
        "LINE does not permit this (403). Check the account's rights.",
    ),
    429: (
        "LINEの上限に達しました（429）。時間をおいてください。",
        "A limit of LINE is reached (429). Try again later.",
    ),
    None: (
        "LINEにつながりません。ネットワークを確かめてください。",
        "LINE cannot be reached. Check the network.",
    ),
}


def offline(knowledge: Knowledge, out: TextIO) -> int:
    """By our own limits alone, which needs no account."""
    found = list(bodies(knowledge))
    wrong = list(_faults(found, knowledge))
    for fault in wrong:
        print(f"✗ {fault}", file=out)
    _counted(found, out)
    if not wrong:
        print("✓ Everything keeps LINE's limits. Without TOMONI_LINE_TOKEN LINE itself was not asked.", file=out)
    return 1 if wrong else 0


async def validate(client: LineClient, knowledge: Knowledge, out: TextIO) -> int:
    """By our own limits and by LINE; stops at once when LINE lets us ask nothing."""
    found = list(bodies(knowledge))
    wrong = list(_faults(found, knowledge))
    for together in _packed(found):
        refused = _refused(await _asked(client, MESSAGES, {"messages": [m for b in together for m in b.messages]}))
        if refused and len(together) > 1:  # one by one, to name what is wrong
            for body in together:
                said = _refused(await _asked(client, MESSAGES, {"messages": body.messages}))
                wrong += [f"{body}: {said}"] if said else []
        elif refused:
            wrong.append(f"{together[0]}: {refused}")
    for menu in menus(LineRenderer(knowledge).words):
        refused = _refused(await _asked(client, MENU, menu.as_object()))
        wrong += [f"{menu.alias}: {refused}"] if refused else []
    for fault in wrong:
        print(f"✗ {fault}", file=out)
    _counted(found, out)
    print(f"✗ {len(wrong)} refused" if wrong else "✓ LINE takes everything", file=out)
    return 1 if wrong else 0


def _faults(found: Iterable[Body], knowledge: Knowledge) -> Iterator[str]:
    for body in found:
        yield from (f"{body}: {fault}" for fault in limits.request_faults(body.messages))
    for menu in menus(LineRenderer(knowledge).words):
        yield from (f"{menu.alias}: {fault}" for fault in limits.menu_faults(menu.as_object()))


def _packed(found: Iterable[Body]) -> Iterator[list[Body]]:
    """As many together as one request holds: LINE looks at each message on its own."""
    together: list[Body] = []
    for body in found:
        if sum(len(b.messages) for b in [*together, body]) > limits.MESSAGES_PER_REQUEST:
            yield together
            together = []
        together.append(body)
    if together:
        yield together


async def _asked(client: LineClient, path: str, body: Any) -> Said:
    """One question to LINE, at a pace it likes; raises `Refused` when asking on would bring the same answer each time."""
    said = await client.call("POST", path, body)
    if said.status in _STOPS:
        ja, en = _STOPS[said.status]
        raise Refused(f"{ja} / {en}")
    await asyncio.sleep(BETWEEN)
    return said


def _refused(said: Said) -> str:
    return "" if said.ok else f"{said.status} {json.dumps(said.body, ensure_ascii=False)}"


def _counted(found: list[Body], out: TextIO) -> None:
    shown = ", ".join(f"{kind} {count}" for kind, count in kinds(found).items())
    print(f"→ {len(found)} bodies: {shown}", file=out)
