"""`python -m bot check` finds every kind of fault: each is put into a copy of the knowledge base and must be named."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sick import ADDED, SEEDS, Added, Seed, break_one

from bot.knowledge.checks import Fault, faults, report
from bot.knowledge.fault import messages
from bot.knowledge.loader import DIRECTORY, ROOT, Knowledge

Where = set[tuple[str, str, str]]


@pytest.fixture(scope="session")
def all_sick(tmp_path_factory: pytest.TempPathFactory) -> list[Fault]:
    """Faults of one copy that has every fault which does not keep it from being loaded."""
    directory = tmp_path_factory.mktemp("sick") / "knowledge"
    shutil.copytree(DIRECTORY, directory)
    for seed in (*SEEDS, *ADDED):
        break_one(directory, seed)
    return faults(directory, date(2026, 11, 22))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A healthy copy to break."""
    return Path(shutil.copytree(DIRECTORY, tmp_path / "knowledge"))


def places(found: list[Fault]) -> Where:
    return {(f.code, f.file, f.id) for f in found}


def test_the_knowledge_base_has_no_fault() -> None:
    assert faults() == []


@pytest.mark.parametrize("seed", SEEDS, ids=lambda s: f"{s.code}-{s.name}")
def test_a_fault_in_an_item_is_found(seed: Seed, all_sick: list[Fault]) -> None:
    # The words of a removed requirement are missed by the requirement, not by the file of words.
    file, id_ = ("requirements.yml", "req-03-oath") if seed.code == "requirement_absent" else (seed.file, seed.id)
    found = [f for f in all_sick if (f.code, f.file, f.id) == (seed.code, file, id_)]
    assert found
    assert seed.field in {f.field for f in found}


@pytest.mark.parametrize("seed", ADDED, ids=lambda s: s.code)
def test_what_no_question_leads_to_is_found(seed: Added, all_sick: list[Fault]) -> None:
    assert (seed.code, seed.file, seed.id) in places(all_sick)


def test_only_what_was_broken_is_named(all_sick: list[Fault]) -> None:
    broken = {(s.file, s.id) for s in (*SEEDS, *ADDED)}
    # Taking a figure's fact, a requirement's words or the facts of an answer away is felt in a second place too.
    felt = {("requirements.yml", "req-03-oath"), ("facts.yml", "scheme-names")}
    assert {(f.file, f.id) for f in all_sick} <= broken | felt


def test_a_removed_document_of_the_checklist_is_found(copy: Path) -> None:
    path = copy / "documents.yml"
    path.write_text(path.read_text().replace("- id: doc-single\n", "- id: doc-unmarried\n"))
    assert {
        ("document_absent", "documents.yml", "doc-single"),
        ("document_unreachable", "documents.yml", "doc-unmarried"),
    } <= places(faults(copy))


@pytest.mark.parametrize("key", ["nlu", "rules", "stories", "responses"])
def test_a_key_rasa_takes_for_training_data_is_found(key: str, copy: Path) -> None:
    with (copy / "gazetteer.yml").open("a") as file:
        file.write(f"\nextra:\n  {key}: [a]\n")
    found = faults(copy)
    assert places(found) == {("reserved", "gazetteer.yml", "")}
    assert f"{key}:" in found[0].message


def test_a_field_written_twice_is_found(copy: Path) -> None:
    with (copy / "phrases.yml").open("a") as file:
        file.write("\nmenu: {ja: はい, en: Yes, ja-easy: はい}\n")
    assert ("key_twice", "phrases.yml", "") in places(faults(copy))


def _edit(path: str, old: str, new: str) -> Callable[[Path], None]:
    def edit(directory: Path) -> None:
        text = (directory / path).read_text()
        assert old in text
        (directory / path).write_text(text.replace(old, new, 1))

    return edit


FEE = "answers/application.yml"

