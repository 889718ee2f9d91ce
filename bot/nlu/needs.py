"""From a message to the needs in it: ranked full intent names for the whole and for each sentence that asks something."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bot.nlu.model import NeedModel
from bot.nlu.safety import crisis_in

_KEEP = 12
_LONGEST = 1000
_SENTENCE = re.compile(
    r"[。．！？!?\n]+|(?<=[a-z])\.\s+|、?(?:あと、?|それと、?|それから、?|ついでに、?|もう一つ、?|そして、?)(?=.{4})|\b(?:and also|also,|another question|second question|one more thing)\b",
    re.IGNORECASE,
)
_EN_AND = re.compile(
    r",?\s+and\s+(?=(?:how|what|when|where|who|can|do|does|is|are|will|which|should|must)\b)|[,;]\s+(?=(?:how|what|when|where|who|can|do|does|is|are|will|which|should|must)\b)",
    re.IGNORECASE,
)
_JA_AND = re.compile(
    r"(?<=か)、|(?<=で)、|(?<=のこと)と?、|(?<=て)、|(?<=と)、(?:あと)?(?=.{4})|(?<=のか)(?=[^、。？?\s]{4})|(?<=ますか)(?=[^、。？?\s]{4})|(?<=ですか)(?=[^、。？?\s]{4})"
)


@dataclass(frozen=True)
class Needs:
    """Rankings of (full intent name, probability), best first."""

    whole: tuple[tuple[str, float], ...]
    parts: tuple[tuple[str, tuple[tuple[str, float], ...]], ...] = ()
    """For each part of a longer message: its text and, if it asks, its ranking."""
    crisis: str | None = None
    context: tuple[tuple[str, float], ...] = ()
    """For a short message: the ranking when it is read together with what was answered last."""

    def intents(self) -> list[dict[str, Any]]:
        """The ranking in Rasa's form, retrieval intents folded into `faq`."""
        folded: dict[str, float] = {}
        for label, p in self.whole:
            name = label.split("/", 1)[0]
            folded[name] = folded.get(name, 0.0) + p
        best = self.whole[0][0].split("/", 1)[0]
        order = sorted(folded, key=lambda n: (n != best, -folded[n]))
        return [{"name": n, "confidence": round(folded[n], 4)} for n in order]

    def as_dict(self) -> dict[str, Any]:
        """The JSON form that travels with the message."""
        return {
            "whole": [[label, round(p, 4)] for label, p in self.whole],
            "parts": [[text, [[label, round(p, 4)] for label, p in ranking[:5]]] for text, ranking in self.parts],
            "crisis": self.crisis,
            "context": [[label, round(p, 4)] for label, p in self.context],
        }


# "thanks, how do I start?": the question is what is meant; thanks alone stay thanks.
_THANKS_FIRST = re.compile(
    r"^\s*(?:(?:ok(?:ay)?|great|cool|nice|got it|perfect)[,!. ]+)?(?:thanks?(?: you)?(?: so much| a lot| very much)?|cheers|ありがとう(?:ございます|ございました)?|どうも|助かりました|たすかりました)[、。,.!！ 　~〜]+"
    r"(?=(?:so |and |では|じゃあ|それで)?(?:how|what|when|where|who|which|can|could|do|does|is|are|will|should)\b.{4}|.{4,}(?:[?？]|か[。]?$|教えて|たいです?[。]?$))",
    re.IGNORECASE,
)
_INTERROGATIVE = re.compile(
    r"[?？]|か$|かな|どこ|何|なに|なん|いくら|いつ|だれ|誰|どう|どれ|どの|いくつ|は$|のこと$|について$|教え|おしえ|知りた|番号|費|\b(?:how|what|when|where|who|can|do|does|is|are|which|phone|number|fee|age|cost)\b"
)
_LEANS = re.compile(
    r"^(?:じゃあ|じゃ、|じゃ|では|それじゃ|それなら|なら|あと|ほな|で、|そしたら|それ|その|そっち|そちら|そこ|and\b|what about|how about|then\b|ok,? and|also\b)",
    re.IGNORECASE,
)
_ASKED = re.compile(r"(?:か|かな|知りたい(?:です)?|教えて(?:ください|ほしい(?:です)?)?)$")
_MOST_PARTS = 4


