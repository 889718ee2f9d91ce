"""What the page searches on the reader's own device: words of every answer, folded as the script folds what is typed."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence

from bot.guide import addresses
from bot.guide.contents import Contents
from bot.knowledge.loader import DIRECTORY, read_yaml
from bot.rendering.guide_text import without_readings
from bot.rendering.page import Say

_READINGS = re.compile(r"（([ぁ-ゖー]+)）")
_KATAKANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}


def folded(text: str) -> str:
    """Width, case, spaces and the two kana alike; `fold` in guide.js does the same."""
    plain = unicodedata.normalize("NFKC", text).lower().translate(_KATAKANA)
    return re.sub(r"\s+", " ", plain).strip()


def everyday_words() -> Mapping[str, Mapping[str, Sequence[str]]]:
    """What people say when they look for an answer, by its id and by language."""
    found: Mapping[str, Mapping[str, Sequence[str]]] = read_yaml(DIRECTORY / "search_words.yml")
    return found


def index(contents: Contents, lang: str) -> str:
    """A script that names each page with its title, its short answer and the words to find it by.

    A script and not JSON, because a page opened from a folder may load the one but not the other. Readings of the plain
    Japanese text are added to both kinds of Japanese, so that びょういん finds 病院, and so are everyday words.
    """
    say = Say(contents.knowledge, contents.words, lang, contents.day)
    rows, everyday = [], everyday_words()
    for entry in contents.entries:
        answer = contents.answer(entry, lang)
        more = [answer.body, answer.next]
        words = everyday.get(entry.id, {}).get("en" if lang == "en" else "ja", ())
        if lang != "en":
            easy = contents.answer(entry, "ja-easy")
            more += sorted(set(_READINGS.findall(f"{easy.title}{easy.short}{easy.body}")))
        rows.append(
            [
                f"{addresses.code(entry.id)}.html",
                answer.title,
                without_readings(say("topics", entry.topic, "name")),
                folded(without_readings(answer.title)),
                folded(f"{without_readings(answer.short)} {' '.join(words)}"),
                folded(without_readings(" ".join(more))),
            ]
        )
    for place in contents.knowledge.municipalities.values():
        answer = contents.place(place, lang)
        topic = without_readings(say("places", "name"))
        names = f"{place.name_ja} {place.kana} {place.name_en}"
        rows.append(
            [
                f"places/{place.code}.html",
                answer.title,
                topic,
                folded(names),
                folded(without_readings(answer.short)),
                "",
            ]
        )
    return f"var tomoniSearch = {json.dumps(rows, ensure_ascii=False, separators=(',', ':'))};\n"
