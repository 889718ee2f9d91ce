"""`python -m bot evaluate`: held-out messages, entities and conversations through the pipeline that serves people.

Writes `var/evaluation/` (report.json, report.md, confusions.png). The sets in `tests/nlu` were written apart from the training
lines, by someone who saw only the facts.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from bot import clock
from bot.knowledge.loader import ROOT, Knowledge, load, read_yaml
from bot.nlu.normalise import for_features

TODAY = date(2026, 11, 22)
SETS = ROOT / "tests" / "nlu"
# The first was looked at while tuning; each later one was unseen at its first run (figures in docs/decisions/0005).
SET_FOLDERS = (SETS, SETS / "fresh", SETS / "blind", *(SETS / f"blind{n}" for n in range(2, 23)))
_FALLBACKS = ("fallback", "offer")


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def facts_told(knowledge: Knowledge, messages: Iterable[dict[str, Any]]) -> set[str]:
    """Facts the answers of a turn put into words."""
    told: set[str] = set()
    for message in messages:
        answer_id = message["answer"].get("id") or ""
        if answer_id in knowledge.entries:
            told.update(knowledge.entries[answer_id].facts)
        elif answer_id.startswith("place_"):
            place = next(m for m in knowledge.municipalities.values() if m.code == answer_id.removeprefix("place_"))
            told.update(place.facts)
            told.update(("cov-municipal-mutual", "cov-no-own-scheme"))
        elif answer_id.startswith("prefecture_"):
            told.update(
                (
                    "cov-other-prefectures",
                    "lim-outside-tokyo",
                    "cov-national-network",
                    "cov-ibaraki-services",
                    "cov-gunma",
                )
            )
        elif answer_id.startswith("provider_"):
            told.update(
                (
                    "cov-private-overview",
                    "cov-private-not-guaranteed",
                    "cov-mobile",
                    "cov-mortgage",
                    "cov-miles",
                    "cov-life-insurance",
                )
            )
        elif answer_id == "eligibility_verdict":
            told.update(_VERDICT_FACTS)
        elif message["answer"].get("topic") == "start_application":
            told.update(("app-where", "app-24h", "app-how"))
        elif message["answer"].get("topic") == "status_check":
            told.update(("app-status", "app-contact"))
    return told


_VERDICT_FACTS = (
    "elig-summary", "elig-age", "elig-age-one-minor", "elig-not-married", "elig-divorced", "elig-other-partner", "elig-relatives", "elig-in-law",
    "elig-live-in-tokyo", "elig-work-study", "elig-no-link", "elig-move-in", "elig-one-sexual-minority", "elig-no-minority", "elig-de-facto", "elig-two-people",
    "elig-adoption-exception", "elig-nationality", "elig-married-abroad",
)  # fmt: skip


def judge(knowledge: Knowledge, expected: dict[str, Any], messages: list[dict[str, Any]]) -> list[str]:
    """Names what a turn got wrong: kind, topic, facts, verdict, says, not_says, lang."""
    first = messages[0]["answer"] if messages else {}
    text = " ".join(m["text"] for m in messages)
    squeezed = for_features(text).replace(" ", "")
    wrong = []
    if expected.get("kind") and first.get("kind") not in _list(expected["kind"]):
        kinds = {m["answer"].get("kind") for m in messages}
        verdicts = {"eligible", "ineligible", "conditional"}
        if not ("answer" in _list(expected["kind"]) and first.get("kind") in verdicts) and not (
            "ask" in _list(expected["kind"]) and "ask" in kinds
        ):
            wrong.append("kind")
    if expected.get("topic") and not {m["answer"].get("topic") for m in messages} & set(_list(expected["topic"])):
        wrong.append("topic")
    if expected.get("facts") and not facts_told(knowledge, messages) & set(expected["facts"]):
        wrong.append("facts")
    if expected.get("verdict") and first.get("verdict") not in _list(expected["verdict"]):
        wrong.append("verdict")
    for group in [*(expected.get("says") or ()), *(expected.get("must") or ())]:
        if not any(for_features(s).replace(" ", "") in squeezed for s in group):
            wrong.append("says")
    for banned in expected.get("not_says") or ():
        if banned in text:
            wrong.append("not_says")
    if expected.get("lang") and first.get("lang") not in _list(expected["lang"]):
        wrong.append("lang")
    return wrong


class Report:
    """Counts of right and wrong by name, kept in order."""

    def __init__(self) -> None:
        """Starts empty."""
        self.counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        self.faults: list[dict[str, Any]] = []
        self.confusions: Counter[tuple[str, str]] = Counter()

    def add(self, name: str, right: bool) -> None:
        """Counts one case under a name."""
        self.counts[name][0] += right
        self.counts[name][1] += 1

    def share(self, name: str) -> float:
        """Share right under a name."""
        right, total = self.counts[name]
        return right / total if total else float("nan")


async def messages_report(conversations: Any, knowledge: Knowledge, report: Report, sets: Path = SETS) -> None:
    """Runs the single messages."""
    kinds_out, outs = [], []
    for lang in ("ja", "en"):
        for n, case in enumerate(read_yaml(sets / f"heldout.{lang}.yml")):
            turn = await conversations.say(f"{sets.name}-{lang}-{n}", case["text"])
            first = turn.messages[0]["answer"]
            wrong = judge(knowledge, {k: case.get(k) for k in ("facts", "must")}, turn.messages)
            topics = _list(case["topic"])
            if case.get("facts"):
                report.add("facts", "facts" not in wrong)
                report.add(f"facts {lang}", "facts" not in wrong)
                report.add(f"facts register {case.get('register', 'plain')}", "facts" not in wrong)
            if case.get("must"):
                report.add("must", "says" not in wrong)
            report.add("topic", first.get("topic") in topics)
            report.add(f"topic {lang}", first.get("topic") in topics)
            report.add(f"topic of {topics[0]}", first.get("topic") in topics)
            if first.get("topic") not in topics:
                report.confusions[(topics[0], first.get("topic") or "-")] += 1
            verdict = first.get("verdict")
            if case.get("verdict"):
                golds = _list(case["verdict"])
                report.add("verdict", verdict in golds)
                report.add("never yes for a no", not ("ineligible" in golds and verdict == "eligible"))
                report.add("never no for a yes", not ("eligible" in golds and verdict == "ineligible"))
                if verdict not in golds:
                    wrong.append("verdict")
            out = topics == ["out_of_scope"] or topics[0] == "out_of_scope"
            fell = first.get("kind") in _FALLBACKS or first.get("topic") == "out_of_scope"
            if out:
                report.add("out of scope found", fell)
            if fell:
                outs.append(out)
            if topics[0] in ("crisis", "smalltalk", "support"):
                report.add("no cold fallback", first.get("kind") != "fallback")
            confident = turn.confidence >= 0.6 and case.get("facts") and first.get("kind") == "answer"
            report.add("not wrong and confident", not (confident and "facts" in wrong))
            kinds_out.append(first.get("kind"))
            if wrong or first.get("topic") not in topics:
                report.faults.append(
                    {"text": case["text"], "gold": [topics, case.get("facts"), case.get("verdict"), case.get("must")], "got": [first.get("kind"), first.get("topic"), first.get("id"), verdict], "wrong": wrong, "intent": turn.intent, "p": turn.confidence}
                )  # fmt: skip
    report.add("fallbacks that were right", True)
    report.counts["fallbacks that were right"] = [sum(outs), len(outs)]


def entities_report(knowledge: Knowledge, report: Report, sets: Path = SETS) -> None:
    """Scores exact spans and values of the entity lines, F1 over the listed types."""
    from bot.nlu.entities import EntityFinder

    finder = EntityFinder(knowledge)
    hits: Counter[str] = Counter()
    found_count: Counter[str] = Counter()
    gold_count: Counter[str] = Counter()
    for case in read_yaml(sets / "entities.yml"):
        text = case["text"]
        gold = set()
        for e in case.get("entities") or ():
            start = e.get("start", text.find(e["text"]))
            gold.add((e["type"], start, start + len(e["text"]), str(e["value"])))
        found = {(e.type, e.start, e.end, str(e.value)) for e in finder.find(text, TODAY).entities}
        for item in gold:
            gold_count[item[0]] += 1
        for item in found:
            found_count[item[0]] += 1
            hits[item[0]] += item in gold
        report.add("entity lines all right", gold == found)
        if gold != found:
            report.faults.append(
                {
                    "text": text,
                    "missed": sorted((g[0], text[g[1] : g[2]], g[3]) for g in gold - found),
                    "extra": sorted((f[0], text[f[1] : f[2]], f[3]) for f in found - gold),
                }
            )
    for kind in sorted(gold_count | found_count):
        report.counts[f"entity F1 {kind}"] = [2 * hits[kind], found_count[kind] + gold_count[kind]]
    report.counts["entity F1"] = [2 * sum(hits.values()), sum(found_count.values()) + sum(gold_count.values())]


async def conversations_report(conversations: Any, knowledge: Knowledge, report: Report, sets: Path = SETS) -> None:
    """Runs the conversations."""
    for case in read_yaml(sets / "conversations.yml"):
        passed = True
        for turn_no, turn in enumerate(case["turns"]):
            result = await conversations.say(f"{sets.name}-{case['id']}", turn["user"])
            wrong = judge(knowledge, turn.get("expect") or {}, result.messages)
            report.add("conversation turns", not wrong)
            passed &= not wrong
            if wrong:
                report.faults.append({"conversation": case["id"], "turn": turn_no, "text": turn["user"], "expect": turn.get("expect"), "wrong": wrong, "got": [(m["answer"].get("kind"), m["answer"].get("topic"), m["answer"].get("id"), m["answer"].get("verdict")) for m in result.messages], "intent": result.intent, "p": result.confidence})  # fmt: skip
        report.add("conversations whole", passed)


def draw(report: Report, path: Path) -> None:
    """Draws topic accuracy and the largest confusions."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    topics = sorted(
        (name.removeprefix("topic of "), *c) for name, c in report.counts.items() if name.startswith("topic of ")
    )
    figure, (left, right) = plt.subplots(1, 2, figsize=(13, 0.36 * len(topics) + 1.6))
    left.barh([f"{t} ({n})" for t, _, n in topics], [r / n for _, r, n in topics], color="#0017c1")
    left.set_xlim(0, 1)
    left.set_title("topic right, held-out messages")
    left.invert_yaxis()
    worst = report.confusions.most_common(14)
    right.barh([f"{gold} → {got}" for (gold, got), _ in worst], [n for _, n in worst], color="#c16800")
    right.set_title("confusions (messages)")
    right.invert_yaxis()
    figure.tight_layout()
    figure.savefig(path, dpi=110)


