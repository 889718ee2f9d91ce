"""The menu below the chat: two tabs of six, in three languages. What a tap says can also be typed, as computers show no menu."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.knowledge.model import LANGUAGES
from bot.rendering.line_parts import SAY
from bot.rendering.page import Say

WIDTH, HEIGHT, TAB_HEIGHT = 2500, 1686, 286
COLUMNS, ROWS = 3, 2
TABS = ("steps", "help")
PREFIX = "tomoni-"
TAB = "tab="
LANGUAGE = "languages"


@dataclass(frozen=True)
class Area:
    """A rectangle of the picture, what stands in it and what a tap on it does."""

    x: int
    y: int
    width: int
    height: int
    title: str
    action: dict[str, Any]
    tab: bool = False
    active: bool = False
    name: str = ""


@dataclass(frozen=True)
class Menu:
    """One tab in one language."""

    lang: str
    tab: str
    bar: str
    areas: tuple[Area, ...]

    @property
    def alias(self) -> str:
        """The name by which tabs lead to each other."""
        return f"{PREFIX}{self.lang}-{self.tab}"

    def as_object(self) -> dict[str, Any]:
        """What LINE is sent."""
        return {
            "size": {"width": WIDTH, "height": HEIGHT},
            "selected": False,
            "name": self.alias,
            "chatBarText": self.bar,
            "areas": [
                {"bounds": {"x": a.x, "y": a.y, "width": a.width, "height": a.height}, "action": a.action}
                for a in self.areas
            ],
        }


def menus(words: Any) -> Iterator[Menu]:
    """All menus; `words` gives the channel's words in a language."""
    for lang in LANGUAGES:
        for tab in TABS:
            yield _menu(words(lang), lang, tab)


def _menu(say: Say, lang: str, tab: str) -> Menu:
    return Menu(lang, tab, say("menu", "bar"), (*_tabs(say, lang, tab), *_items(say, tab)))


def _tabs(say: Say, lang: str, tab: str) -> Iterator[Area]:
    width = WIDTH // len(TABS)
    for number, name in enumerate(TABS):
        title = say("menu", "tabs", name)
        alias = f"{PREFIX}{lang}-{name}"
        action = {"type": "richmenuswitch", "label": title, "richMenuAliasId": alias, "data": TAB + name}
        yield Area(number * width, 0, width, TAB_HEIGHT, title, action, tab=True, active=name == tab, name=name)


def _items(say: Say, tab: str) -> Iterator[Area]:
    height = (HEIGHT - TAB_HEIGHT) // ROWS
    edges = [round(WIDTH * n / COLUMNS) for n in range(COLUMNS + 1)]
    for number, name in enumerate(say.words["menu"][tab]):
        row, place = divmod(number, COLUMNS)
        title, said = say("menu", tab, name, "title"), say("menu", tab, name, "say")
        data = LANGUAGE if name == "language" else SAY + said
        action = {"type": "postback", "label": title, "data": data, "displayText": said}
        left, right = edges[place], edges[place + 1]
        yield Area(left, TAB_HEIGHT + row * height, right - left, height, title, action, name=name)
