"""Typst at work: a template and its data become a tagged PDF (PDF/UA-1) or a picture.

Typst comes whole in its wheel and the Japanese font in two others, so no machine needs a system library for this. The
time stamp is left out: the same knowledge makes the same bytes.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

TEMPLATES = Path(__file__).with_name("typst")
FONTS = ("noto_cjk_sans_jp_regular", "noto_cjk_sans_jp_bold")
_PAGES = re.compile(rb"/Type\s*/Pages\s*/Count\s+(\d+)")  # Typst writes its page tree uncompressed

# How a leaflet may be set, best first: whole answers, else short ones; each as large as stays on one page (points).
_WHOLE, _SHORT = ([size / 2 for size in range(38, least - 1, -1)] for least in (19, 16))


class FontMissing(RuntimeError):
    """A package that carries the Japanese font is not installed; the message names it."""


@dataclass(frozen=True)
class Document:
    """One finished PDF; its file name is neutral."""

    path: str
    lang: str
    kind: str
    title: str
    pages: int
    body: bytes

    @property
    def size(self) -> str:
        """How large it is, for the link to it."""
        return f"{max(1, round(len(self.body) / 1024)):,} KB"


def on_one_page(name: str, title: str, data: Mapping[str, Any]) -> Document:
    """The leaflet in the best setting that needs one page; found by halving, as a larger one never needs less room."""

    @cache
    def set_as(whole: bool, size: float) -> Document:
        answers = [a if whole else {**a, "body": []} for a in data["answers"]]
        return document("leaflet", name, title, {**data, "size": size, "answers": answers})

    whole = set_as(True, _WHOLE[-1]).pages == 1
    sizes = _WHOLE if whole else _SHORT
    fitting = bisect_left(sizes, True, hi=len(sizes) - 1, key=lambda size: set_as(whole, size).pages == 1)
    return set_as(whole, sizes[fitting])


def document(kind: str, name: str, title: str, data: Mapping[str, Any]) -> Document:
    """One PDF."""
    body = typeset(kind, data, format="pdf", pdf_standards=["ua-1"], timestamp=0)
    pages = max(map(int, _PAGES.findall(body)))
    return Document(f"pdf/{name}.pdf", data["lang"], kind, title, pages, body)


def typeset(template: str, data: Mapping[str, Any], **options: Any) -> bytes:
    """What Typst makes of a template and its data."""
    import typst

    compiler = typst.Compiler(
        TEMPLATES / f"{template}.typ",
        root=TEMPLATES,
        font_paths=fonts(),
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )
    made = compiler.compile(**options)
    return made if isinstance(made, bytes) else b"".join(made or ())


@cache
def fonts() -> Any:
    """The fonts of the two packages and no others, so that a document looks the same on every machine."""
    import typst

    folders = []
    for package in FONTS:
        found = find_spec(package)
        if found is None or found.origin is None:
            raise FontMissing(f"The Japanese font is missing. Install it: pip install {package.replace('_', '-')}")
        folders.append(str(Path(found.origin).parent))
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
