"""One answer, or several short ones, as LINE's Flex bubbles: what was asked first, then what helps, sources and choices."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bot.rendering import line_share
from bot.rendering.cutting import parts as cut
from bot.rendering.limits import BUBBLE_BYTES, graphemes, json_bytes, u16
from bot.rendering.line_parts import (
    GREY,
    LINE_GREY,
    PALE,
    WHITE,
    Part,
    call,
    column,
    heading,
    host,
    lines,
    link,
    open_link,
    row,
    rule,
    say,
    tap,
    without_links,
    words,
)
from bot.rendering.page import Say

Message = Mapping[str, Any]

LONGEST = 1500  # code units of text in one bubble: about three screens of a phone
_BYTES = BUBBLE_BYTES - 3000  # room for what stands around the parts
_PARAGRAPH = 700
_SHORT = 5  # graphemes of a choice that needs no line of its own
_RECEIPT = re.compile(r"TP(?:-[0-9A-Z]{4}){3}")
_ADDRESS_ALONE = re.compile(r"^[\s\u3000]*https?://[^\s<>「」（）()、。，]+[\s\u3000]*$", re.MULTILINE)
"""A line that is nothing but an address: the row that opens it says so too."""
_DATES = ("task_planned", "question_move_in_date")
IN_WORDS = ("question_people_count", "task_erase_confirm", "task_withdraw", "task_filed")
"""Yes-or-no questions where a bare number would be a guess: 「2」 may be two people, or the second choice; or a slip could not be undone."""
_WITHOUT_NUMBERS = (*_DATES, "question_relatives_degree", *IN_WORDS)
DATE = "date="


def bubbles(messages: Sequence[Message], text: Say) -> list[Part]:
    """Bubbles that say all of these messages, in order."""
    parts: list[Part] = []
    for message in messages:
        if parts:
            parts.append(rule())
        parts += _parts(message, text)
    packed = _packed(parts)
    for bubble in packed[:-1]:
        bubble.append(words(text("labels", "goes_on"), size="xs", color=GREY))
    return [_bubble(contents) for contents in packed]


def choices_of(message: Message) -> list[Mapping[str, str]]:
    """What can be tapped below a message, in order, each once."""
    answer = message.get("answer") or {}
    offered = message.get("buttons")
    if offered is None:
        offered = [*answer.get("choices", ()), *answer.get("related", ())]
    return list({(b["title"], b.get("payload") or b.get("url")): b for b in offered if b.get("title")}.values())


def numbered(message: Message) -> list[Mapping[str, str]]:
    """The choices that stand under a number, in order: those of an offer and of a question; what is typed for them is a word too.

    Not where a number is an answer of its own (how many people, which month), nor where a slip cannot be undone.
    """
    answer = message.get("answer") or {}
    strong, others = _ranked(message)
    if answer.get("kind") == "offer":
        return others or strong
    asks = answer.get("kind") in ("ask", "confirm") and len(strong) > 1 and answer.get("id") not in _WITHOUT_NUMBERS
    return strong if asks else []


def _ranked(message: Message) -> tuple[list[Mapping[str, str]], list[Mapping[str, str]]]:
    """The choices that answer what was asked, then the others; rows stand in this order."""
    asked = {c["title"] for c in (message.get("answer") or {}).get("choices") or ()}
    offered = choices_of(message)
    strong = [c for c in offered if c["title"] in asked or c.get("data")]
    return strong, [c for c in offered if c not in strong]


def _parts(message: Message, text: Say) -> list[Part]:
    answer = message.get("answer") or {}
    said = answer.get("parts") or {"short": message.get("text") or ""}
    kind, offer = answer.get("kind"), answer.get("kind") == "offer"
    found: list[Part] = []
    if kind in text.words["kinds"] and (kind not in ("ask", "confirm") or choices_of(message)):
        found.append(heading(text("kinds", kind)))
    elif said.get("title"):
        found.append(heading(said["title"]))
    first: dict[str, Part] = {}
    links: dict[str, Part] = {}
    found += _paragraphs(said.get("short", ""), answer, text, first)
    asks = kind in ("ask", "confirm")  # a link must not stand there like an answer
    found += [
        shown if asks else row(shown["text"], shown.get("action"), strong=True, mark="↗") for shown in first.values()
    ]
    body = [] if offer else _paragraphs(said.get("body", ""), answer, text, links)
    if body:
        found += [rule(), *body]
    next_ = _paragraphs(said.get("next", ""), answer, text, links)
    if next_:
        label = [words(text("labels", "next"), size="sm", color=GREY, weight="bold")]
        found.append(column(label + next_, backgroundColor=PALE, cornerRadius="8px", paddingAll="12px"))
    found += [shown for target, shown in links.items() if target not in first]
    found += _receipts(message.get("text") or "", text)
    found += _choices(message, text)
    found += _sources(answer, text)
    return found


def _paragraphs(told: str, answer: Mapping[str, Any], text: Say, links: dict[str, Part]) -> list[Part]:
    plain, urls, phones = without_links(_ADDRESS_ALONE.sub("", told))
    urls = list(dict.fromkeys([*urls, *(line.strip() for line in _ADDRESS_ALONE.findall(told))]))
    titles = {c["url"]: c["title"] for c in answer.get("citations") or ()}
    for url in urls:
        links.setdefault(
            url,
            link(
                titles.get(url) or text("labels", "open_page") + text("labels", "in_brackets", value=host(url)),
                open_link(url, text("labels", "open_page")),
                "md",
            ),
        )
    for phone in phones:
        label = text("labels", "call", value=phone)
        links.setdefault(phone, link(label, call(phone, label), "md"))
    pieces = [
        piece
        for line in plain.split("\n")
        for piece in (cut(line, _PARAGRAPH, u16) if u16(line) > _PARAGRAPH else [line])
    ]
    return lines("\n".join(pieces))


def _receipts(told: str, text: Say) -> list[Part]:
    label = text("labels", "copy_receipt")
    return [
        row(
            label + text("labels", "in_brackets", value=receipt),
            {"type": "clipboard", "label": label, "clipboardText": receipt},
            strong=True,
            mark="⧉",
        )
        for receipt in dict.fromkeys(_RECEIPT.findall(told))
    ]


def _choices(message: Message, text: Say) -> list[Part]:
    answer = message.get("answer") or {}
    offer, (strong, others) = answer.get("kind") == "offer", _ranked(message)
    numbers = {id(choice): f"{number}. " for number, choice in enumerate(numbered(message), start=1)}
    rows: list[Part] = []
    if answer.get("id") in _DATES:
        label = text("labels", "pick_date")
        rows.append(row(label, {"type": "datetimepicker", "label": label, "data": DATE, "mode": "date"}, strong=True))
    taps = [_choice(choice, numbers.get(id(choice), "") + choice["title"], strong=True) for choice in strong]
    if len(taps) == 2 and all(graphemes(c["title"]) <= _SHORT for c in strong):
        taps = [{"type": "box", "layout": "horizontal", "spacing": "sm", "contents": taps}]  # yes and no, side by side
    if taps and answer.get("kind") in ("ask", "confirm"):  # where taps do not work, as on some computers, typing does
        rows.append(heading(text("labels", "choose_number" if numbers else "choose")))
    rows += taps
    if others and not offer:
        rows.append(heading(text("labels", "related")))
    rows += [_choice(choice, numbers.get(id(choice), "") + choice["title"]) for choice in others]
    return [{**part, "margin": "sm" if number else "lg"} for number, part in enumerate(rows)]


def _choice(choice: Mapping[str, str], title: str, strong: bool = False) -> Part:
    if choice.get("url"):
        return row(title, open_link(choice["url"], choice["title"]), strong=strong, mark="↗")
    if choice.get("data"):  # a tap that means something to the channel, not to the conversation
        return row(title, tap(choice["title"], choice["data"]), strong=strong)
    return row(title, say(choice["title"], choice.get("payload") or choice["title"]), strong=strong)


def _sources(answer: Mapping[str, Any], text: Say) -> list[Part]:
    found: list[Part] = []
    for number, citation in enumerate(answer.get("citations") or (), start=1):
        day = citation.get("as_of")
        when = text("labels", "as_of", date=text.date(day)) if day else text("labels", "undated")
        title = f"[{number}] {citation['title']}{when}"
        found.append(link(title, open_link(citation.get("url") or "", citation["title"]), "xs"))
    if found:
        found.insert(0, heading(text("labels", "sources")))
    proof = " ".join(p for p in (answer.get("id"), answer.get("version")) if p)
    if answer.get("checked_on") and answer.get("topic") != "smalltalk":  # nothing in a thank-you needs checking
        checked = text("labels", "checked", date=text.date(answer["checked_on"]))
        found.append(words(f"{checked}  {proof}", size="xs", color=GREY))
    found += _share(answer, text)
    return [rule(), *found] if found else []


def _share(answer: Mapping[str, Any], text: Say) -> list[Part]:
    address, copied = line_share.share_link(text, answer), line_share.shared_text(text, answer)
    taps = []
    if address:
        label = text("labels", "share")
        taps.append(link(label, {"type": "uri", "label": label, "uri": address}, "md"))
    if copied:
        label = text("labels", "copy")
        taps.append(link(label, {"type": "clipboard", "label": label, "clipboardText": copied}, "md"))
    return [{"type": "box", "layout": "horizontal", "spacing": "md", "margin": "lg", "contents": taps}] if taps else []


def _packed(parts: list[Part]) -> list[list[Part]]:
    """Parts in as many bubbles as they need, each small enough for LINE and for a reader."""
    packed: list[list[Part]] = [[]]
    for part in parts:
        fits = json_bytes([*packed[-1], part]) <= _BYTES and _read(packed[-1]) + _read([part]) <= LONGEST
        if packed[-1] and not fits:
            packed.append([])
        if packed[-1] or part.get("type") != "separator":
            packed[-1].append(part)
    return packed


def _read(value: Any) -> int:
    """How much there is to read."""
    if isinstance(value, Mapping):
        return u16(value["text"]) if value.get("type") == "text" else _read(value.get("contents") or [])
    return sum(map(_read, value))


def _bubble(contents: list[Part]) -> Part:
    body = column(contents, "md", paddingAll="16px", backgroundColor=WHITE)
    return {
        "type": "bubble",
        "size": "giga",
        "body": body,
        "styles": {"body": {"separator": False, "separatorColor": LINE_GREY}},
    }
