"""The page /a as HTML: where an application stands and what can be changed, in the words of application_page.yml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot import clock
from bot.applications.model import CLOSED, ContactKind, HistoryRow, Wishes
from bot.applications.retention import ABANDONED
from bot.applications.views import View
from bot.knowledge.loader import Knowledge
from bot.rendering import qr
from bot.rendering.checklist import paper_list
from bot.rendering.page import LANGUAGE_NAMES, Say, Templates
from bot.rules.checklist import LINKS, Circumstance
from bot.rules.periods import add_months

MONTHS_AHEAD = 35
HOME = "/a"
TIES = tuple(c for c in Circumstance if c in LINKS)
OTHERS = tuple(c for c in Circumstance if c not in LINKS)


@dataclass(frozen=True, repr=False)
class Frame:
    """What stands around every page: for whom, in which language, and what is to be said first."""

    lang: str
    day: date
    token: str = ""
    opened: bool = False
    path: str = HOME
    said: str | None = None


class ApplicationPages:
    """Renders the pages; holds words and templates, never an application."""

    def __init__(self, knowledge: Knowledge, exit_url: str) -> None:
        """Takes the knowledge base whose words are shown and where 「すぐ閉じる」 leads."""
        self._knowledge = knowledge
        self._templates = Templates(exit_url)

    def enter(self, frame: Frame, *, receipt: str = "", invitation: str = "", link: bool = False) -> str:
        """The form for receipt and PIN, with the receipt that was typed when it could not be tried."""
        return self._page("application_enter", frame, receipt=receipt, invitation=invitation, link=link)

    def link(self, frame: Frame) -> str:
        """What a one-time link shows before it is used: a button, so that no preview uses it up."""
        return self._page("application_link", frame)

    def bounce(self, frame: Frame) -> str:
        """A page that leads to the same address again, from here."""
        return self._page("application_bounce", frame)

    def left(self, frame: Frame) -> str:
        """The last page, which holds no form and needs no cookie."""
        return self._page("application_left", frame)

    def status(self, frame: Frame, view: View) -> str:
        """Where it stands, what comes next, the papers, and what can be changed."""
        state = view.application.state
        day = view.wishes.planned_on.first if view.wishes.planned_on else frame.day
        papers = paper_list(self._knowledge, view.checklist, frame.lang, day)
        since = [row.at for row in view.history if row.to is state and not row.is_note]
        return self._page(
            "application_status",
            frame,
            view=view,
            state=state.value,
            closed=state in CLOSED,
            since=_day(since[-1]) if since else None,
            days=ABANDONED.days,
            papers=papers,
            ready=view.ready,
            missing=_left(view),
            ticked=sum(line.id in view.ready for line in papers.lines),
            open_points=[point.value for point in view.checklist.open_points],
            month=view.wishes.planned_month,
            plan=view.wishes.planned_on and _written(view.wishes),
            circumstances=[c.value for c in Circumstance if c in view.wishes.circumstances],
            contact=view.contact.value if view.contact else "none",
            history=[(_day(row.at), _step(row)) for row in view.history],
            official=self._official(frame),
        )

    def wishes(self, frame: Frame, wishes: Wishes, problem: str | None = None) -> str:
        """The form for plan and wishes."""
        chosen = _written(wishes) if wishes.planned_on and wishes.planned_on.last >= frame.day else ""
        months = _months(frame.day)
        exact = [chosen] if chosen and chosen not in months else []
        return self._page(
            "application_wishes",
            frame,
            problem=problem,
            wishes=wishes,
            month=chosen,
            months=[*exact, *months],
            ties=[(c.value, c in wishes.circumstances) for c in TIES],
            others=[(c.value, c in wishes.circumstances) for c in OTHERS],
            left_open=[c.value for c in Circumstance if c in wishes.left_open],
            notices=LANGUAGE_NAMES,
        )

    def contact(
        self, frame: Frame, kind: ContactKind | None, *, by: str = "", address: str = "", problem: str | None = None
    ) -> str:
        """The form for where notices go; an address that was kept is not shown, one just typed is."""
        now = kind.value if kind else "none"
        return self._page("application_contact", frame, now=now, by=by, address=address, problem=problem)

    def pin(self, frame: Frame, *, receipt: str = "", problem: str | None = None) -> str:
        """The form for a new PIN."""
        return self._page("application_pin", frame, receipt=receipt, problem=problem)

    def new_pin(self, frame: Frame, pin: str) -> str:
        """The new PIN, this once."""
        return self._page("application_new_pin", frame, pin=pin)

    def numbers(self, frame: Frame, receipt: str, pin: str) -> str:
        """Receipt and PIN of what was just started, this once."""
        return self._page("application_numbers", frame, receipt=receipt, pin=pin)

    def phone(self, frame: Frame, address: str = "", until: str = "") -> str:
        """The offer of a link for another device, or the link, this once."""
        modules = qr.matrix(address) if address else []
        path, size = qr.svg_path(modules), len(modules)
        return self._page("application_phone", frame, address=address, until=until, code=path, size=size)

    def confirm(self, frame: Frame, deed: str) -> str:
        """The second page before what cannot be undone: filed, withdrawn, erased."""
        return self._page("application_confirm", frame, deed=deed)

    def refusal(self, frame: Frame, code: str, *, repeat: Mapping[str, Any] | None = None, **values: Any) -> str:
        """Why something was not done, with what was sent ready to be sent again where that helps."""
        return self._page("application_refused", frame, code=code, repeat=repeat, values=values)

    def _official(self, frame: Frame) -> str:
        return Say(self._knowledge, {}, frame.lang, frame.day).text({frame.lang: "{apply_url}"})

    def _page(self, template: str, frame: Frame, **values: Any) -> str:
        # The states are told in the chat's words, so that both say the same.
        words = {**self._knowledge.pages["application_page"], "states": self._knowledge.application_talk["states"]}
        say = Say(self._knowledge, words, frame.lang, frame.day)
        said = values.get("problem") or frame.said
        message = say("said" if said in words["said"] else "refused", said) if said else ""
        common = {"token": frame.token, "opened": frame.opened, "path": frame.path, "said": said, "message": message}
        return self._templates.render(f"{template}.html", say, **(common | values))


def _left(view: View) -> int:
    """How many papers are still to get; those of which any one is enough count as one."""
    one_of = {item.document for item in view.checklist.items if item.one_of}
    return len(set(view.missing) - one_of) + bool(set(view.missing) & one_of)


def _months(day: date) -> list[str]:
    first = day.replace(day=1)
    return [add_months(first, n).isoformat()[:7] for n in range(MONTHS_AHEAD + 1)]


def _written(wishes: Wishes) -> str:
    return str(wishes.to_json()["planned_on"] or "")


def _day(at: Any) -> str:
    return str(at.astimezone(clock.TOKYO).date().isoformat())


def _step(row: HistoryRow) -> tuple[str, ...]:
    """Which words tell a row: a state, a new PIN, or that staff did something."""
    if not row.is_note:
        return ("states", row.to.value, "name")
    return ("more", "new_pin_made" if row.reason == "new_pin" else "opened_again")
