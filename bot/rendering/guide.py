"""The guide's pages as HTML: no script needed, no outside request, the same words as everywhere else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from bot.guide import addresses
from bot.guide.contents import Contents
from bot.guide.history import Change
from bot.knowledge.model import Answer, Citation, Entry, Municipality
from bot.rendering import qr
from bot.rendering.guide_html import faq, flow, inline
from bot.rendering.guide_text import without_readings
from bot.rendering.page import CHAT, LANGUAGE_NAMES, Say

OFTEN = (
    "eligibility_summary",
    "documents_overview",
    "application_steps",
    "application_fee",
    "coverage_overview",
    "limits_no_legal_effect",
)
_SENT_IN_CHAT = {"ja": "と送", "en": "send ", "ja-easy": "と 送"}


class GuidePages:
    """Renders every page of one guide."""

    def __init__(self, contents: Contents) -> None:
        """Takes what the guide holds."""
        self.contents = contents
        self._says = {lang: Say(contents.knowledge, contents.words, lang, contents.day) for lang, _ in LANGUAGE_NAMES}
        self._templates = Environment(
            loader=FileSystemLoader(Path(__file__).with_name("templates")),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters.update(inline=_inline, flow=_flow, bare=without_readings, readable=unquote)

    def say(self, lang: str) -> Say:
        """The guide's words in one language."""
        return self._says[lang]

    def home(self, lang: str) -> str:
        """The start: search, topics, common questions."""
        entries = {e.id: e for e in self.contents.entries}
        often = [(i, self.contents.answer(entries[i], lang).title) for i in OFTEN if i in entries]
        return self._page("home", lang, "index", topics=self.contents.topics, often=often)

    def topic(self, topic: str, lang: str) -> str:
        """One topic: every answer's question and short answer."""
        answers = [self.contents.answer(e, lang) for e in self.contents.topics[topic]]
        return self._page("topic", lang, topic, topic=topic, answers=answers, faq=faq(answers))

    def entry(self, entry: Entry, lang: str) -> str:
        """One answer with its sources, its date, its id and version, and ways to pass it on."""
        answer, say = self.contents.answer(entry, lang), self.say(lang)
        path = addresses.entry_path(entry.id, lang)
        address = self.contents.address(path)
        text = _shared(answer, say)
        return self._page(
            "entry",
            lang,
            path,
            answer=answer,
            entry=entry,
            code=addresses.code(entry.id),
            related=self.contents.related(answer),
            onward=self.contents.words["onward"].get(entry.id),
            in_chat=self.contents.app is not None
            and _SENT_IN_CHAT[lang] in f"{answer.short}{answer.body}{answer.next}",
            faq=faq([answer]),
            address=address,
            text=text,
            line=f"https://line.me/R/share?text={quote(f'{text}{chr(10)}{address}')}",
            picture=qr.svg(address),
        )

    def check(self, lang: str) -> str:
        """The conditions with their clauses, and the way to the questionnaire."""
        return self._page("check", lang, "check", conditions=self._conditions(lang))

    def places(self, lang: str) -> str:
        """All municipalities as a map and as a table, and where else the certificate is used."""
        known = self.contents.knowledge.municipalities
        tiles = [
            (row["row"], column, known[name])
            for row in self.contents.words["map"]
            for column, name in row["places"].items()
        ]
        return self._page(
            "places",
            lang,
            "places",
            groups=[(kinds[0], [m for m in known.values() if m.kind in kinds]) for kinds in _KINDS],
            tiles=tiles,
            accepting=sum(m.accepts_tokyo_certificate is True for m in known.values()),
            elsewhere=self.contents.services_elsewhere,
            status=_status,
            name_of=_name,
        )

    def place(self, place: Municipality, lang: str) -> str:
        """One municipality."""
        path = addresses.place_path(place.code, lang)
        answer = self.contents.place(place, lang)
        address = self.contents.address(path)
        return self._page(
            "place",
            lang,
            path,
            place=place,
            answer=answer,
            status=_status,
            name_of=_name,
            related=self.contents.related(answer),
            address=address,
            picture=qr.svg(address),
        )

    def papers(self, lang: str, files: Sequence[Any]) -> str:
        """The list of what can be printed."""
        return self._page("print", lang, "print", files=files)

    def changes(self, lang: str, changes: Sequence[Change], titles: Callable[[str], str]) -> str:
        """What is new since the guide was first published."""
        first = changes[-1].on if changes else None
        since = [c for c in changes if c.on != first or c.what != "new"]
        count = len(changes) - len(since)
        return self._page("changes", lang, "news", changes=since, first=first, count=count, titles=titles)

    def about(self, lang: str, files: Sequence[tuple[str, int]]) -> str:
        """What the guide is, how to prove an answer, the open data and their licence."""
        example = self.contents.answer(self.contents.entries[0], lang)
        return self._page("about", lang, "about", files=files, example=example)

    def chooser(self) -> str:
        """The root of the guide: the three languages."""
        return self._page("root", "ja", "index.html")

    def missing(self, lang: str = "ja") -> str:
        """For an address that leads nowhere; its links are whole, as it may be shown at any depth."""
        return self._page("missing", lang, "404.html", root=addresses.MOUNT)

    def preparing(self, lang: str) -> str:
        """While the guide is being built: in three languages, as whoever opens a shared link may read any, theirs first."""
        says = sorted(self._says.values(), key=lambda say: say.lang != lang)
        return self._page("preparing", lang, "index.html", root=addresses.MOUNT, says=says, chat=CHAT)

    def _conditions(self, lang: str) -> list[dict[str, Any]]:
        say, knowledge = self.say(lang), self.contents.knowledge
        found = []
        for requirement in knowledge.requirements:
            words = knowledge.talk["requirements"].get(requirement["id"])
            if words is None:
                continue  # what the regulation does not ask, or the result itself
            text = say.text(words["unknown"])
            found.append(
                {
                    "text": text[:1].upper() + text[1:],
                    "why": say.talk("questions", requirement["slot"], "why"),
                    "clause": requirement["article"],
                    "citations": requirement["citations"],
                }
            )
        return found

    def _page(self, template: str, lang: str, name: str, **values: Any) -> str:
        path = name if name.endswith(".html") else addresses.page_path(name, lang)
        say = self.say(lang)
        app = self.contents.app

        def link(target: str) -> str:
            return addresses.relative(target, path) if "root" not in values else f"{values['root']}{target}"

        return self._templates.get_template(f"guide_{template}.html").render(
            say=say,
            lang=lang,
            html_lang="en" if lang == "en" else "ja",
            languages=LANGUAGE_NAMES,
            knowledge=self.contents.knowledge,
            words=self.contents.words,
            foreign=say.foreign,
            app=app,
            link=link,
            to=lambda name: link(addresses.page_path(name, lang)),
            to_entry=lambda entry_id: link(addresses.entry_path(entry_id, lang)),
            to_place=lambda code: link(addresses.place_path(code, lang)),
            in_language=lambda code: link(_elsewhere(path, lang, code)),
            path_in=lambda code: _elsewhere(path, lang, code),
            absolute=self.contents.address,
            path=path,
            dated=lambda citation: _dated(citation, say),
            **{"faq": None, "picture": None, "root": None, **values},
        )


