"""Which menu stands below whose chat: the one in the person's language, put there once, anew when the menus were made anew."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

from bot.channels.line.client import LineClient

ALIASES = {lang: f"tomoni-{lang}-steps" for lang in ("ja", "en", "ja-easy")}
ID_LIVES = 300.0  # seconds; `line setup` beside a live server puts other menus behind the names
_MOST = 20_000


class MenusShown:
    """Links menus; forgets with the process, which costs one call a person."""

    def __init__(self, client: LineClient, clock: Callable[[], float] = time.monotonic) -> None:
        """Takes what calls LINE."""
        self._client, self._clock = client, clock
        self._ids: dict[str, tuple[str, float]] = {}
        self._shown: OrderedDict[str, str] = OrderedDict()

    async def show(self, user: str, conversation: str, lang: str) -> None:
        """Puts the menu of a language below somebody's chat; it may fail, as everything in it can be typed."""
        for _ in range(2):  # once more with what the name means by now, when the menu is gone
            menu = await self._id(lang)
            if menu is None or self._shown.get(conversation) == menu:
                return
            said = await self._client.link_menu(user, menu)
            if said.ok:
                self._remember(conversation, menu)
            if said.status != 404:
                return
            self._ids.pop(lang, None)

    def forget(self, conversation: str) -> None:
        """Forgets what somebody was shown."""
        self._shown.pop(conversation, None)

    async def _id(self, lang: str) -> str | None:
        known, until = self._ids.get(lang, (None, 0.0))
        if known is not None and self._clock() < until:
            return known
        said = await self._client.call("GET", f"/v2/bot/richmenu/alias/{ALIASES[lang]}")
        found = said.body.get("richMenuId") if said.status == 200 and isinstance(said.body, dict) else None
        if not isinstance(found, str):
            return None
        self._ids[lang] = (found, self._clock() + ID_LIVES)
        return found

    def _remember(self, conversation: str, menu: str) -> None:
        self._shown[conversation] = menu
        self._shown.move_to_end(conversation)
        while len(self._shown) > _MOST:
            self._shown.popitem(last=False)
