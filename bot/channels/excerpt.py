"""What is read of a message too long to be understood as a whole: the sentences that ask, or else its beginning.

A story of many sentences reads like none of the questions people ask (docs/decisions/0007): its own question, alone, is understood.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.dialogue.commands import says_erase
from bot.nlu.normalise import for_features
from bot.nlu.safety import crisis_in
from bot.rendering.cutting import parts as cut

MOST = 300  # characters; as long as questions are that are understood
_MOST_WORDS = 120
_MOST_QUESTIONS = 4  # as many as are looked at one by one
_SENTENCE = re.compile(r"[^。．！？!?\n.]+(?:\.(?!\s)[^。．！？!?\n.]*)*[。．！？!?\n.」』）)]*\s*")
_ASKS = re.compile(
    r"[?？]|(?:か|かな|かね|の|でしょう|知りたい(?:です)?|しりたい(?:です)?|聞きたい(?:です)?|教えて.{0,12}|おしえて.{0,12})[。．.」』）)\s]*$"
    r"|^(?:and |so |but |also,? |then )?(?:how|what|when|where|who|which|can|could|do|does|is|are|will|would|should|must|may)\b"
    r"|\b(?:tell me|i would like to know|i want to know|we want to know|my question)\b",
    re.IGNORECASE,
)
_WISHES = re.compile(  # what is to be done, where a story ends in it; tales hold 「行きたい」 and 「続けて」 as well, so questions go first
    r"(?:ください|下さい|ちょうだい|頂戴|お願いします|お願いいたします|おねがいします|お願い|してくれませんか|(?:て|で)(?:ほしい|欲しい|もらいたい|いただきたい|くれ)|たい)"
    r"(?:です|と思います|と思っています|と思って(?:い)?ます|んです|のですが|んですが|ですが|んだけど|な|よ|ね)*[。．.!！」』）)\s]*$"
    r"|\bplease\b|\b(?:i|we)(?:'d| would) (?:like|love) (?:you )?to\b|\b(?:i|we) (?:want|wish|need) (?:you )?to\b|\blet (?:me|us)\b"
    r"|^(?:delete|erase|remove|connect|call|show|send|stop|cancel|start)\b",
    re.IGNORECASE,
)
_BEFORE = re.compile(
    r"^(?:(?:だから|なので|ですので|それで|では|じゃあ|もう|とにかく|最後に|あと|やっぱり|すぐに?|今すぐ|どうか|(?:so|and|now|then|finally|therefore|anyway|but)\b)[、,\s]*)+",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"(?<=[、,，])")
_MOST_CLAUSES = 3
_MOST_WISHES = 2  # the last ones


def excerpt(text: str) -> tuple[str, str]:
    """What is read of it, and which part that is: `questions`, `beginning`, or `crisis`, which goes before everything."""
    sentences = [piece for found in _SENTENCE.findall(text) for piece in cut(found, MOST, len)]
    if not sentences:
        return _first(text), "beginning"
    if crisis_in(text):
        return _crisis(sentences), "crisis"
    erasing = erasure_in(text)
    if erasing is not None:
        return erasing, "questions"
    asking = [s for s in sentences if _ASKS.search(s.strip())][-_MOST_QUESTIONS:]
    wishes = [s for s in sentences if s not in asking and _WISHES.search(s.strip())]
    wanted = {*asking, *(wishes[-_MOST_WISHES:] if not asking else [s for s in wishes if s == sentences[-1]])}
    found = _together([s for n, s in enumerate(sentences) if s in wanted and s not in sentences[n + 1 :]])
    return (found, "questions") if found else (_together(sentences) or _first(text), "beginning")


def erasure_in(text: str) -> str | None:
    """The wish to have everything erased, wherever it stands: a sentence or its end, alone, so that nothing else is read into it."""
    for sentence in _SENTENCE.findall(text):
        clauses = _CLAUSE.split(sentence.strip())
        for start in range(max(0, len(clauses) - _MOST_CLAUSES), len(clauses)):
            wish = _BEFORE.sub("", "".join(clauses[start:])).strip()
            if len(wish) <= MOST and says_erase(for_features(wish)):
                return wish
    return None


def _together(sentences: Sequence[str]) -> str:
    """As many whole sentences from the first on as may be read."""
    found = ""
    for sentence in sentences:
        longer = f"{found} {sentence}" if found and found[-1].isascii() else found + sentence
        if len(longer) > MOST or len(longer.split()) > _MOST_WORDS:
            break
        found = longer
    return found


def _first(text: str) -> str:
    return " ".join(text[:MOST].split()[:_MOST_WORDS])


def _crisis(sentences: list[str]) -> str:
    """The sentence that calls for help, by halves: a long text is not read as often as it has sentences."""
    while len(sentences) > 1:
        middle = len(sentences) // 2
        halves = (sentences[:middle], sentences[middle:], sentences[middle - 1 : middle + 1])
        found = next((half for half in halves if len(half) < len(sentences) and crisis_in("".join(half))), None)
        if found is None:
            break
        sentences = found
    return "".join(sentences)[: 2 * MOST]
