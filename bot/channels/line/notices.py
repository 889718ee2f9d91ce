"""Notices by LINE, for who asked for them in the chat: pushed, counted against the month, under the outbox's own message id."""

from __future__ import annotations

import asyncio
from uuid import UUID

from bot.applications.notices import Notice
from bot.applications.outbox import DeliveryFailed
from bot.channels.line.client import LineClient, Said
from bot.channels.line.health import Health
from bot.channels.line.opening import open_client
from bot.rendering.line_parts import column, lines, link, open_link, without_links
from bot.settings_line import LineSettings

MONTHLY = "monthly limit"
_USED_UP = "line_monthly_limit"


class LineSender:
    """Pushes one notice at a time; the outbox keeps trying what did not get through."""

    def __init__(self, line: LineSettings, health: Health) -> None:
        """Takes the settings and the channel's counters; makes a connection for each notice, as it is called outside the event loop."""
        self._line, self._health = line, health

    def send(self, message_id: UUID, address: str, notice: Notice) -> None:
        """Pushes it; LINE drops a repeat by the message id, which is the retry key."""
        if self._health.pushes() >= self._line.push_per_month:
            raise DeliveryFailed(_USED_UP)
        said = asyncio.run(self._push(message_id, address, notice))
        if said.ok:
            self._health.count_push()
            return
        problem = f"line_{said.status or said.error}"
        if said.status == 429 and MONTHLY in said.error.lower():
            problem = _USED_UP
        raise DeliveryFailed(problem, for_good=said.status in (400, 403, 413))

    async def _push(self, message_id: UUID, user: str, notice: Notice) -> Said:
        client: LineClient = open_client(self._line, self._health)
        try:
            return await client.push(user, [message(notice)], False, message_id)
        finally:
            await client.close()


def message(notice: Notice) -> dict[str, object]:
    """The notice as a message: neutral in the notification, its words and the link inside."""
    text, urls, _ = without_links(notice.body)
    links = [link(url, open_link(url, notice.subject), "md") for url in urls]
    body = column([*lines(text), *links], "md", paddingAll="16px", backgroundColor="#FFFFFF")
    return {
        "type": "flex",
        "altText": notice.subject,
        "contents": {"type": "bubble", "size": "giga", "body": body},
    }
