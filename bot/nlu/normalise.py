"""Text as people type it, made comparable, with a way back to the typed characters."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

_VOICING = frozenset("ﾞﾟ゛゜\u3099\u309a")
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹣－"), "-")
_KANA = "ぁ-ゖァ-ヺー"
_HIRAGANA = {code: code - 0x60 for code in range(ord("ァ"), ord("ヶ") + 1)}

_FURIGANA = re.compile(rf"(?<=[一-龠々〆ヵヶ0-9歳人])[(（][{_KANA}\s]{{1,24}}[)）]")
_JA_SPACE = re.compile(
    r"(?<=[ぁ-ゖァ-ヺー一-龠々、。！？!?,.])\s+(?=[ぁ-ゖァ-ヺー一-龠々0-9a-z])|(?<=[0-9])\s+(?=[ぁ-ゖァ-ヺ一-龠])"
)
_REPEATED = re.compile(r"([!?。、…ー~〜wｗ笑])\1+")


@dataclass(frozen=True)
class Normalised:
    """Normalised text with, for each of its characters, the span of typed characters it came from."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def typed_span(self, start: int, end: int) -> tuple[int, int]:
        """Maps a non-empty span of the normalised text to the span of the typed text."""
        return self.starts[start], self.ends[end - 1]


def _clusters(text: str) -> list[tuple[int, int]]:
    """Spans that must be normalised together: a character with the marks that follow it (ｶﾞ, が as two code points)."""
    spans: list[tuple[int, int]] = []
    start = 0
    for i in range(1, len(text) + 1):
        if i < len(text) and (text[i] in _VOICING or unicodedata.combining(text[i])):
            continue
        spans.append((start, i))
        start = i
    return spans if text else []


# What most messages consist of; each such character stays one character, so there is nothing to keep track of.
_FULL_WIDTH = {ord("！") + i: chr(ord("!") + i).lower() for i in range(94)} | {ord("\u3000"): " "}
_FULL_WIDTH |= {ord(capital): capital.lower() for capital in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_EVERYDAY = re.compile(r"[ぁ-ゖァ-ヺー一-鿏々〆、。「」『』・〜 -~]*")


@lru_cache(maxsize=64)  # one message is looked at from a dozen sides
def with_offsets(text: str) -> Normalised:
    """Applies NFKC, lower case, plain dashes and spaces, and drops control and format characters, keeping the way back."""
    folded = text.translate(_FULL_WIDTH)
    if _EVERYDAY.fullmatch(folded):
        places = tuple(range(len(text) + 1))
        return Normalised(folded, places[:-1], places[1:])
    return _one_by_one(text)


def _one_by_one(text: str) -> Normalised:
    out: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for start, end in _clusters(text):
        raw = text[start:end].replace("゛", "\u3099").replace("゜", "\u309a")
        for char in unicodedata.normalize("NFKC", raw).lower().translate(_DASHES):
            category = unicodedata.category(char)
            if char in "\t\n\r" or category == "Zs":
                char = " "
            elif category in ("Cc", "Cf", "Cs", "Co", "Cn"):
                continue
            out.append(char)
            starts.append(start)
            ends.append(end)
    return Normalised("".join(out), tuple(starts), tuple(ends))


@lru_cache(maxsize=64)
def for_features(text: str) -> str:
    """Text for comparing meanings: furigana in brackets, spaces between Japanese phrases and repeated marks removed."""
    plain = with_offsets(text).text
    plain = _FURIGANA.sub("", plain)
    plain = _JA_SPACE.sub("", plain)
    plain = _REPEATED.sub(r"\1", plain)
    return re.sub(r"\s+", " ", plain).strip()


def hiragana(text: str) -> str:
    """Turns katakana into hiragana, leaving everything else."""
    return text.translate(_HIRAGANA)


def without_command(text: str) -> str:
    """Blanks the slashes and other Rasa command marks in front of typed text, so that nobody can type `/restart`.

    Each blanked character becomes a space, so that offsets stay those of the typed text. NFKC decides what is a slash
    (／ is one); white space and invisible characters in front hide none.
    """
    chars = list(text)
    blank_until = 0
    i = 0
    while i < len(chars):
        if text[i : i + 9].lower() == "external:":
            i += 9
            blank_until = i
        elif unicodedata.normalize("NFKC", chars[i]).startswith("/"):
            i += 1
            blank_until = i
        elif chars[i].isspace() or unicodedata.category(chars[i]) in ("Cf", "Cc", "Mn"):
            i += 1
        else:
            break
    return " " * blank_until + text[blank_until:] if blank_until else text
