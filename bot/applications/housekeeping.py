"""What is to be done every few minutes beside the conversations: notices sent, retention applied."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import timedelta

from bot import clock
from bot.applications import retention, senders
from bot.applications.errors import StoreUnavailable
from bot.applications.outbox import Outbox, Sender
from bot.applications.service import Applications
from bot.settings import Settings

logger = logging.getLogger(__name__)

EVERY_SECONDS = 60.0


def once(door: Callable[[], Applications], settings: Settings, **further: Sender) -> bool:
    """Sends what is due, also through senders that channels add (`line=…`), and applies retention.

    False when the store was not there, which the next round makes good.
    """
    try:
        applications = door()
        Outbox(applications, senders.of(settings, **further), f"{settings.public_url}/a").run()
        retention.run(applications, clock.now(), timedelta(days=settings.keep_finished_days))
    except StoreUnavailable:
        logger.warning("housekeeping: the store is not there; trying again in a minute")
        return False
    return True
