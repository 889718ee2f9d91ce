"""Where the guide's pages are: stable, neutral and the same in every language but for one step of the path.

An address stands in the browser's history, so an answer's is a short code made from its id, not the id itself. Ids are
never reused, so neither are addresses. Every page is a file with its ending, which any static host and even a folder on
a memory stick can serve.
"""

from __future__ import annotations

import hashlib

MOUNT = "/guide/"
FOLDERS = {"ja": "ja", "en": "en", "ja-easy": "easy"}
"""The step of the path for each language."""

_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's: nothing to mistake when read aloud or off paper
_LENGTH = 6


def code(entry_id: str) -> str:
    """The short code of an answer, six characters."""
    number = int.from_bytes(hashlib.sha256(entry_id.encode()).digest()[:8], "big")
    return "".join(_DIGITS[number >> 5 * n & 31] for n in range(_LENGTH))


def entry_path(entry_id: str, lang: str) -> str:
    """An answer's page, from the root of the guide."""
    return f"{FOLDERS[lang]}/{code(entry_id)}.html"


def page_path(name: str, lang: str) -> str:
    """A page by its name: a topic, `index`, `places`, `check`, `print`, `news`, `about`."""
    return f"{FOLDERS[lang]}/{name}.html"


def place_path(municipality_code: str, lang: str) -> str:
    """A municipality's page, by its JIS code."""
    return f"{FOLDERS[lang]}/places/{municipality_code}.html"


def public_address(entry_id: str, lang: str, public_url: str) -> str:
    """The address to share, print or encode: the public answer, never a conversation."""
    return f"{public_url.rstrip('/')}{MOUNT}{entry_path(entry_id, lang)}"


def relative(target: str, page: str) -> str:
    """A link from one page to another that holds wherever the guide is put."""
    return "../" * page.count("/") + target
