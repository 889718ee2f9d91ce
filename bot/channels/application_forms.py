"""What the forms of the page /a may say, read into what the applications understand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qsl

from bot.applications.model import Wishes

MAX_FIELDS = 200
# Never written into a page again: the secret ones, and what each page has of its own.
_NOT_REPEATED = frozenset({"pin", "token", "lang"})


@dataclass(frozen=True, repr=False)
class Form:
    """The fields of one form, as often as each was sent."""

    fields: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, body: bytes) -> Form:
        """The fields of a body; one that is no form has none."""
        try:
            return cls(tuple(parse_qsl(body.decode("utf-8", "replace"), max_num_fields=MAX_FIELDS)))
        except ValueError:
            return cls(())

    def one(self, name: str) -> str:
        """A field's value, the first if there are several; empty when there is none."""
        return next((value for field, value in self.fields if field == name), "")

    def all(self, name: str) -> frozenset[str]:
        """All values of a field."""
        return frozenset(value for field, value in self.fields if field == name)

    def to_repeat(self) -> tuple[tuple[str, str], ...]:
        """What may be sent again as it is."""
        return tuple((field, value) for field, value in self.fields if field not in _NOT_REPEATED)


def wishes(form: Form, *, without_plan: bool = False) -> Wishes:
    """The wishes of the form, or all but the plan; raises `InvalidInput` naming the field that cannot be read."""
    values: Mapping[str, object] = {
        "language": form.one("notices"),
        "circumstances": sorted(form.all("circumstance")),
        "planned_on": None if without_plan else form.one("month") or None,
        "left_open": sorted(form.all("left_open")),
    }
    return Wishes.from_json(dict(values))


def ticks(form: Form, documents: Iterable[str]) -> Iterator[tuple[str, bool]]:
    """The papers whose tick was changed on the page; what somebody else ticked meanwhile stays."""
    was, now = form.all("was"), form.all("ready")
    for document in documents:
        if (document in was) != (document in now):
            yield document, document in now
