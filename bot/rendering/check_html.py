"""The page /check as HTML: questions, result and refusals, from the words of the knowledge base. They need no script and keep no state."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from bot.dialogue import clauses
from bot.knowledge.loader import Knowledge
from bot.knowledge.model import Citation
from bot.knowledge.wording import answer_for
from bot.rendering import check_form as form
from bot.rendering.check_form import Answers
from bot.rendering.checklist import paper_list
from bot.rendering.page import Say, Templates
from bot.rules.changes import ChangeKind
from bot.rules.checklist import checklist, circumstances
from bot.rules.conditions import Status
from bot.rules.eligibility import ASSUME_ALL, Decision, Finding, Verdict, decide
from bot.rules.regulation import RequirementId
from bot.rules.what_if import Option, WhatIf, what_if

_LAST_QUESTION = re.compile(r"^(.*(?:か。|[?？]))\s*(.*)$", re.DOTALL)
_ORDER = (Status.NOT_MET, Status.ASK_OFFICE, Status.UNKNOWN, Status.MET)


class CheckPages:
    """Renders the pages; holds words and templates, never answers."""

    def __init__(self, knowledge: Knowledge, exit_url: str) -> None:
        """Takes the knowledge base whose words are shown and where 「すぐ閉じる」 leads."""
        self._knowledge = knowledge
        self._words = knowledge.pages["check_page"]
        self._templates = Templates(exit_url)

    def questions(self, answers: Answers, lang: str, day: date) -> str:
        """The questionnaire, with the answers already given."""
        say = Say(self._knowledge, self._words, lang, day)
        asked = [self._question(field, answers, say) for field in (*form.SINGLE, "tokyo_link")]
        months = {field: [(month, say.month(month)) for month in form.months(field, day)] for field in form.MONTHS}
        papers = [(value, say("options", "papers", value)) for value in form.MANY["papers"]]
        return self._templates.render(
            "check_questions.html", say, questions=asked, months=months, papers=papers, answers=answers, again="/check"
        )

    def result(self, answers: Answers, lang: str, day: date) -> str:
        """The verdict with its reasons, what would change it, the papers, the next step and the sources."""
        say = Say(self._knowledge, self._words, lang, day)
        couple = form.situation(answers)
        decision = decide(couple, day)
        open_link = decision.finding(RequirementId.TOKYO_LINK).status is Status.UNKNOWN
        # What is open otherwise stands in its own list; an open tie to Tokyo has other ways to be met, so they are shown.
        found = what_if(couple, day, assuming=ASSUME_ALL - ({RequirementId.TOKYO_LINK} if open_link else set()))
        blocked = bool(found.blocked)
        rules_list = checklist(circumstances(couple) | form.circumstances(answers), day)
        papers = None if blocked else paper_list(self._knowledge, rules_list, lang, day)
        alternatives = (
            answer_for(self._knowledge, self._knowledge.entries["alternatives_overview"], lang, day)
            if blocked
            else None
        )
        citations = [c for finding in decision.findings for c in self._citations(finding)]
        citations += [c for line in (papers.lines if papers else ()) for c in line.citations]
        citations += alternatives.citations if alternatives else ()
        return self._templates.render(
            "check_result.html",
            say,
            answers=answers,
            decision=decision,
            verdict=decision.verdict.value,
            day=say.date(day.isoformat()),
            groups=[
                (status.value, [_finding(f, say) for f in decision.with_status(status)])
                for status in _ORDER
                if decision.with_status(status)
            ],
            what_if=_what_if(found, decision, say),
            blocked=blocked,
            papers=papers,
            open_points=[say("open_points", point.value) for point in rules_list.open_points],
            alternatives=alternatives,
            next=_next_step(decision, blocked, say),
            sources=[
                (c, _dated(c, say)) for n, c in enumerate(citations) if c.url not in {d.url for d in citations[:n]}
            ],
            again="/check/result#result",
        )

    def refusal(self, code: str, lang: str, day: date) -> str:
        """Why a form could not be read, and the way back."""
        say = Say(self._knowledge, self._words, lang, day)
        return self._templates.render("check_refused.html", say, code=code, answers=Answers({}), again="/check")

    def _question(self, field: str, answers: Answers, say: Say) -> dict[str, Any]:
        words = self._knowledge.talk["questions"][field]
        several = field in form.MANY
        options = []
        for value in (form.MANY if several else form.SINGLE)[field]:
            key = ("options", value) if value == form.UNKNOWN else ("options", field, value)
            options.append((value, say(*key)))
        asked = _LAST_QUESTION.match(say.text(words["ask"]))
        ask, hint = asked.groups() if asked else (say.text(words["ask"]), "")
        return {
            "field": field,
            "ask": ask,
            "hint": hint,
            "why": say.text(words["why"]),
            "several": several,
            "options": options,
            "month": {"both_adults": "adult_month", "tokyo_link": "move_month"}.get(field),
        }

    def _citations(self, finding: Finding) -> list[Citation]:
        sources = (self._knowledge.sources.get(name) for name in finding.rule.sources)
        return [Citation(s.title, s.url, s.as_of) for s in sources if s]


def _finding(finding: Finding, say: Say) -> dict[str, str]:
    words = say.knowledge.talk["requirements"][finding.requirement.value]
    note = ""
    if finding.missing is not None and finding.missing.value in say.words["missing"]:
        note = say("missing", finding.missing.value)
    elif (
        finding.note is not None
        and finding.status is not Status.ASK_OFFICE
        and finding.note.value in say.words["notes"]
    ):
        note = say("notes", finding.note.value)
    text = say.text(words.get(finding.status.value, words["not_met"]))
    return {
        "id": finding.requirement.value,
        "text": text[:1].upper() + text[1:],
        "note": note,
        "clause": clauses.name(finding.clause, say.lang) if finding.clause else "",
    }


def _what_if(found: WhatIf, decision: Decision, say: Say) -> dict[str, Any] | None:
    if decision.verdict is Verdict.ELIGIBLE:
        return None
    options = [_option(option, say) for option in found.options]
    assumed = bool(found.assumed) and bool(options)
    if not options and decision.verdict is Verdict.CONDITIONAL:
        options = [(say("result", "confirm_open"), "")]
    if not options:
        return None
    title = "what_if" if found.reaches is Verdict.ELIGIBLE else "what_if_office"
    lines = [text for text, _ in options]
    notes = [*dict.fromkeys(maybe for _, maybe in options if maybe), *([say("result", "assumed")] if assumed else [])]
    return {"title": say("result", title), "options": lines, "notes": notes}


def _option(option: Option, say: Say) -> tuple[str, str]:
    """What to do and by when; and from when it may already be enough, where a date is not known exactly."""
    parts, maybe = [], ""
    if option.file_from > say.day:
        way = "from_date" if RequirementId.BOTH_ADULTS in option.cured_by_time else "wait_until"
        parts.append(say("result", way, date=say.date(option.file_from)))
        if option.possibly_from < option.file_from:
            dates = {"date": say.date(option.possibly_from), "sure": say.date(option.file_from)}
            maybe = say("result", "possibly_from", **dates)
    for change in option.changes:
        key, values = change.kind.value, {}
        if change.kind is ChangeKind.CONFIRM:
            values["what"] = say.talk("requirements", change.requirement.value, "unknown")
        elif change.kind is ChangeKind.MOVE_IN and option.move_in_by:
            key, values = "move_in_by", {"date": say.date(option.move_in_by)}
        parts.append(say.talk("what_if", "changes", key, **values))
    text = say("result", "joint").join(parts)
    return text[:1].upper() + text[1:], maybe


def _next_step(decision: Decision, blocked: bool, say: Say) -> str:
    if blocked:
        return ""
    if decision.verdict is Verdict.ELIGIBLE:
        return say.talk("verdicts", "next_eligible").strip()
    names = {
        Verdict.CONDITIONAL: "next_conditional",
        Verdict.ASK_OFFICE: "next_office",
        Verdict.INELIGIBLE: "next_change",
    }
    return say("result", names[decision.verdict])


def _dated(citation: Citation, say: Say) -> str:
    return say("result", "as_of", date=say.date(citation.as_of)) if citation.as_of else say.phrase("undated")
