"""The condition on ties to Tokyo (規則第3条第5号): at least one of the two lives, works, studies there or moves in soon."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum

from bot.rules.conditions import Condition, Fact, Judgement, Note, Status
from bot.rules.periods import Span, filing_days_reaching, last_days_within
from bot.rules.situation import Links, Situation, YesNo


class Link(Enum):
    """A tie to Tokyo; the values are the names of the fields of `Links`."""

    LIVE = "live"
    WORK = "work"
    STUDY = "study"
    MOVE_IN = "move_in"


@dataclass(frozen=True)
class Way:
    """One tie that is enough, and the clause that says so; None while the clause is not confirmed."""

    link: Link
    clause: str | None


@dataclass(frozen=True)
class Linked(Condition):
    """At least one of the two has one of these ties on the filing day; a move counts within some months of it."""

    ways: tuple[Way, ...]
    move_in_months: int

    def judge(self, situation: Situation, on: date) -> Judgement:
        statuses = [(way, self._way(way.link, situation, on)) for way in self.ways]
        for way, status in statuses:
            if status is Status.MET:
                planned = way.link is Link.MOVE_IN
                note = Note.MUST_MOVE_AS_PLANNED if planned else None if way.clause else Note.CLAUSE_UNCONFIRMED
                return Judgement(status, way.link.value, note, way.clause)
        found = {status for _, status in statuses}
        if Status.UNKNOWN in found:
            moving = Status.UNKNOWN in (self._tie(links, Link.MOVE_IN, on) for links in situation.all_links)
            if moving and any(way.link is Link.MOVE_IN for way, _ in statuses):
                return Judgement(Status.UNKNOWN, Link.MOVE_IN.value, missing=Fact.MOVE_IN_DATE)
            return Judgement(Status.UNKNOWN, missing=Fact.TOKYO_LINK)
        if Status.ASK_OFFICE in found:
            return Judgement(Status.ASK_OFFICE, Link.MOVE_IN.value, Note.LAST_DAY_UNCONFIRMED)
        planned_late = any(isinstance(links.move_in, Span) for links in situation.all_links)
        return Judgement(Status.NOT_MET, Link.MOVE_IN.value if planned_late else "none")

    def _way(self, link: Link, situation: Situation, on: date) -> Status:
        """One tie for the couple: what is said of "at least one of you" settles it, else both people must be known."""
        couple, *people = (self._tie(links, link, on) for links in situation.all_links)
        known = [status for status in (couple, *people) if status is not None]
        if Status.MET in known:
            return Status.MET
        if Status.UNKNOWN in known or (couple is None and None in people):
            return Status.UNKNOWN
        return Status.ASK_OFFICE if Status.ASK_OFFICE in known else Status.NOT_MET

    def _tie(self, links: Links, link: Link, on: date) -> Status | None:
        value = getattr(links, link.value)
        if isinstance(value, Span):
            return self._move(value, on)
        if value is YesNo.YES:
            return Status.UNKNOWN if link is Link.MOVE_IN else Status.MET
        return None if value is None else Status.NOT_MET

    def _move(self, planned: Span, on: date) -> Status:
        surely, maybe = last_days_within(on, self.move_in_months)
        if planned.last < on:  # a plan of the past: it may have come true, so ask whether they live there now
            return Status.UNKNOWN
        if planned.last <= surely:
            return Status.MET
        if planned.first > maybe:
            return Status.NOT_MET
        return Status.ASK_OFFICE if planned.first > surely else Status.UNKNOWN

    def assume(self, situation: Situation, on: date) -> Situation:
        if self.judge(situation, on).status is not Status.UNKNOWN:
            return situation
        return replace(situation, links=replace(situation.links, live=YesNo.YES))

    def later(self, situation: Situation, on: date, until: date) -> Situation:
        first, second = (replace(person, links=_moved(person.links, on, until)) for person in situation.people)
        return replace(situation, links=_moved(situation.links, on, until), people=(first, second))

    def turning_days(self, situation: Situation) -> Iterable[date]:
        for links in situation.all_links:
            if isinstance(links.move_in, Span):
                yield from filing_days_reaching(links.move_in.first, self.move_in_months)
                yield from filing_days_reaching(links.move_in.last, self.move_in_months)


def _moved(links: Links, on: date, until: date) -> Links:
    """A move planned between two days has been made by the second."""
    move = links.move_in
    if isinstance(move, Span) and on <= move.last < until:
        return replace(links, live=YesNo.YES, move_in=YesNo.NO)
    return links
