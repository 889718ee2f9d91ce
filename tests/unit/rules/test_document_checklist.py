"""Papers by circumstance, and that the list is the one of documents.yml."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from itertools import combinations

import pytest
from couples import FINE, TODAY, YES
from oracle_eligibility import rows

from bot.rules.checklist import LINKS, PAPERS, Checklist, Circumstance, Item, OpenPoint, checklist, circumstances
from bot.rules.periods import Span
from bot.rules.situation import Kinship, Links, Person, Relation, Situation

BASE = ["doc-notification", "doc-single", "doc-identity"]
C = Circumstance
CASES = [
    ("resident", {C.LIVES_IN_TOKYO}, [*BASE, "doc-residence"]),
    ("worker", {C.WORKS_IN_TOKYO}, [*BASE, "doc-work"]),
    ("student", {C.STUDIES_IN_TOKYO}, [*BASE, "doc-study"]),
    ("moving in", {C.MOVES_IN}, [*BASE, "doc-move-in"]),
    ("one lives, one works", {C.LIVES_IN_TOKYO, C.WORKS_IN_TOKYO}, [*BASE, "doc-residence", "doc-work"]),
    ("foreign national", {C.LIVES_IN_TOKYO, C.FOREIGN_NATIONAL}, [*BASE, "doc-residence", "doc-foreign"]),
    ("common name", {C.LIVES_IN_TOKYO, C.WANTS_COMMON_NAME}, [*BASE, "doc-residence", "doc-common-name"]),
    ("child's name", {C.LIVES_IN_TOKYO, C.WANTS_CHILD_NAME}, [*BASE, "doc-residence", "doc-child"]),
    ("at the counter", {C.LIVES_IN_TOKYO, C.CANNOT_USE_ONLINE}, [*BASE, "doc-residence", "doc-in-person"]),
    ("adopted partner", {C.LIVES_IN_TOKYO, C.ADOPTED_IN_PARTNERSHIP}, [*BASE, "doc-residence"]),
    (
        "from Ibaraki or Gunma",
        {C.MOVES_IN, C.FROM_IBARAKI_OR_GUNMA},
        ["doc-notification", "doc-identity", "doc-move-in", "doc-from-ibaraki-gunma"],
    ),
    ("nothing known", set(), [*BASE, "doc-residence", "doc-move-in", "doc-work", "doc-study"]),
]


@pytest.mark.parametrize(("name", "given", "expected"), CASES, ids=[case[0] for case in CASES])
def test_papers_for(name: str, given: set[Circumstance], expected: list[str]) -> None:
    assert list(checklist(given, TODAY).documents) == expected


def test_the_list_is_the_one_of_the_knowledge_base_in_its_order() -> None:
    known = [(row["id"], row["situation"]) for row in rows("documents.yml", "documents")]
    assert [(paper.document, paper.when.value if paper.when else "all") for paper in PAPERS] == known


def test_the_certificate_of_ibaraki_or_gunma_replaces_proof_of_single_status_from_april_2025() -> None:
    given = {C.MOVES_IN, C.FROM_IBARAKI_OR_GUNMA, C.FOREIGN_NATIONAL}
    assert checklist(given, date(2025, 4, 1)).not_needed == ("doc-single", "doc-foreign")
    before = checklist(given, date(2025, 3, 31))
    assert before.not_needed == ()
    assert "doc-single" in before.documents and "doc-from-ibaraki-gunma" not in before.documents


def test_one_proof_of_a_tie_to_tokyo_is_enough() -> None:
    items = {item.document: item for item in checklist({C.LIVES_IN_TOKYO, C.WORKS_IN_TOKYO}, TODAY).items}
    assert items["doc-residence"].one_of and items["doc-work"].one_of
    assert not items["doc-single"].one_of
    assert not checklist({C.WORKS_IN_TOKYO}, TODAY).items[-1].one_of


def test_a_foreign_paper_stands_in_for_the_japanese_one() -> None:
    item = next(i for i in checklist({C.FOREIGN_NATIONAL}, TODAY).items if i.document == "doc-foreign")
    assert item.stands_in_for == "doc-single"


def test_an_adopted_partner_is_told_to_ask_about_the_proof() -> None:
    assert checklist({C.ADOPTED_IN_PARTNERSHIP}, TODAY).open_points == (OpenPoint.PROOF_OF_ADOPTION,)
    assert checklist({C.LIVES_IN_TOKYO}, TODAY).open_points == ()


def test_adding_a_circumstance_never_drops_a_paper_unless_it_is_listed_as_not_needed() -> None:
    for some in combinations(C, 3):
        fewer, more = checklist(some[:2], TODAY), checklist(some, TODAY)
        lost = set(fewer.documents) - set(more.documents)
        ties = {paper.document for paper in PAPERS if paper.when in LINKS}
        assert lost <= set(more.not_needed) | ties


def test_circumstances_follow_from_what_is_known() -> None:
    couple = replace(
        FINE,
        people=(Person(), Person(links=Links(work=YES, study=YES, move_in=Span.day(TODAY)))),
        relation=Relation(Kinship.ADOPTED_IN_PARTNERSHIP),
    )
    assert circumstances(couple) == {*LINKS, C.ADOPTED_IN_PARTNERSHIP}
    assert circumstances(Situation()) == frozenset()


def test_a_checklist_can_be_shared_because_it_holds_nothing_of_the_person() -> None:
    assert {field.name for field in fields(Item)} == {"document", "because", "one_of", "stands_in_for"}
    assert {field.name for field in fields(Checklist)} == {"items", "not_needed", "open_points"}
