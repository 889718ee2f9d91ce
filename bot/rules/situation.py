"""What is known of a couple: categories and dates only, never who they are. None always means unknown."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from bot.rules.periods import Span


class YesNo(Enum):
    """A plain answer."""

    YES = "yes"
    NO = "no"


class PeopleCount(Enum):
    """How many people would file (規則第3条)."""

    TWO = "two"
    OTHER = "other"


class SexualMinority(Enum):
    """Whether at least one of the two is a sexual minority (性的マイノリティ); which one and how is never kept."""

    YES = "yes"
    NO = "no"
    PREFER_NOT_TO_SAY = "prefer_not_to_say"


class Marriage(Enum):
    """Whether either is married or in a de facto marriage (規則第3条第2号)."""

    NO = "no"
    YES = "yes"
    DE_FACTO_WITH_OTHER = "de_facto_with_other"
    DE_FACTO_WITH_EACH_OTHER = "de_facto_with_each_other"
    MARRIED_ABROAD_TO_EACH_OTHER = "married_abroad_to_each_other"


class Kinship(Enum):
    """How the two are related to each other (規則第3条第4号, 民法第725条 to 第735条)."""

    NONE = "no"
    CLOSE = "yes"
    LINEAL_BLOOD = "lineal_blood"
    COLLATERAL_BLOOD = "collateral_blood"
    LINEAL_AFFINITY = "lineal_affinity"
    COLLATERAL_AFFINITY = "collateral_affinity"
    ADOPTED_IN_PARTNERSHIP = "adopted_in_partnership"
    ADOPTED_OTHERWISE = "adopted_otherwise"
    ADOPTIVE_COLLATERAL = "adoptive_collateral"


@dataclass(frozen=True)
class Relation:
    """A kinship and, for collateral blood, its degree: siblings 2, aunt and nephew 3, cousins 4 (民法第726条)."""

    kind: Kinship
    degree: int | None = None

    def __post_init__(self) -> None:
        if self.degree is not None and (self.kind is not Kinship.COLLATERAL_BLOOD or self.degree < 2):
            raise ValueError("only collateral blood relatives have a degree here, from 2 up")


@dataclass(frozen=True)
class Links:
    """The ties to Tokyo of one person, or of either of the two (規則第3条第5号).

    `move_in` is a `Span` when the planned day or month is known, YES when a move is planned but not when.
    """

    live: YesNo | None = None
    work: YesNo | None = None
    study: YesNo | None = None
    move_in: Span | YesNo | None = None

    @classmethod
    def none(cls) -> Links:
        """No tie of any kind, said outright."""
        return cls(YesNo.NO, YesNo.NO, YesNo.NO, YesNo.NO)


@dataclass(frozen=True)
class Person:
    """One of the two, told apart only by order; `born` is a span, so an age as of a day is enough (`Span.born`)."""

    born: Span | None = None
    links: Links = Links()


@dataclass(frozen=True)
class Situation:
    """Everything the rules may look at; nationality, gender and names have no place in it.

    `links` holds what is known of "at least one of you" without saying who. Ages said outweigh `both_adults`.
    """

    people_count: PeopleCount | None = None
    has_sexual_minority: SexualMinority | None = None
    makes_oath: YesNo | None = None
    both_adults: YesNo | None = None
    people: tuple[Person, Person] = (Person(), Person())
    any_marriage: Marriage | None = None
    any_other_partnership: YesNo | None = None
    relation: Relation | None = None
    links: Links = Links()

    @property
    def all_links(self) -> tuple[Links, Links, Links]:
        """Ties of the couple, of the first and of the second person."""
        return self.links, self.people[0].links, self.people[1].links

    @property
    def births(self) -> tuple[Span | None, Span | None]:
        """What is known of both birth dates."""
        return self.people[0].born, self.people[1].born


def person_aged(age: int | None, on: date, links: Links | None = None) -> Person:
    """A person who gives an age in years on a day, or none."""
    return Person(None if age is None else Span.born(age, on), links or Links())
