"""Says a verdict of the rules, and asks the rules' questions, in words of `eligibility_talk.yml`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.dialogue import situation as reading
from bot.dialogue.clauses import in_words
from bot.knowledge.loader import Knowledge
from bot.knowledge.model import Answer, Citation
from bot.knowledge.wording import answer_for, fill, spoken_date
from bot.rendering.checklist import paper_list
from bot.rules.changes import ChangeKind
from bot.rules.checklist import Circumstance, checklist, circumstances
from bot.rules.conditions import Status
from bot.rules.eligibility import Decision, Verdict, decide
from bot.rules.regulation import RequirementId
from bot.rules.what_if import Option, what_if

# The verdict has said yes or no; an entry's own はい or No would read as a second one.
POLAR = re.compile(r"^(?:はい|いいえ|Yes|No)[、。,.]\s*", re.IGNORECASE)
_TITLES = {
    "eligible": "documents_overview",
    "conditional": "eligibility_summary",
    "ineligible": "alternatives_overview",
    "ask_office": "support_office",
}


def decision_for(facts: Mapping[str, Any], day: date, *, direct: bool) -> Decision:
    """The decision on stated facts; a direct question takes what was not touched for granted, and says so.

    What was touched and left open (two people living outside, a move without a date, a different-sex couple) is never
    taken for granted: unknown must not become yes.
    """
    couple = reading.situation(facts, day)
    assuming = assumable(facts) if direct else {RequirementId.OATH, RequirementId.TWO_PEOPLE}
    return decide(couple, day, assuming=assuming)


def assumable(facts: Mapping[str, Any]) -> set[RequirementId]:
    """The requirements a direct question leaves untouched."""
    assuming = set(RequirementId)
    if facts.get("outside_named") and not facts.get("one_outside"):
        assuming.discard(RequirementId.TOKYO_LINK)
    assuming -= {RequirementId(name) for name in facts.get("open", ())}
    if facts.get("outside") or facts.get("open_link") or facts.get("move_in") or facts.get("links") == "open":
        assuming.discard(RequirementId.TOKYO_LINK)
    if facts.get("open_minority"):
        assuming.discard(RequirementId.SEXUAL_MINORITY)
    if "any_other_partnership" in facts.get("declined", ()):
        assuming.discard(RequirementId.NO_OTHER_PARTNER)
    return assuming


def question(knowledge: Knowledge, spec: Mapping[str, Any], lang: str, day: date) -> Answer:
    """One question of the check, with why it is asked when wanted."""
    talk = knowledge.talk
    words = talk["questions"][spec["fact"]]

    def say(text: Mapping[str, str]) -> str:
        return fill(text[lang], knowledge, lang, day)

    lead = [say(talk["talk"][name]) for name in spec.get("leads", ())]
    if spec.get("why"):
        lead.append(say(words["why"]))
    buttons = tuple(
        (say(knowledge.phrases[b]), say(knowledge.phrases[b if b != "rather_not" else "rather_not_say"]))
        for b in words["buttons"]
    )
    return Answer(
        id=f"question_{spec['fact']}",
        topic="eligibility",
        kind="ask",
        lang=lang,
        title="",
        short="\n".join([*lead, say(words["ask"])]),
        buttons=buttons,
        version=knowledge.version,
    )


def verdict(knowledge: Knowledge, spec: Mapping[str, Any], lang: str, day: date) -> Answer:
    """A verdict with its reasons, clauses, what was assumed and what would change it."""
    facts, direct = spec["facts"], spec.get("mode") == "direct"
    decision = decision_for(facts, day, direct=direct)
    talk = knowledge.talk

    def say(text: Mapping[str, str], **values: str) -> str:
        return fill(text[lang], knowledge, lang, day, **values)

    name = _name(decision, facts)
    refused = {f.requirement for f in decision.with_status(Status.NOT_MET)}
    head = "eligible_assuming" if name == "eligible" and direct else "never" if refused & _PERMANENT else name
    if decision.verdict is Verdict.INELIGIBLE and name == "conditional":
        head = "not_yet"
    lines = [say(talk["talk"][lead]) for lead in spec.get("leads", ())] + [say(talk["verdicts"][head])]
    reasons, citations = [], []
    touched = _touched(facts)
    for finding in decision.findings:
        words = talk["requirements"][finding.requirement.value]
        sources = [Citation(s.title, s.url, s.as_of) for i in finding.rule.sources if (s := knowledge.sources.get(i))]
        clause = in_words(finding.clause, lang) if finding.clause else ""
        if finding.requirement is RequirementId.TOKYO_LINK and name == "ask_office" and facts.get("remote"):
            reasons.append("・" + say(words["remote"]) + clause)
            citations += sources
        elif finding.status in (Status.NOT_MET, Status.ASK_OFFICE):
            reasons.append("・" + say(words.get(finding.status.value, words["not_met"])) + clause)
            citations += sources
        elif finding.status is Status.UNKNOWN and finding.requirement not in decision.assumed and name == "conditional":
            reasons.append("・" + say(words["unknown"]) + clause)
            citations += sources
        elif finding.status is Status.MET and finding.requirement in touched and name == "eligible":
            reasons.append("・" + say(words["met"]) + clause)
            citations += sources
    options = [] if decision.verdict is Verdict.ELIGIBLE else _options(knowledge, decision, facts, direct, lang, day)
    entry_id = spec.get("entry")
    entry_text = ""
    entry_kind = None
    if entry_id:
        entry = answer_for(knowledge, knowledge.entries[entry_id], lang, day)
        entry_text = POLAR.sub("", f"{entry.short}\n{entry.body}".strip())
        entry_kind = entry
        citations = [*entry.citations, *citations]
    explained = [entry_text] if entry_text else []
    first = entry_id == "eligibility_different_sex" and name == "conditional"
    body = "\n".join([*explained, *reasons, *options] if first else [*reasons, *options, *explained])
    closing = say(talk["verdicts"]["final"])
    if name == "eligible" and direct:
        closing = f"{closing}{say(talk['verdicts']['one_by_one'])}"
    next_ids = [_TITLES[name], "application_how" if name == "eligible" else "eligibility_summary"]
    related = tuple((i, fill(knowledge.entries[i].title[lang], knowledge, lang, day)) for i in dict.fromkeys(next_ids))
    if name == "eligible" and not direct:
        closing = f"{closing}{say(talk['verdicts']['next_eligible'])}"
    if name == "ineligible" and refused & _PERMANENT:
        closing = f"{say(talk['what_if']['blocked'])}{closing}"
    if not citations:
        citations = list(knowledge.citations_of(("elig-summary",)))
    return Answer(
        id=entry_id or "eligibility_verdict",
        topic="eligibility",
        kind=name if name in ("eligible", "ineligible", "conditional") else "conditional",
        lang=lang,
        title="",
        short="\n".join(lines),
        body=body,
        next=closing,
        citations=tuple({c.url: c for c in citations}.values()),
        related=related,
        version=entry_kind.version if entry_kind else knowledge.version,
        confidence="high",
        verdict=name,
        buttons=(_begin(knowledge, lang, day),) if name == "eligible" else (),
    )


def _begin(knowledge: Knowledge, lang: str, day: date) -> tuple[str, str]:
    """The way on for whoever may apply: to the preparation, which asks for no names."""
    words = knowledge.application_talk["buttons"]["start"]
    title, say = (fill(words[part][lang], knowledge, lang, day) for part in ("title", "say"))
    return title, say


def papers(knowledge: Knowledge, spec: Mapping[str, Any], lang: str, day: date) -> Answer:
    """The checklist for the circumstances that were said; it names papers, never people."""
    talk = knowledge.talk["checklist"]
    found = circumstances(reading.situation(spec["facts"], day))
    if spec["facts"].get("nationality"):
        found |= {Circumstance.FOREIGN_NATIONAL}
    listed = paper_list(knowledge, checklist(found, day), lang, day)

    def say(key: str, **values: str) -> str:
        return fill(talk[key][lang], knowledge, lang, day, **values)

    lines = []
    for run in listed.runs:
        if len(run) > 1:
            lines.append(say("any_one", documents=("、" if lang != "en" else ", ").join(p.document for p in run)))
        else:
            lines += [say("line", document=paper.document, issued_by=paper.issued_by) for paper in run]
    citations = {c.url: c for paper in listed.lines for c in paper.citations}
    return Answer(
        id="papers",
        topic="documents",
        kind="answer",
        lang=lang,
        title="",
        short=say("title"),
        body="\n".join(lines),
        next=say("open"),
        citations=tuple(citations.values()),
        related=tuple(
            (i, fill(knowledge.entries[i].title[lang], knowledge, lang, day))
            for i in ("documents_overview", "application_how")
        ),
        version=knowledge.version,
    )


_PERMANENT = {RequirementId.NOT_CLOSE_RELATIVES, RequirementId.SEXUAL_MINORITY, RequirementId.TWO_PEOPLE}


def _name(decision: Decision, facts: Mapping[str, Any]) -> str:
    """The verdict as it is spoken: a move already planned for later is "not yet", and remote work is for the office to judge."""
    unknown = [f.requirement for f in decision.with_status(Status.UNKNOWN) if f.requirement not in decision.assumed]
    if decision.verdict is Verdict.CONDITIONAL and facts.get("remote") and unknown == [RequirementId.TOKYO_LINK]:
        return Verdict.ASK_OFFICE.value
    refused = [f.requirement for f in decision.with_status(Status.NOT_MET)]
    if refused == [RequirementId.BOTH_ADULTS] and facts.get("asks") == "when":
        return "conditional"
    if (
        refused == [RequirementId.TOKYO_LINK]
        and isinstance(facts.get("move_in"), list | tuple)
        and facts.get("asks") != "now"
    ):
        return Verdict.CONDITIONAL.value
    return decision.verdict.value


_KEYS = {
    RequirementId.SEXUAL_MINORITY: ("has_sexual_minority",),
    RequirementId.BOTH_ADULTS: ("ages", "both_adults"),
    RequirementId.NOT_MARRIED: ("any_marriage",),
    RequirementId.NO_OTHER_PARTNER: ("any_other_partnership",),
    RequirementId.NOT_CLOSE_RELATIVES: ("relation",),
    RequirementId.TOKYO_LINK: ("links", "move_in", "outside"),
}


def _touched(facts: Mapping[str, Any]) -> set[RequirementId]:
    touched = {r for r, keys in _KEYS.items() if any(facts.get(k) for k in keys)}
    if facts.get("has_sexual_minority") == "prefer_not_to_say":
        touched.discard(RequirementId.SEXUAL_MINORITY)
    return touched


def _options(
    knowledge: Knowledge, decision: Decision, facts: Mapping[str, Any], direct: bool, lang: str, day: date
) -> list[str]:
    """The smallest changes that would make it possible, as the rules found them."""
    talk = knowledge.talk["what_if"]
    assuming = set(RequirementId) if decision.verdict is Verdict.INELIGIBLE else assumable(facts)
    found = what_if(reading.situation(facts, day), day, assuming=assuming)
    lines = []
    for option in found.options[:4]:
        line = _option(knowledge, option, lang, day)
        if line:
            lines.append(f"・{line}")
    if decision.verdict is Verdict.CONDITIONAL and len(lines) > 3:
        return []
    title = talk["title" if found.reaches is Verdict.ELIGIBLE else "title_ask"]
    return [fill(title[lang], knowledge, lang, day), *dict.fromkeys(lines)] if lines else []


def _option(knowledge: Knowledge, option: Option, lang: str, day: date) -> str:
    talk = knowledge.talk["what_if"]
    parts = []
    for change in option.changes:
        values = {}
        key = change.kind.value
        if change.kind is ChangeKind.CONFIRM:
            return ""  # what must be confirmed stands in the reasons already
        if change.kind is ChangeKind.MOVE_IN and option.move_in_by:
            key, values = "move_in_by", {"date": spoken_date(option.move_in_by.isoformat(), lang)}
        parts.append(fill(talk["changes"][key][lang], knowledge, lang, day, **values))
    if option.file_from > day:
        sure = "from_date" if option.possibly_from == option.file_from else "from_date_latest"
        when = fill(talk[sure][lang], knowledge, lang, day, date=spoken_date(option.file_from.isoformat(), lang))
        if RequirementId.BOTH_ADULTS in option.cured_by_time:
            when = f"{when}{'（' if lang != 'en' else ' ('}{fill(talk['changes']['come_of_age'][lang], knowledge, lang, day)}{'）' if lang != 'en' else ')'}"
        parts.insert(0, when)
    return ("、" if lang != "en" else ", ").join(parts)