@pass_context
def _inline(context: Context, text: str) -> Markup:
    return inline(text, lang=context.get("lang"))


@pass_context
def _flow(context: Context, text: str) -> Markup:
    return flow(text, context.get("lang"))


_KINDS = (("ward",), ("city",), ("town", "village"))


def _shared(answer: Answer, say: Say) -> str:
    source = answer.citations[0].url if answer.citations else ""
    text = say(
        "share",
        "text",
        title=without_readings(answer.title),
        short=without_readings(answer.short),
        date=say.date(answer.checked_on.isoformat()) if answer.checked_on else "",
        source=source,
    )
    return without_readings(text)


def _status(value: bool | str) -> str:
    return {True: "yes", False: "no"}.get(value, "unknown") if isinstance(value, bool) else "unknown"


def _name(place: Municipality, lang: str) -> str:
    if lang == "en":
        return place.name_en
    return f"{place.name_ja}（{place.kana}）" if lang == "ja-easy" else place.name_ja


def _elsewhere(path: str, lang: str, other: str) -> str:
    own = addresses.FOLDERS[lang] + "/"
    return (
        addresses.FOLDERS[other] + "/" + path.removeprefix(own)
        if path.startswith(own)
        else f"{addresses.FOLDERS[other]}/index.html"
    )


def _dated(citation: Citation, say: Say) -> str:
    return say("entry", "stated", date=say.date(citation.as_of)) if citation.as_of else say.phrase("undated")
