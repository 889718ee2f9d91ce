"""The pieces our LINE messages are made of: texts that wrap and grow with the phone's font, rows one can tap, links.

Colours are from the Digital Agency's palette; each text stands out from its ground by 4.5 : 1 or more (a test computes it).
"""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import quote, urlsplit

from bot.rendering.cutting import shortened
from bot.rendering.limits import DISPLAY_TEXT, FLEX_LABEL, MESSAGE_ACTION_TEXT, POSTBACK_DATA, URI, graphemes, u16

Part = dict[str, Any]

WHITE, INK, GREY, BLUE = "#FFFFFF", "#1A1A1A", "#4D4D4D", "#0017C1"
PALE, LINE_GREY = "#F1F4FF", "#D8D8DB"
SAY = "say="

_ITEM = re.compile(r"^[\s\u3000]*(・|-|\d{1,2}[.．])[\s\u3000]*(?=\S)")
_LINK = re.compile(r"https?://[^\s<>\"「」『』（）()、。，]+")
_PHONE = re.compile(r"(?<![\d-])0\d{1,4}-\d{1,4}-\d{3,4}(?!\d)|(?<![A-Za-z0-9#/])#\d{4}(?!\d)")
# 110 and 119 are figures like others (yen, municipalities) unless their sentence is about calling or danger.
_EMERGENCY = re.compile(r"(?<![\d,.#-])11[09](?![\d,-]|\s?[万円件人年日組号]|\.\d)")
_URGENT = re.compile(r"危|あぶな|急|けが|電話|警察|\b(?:call|dial|danger|ambulance|police)\b", re.IGNORECASE)
_SENTENCE = re.compile(r"(?:(?!\. )[^。！？!?\n])+")


def words(text: str, *, size: str = "md", color: str = INK, **more: Any) -> Part:
    """A text component."""
    return {"type": "text", "text": text, "wrap": True, "scaling": True, "size": size, "color": color, **more}


def heading(text: str) -> Part:
    """A small heading within a message."""
    return words(text, size="sm", color=GREY, weight="bold")


def column(contents: list[Part], spacing: str = "sm", **more: Any) -> Part:
    """Things one below the other."""
    return {"type": "box", "layout": "vertical", "spacing": spacing, "contents": contents, **more}


def rule() -> Part:
    """A thin line between parts."""
    return {"type": "separator", "color": LINE_GREY}


def lines(text: str, *, size: str = "md", color: str = INK) -> list[Part]:
    """A text as one component a paragraph; items of a list hang behind their mark."""
    found: list[Part] = []
    for line in (part for part in text.split("\n") if part.strip()):
        item = _ITEM.match(line)
        if item is None:
            found.append(words(line.strip(), size=size, color=color, lineSpacing="6px"))
            continue
        mark = words(item[1], size=size, color=color, flex=0)
        rest = words(line[item.end() :].strip(), size=size, color=color, flex=1, lineSpacing="6px")
        inset = {"paddingStart": "12px"} if line.startswith(("　", "  ")) else {}
        found.append({"type": "box", "layout": "horizontal", "spacing": "sm", "contents": [mark, rest], **inset})
    return found


def open_link(url: str, label: str) -> Part | None:
    """An action that opens an address; None for one LINE would not take."""
    url = quote(url, safe="%/:?#[]@!$&'()*+,;=~-._")  # an address with Japanese in it is refused
    if u16(url) > URI or urlsplit(url).scheme not in ("https", "http", "tel", "line"):
        return None
    return {"type": "uri", "label": shortened(label, FLEX_LABEL), "uri": url}


def say(title: str, said: str, most: int = FLEX_LABEL) -> Part | None:
    """An action by which a tap says something, as if it were typed; None when it would not fit and has to be typed."""
    label, shown = shortened(title, most), shortened(said, DISPLAY_TEXT)
    if u16(SAY + said) <= POSTBACK_DATA:
        return {"type": "postback", "label": label, "data": SAY + said, "displayText": shown}
    if graphemes(said) <= MESSAGE_ACTION_TEXT:
        return {"type": "message", "label": label, "text": said}
    return None


def tap(title: str, data: str) -> Part:
    """An action that means something to the channel, not to the conversation."""
    return {"type": "postback", "label": title, "data": data, "displayText": title}


def row(title: str, action: Part | None, *, strong: bool = False, mark: str = "›") -> Part:
    """A choice over the whole width, whose text may take several lines; without an action it is there to be typed."""
    text = words(title, color=BLUE if action else INK, weight="bold" if strong else "regular", flex=1)
    box: Part = {
        "type": "box",
        "layout": "horizontal",
        "spacing": "sm",
        "paddingAll": "12px",
        "cornerRadius": "8px",
        "borderWidth": "1px" if strong else "none",
        "borderColor": BLUE if strong else WHITE,
        "backgroundColor": WHITE if strong else PALE,
        "contents": [text, words(mark, color=BLUE, flex=0)] if action else [text],
    }
    return {**box, "action": action} if action else box


def link(text: str, action: Part | None, size: str = "sm") -> Part:
    """A line of text that opens something."""
    shown = words(text, size=size, color=BLUE if action else GREY, decoration="underline" if action else "none")
    return {**shown, "action": action} if action else shown


def without_links(text: str) -> tuple[str, list[str], list[str]]:
    """A text with addresses shortened to their host, as nothing in it can be tapped, and the addresses and phone numbers in it."""
    urls = list(dict.fromkeys(_LINK.findall(text)))
    return _LINK.sub(lambda m: host(m[0]), text), urls, _phones(_LINK.sub(" ", text))


def _phones(text: str) -> list[str]:
    """The phone numbers in a text, in the order they stand there."""
    found = {match.start(): match[0] for match in _PHONE.finditer(text)}
    for sentence in _SENTENCE.finditer(text):
        if _URGENT.search(sentence[0]):
            found |= {sentence.start() + match.start(): match[0] for match in _EMERGENCY.finditer(sentence[0])}
    return list(dict.fromkeys(found[place] for place in sorted(found)))


def call(phone: str, label: str) -> Part | None:
    """An action that calls a number; the mark of a short one is written as addresses write it."""
    return open_link("tel:" + phone.replace("-", "").replace("#", "%23"), label)


def host(url: str) -> str:
    """The name of a site."""
    return (urlsplit(url).hostname or url).removeprefix("www.")
