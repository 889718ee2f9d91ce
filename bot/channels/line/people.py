"""People as the channel knows them: a conversation by a keyed hash, their language for a while, and how to forget them."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from bot.applications.service import Applications
from bot.channels.line import memory
from bot.channels.line.client import LineClient
from bot.channels.line.menus_shown import MenusShown
from bot.privacy.crypto import Vault

logger = logging.getLogger(__name__)

_MOST = 20_000


class People:
    """Holds no LINE id: it is in the event while that is worked on, and nowhere else unless notices were asked for."""

    def __init__(
        self,
        vault: Vault,
        agent: Callable[[], Any],
        client: LineClient,
        applications: Callable[[], Applications],
        *,
        menus: bool = False,
    ) -> None:
        """Takes what hashes, remembers and asks; `menus`: whether a menu in the person's language is put below the chat."""
        self._vault, self._agent, self._client, self._applications = vault, agent, client, applications
        self._menus = MenusShown(client) if menus else None
        self._languages: OrderedDict[str, str | None] = OrderedDict()

    def conversation(self, user: str) -> str:
        """The name Rasa knows the conversation by; the LINE id cannot be found from it."""
        return "line-" + self._vault.keyed_hash("line_user", user).hex()[:32]

    def mark(self, message: str) -> str:
        """What a message is found by when it is unsent."""
        return self._vault.keyed_hash("line_message", message).hex()[:32]

    async def spoken(self, conversation: str) -> str | None:
        """The language of a conversation that has begun."""
        return await memory.language(self._agent(), conversation)

    async def language(self, user: str) -> str | None:
        """The language of somebody who has not said anything yet, from their LINE."""
        conversation = self.conversation(user)
        spoken = await self.spoken(conversation)
        if spoken or not user:
            return spoken
        if conversation not in self._languages:
            try:
                told = await asyncio.wait_for(self._client.language(user), 2.0)
            except asyncio.TimeoutError:
                return None
            _remember(self._languages, conversation, _ours(told))
        return self._languages[conversation]

    async def show_menu(self, user: str, lang: str) -> None:
        """Puts the menu of a language below somebody's chat, once; it may fail, as everything in it can be typed."""
        if self._menus is not None:
            await self._menus.show(user, self.conversation(user), lang)

    # --- forgetting

    async def forget(self, user: str, conversation: str) -> None:
        """Everything of somebody who has left; what they prepared stays under its receipt, without this LINE as its contact."""
        self._languages.pop(conversation, None)
        if self._menus is not None:
            self._menus.forget(conversation)
        await memory.forget(self._agent(), conversation)
        await asyncio.to_thread(self._let_go, user, conversation)

    def _let_go(self, user: str, conversation: str) -> None:
        applications = self._applications()
        applications.forget_line(user, conversation)

    async def unsay(self, conversation: str, message: str) -> None:
        """Takes back what one message has left in the conversation."""
        await memory.unsay(self._agent(), conversation, self.mark(message))


def _ours(told: str | None) -> str | None:
    """Our language for one of LINE's (BCP 47); who reads another gets English."""
    if told is None:
        return None
    return "ja" if told.casefold().startswith("ja") else "en"


def _remember(known: OrderedDict[str, Any], key: str, value: Any) -> None:
    known[key] = value
    known.move_to_end(key)
    while len(known) > _MOST:
        known.popitem(last=False)