def run() -> int:
    """Runs every set and prints the tables; exit status 0 always, the floors are in the tests."""
    from bot.conversation import Conversations

    clock.fix_today(TODAY)
    knowledge, conversations = load(), Conversations()
    directory = ROOT / "var" / "evaluation"
    directory.mkdir(parents=True, exist_ok=True)
    for sets in SET_FOLDERS:
        report = Report()
        if (sets / "entities.yml").exists():
            entities_report(knowledge, report, sets)
        asyncio.run(_speak(conversations, knowledge, report, sets))
        table = {
            name: {"right": c[0], "of": c[1], "share": round(c[0] / c[1], 4) if c[1] else None}
            for name, c in report.counts.items()
        }
        out = {"figures": table, "faults": report.faults}
        (directory / f"{sets.name}.json").write_text(json.dumps(out, ensure_ascii=False, indent=1), encoding="utf-8")
        draw(report, directory / f"{sets.name}.png")
        print(f"== tests/{sets.relative_to(ROOT / 'tests').as_posix()}")
        for name, c in sorted(report.counts.items()):
            print(f"{name:34} {c[0] / max(c[1], 1):6.1%}  {c[0]}/{c[1]}")
    clock.fix_today(None)
    from bot.benchmarks_public import report_public

    report_public(sys.stdout)
    return 0


async def _speak(conversations: Any, knowledge: Knowledge, report: Report, sets: Path) -> None:
    await messages_report(conversations, knowledge, report, sets)
    await conversations_report(conversations, knowledge, report, sets)
