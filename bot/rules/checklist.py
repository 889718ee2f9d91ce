"""Which papers a couple brings, by circumstance: ids of documents.yml in its order, never who the couple is."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import Enum

from bot.rules.situation import Kinship, Situation, YesNo


class Circumstance(Enum):
    """What decides on a paper; the values are the situations of documents.yml, but for the last."""

    LIVES_IN_TOKYO = "lives_in_tokyo"
    MOVES_IN = "moves_to_tokyo_within_3_months"
    WORKS_IN_TOKYO = "works_in_tokyo"
    STUDIES_IN_TOKYO = "studies_in_tokyo"
    FOREIGN_NATIONAL = "foreign_national"
    WANTS_COMMON_NAME = "wants_common_name"
    WANTS_CHILD_NAME = "wants_child_name"
    FROM_IBARAKI_OR_GUNMA = "moved_from_ibaraki_or_gunma"
    CANNOT_USE_ONLINE = "cannot_use_online"
    ADOPTED_IN_PARTNERSHIP = "adopted_in_partnership"


class OpenPoint(Enum):
    """What a couple in this circumstance has to ask the office, because no paper for it is confirmed."""

    PROOF_OF_ADOPTION = "proof_of_adoption"


@dataclass(frozen=True)
class Paper:
    """One paper and when it is asked for; it holds from a day when the rule began later than the scheme."""

    document: str
    when: Circumstance | None = None
    replaces: str | None = None
    stands_in_for: str | None = None
    valid_from: date | None = None


@dataclass(frozen=True)
class Item:
    """A line of the checklist: any one of the `one_of` papers is enough, and `stands_in_for` names the paper that a person in
    this circumstance brings this one in place of."""

    document: str
    because: Circumstance | None
    one_of: bool = False
    stands_in_for: str | None = None


@dataclass(frozen=True)
class Checklist:
    """The papers in order, those that fall away, and what is left to ask the office."""

    items: tuple[Item, ...]
    not_needed: tuple[str, ...]
    open_points: tuple[OpenPoint, ...]

    @property
    def documents(self) -> tuple[str, ...]:
        """The ids alone."""
        return tuple(item.document for item in self.items)


PAPERS: tuple[Paper, ...] = (
    Paper("doc-notification"),
    Paper("doc-single"),
    Paper("doc-identity"),
    Paper("doc-residence", Circumstance.LIVES_IN_TOKYO),
    Paper("doc-move-in", Circumstance.MOVES_IN),
    Paper("doc-work", Circumstance.WORKS_IN_TOKYO),
    Paper("doc-study", Circumstance.STUDIES_IN_TOKYO),
    # The other partner may be Japanese, so the Japanese paper stays on the list.
    Paper("doc-foreign", Circumstance.FOREIGN_NATIONAL, stands_in_for="doc-single"),
    Paper("doc-common-name", Circumstance.WANTS_COMMON_NAME),
    Paper("doc-child", Circumstance.WANTS_CHILD_NAME),
    Paper(
        "doc-from-ibaraki-gunma",
        Circumstance.FROM_IBARAKI_OR_GUNMA,
        replaces="doc-single",
        valid_from=date(2025, 4, 1),
    ),
    Paper("doc-in-person", Circumstance.CANNOT_USE_ONLINE),
)

# Any one tie to Tokyo is enough (規則第3条第5号), so any one of these papers is.
LINKS: frozenset[Circumstance] = frozenset(
    {
        Circumstance.LIVES_IN_TOKYO,
        Circumstance.MOVES_IN,
        Circumstance.WORKS_IN_TOKYO,
        Circumstance.STUDIES_IN_TOKYO,
    }
)


def checklist(circumstances: Collection[Circumstance], on: date) -> Checklist:
    """The papers for these circumstances on a day; with no tie to Tokyo named, all four ways to prove one are listed."""
    known = frozenset(circumstances)
    links = known & LINKS or LINKS
    papers = [
        paper
        for paper in PAPERS
        if (paper.when is None or paper.when in known | links) and (paper.valid_from is None or paper.valid_from <= on)
    ]
    dropped = {paper.replaces for paper in papers if paper.replaces}
    # A paper that stands in for one that falls away is not needed either.
    dropped |= {paper.document for paper in papers if paper.stands_in_for in dropped}
    items = tuple(
        Item(paper.document, paper.when, paper.when in LINKS and len(links) > 1, paper.stands_in_for)
        for paper in papers
        if paper.document not in dropped
    )
    open_points = (OpenPoint.PROOF_OF_ADOPTION,) if Circumstance.ADOPTED_IN_PARTNERSHIP in known else ()
    return Checklist(items, tuple(paper.document for paper in papers if paper.document in dropped), open_points)


def circumstances(situation: Situation) -> frozenset[Circumstance]:
    """What a situation already tells about the papers."""
    found = set()
    for links in situation.all_links:
        if links.live is YesNo.YES:
            found.add(Circumstance.LIVES_IN_TOKYO)
        if links.work is YesNo.YES:
            found.add(Circumstance.WORKS_IN_TOKYO)
        if links.study is YesNo.YES:
            found.add(Circumstance.STUDIES_IN_TOKYO)
        if links.move_in not in (None, YesNo.NO):
            found.add(Circumstance.MOVES_IN)
    if situation.relation is not None and situation.relation.kind is Kinship.ADOPTED_IN_PARTNERSHIP:
        found.add(Circumstance.ADOPTED_IN_PARTNERSHIP)
    return frozenset(found)