def leans(text: str) -> bool:
    """Whether a message is so short, or begins so, that it may only be understood with what was said before."""
    words = text.split()
    return bool(_LEANS.search(text)) or len(text) <= 14 or (text.isascii() and len(words) <= 5)


def asks(part: str, message: str) -> bool:
    """Whether a part of a message may be a question; such short ones as 「手数料と、届くまでの日数を」 are."""
    return len(part) <= 10 or bool(_INTERROGATIVE.search(part)) or f"{part}?" in message.replace("？", "?")


# The gate has masked the receipt; the examples hold whole ones, none of them real.
_MASKED_RECEIPT = re.compile(r"tp[\s\-_.・ー~/─━·]*●(?:[\s\-_.・ー~/─━·]*●)*", re.IGNORECASE)
_LIKE_A_RECEIPT = "TP-8K3M-2QXC-4H8R"


@dataclass(frozen=True)
class _Plan:
    """What is read of one message: the whole, the parts that ask, and the whole behind what was answered last."""

    read: str
    parts: Sequence[str]
    asking: Sequence[str]
    within: str | None

    @classmethod
    def of(cls, text: str, before: str | None) -> _Plan:
        read = _MASKED_RECEIPT.sub(_LIKE_A_RECEIPT, _THANKS_FIRST.sub("", text[:_LONGEST]))
        pieces = split(read)
        parts = pieces if len(pieces) > 1 else []
        asking = [part for part in parts if asks(part, text)]  # nobody looks at how the others read alone
        return cls(read, parts, asking, f"{before} {read}" if before and leans(read) else None)

    @property
    def leans(self) -> bool:
        return self.within is not None

    @property
    def texts(self) -> list[str]:
        return [self.read, *self.asking, *([self.within] if self.within is not None else [])]

    def needs(self, rankings: list[tuple[tuple[str, float], ...]]) -> Needs:
        context = rankings.pop() if self.leans else ()
        ranked = dict(zip(self.asking, rankings[1:], strict=True))
        parts = tuple((part, ranked.get(part, ())) for part in self.parts)
        return Needs(rankings[0], parts, crisis_in(self.read), context)


class NeedReader:
    """Reads needs with a trained model."""

    def __init__(self, model: NeedModel) -> None:
        """Takes the model; keeps no state between messages."""
        self._model = model

    def read(self, text: str, before: str | None = None) -> Needs:
        """Reads one typed message; `before` is the title of what was answered last in the conversation."""
        return self.read_all([(text, before)])[0]

    def read_all(self, asked: Sequence[tuple[str, str | None]]) -> list[Needs]:
        """Reads messages of several people; what must be encoded of them is encoded together."""
        plans = [_Plan.of(text, before) for text, before in asked]
        texts = [text for plan in plans for text in plan.texts]
        # The two readings of a message that leans on the last answer are compared, so both in the same way.
        meant = [plan.leans for plan in plans for _ in plan.texts]
        rankings = map(self._ranking, self._model.probabilities(texts, meant))
        return [plan.needs([next(rankings) for _ in plan.texts]) for plan in plans]

    def _ranking(self, probabilities: np.ndarray) -> tuple[tuple[str, float], ...]:
        best = np.argsort(-probabilities)[:_KEEP]
        return tuple((self._model.labels[i], float(probabilities[i])) for i in best)


def split(text: str) -> list[str]:
    """Cuts a message into its sentences and coordinated questions, at most four, none shorter than three characters."""
    pieces = [text]
    for pattern in (_SENTENCE, _EN_AND, _JA_AND):
        pieces = [part for piece in pieces for part in pattern.split(piece)]
    found = [p.strip(" 　、,") for p in pieces if p and len(p.strip(" 　、,。.!?！？")) >= 3]
    return found if len(found) <= _MOST_PARTS else _asking_first(found, text)


def _asking_first(parts: list[str], message: str) -> list[str]:
    """The parts of a story that ask, wherever they stand in it, then the others; in the order they were written."""
    likeliest = sorted(range(len(parts)), key=lambda n: -_likely_asks(parts[n], message))[:_MOST_PARTS]
    return [parts[n] for n in sorted(likeliest)]


def _likely_asks(part: str, message: str) -> int:
    ends = bool(_ASKED.search(part)) or f"{part}?" in message.replace("？", "?")
    return 2 * ends + asks(part, message)
