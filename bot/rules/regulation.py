"""The requirements of 規則第3条 as dated data: what each asks, its clause, its sources and when it holds.

A change that is announced is entered today: give the old requirement a `valid_until` and add the new one with the next
day as its `valid_from`. Nothing else has to change.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import Enum

from bot.rules.conditions import BothAged, Condition, Fact, Judgement, NotCloseKin, Note, OneOf, Status
from bot.rules.situation import Marriage, PeopleCount, SexualMinority, YesNo
from bot.rules.tokyo_link import Link, Linked, Way


class RequirementId(Enum):
    """The requirements, in the order they are asked; the values are the ids of requirements.yml."""

    TWO_PEOPLE = "req-01-two-people"
    SEXUAL_MINORITY = "req-02-sexual-minority"
    OATH = "req-03-oath"
    BOTH_ADULTS = "req-04-both-adults"
    NOT_MARRIED = "req-05-not-married"
    NO_OTHER_PARTNER = "req-06-no-other-partner"
    NOT_CLOSE_RELATIVES = "req-07-not-close-relatives"
    TOKYO_LINK = "req-08-tokyo-link"


class Refusal(Enum):
    """What an unmet requirement means; only NOT_ELIGIBLE ends an interview."""

    NOT_ELIGIBLE = "not_eligible"
    NOT_ELIGIBLE_YET = "not_eligible_yet"
    NOT_ELIGIBLE_UNTIL_ENDED = "not_eligible_until_ended"


@dataclass(frozen=True)
class Requirement:
    """One requirement as it stands between two days, both included; no `valid_until` means until further notice."""

    id: RequirementId
    clause: str
    condition: Condition
    sources: tuple[str, ...]
    valid_from: date
    valid_until: date | None = None
    refusal: Refusal = Refusal.NOT_ELIGIBLE

    def holds_on(self, day: date) -> bool:
        """Whether this version of the requirement is the one to apply on a day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


def in_force(requirements: tuple[Requirement, ...], day: date) -> tuple[Requirement, ...]:
    """The requirements that hold on a day, in their order; two versions of one on the same day are a mistake."""
    found = tuple(requirement for requirement in requirements if requirement.holds_on(day))
    if len({requirement.id for requirement in found}) != len(found):
        raise ValueError(f"two versions of one requirement hold on {day}")
    return found


_MET, _NOT_MET = Judgement(Status.MET), Judgement(Status.NOT_MET)
_RECEPTION_STARTED = date(2022, 10, 11)
_REGULATION = "reiki-g101rg00005216"
_GUIDE = "soumu-partnership01"

TOKYO: tuple[Requirement, ...] = (
    Requirement(
        RequirementId.TWO_PEOPLE,
        "規則第3条",
        OneOf("people_count", Fact.PEOPLE_COUNT, ((PeopleCount.TWO, _MET), (PeopleCount.OTHER, _NOT_MET))),
        (_REGULATION, "soumu-partnership-2"),
        _RECEPTION_STARTED,
    ),
    Requirement(
        RequirementId.SEXUAL_MINORITY,
        "条例・規則の用語の定義、宣誓の内容",
        OneOf(
            "has_sexual_minority",
            Fact.SEXUAL_MINORITY,
            (
                (SexualMinority.YES, _MET),
                (SexualMinority.NO, _NOT_MET),
                # The oath itself is the proof, so not saying it to us takes nothing away.
                (SexualMinority.PREFER_NOT_TO_SAY, Judgement(Status.MET, note=Note.ATTESTED_BY_OATH)),
            ),
        ),
        (_GUIDE, "soumu-partnership-2"),
        _RECEPTION_STARTED,
    ),
    Requirement(
        RequirementId.OATH,
        "規則第3条(柱書)",
        OneOf("makes_oath", Fact.OATH, ((YesNo.YES, _MET), (YesNo.NO, _NOT_MET))),
        (_GUIDE,),
        _RECEPTION_STARTED,
    ),
    Requirement(
        RequirementId.BOTH_ADULTS,
        "規則第3条第1号",
        BothAged(minimum_age=18),
        (_REGULATION,),
        _RECEPTION_STARTED,
        refusal=Refusal.NOT_ELIGIBLE_YET,
    ),
    Requirement(
        RequirementId.NOT_MARRIED,
        "規則第3条第2号",
        OneOf(
            "any_marriage",
            Fact.MARRIAGE,
            (
                (Marriage.NO, _MET),
                (Marriage.YES, _NOT_MET),
                (Marriage.DE_FACTO_WITH_OTHER, _NOT_MET),
                (
                    Marriage.DE_FACTO_WITH_EACH_OTHER,
                    Judgement(Status.ASK_OFFICE, note=Note.DE_FACTO_EACH_OTHER_UNCONFIRMED),
                ),
                (
                    Marriage.MARRIED_ABROAD_TO_EACH_OTHER,
                    Judgement(Status.ASK_OFFICE, note=Note.MARRIED_ABROAD_UNCONFIRMED),
                ),
            ),
        ),
        (_REGULATION, "metro-2025033117"),
        _RECEPTION_STARTED,
    ),
    Requirement(
        RequirementId.NO_OTHER_PARTNER,
        "規則第3条第3号",
        OneOf("any_other_partnership", Fact.OTHER_PARTNERSHIP, ((YesNo.NO, _MET), (YesNo.YES, _NOT_MET))),
        (_REGULATION, "gikai-3234"),
        _RECEPTION_STARTED,
        refusal=Refusal.NOT_ELIGIBLE_UNTIL_ENDED,
    ),
    Requirement(
        RequirementId.NOT_CLOSE_RELATIVES,
        "規則第3条第4号",
        NotCloseKin(collateral_degree=3),
        (_REGULATION, _GUIDE),
        _RECEPTION_STARTED,
    ),
    Requirement(
        RequirementId.TOKYO_LINK,
        "規則第3条第5号",
        Linked(
            (
                Way(Link.LIVE, "規則第3条第5号ア"),
                Way(Link.WORK, None),  # the item for work and study lies beyond the text that could be read
                Way(Link.STUDY, None),
                Way(Link.MOVE_IN, "規則第3条第5号イ"),
            ),
            move_in_months=3,
        ),
        (_REGULATION, "mykoho-1-e5-91-a8-e5-b9-b4-e8-87-aa", "nippon-applications-start-for-tokyo"),
        _RECEPTION_STARTED,
    ),
)
