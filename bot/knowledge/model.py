"""What the product knows, as values: entries, the facts and figures behind them, places and services.

Imports neither Rasa nor SQLAlchemy nor a web framework; a test checks.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

LANGUAGES = ("ja", "en", "ja-easy")

Text3 = Mapping[str, str]
"""One text in each of `LANGUAGES`."""

TOPICS = (
    "scheme eligibility documents application certificate changes coverage limits alternatives law support statistics "
    "status_check start_application smalltalk handoff out_of_scope abuse crisis"
).split()
KINDS = (
    "answer ask confirm offer fallback handoff crisis status eligible ineligible conditional refuse smalltalk"
).split()
CONFIDENCES = ("high", "medium", "low")


@dataclass(frozen=True)
class Source:
    """A public page; `as_of` is the date the page states (ISO, possibly month or year only) or None."""

    id: str
    title: str
    url: str
    as_of: str | None


@dataclass(frozen=True)
class Citation:
    """A source as shown below an answer; `locator` says where on the page."""

    title: str
    url: str
    as_of: str | None
    locator: str | None = None


@dataclass(frozen=True)
class Fact:
    """One sourced statement; entries name it by id and put it into words."""

    id: str
    topic: str
    confidence: str
    says: str
    citations: tuple[Citation, ...]
    values: Any = None
    notes: str | None = None


@dataclass(frozen=True)
class Figure:
    """A figure answers quote by name; several lines of one name differ by `valid_from`."""

    name: str
    kind: str
    value: Any
    fact: str
    valid_from: date | None = None


@dataclass(frozen=True)
class Entry:
    """One answer a member of staff can edit, complete in three languages."""

    id: str
    topic: str
    kind: str
    title: Text3
    short: Text3
    body: Text3
    next: Text3
    facts: tuple[str, ...]
    related: tuple[str, ...]
    confidence: str
    checked_on: date
    review_by: date
    status: str
    basis: str | None = None
    events: tuple[str, ...] = ()
    situation: Mapping[str, str] = field(default_factory=dict)
    version: str = ""


@dataclass(frozen=True)
class Municipality:
    """One of Tokyo's 62 municipalities and what is known of its scheme and of its use of Tokyo's certificate.

    `own_scheme`, `accepts_tokyo_certificate` and `agreement_with_tokyo` are True, False or "unknown"; unknown never means no.
    """

    code: str
    name_ja: str
    kana: str
    name_en: str
    kind: str
    own_scheme: bool | str
    own_scheme_name: str | None
    own_scheme_since: str | None
    accepts_tokyo_certificate: bool | str
    agreement_with_tokyo: bool | str
    as_of: str | None
    citations: tuple[Citation, ...]
    facts: tuple[str, ...] = ()
    note: Text3 | None = None


@dataclass(frozen=True)
class Service:
    """One place the certificate can be used, by whom it is offered, with its date and confidence."""

    id: str
    provider_type: str
    provider: Text3
    municipality: str | None
    service: Text3
    allows: Text3
    certificate_needed: bool
    as_of: str | None
    confidence: str
    citations: tuple[Citation, ...]
    names: tuple[str, ...] = ()
    note: Text3 | None = None


@dataclass(frozen=True)
class Answer:
    """What is said for one entry or look-up, ready for any output."""

    id: str
    topic: str
    kind: str
    lang: str
    title: str
    short: str
    body: str = ""
    next: str = ""
    citations: tuple[Citation, ...] = ()
    related: tuple[tuple[str, str], ...] = ()
    version: str = ""
    confidence: str = "high"
    checked_on: date | None = None
    verdict: str | None = None
    buttons: tuple[tuple[str, str], ...] = ()
    """Choices as (title, text sent when tapped); asked questions use these, answers use `related`."""
