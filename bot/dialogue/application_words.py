"""Says the specs of the application dialogues in words of `application_talk.yml`: what is asked, agreed, started, and how it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from bot.channels.delivery import mark
from bot.knowledge.loader import Knowledge
from bot.knowledge.model import Answer
from bot.knowledge.wording import fill, spoken_date
from bot.rules.periods import last_days_within

_SEALED = {kind: mark(kind) for kind in ("receipt", "pin", "link")}
_STATUS_FACTS = ("app-status", "app-time", "app-contact")
_START_FACTS = ("app-where", "app-24h")
_AFTER = {"application_status": "status"}
_CHANGES = ("tick", "filed", "wishes", "contact", "link", "new_pin", "withdraw")
_MOVES = frozenset({"filed", "withdrawn"})
_TOUCH_PAPERS = frozenset({"ticked", "unticked", "wishes"})
_CONFIRMED = frozenset({"tick_all", "filed", "withdraw", "link", "lost_pin", "mail_given"})
_RECEIPT_QUESTIONS = frozenset(
    {"receipt", "pin", "old_pin", "lost_pin", "tick", "tick_all", "mail_given", "filed", "withdraw", "link"}
)


def application(knowledge: Knowledge, spec: Mapping[str, Any], lang: str, day: date) -> Answer:
    """One message of the application dialogues."""
    return _WAYS[spec["name"]](_Words(knowledge, lang, day, spec.get("page")), spec)


class _Words:
    """The words in one language on one day."""

    def __init__(self, knowledge: Knowledge, lang: str, day: date, page: str | None) -> None:
        self.knowledge, self.lang, self.day = knowledge, lang, day
        self._page = page

    def say(self, table: str, name: str, part: str | None = None, /, **values: Any) -> str:
        texts = self.knowledge.application_talk[table][name]
        text = (texts[part] if part else texts)[self.lang]
        if "{page}" in text:
            values["page"] = self._page or page()
        return fill(text, self.knowledge, self.lang, self.day, **{**_SEALED, **values})

    def paper(self, document: str) -> str:
        return self.say("papers", document)

    def buttons(self, names: Sequence[str]) -> tuple[tuple[str, str], ...]:
        table = self.knowledge.application_talk["buttons"]
        return tuple(
            (self.say("buttons", name, "title"), self.say("buttons", name, "say" if "say" in table[name] else "title"))
            for name in names
        )

    def date(self, iso: str) -> str:
        return spoken_date(iso, self.lang)

    def answer(self, id_: str, topic: str, kind: str, short: str, facts: Sequence[str] = (), **parts: Any) -> Answer:
        return Answer(
            id=id_,
            topic=topic,
            kind=kind,
            lang=self.lang,
            title="",
            short=short,
            citations=self.knowledge.citations_of(tuple(facts)),
            version=self.knowledge.version,
            **parts,
        )


def leading_on(knowledge: Knowledge, entry_id: str, lang: str, day: date) -> tuple[tuple[str, str], ...]:
    """Buttons below an answer that lead from what can be known of everybody to their own record."""
    name = _AFTER.get(entry_id)
    return _Words(knowledge, lang, day, None).buttons([name]) if name else ()


def page() -> str:
    """The address of our own page; asked for late, as it comes from the settings."""
    from bot import installation

    return installation.page()


def _question(words: _Words, spec: Mapping[str, Any]) -> Answer:
    about, leads = spec["about"], list(spec.get("leads", ()))
    lines = [words.say("leads", lead) for lead in leads]
    if spec.get("why"):
        lines.append(words.say("questions", about, "why"))
    lines.append(words.say("questions", about, "ask"))
    names = [
        name
        for name in words.knowledge.application_talk["questions"][about]["buttons"]
        if name not in spec.get("without", ())
    ]
    named = spec.get("papers", ())
    if about == "tick_all":
        lines += [words.say("started", "paper", name=words.paper(d)) for d in named]
        named = ()
    papers = tuple((p := words.paper(d), words.say("tap", "have", paper=p)) for d in named)
    topic = spec.get("topic") or ("status_check" if about in _RECEIPT_QUESTIONS else "start_application")
    kind = "confirm" if about in _CONFIRMED else "ask"
    facts = _START_FACTS if "begin" in leads else _STATUS_FACTS if "tokyo_status" in leads else ()
    answer = words.answer(f"task_{about}", topic, kind, "\n".join(lines), facts)
    related = tuple(r for entry_id in spec.get("related", ()) for r in _related(words, entry_id))
    return replace(answer, buttons=(*papers, *words.buttons(names)), related=related)


def _summary(words: _Words, spec: Mapping[str, Any]) -> Answer:
    change = spec.get("mode") == "change"
    facts = spec["facts"]
    names = [n for n in words.knowledge.application_talk["labels"] if not (change and n == "contact")]
    lines = [words.say("leads", lead) for lead in spec.get("leads", ())]
    lines.append(words.say("summary", "title_change" if change else "title"))
    lines += [
        words.say("summary", "line", label=words.say("labels", name), value=_value(words, name, facts))
        for name in names
        if not (name == "contact" and not facts.get("contact"))
    ]
    lines.append(words.say("summary", "ask_change" if change else "ask"))
    topic = "status_check" if change else "start_application"
    answer = words.answer("task_summary", topic, "confirm", "\n".join(lines))
    return replace(answer, buttons=words.buttons(["save" if change else "go", "fix", "stop"]))


def _value(words: _Words, name: str, facts: Mapping[str, Any]) -> str:
    told = facts.get(name)
    if name == "contact":
        return words.say("values", {"none": "no_notices", None: "no_notices"}.get(told, told))
    if name == "tie" and told is not None:
        return words.say("summary", "join").join(words.say("values", c) for c in told) or words.say("values", "none")
    if told is None:
        return words.say("values", "left_open")
    return words.date(told) if name == "planned" and told != "open" else words.say("values", told)


def _started(words: _Words, spec: Mapping[str, Any]) -> Answer:
    say, text = words.say, "text_line" if "link" in spec["sealed"] else "text"
    lines = [say("started", "papers")]
    one_of, headed = set(spec["one_of"]), False
    for document, other in spec["papers"]:
        name = words.paper(document)
        if other:
            name = say("started", "instead", name=name, other=words.paper(other))
        if document in one_of and not headed:
            lines.append(say("started", "any_one"))
            headed = True
        line = say("started", "paper", name=name)
        lines.append(f"　{line}" if document in one_of else line)
    lines.append(say("started", "unconfirmed"))
    if spec.get("adoption"):
        lines.append(say("started", "adoption"))
    if spec.get("planned"):
        lines.append(say("started", "dates", planned=words.date(spec["planned"])))
    if spec.get("moves"):
        first = date.fromisoformat(spec["moves"][0])
        months = int(words.knowledge.figures["move_in_months"][0].value)
        until = last_days_within(first, months)[0].isoformat()
        lines.append(say("started", "move_by", **{"from": words.date(first.isoformat()), "until": words.date(until)}))
    lines.append(say("started", "kept", until=words.date(spec["kept_until"])))
    answer = words.answer(
        "task_started", "start_application", "status", say("started", text), (*_START_FACTS, "app-how")
    )
    return replace(
        answer,
        body="\n".join(lines),
        next=say("started", "next"),
        buttons=words.buttons(["tick", "link", "status"]),
        related=_related(words, "documents_overview"),
    )


def _status(words: _Words, spec: Mapping[str, Any]) -> Answer:
    say, state, done = words.say, spec["state"], tuple(spec.get("done", ()))
    open_ = state in ("preparing", "submitted", "under_review", "documents_requested", "accepted")
    if done and not set(done) & _MOVES:  # what was changed, and the papers if they did; the rest is known already
        lines = [_done(words, name, spec) for name in done]
        papers = _papers(words, spec) if state == "preparing" and set(done) & _TOUCH_PAPERS else []
        answer = words.answer("task_status", "status_check", "status", "\n".join(lines), _STATUS_FACTS)
        return replace(answer, body="\n".join(papers), buttons=words.buttons(_choices(spec, state)))
    lines = [_done(words, name, spec) for name in done] or [say("status", "now", name=say("states", state, "name"))]
    lines = [*(say("leads", lead) for lead in spec.get("leads", ())), *lines]
    body = []
    if state == "preparing":
        body += _papers(words, spec)
        if spec.get("planned"):
            body.append(say("started", "dates", planned=words.date(spec["planned"])))
        if spec.get("kept_until"):
            body.append(say("started", "kept", until=words.date(spec["kept_until"])))
    if spec.get("tries"):
        body.append(say("status", "tries", count=spec["tries"]))
    if spec.get("linked"):
        body.append(say("status", "linked"))
    answer = words.answer("task_status", "status_check", "status", "\n".join(lines), _STATUS_FACTS)
    return replace(
        answer,
        body="\n".join(body),
        next=_next(words, state),
        buttons=words.buttons(_choices(spec, state) if open_ else ["begin_again"]),
    )


def _next(words: _Words, state: str) -> str:
    """What comes next and when; a draft's day is told with its papers."""
    last = "to_chat" if state == "preparing" else "when"
    return f"{words.say('states', state, 'next')}\n{words.say('states', state, last)}"