# These keep the files from being loaded, so each stands alone.
UNLOADABLE: list[tuple[str, str, str, Callable[[Path], None]]] = [
    ("unreadable", "answers/scheme.yml", "", lambda d: (d / "answers/scheme.yml").write_text("- id: [")),
    ("unreadable", "facts.yml", "", lambda d: (d / "facts.yml").unlink()),
    ("unreadable", "timeline.yml", "", lambda d: (d / "timeline.yml").write_text("date: 2022")),
    ("unreadable", "phrases.yml", "", lambda d: (d / "phrases.yml").write_text("- a")),
    ("missing_field", FEE, "application_fee", _edit(FEE, "- id: application_fee\n  topic: application\n", "- id: application_fee\n")),
    ("missing_field", "facts.yml", "scheme-what-is", _edit("facts.yml", "  says:", "  said:")),
    ("missing_field", "services.yml", "metro-toei-housing", _edit("services.yml", "  certificate_needed: true\n", "")),
    ("wrong_shape", FEE, "application_fee", _edit(FEE, "facts: [app-fee", "facts: app-fee #")),
    ("twice", FEE, "application_time", _edit(FEE, "- id: application_fee\n", "- id: application_time\n")),
    ("twice", "facts.yml", "scheme-names", _edit("facts.yml", "- id: scheme-purpose\n", "- id: scheme-names\n")),
    ("bad_date", FEE, "application_how", _edit(FEE, "checked_on: '2026-11-22'", "checked_on: 22.11.2026")),
    ("bad_date", FEE, "application_how", _edit(FEE, "review_by: '2027-05-22'", "review_by: '2027-02-30'")),
    ("bad_date", "services.yml", "metro-toei-housing", _edit("services.yml", "as_of: '2022-12-22'", "as_of: '2022-13'")),
    ("unknown_source", "facts.yml", "scheme-what-is", _edit("facts.yml", "- id: soumu-partnership01\n", "- id: soumu-nowhere\n")),
]  # fmt: skip


@pytest.mark.parametrize(("code", "file", "id_", "spoil"), UNLOADABLE, ids=[f"{u[0]}-{u[1]}" for u in UNLOADABLE])
def test_what_keeps_a_file_from_being_read_is_named(
    code: str, file: str, id_: str, spoil: Callable[[Path], None], copy: Path
) -> None:
    spoil(copy)
    out = io.StringIO()
    assert (code, file, id_) in places(faults(copy))
    assert report(out, copy) == 1
    assert file in out.getvalue()


def test_every_kind_of_fault_has_a_test_that_breaks_something() -> None:
    broken = {s.code for s in (*SEEDS, *ADDED)} | {u[0] for u in UNLOADABLE}
    assert set(messages()) == broken | {"reserved", "key_twice", "document_absent"}


def test_every_fault_is_told_in_both_languages_with_what_to_do(all_sick: list[Fault]) -> None:
    for fault in all_sick:
        for text in (fault.message, fault.what_to_do):
            japanese, english = text.splitlines()
            assert any("ぁ" <= c <= "ん" for c in japanese)
            assert english.endswith((".", "%", ")", '"')) or ":" in english
            assert "{lang}" not in text and "{name}" not in text


def test_a_knowledge_base_in_memory_is_checked_too(knowledge: Knowledge) -> None:
    entry = knowledge.entries["application_fee"]
    worse = replace(entry, title={**entry.title, "ja": "長" * 30})
    found = faults(replace(knowledge, entries={**knowledge.entries, entry.id: worse}))
    assert places(found) == {("too_long", "answers/application.yml", "application_fee")}
    assert faults(knowledge) == []


def test_the_report_says_where_and_what_to_do(copy: Path) -> None:
    break_one(copy, next(s for s in SEEDS if s.name == "office"))
    out = io.StringIO()
    assert report(out, copy) == 1
    for words in (
        "data/knowledge/answers/coverage.yml > coverage_toei > next",
        "03-5388-2337",
        "{office_phone}",
        "3 to mend",
    ):
        assert words in out.getvalue()


def test_the_report_of_a_healthy_base_counts_and_names_the_next_review(knowledge: Knowledge) -> None:
    out = io.StringIO()
    assert report(out, day=date(2026, 11, 22)) == 0
    first = min(e.review_by for e in knowledge.entries.values())
    for words in (
        f"{len(knowledge.entries)} answers",
        "202 of 202 facts told",
        "3 languages (ja, en, ja-easy)",
        f"next review by: {first}",
        "overdue: 0",
    ):
        assert words in out.getvalue()


def test_an_answer_not_yet_published_is_named(copy: Path) -> None:
    break_one(copy, Seed("", "answers/scheme.yml", "scheme_names", "status", lambda e: e.update(status="draft")))
    out = io.StringIO()
    assert report(out, copy) == 0
    assert "not yet published: scheme_names" in out.getvalue()


def test_answers_past_their_review_are_named_but_no_fault(knowledge: Knowledge) -> None:
    out = io.StringIO()
    assert report(out, day=date(2031, 1, 1)) == 0
    assert f"overdue: {len(knowledge.entries)}" in out.getvalue()
    assert "application_fee" in out.getvalue()


def test_the_check_runs_without_rasa_and_in_three_seconds() -> None:
    program = (
        "import sys, io\nfrom bot.knowledge.checks import report\nstatus = report(io.StringIO())\n"
        "loaded = {'rasa', 'tensorflow', 'sqlalchemy', 'sanic', 'spacy'} & set(sys.modules)\n"
        "sys.exit(f'loaded {loaded}' if loaded else status)"
    )
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert time.monotonic() - started < 3
