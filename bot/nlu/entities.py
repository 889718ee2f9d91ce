"""Entities of a message with normalised values and offsets of the typed text: DESIGN section 4 lists types and values."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from bot.knowledge.loader import Knowledge
from bot.nlu import numbers, when
from bot.nlu.links import LinkFinder, Match
from bot.nlu.normalise import Normalised, with_offsets
from bot.nlu.places import Place, PlaceFinder

_ONES = ["", "いっ", "に", "さん", "よん", "ご", "ろく", "なな", "はっ", "きゅう"]
_KANA_AGES = {
    f"{tens}{one}さい": 10 * t + o
    for t, tens in enumerate(["", "じゅう", "にじゅう", "さんじゅう", "よんじゅう", "ごじゅう", "ろくじゅう"])
    for o, one in enumerate(_ONES)
    if t and o
} | {
    f"{stem}{ending}": 10 * t
    for t, stem in enumerate(["じ", "にじ", "さんじ", "よんじ", "ごじ", "ろくじ"], start=1)
    for ending in ("ゅっさい", "ゅうさい", "っさい")
}
_AGE_KANA = re.compile("|".join(sorted(_KANA_AGES, key=len, reverse=True)))
_AGE_JA = re.compile(
    r"(?<![\d.])(?P<n>\d{1,3}|[一二三四五六七八九十百]{1,4})\s?(?:歳|才|さい|サイ|sai\b)|(?P<h>二十歳|はたち|ハタチ|20歳)"
)
_AGE_BARE_JA = re.compile(
    r"(?:私|僕|俺|うち|わたし|自分|彼女|彼氏|彼|相手|相方|恋人|連れ|パートナー|あいて|向こう|片方|一人|もう一人|二人とも|ふたりとも|2人とも|両方|どっちも|どちらも)(?:が|は|も|の方[がは]|さん[がは])?(?:、)?(?:まだ|もう|いま|今)?\s?"
    r"(?P<n>[1-9]\d)(?![\d%]|\s?(?:代|人|年|月|日|時|分|区|組|万|円|件|か月|ヶ月|歳|才|さい|:|/|-|\.|番|階|号|cm|キロ|回|通|個|つ|割))"
)
_AGE_PAIR_JA = re.compile(
    r"(?<![\d/:.-])(?P<a>[1-9]\d)(?:歳|才)?と(?P<b>[1-9]\d)(?=です|だ|の(?:カップル|二人|ふたり|恋人|場合)|なん|やけど|でも|じゃ|$|、|。|\s|どうし|同士)"
)
_AGE_EN = re.compile(
    rf"(?P<span>(?P<n>{numbers.EN})\s*-?\s*(?:years?|yrs?)\s*-?\s*(?:olds?|of age)|(?P<y>\d{{1,3}})\s?(?:yo|y/o|y\.o\.?)\b)"
    rf"|\b(?:aged?|turn(?:s|ed|ing)?|(?:under|over)(?: the age of)?|age of|at least|nearly|almost)\s+(?P<m>1[0-9]|[2-9]\d|{numbers.EN.split('|', 1)[1][:-1]})\b(?!\s*(?:%|percent|years?|months?|days?|weeks?|wards?|couples?|yen|minutes?|hours?|people|laws?|municipal))"
    rf"|\b(?:i'?m|i am|im|he is|he's|hes|she is|she's|shes|they'?re|they are|we'?re both|we are both|we'?re|we are|are|both|is|was|only|partner|girlfriend|boyfriend|gf|bf|me|other|one|just|and)\s+(?:only\s+|just\s+|already\s+|still\s+|now\s+|like\s+|is\s+)?(?P<k>(?:1[0-9]|[2-9]\d)|eighteen|seventeen|sixteen|nineteen|twenty(?:[ -](?:one|two|three|four|five|six|seven|eight|nine))?|thirty|forty|fifty|sixty|seventy)\b"
    r"(?!\s*(?:%|percent|years?|yrs?|months?|days?|weeks?|wards?|wrds?|couples?|yen|minutes?|hours?|km|o'clock|people|persons|municipal|laws|times|local|st\b|th\b|nd\b|rd\b|-|/|:|\.\d|,\d|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)))"
)
_AGE_PAIR_EN = re.compile(
    r"(?<![\d/:.,-])(?P<a>1[0-9]|[2-9]\d)\s*(?:and|&)\s*(?P<b>1[0-9]|[2-9]\d)(?![\d/:.,-]|\s*(?:%|couples|wards|cities|laws|municipal|november|october|april))"
)
# The privacy gate masks the characters (`bot.privacy.spotting`); that there is a receipt still shows.
_MASKED = "●"
_RECEIPT = re.compile(
    rf"(?<![a-z0-9])tp[\s\-_.・ー~/─━·]*(?P<body>(?:[0-9a-z{_MASKED}][\s\-_.・ー~/─━·]*){{11}}[0-9a-z{_MASKED}])(?![a-z0-9{_MASKED}])"
)
_CROCKFORD = str.maketrans("ILO", "110")
_CLAUSE = re.compile(r"[。、，,.;!?！？\n]|けど|ですが|(?:^|\s)(?:and|but|while|,)\s")


@dataclass(frozen=True)
class Entity:
    """One entity: `text == typed[start:end]`, offsets in code points."""

    type: str
    text: str
    start: int
    end: int
    value: Any

    def as_dict(self) -> dict[str, Any]:
        """The form `python -m bot ask` prints."""
        return {"type": self.type, "text": self.text, "start": self.start, "end": self.end, "value": self.value}


@dataclass(frozen=True)
class Mentions:
    """All that one message names: reported entities, and what only the dialogue uses."""

    entities: tuple[Entity, ...] = ()
    places: tuple[Place, ...] = ()
    links: tuple[Match, ...] = ()
    providers: tuple[str, ...] = ()
    prefectures: tuple[str, ...] = ()
    normal: Normalised = field(default_factory=lambda: Normalised("", (), ()))

    def values(self, kind: str) -> list[Any]:
        """Values of one entity type in order of appearance."""
        return [e.value for e in self.entities if e.type == kind]


class EntityFinder:
    """Finds all entities of a message; built once from the knowledge base."""

    def __init__(self, knowledge: Knowledge) -> None:
        """Compiles gazetteers of places, relatives and providers."""
        self._places = PlaceFinder(knowledge.municipalities.values(), knowledge.gazetteer)
        providers = {s.id: list(s.names) for s in knowledge.services.values()}
        self._links = LinkFinder(knowledge.gazetteer["relations"], providers)

    def find(self, text: str, today: date) -> Mentions:
        """Finds the entities of one typed message against a given today."""
        normal = with_offsets(text)
        plain = normal.text
        places = self._places.find(plain)
        links, relations, providers = self._links.find(plain)
        spans: list[tuple[str, int, int, Any]] = [
            (p.kind, p.start, p.end, p.value) for p in places if p.kind not in ("quarter", "abroad")
        ]
        receipts = list(_receipts(plain))
        spans += receipts
        taken = [(start, end) for _, start, end, _ in receipts]
        ages = [a for a in _ages(plain) if _free(a[1], a[2], taken)]
        spans += ages
        taken += [(start, end) for _, start, end, _ in ages]
        spans += [(f.kind, f.start, f.end, f.value) for f in when.find(plain, today) if _free(f.start, f.end, taken)]
        links = [link for link in links if _ties_to_tokyo(plain, link, places)]
        spans += [("tokyo_link", link.start, link.end, link.label) for link in links]
        spans += [("relation", r.start, r.end, r.label) for r in relations if _is_kin(plain, r)]
        entities = []
        for kind, start, end, value in sorted(spans, key=lambda s: (s[1], s[2])):
            typed_start, typed_end = normal.typed_span(start, end)
            entities.append(Entity(kind, text[typed_start:typed_end], typed_start, typed_end, value))
        return Mentions(
            tuple(entities),
            tuple(places),
            tuple(links),
            tuple(dict.fromkeys(p.label for p in providers)),
            tuple(dict.fromkeys(p.name for p in places if p.name)),
            normal,
        )


def _free(start: int, end: int, taken: list[tuple[int, int]]) -> bool:
    return all(end <= s or start >= e for s, e in taken)


def _ages(plain: str) -> list[tuple[str, int, int, int]]:
    found: dict[int, tuple[str, int, int, int]] = {}

    def add(start: int, end: int, written: str) -> None:
        try:
            age = numbers.value(written)
        except ValueError:
            return
        if age <= 120 and _free(start, end, [(s, e) for _, s, e, _ in found.values()]):
            found[start] = ("age", start, end, age)

    for m in _AGE_KANA.finditer(plain):
        add(m.start(), m.end(), str(_KANA_AGES[m[0]]))
    for m in _AGE_JA.finditer(plain):
        add(m.start(), m.end(), m["n"] or "20")
    for m in _AGE_EN.finditer(plain):
        if m["span"]:
            add(m.start("span"), m.end("span"), m["n"] or m["y"])
        else:
            group = "m" if m["m"] else "k"
            add(m.start(group), m.end(group), m[group])
    for pattern, groups in ((_AGE_PAIR_JA, "ab"), (_AGE_PAIR_EN, "ab"), (_AGE_BARE_JA, "n")):
        for m in pattern.finditer(plain):
            for group in groups:
                add(m.start(group), m.end(group), m[group])
    return [found[k] for k in sorted(found)]


def canonical_receipt(written: str) -> str | None:
    """Reads a receipt in any width, case, spacing and hyphen, I/L/O as 1/1/0, into TP-XXXX-XXXX-XXXX."""
    match = _RECEIPT.search(with_offsets(written).text)
    return _canonical(match["body"]) if match else None


def _canonical(body: str) -> str | None:
    code = re.sub(rf"[^0-9A-Z{_MASKED}]", "", body.upper()).translate(_CROCKFORD)
    return None if "U" in code or len(code) != 12 else f"TP-{code[:4]}-{code[4:8]}-{code[8:]}"


def _receipts(plain: str) -> list[tuple[str, int, int, str]]:
    found = []
    for m in _RECEIPT.finditer(plain):
        value = _canonical(m["body"])
        if value and re.search(rf"\d|-|{_MASKED}", m[0]):
            found.append(("receipt_no", m.start(), m.start() + len(m[0].rstrip(" -_.・")), value))
    return found


def _ties_to_tokyo(plain: str, link: Match, places: list[Place]) -> bool:
    """A word of living or working counts unless the place it belongs to lies outside Tokyo, or the move leads away."""
    japanese = not plain[link.start : link.end].isascii()
    if japanese:
        before = plain[: link.start]
        cuts = [m.end() for m in _CLAUSE.finditer(before)]
        clause_start = cuts[-1] if cuts else 0
        own = [p for p in places if clause_start <= p.start and p.end <= link.start]
        if not own and cuts:  # 「名古屋で暮らし、働いています」: the place said before still holds
            own = [p for p in places if p.end <= link.start][-1:]
        if (
            link.label == "move_in"
            and own
            and re.match(r"(?:都内|市|区)?(?:から|を)", plain[own[-1].end :])
            and len(own) == 1
        ):
            return False
        if own and own[-1].value == "outside_tokyo":
            # 「千葉から通勤しています」 goes somewhere else.
            return link.label in ("work", "study") and plain[own[-1].end : own[-1].end + 2] == "から"
        # 「働いてる埼玉の会社」: the place may follow.
        after = [p for p in places if p.start >= link.end and p.start - link.end <= 5]
        return not (not own and after and after[0].value == "outside_tokyo" and after[0].start - link.end <= 3)
    tail = plain[link.end :]
    if link.label == "move_in":
        goal = re.search(r"\b(?:to|into|in)\b", tail)
        goals = [p for p in places if goal and p.start >= link.end + goal.end()]
        if goals and goals[0].value != "outside_tokyo":
            return True
    stop = re.search(r"[.;!?,\n]|\b(?:and|but|while|so)\b", tail)
    end = link.end + (stop.start() if stop else len(tail))
    own = [p for p in places if link.end <= p.start < end]
    if not own and link.label == "move_in":  # "we sign for a place in Setagaya and move in then. Now in Nagoya"
        own = [p for p in places if p.end <= link.start and not re.search(r"[.;!?\n]", plain[p.end : link.start])][-1:]
    if not own:  # "live and work in Kyoto": the place said next holds for both
        own = [p for p in places if p.start >= end][:1] or [p for p in places if p.end <= link.start][-1:]
    if link.label == "move_in" and re.match(r"\s*(?:out|away|from)\b", tail) and " to " not in tail:
        return False
    if (
        link.label in ("work", "study")
        and own
        and re.search(r"\bfrom\s+$", plain[: own[0].start])
        and plain[link.start : link.end].startswith("commut")
    ):
        return True
    return not (own and own[0].value == "outside_tokyo")


_NOT_KIN = re.compile(r"^(?:さん|ちゃん)?(?:の日|日|都市|妹都市|弟子)")


def _is_kin(plain: str, match: Match) -> bool:
    word, after = plain[match.start : match.end], plain[match.end : match.end + 3]
    if _NOT_KIN.match(after):
        return False
    if word in ("おい", "めい") and not re.match(r"と|っ子|や|で|の", after):
        return False
    return not (word in ("母", "父") and after.startswith(("国", "校", "子手帳")))