def _choices(spec: Mapping[str, Any], state: str) -> list[str]:
    fitting = [name for name in _CHANGES if name != "filed" or state == "preparing"]
    if state != "preparing" or not spec["missing"]:
        fitting.remove("tick")
    return ["unlink" if name == "link" and spec.get("linked") else name for name in fitting]


def _papers(words: _Words, spec: Mapping[str, Any]) -> list[str]:
    ready, missing = spec["ready"], spec["missing"]
    lines = []
    if ready:
        join = words.say("summary", "join")
        lines.append(words.say("status", "ready", names=join.join(words.paper(d) for d in ready)))
    if not missing:
        return [*lines, words.say("status", "all_ready")]
    lines.append(words.say("status", "missing"))
    any_one = [d for d in missing if d in spec["one_of"]]
    lines += [words.say("started", "paper", name=words.paper(d)) for d in missing if d not in any_one]
    if any_one:
        lines.append(words.say("started", "any_one"))
        lines += ["　" + words.say("started", "paper", name=words.paper(d)) for d in any_one]
    return lines


def _done(words: _Words, name: str, spec: Mapping[str, Any]) -> str:
    documents = spec.get("values", {}).get(name)
    paper = words.say("done", "between").join(map(words.paper, documents)) if documents else ""
    return words.say("done", name, **({"paper": paper} if paper else {}))


def _note(words: _Words, spec: Mapping[str, Any]) -> Answer:
    values = {"minutes": spec["minutes"]} if "minutes" in spec else {}
    text = words.say(spec.get("table", "notes"), spec["note"], **values)
    facts = ("app-contact",) if spec["kind"] == "fallback" else ()
    answer = words.answer(f"task_{spec['note']}", spec["topic"], spec["kind"], text, facts)
    return replace(answer, buttons=words.buttons(spec.get("buttons", ())))


def _related(words: _Words, entry_id: str) -> tuple[tuple[str, str], ...]:
    entry = words.knowledge.entries.get(entry_id)
    return ((entry_id, fill(entry.title[words.lang], words.knowledge, words.lang, words.day)),) if entry else ()


_WAYS = {"question": _question, "summary": _summary, "started": _started, "status": _status, "note": _note}
