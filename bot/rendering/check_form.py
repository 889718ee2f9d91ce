"""The answers of the page /check: what its form may say, and the situation they describe. Nothing here is kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from bot.rules.checklist import Circumstance
from bot.rules.periods import Span, add_months, add_years
from bot.rules.situation import (
    Kinship,
    Links,
    Marriage,
    PeopleCount,
    Person,
    Relation,
    SexualMinority,
    Situation,
    YesNo,
)

UNKNOWN = "unknown"
PAPERS = (
    Circumstance.FOREIGN_NATIONAL,
    Circumstance.WANTS_COMMON_NAME,
    Circumstance.WANTS_CHILD_NAME,
    Circumstance.FROM_IBARAKI_OR_GUNMA,
    Circumstance.CANNOT_USE_ONLINE,
)
KIN: Mapping[str, Relation] = {
    "no": Relation(Kinship.NONE),
    "cousin": Relation(Kinship.COLLATERAL_BLOOD, 4),
    "sibling_in_law": Relation(Kinship.COLLATERAL_AFFINITY),
    "adopted_in_partnership": Relation(Kinship.ADOPTED_IN_PARTNERSHIP),
    "sibling": Relation(Kinship.COLLATERAL_BLOOD, 2),
    "uncle_aunt": Relation(Kinship.COLLATERAL_BLOOD, 3),
    "lineal": Relation(Kinship.LINEAL_BLOOD),
    "in_law": Relation(Kinship.LINEAL_AFFINITY),
    "adopted_otherwise": Relation(Kinship.ADOPTED_OTHERWISE),
    "adoptive_collateral": Relation(Kinship.ADOPTIVE_COLLATERAL),
    "some_blood": Relation(Kinship.COLLATERAL_BLOOD),
}
# One answer each, in the order of 規則第3条; what is not listed is ignored.
SINGLE: Mapping[str, tuple[str, ...]] = {
    "people_count": ("two", "other", UNKNOWN),
    "has_sexual_minority": ("yes", "no", "dont_know", "prefer_not_to_say"),
    "makes_oath": ("yes", "no", UNKNOWN),
    "both_adults": ("yes", "no", UNKNOWN),
    "any_marriage": (
        "no",
        "yes",
        "de_facto_with_other",
        "married_abroad_to_each_other",
        "de_facto_with_each_other",
        UNKNOWN,
    ),
    "any_other_partnership": ("no", "yes", UNKNOWN),
    "close_relatives": (*KIN, UNKNOWN),
}
TIES = ("live", "work", "study", "move_in")
MANY: Mapping[str, tuple[str, ...]] = {
    "tokyo_link": (*TIES, "none", UNKNOWN),
    "papers": tuple(paper.value for paper in PAPERS),
}
# How many months ahead each list of months goes; anybody born is of age within eighteen years, but few ask so early.
MONTHS: Mapping[str, int] = {"adult_month": 36, "move_month": 18}


@dataclass(frozen=True)
class Answers:
    """The valid answers of one form by field; a field that was left open is missing."""

    by_field: Mapping[str, tuple[str, ...]]

    def one(self, field: str) -> str | None:
        """The answer to a question that takes one."""
        return next(iter(self.by_field.get(field, ())), None)

    def all(self, field: str) -> tuple[str, ...]:
        """The answers to a question that takes several."""
        return self.by_field.get(field, ())

    @property
    def disagree_on_link(self) -> bool:
        """Whether "none of these" was chosen together with a tie."""
        return "none" in self.all("tokyo_link") and bool(self._ties)

    @property
    def _ties(self) -> frozenset[str]:
        ties = frozenset(self.all("tokyo_link")) & frozenset(TIES)
        return ties | {"move_in"} if self.one("move_month") else ties


def months(field: str, today: date) -> tuple[str, ...]:
    """The months a field offers, this one first, as 2027-03."""
    first = today.replace(day=1)
    return tuple(add_months(first, n).isoformat()[:7] for n in range(MONTHS[field] + 1))


def read(pairs: Iterable[tuple[str, str]], today: date) -> Answers:
    """Keeps what the form can have sent; two different answers to one question count as none."""
    sent: dict[str, set[str]] = {}
    for field, value in pairs:
        sent.setdefault(field, set()).add(value)
    kept: dict[str, tuple[str, ...]] = {}
    for field, allowed in (SINGLE | {name: months(name, today) for name in MONTHS}).items():
        valid = sent.get(field, set()) & set(allowed)
        if len(valid) == 1:
            kept[field] = tuple(valid)
    for field, allowed in MANY.items():
        if valid := tuple(value for value in allowed if value in sent.get(field, ())):
            kept[field] = valid
    return Answers(kept)


def situation(answers: Answers) -> Situation:
    """What the answers say of a couple; an open answer is an unknown fact, never a yes."""

    def said(field: str) -> str | None:
        value = answers.one(field)
        return None if value in (UNKNOWN, "dont_know") else value

    count, minority, marriage = said("people_count"), said("has_sexual_minority"), said("any_marriage")
    oath, other, kin = said("makes_oath"), said("any_other_partnership"), said("close_relatives")
    adults, people = _ages(answers)
    return Situation(
        people_count=PeopleCount(count) if count else None,
        has_sexual_minority=SexualMinority(minority) if minority else None,
        makes_oath=YesNo(oath) if oath else None,
        both_adults=adults,
        people=people,
        any_marriage=Marriage(marriage) if marriage else None,
        any_other_partnership=YesNo(other) if other else None,
        relation=KIN[kin] if kin else None,
        links=_links(answers),
    )


def circumstances(answers: Answers) -> frozenset[Circumstance]:
    """What was chosen for the list of papers alone."""
    return frozenset(Circumstance(value) for value in answers.all("papers"))


def _ages(answers: Answers) -> tuple[YesNo | None, tuple[Person, Person]]:
    said, month = answers.one("both_adults"), answers.one("adult_month")
    if month and said in (None, "no"):
        # The month in which both are of age is the younger one's; the older one is of age by then.
        turning = _month(month)
        born = Span(add_years(turning.first, -18), add_years(turning.last, -18))
        return None, (Person(born), Person(born))
    return (YesNo(said) if said in ("yes", "no") else None), (Person(), Person())


def _links(answers: Answers) -> Links:
    """Ties not chosen are a no once any answer was given, as the form asks for all that apply."""
    chosen, ties = answers.all("tokyo_link"), answers._ties
    if answers.disagree_on_link or not (ties or "none" in chosen):
        return Links()
    if "none" in chosen:
        return Links() if UNKNOWN in chosen else Links.none()
    otherwise = None if UNKNOWN in chosen else YesNo.NO
    month = answers.one("move_month")
    planned: Span | YesNo | None = otherwise
    if "move_in" in ties:
        planned = _month(month) if month else YesNo.YES
    live, work, study = (YesNo.YES if tie in ties else otherwise for tie in TIES[:3])
    return Links(live, work, study, planned)


def _month(value: str) -> Span:
    return Span.month(int(value[:4]), int(value[5:]))
