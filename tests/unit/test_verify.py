"""`python -m bot verify`: what is proven, and what is not although it looks alike."""

from __future__ import annotations

import argparse
import json
import os
import re
import shlex
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bot.guide import cli, open_data
from bot.guide.addresses import code
from bot.guide.cli_arguments import add_commands
from bot.guide.contents import Contents
from bot.guide.history import advance
from bot.guide.verify import Outcome, read_open_data, verify
from bot.knowledge.loader import ROOT, Knowledge
from bot.knowledge.model import LANGUAGES
from bot.knowledge.wording import answer_for
from bot.rendering.plain import plain_text

DAY = date(2026, 11, 22)


def outcome(knowledge: Any, answer_id: str, text: str | None) -> Outcome:
    return verify(knowledge, answer_id, text, DAY).outcome


def answer(knowledge: Knowledge, answer_id: str, lang: str = "ja") -> Any:
    return answer_for(knowledge, knowledge.entries[answer_id], lang, DAY)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_answer_proves_itself_whole_and_in_part(knowledge: Knowledge, lang: str) -> None:
    for entry in knowledge.entries.values():
        said = answer(knowledge, entry.id, lang)
        assert outcome(knowledge, entry.id, plain_text(said)) is Outcome.WHOLE, entry.id
        assert outcome(knowledge, entry.id, said.short).proven, entry.id
        assert outcome(knowledge, entry.id, plain_text(said, sources=True)).proven, entry.id


def test_shape_does_not_count(knowledge: Knowledge) -> None:
    short = answer(knowledge, "eligibility_summary").short
    for shape in (short.replace("、", "、\n"), f"「{short}」", f"  {short}  ", short.replace("1", "１")):
        assert outcome(knowledge, "eligibility_summary", shape).proven


def test_every_word_counts(knowledge: Knowledge) -> None:
    short = answer(knowledge, "limits_no_legal_effect").short
    assert outcome(knowledge, "limits_no_legal_effect", short).proven
    for other in (short.replace("ません", "ます"), short[:-6], "はい。" + short, short + "申請は不要です。"):
        proof = verify(knowledge, "limits_no_legal_effect", other, DAY)
        assert proof.outcome is Outcome.ALTERED and proof.rest, other


def test_a_text_that_says_nothing_proves_nothing(knowledge: Knowledge) -> None:
    assert not outcome(knowledge, "application_fee", "").proven
    assert not outcome(knowledge, "application_fee", "「。」").proven


def test_a_text_of_another_answer_is_not_this_one(knowledge: Knowledge) -> None:
    fee = answer(knowledge, "application_fee").short
    assert outcome(knowledge, "application_time", fee) is Outcome.ALTERED


def test_places_companies_and_prefectures_are_proven_as_chat_says_them(knowledge: Knowledge) -> None:
    from bot.dialogue.lookups import place_answer, prefecture_answer, provider_answer

    said = (
        place_answer(knowledge, "目黒区", "ja", DAY),
        prefecture_answer(knowledge, "茨城", "en", DAY),
        provider_answer(knowledge, ["priv-docomo", "priv-kddi"], "ja-easy", DAY),
    )
    for one in said:
        assert outcome(knowledge, one.id, plain_text(one)) is Outcome.WHOLE, one.id
        assert outcome(knowledge, one.id, one.short + "きっと使えます。") is Outcome.ALTERED


def test_the_address_of_a_page_will_do_for_an_id(knowledge: Knowledge) -> None:
    assert outcome(knowledge, code("application_fee"), None) is Outcome.PUBLISHED
    assert outcome(knowledge, "no_such_answer", None) is Outcome.UNKNOWN


def test_a_draft_is_not_published_whatever_is_quoted(knowledge: Knowledge) -> None:
    entry = replace(knowledge.entries["application_fee"], status="draft")
    drafted = replace(knowledge, entries={**knowledge.entries, entry.id: entry})
    assert outcome(drafted, entry.id, answer(knowledge, entry.id).short) is Outcome.NOT_PUBLISHED


def test_an_earlier_version_is_recognised_as_one(knowledge: Knowledge) -> None:
    first = advance((), knowledge, DAY)
    old = knowledge.entries["application_fee"]
    new = replace(old, short={**old.short, "ja": "いまは別の文です。"}, version="0" * 12)
    changed = replace(knowledge, entries={**knowledge.entries, old.id: new})
    second = advance(first, changed, date(2026, 12, 1))
    assert [(c.id, c.what, c.on) for c in second if c not in first] == [("application_fee", "changed", "2026-12-01")]
    proof = verify(changed, old.id, plain_text(answer(knowledge, old.id)), date(2026, 12, 1), second)
    assert proof.outcome is Outcome.EARLIER and not proof.outcome.proven
    assert proof.earlier is not None and proof.earlier.version == old.version


def test_anyone_can_prove_an_answer_with_the_open_data_alone(knowledge: Knowledge, tmp_path: Path) -> None:
    files = open_data.files(Contents(knowledge, DAY, "https://tomoni.example/guide/"), advance((), knowledge, DAY))
    path = tmp_path / "answers.json"
    path.write_bytes(files["answers.json"])
    base = read_open_data(path)
    short = answer(knowledge, "application_fee", "en").short
    assert verify(base, "application_fee", short, DAY).outcome is Outcome.QUOTED
    assert verify(base, "application_fee", short.replace("free", "dear"), DAY).outcome is Outcome.ALTERED
    path.write_text(json.dumps([1]))
    with pytest.raises(ValueError):
        read_open_data(path)


def test_where_a_text_differs_is_shown_as_it_was_written(knowledge: Knowledge) -> None:
    short = answer(knowledge, "application_fee", "en").short
    first = short.split(". ")[0]
    proof = verify(knowledge, "application_fee", f"{first}. You pay\n nothing  else.", DAY)
    assert proof.rest.removeprefix(". ") == "You pay nothing else."
    assert [a.lang for a in proof.answers] == ["en"]
    other = verify(knowledge, "application_fee", "It costs 500 yen.", DAY)
    assert (other.rest, [a.lang for a in other.answers]) == ("It costs 500 yen.", ["en"])


def test_the_manual_shows_what_the_command_prints(capsys: Any, monkeypatch: Any) -> None:
    manual = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
    shown = manual.partition("```console\n")[2].partition("```")[0]
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    told = ""
    for line in shown.splitlines():
        if line.startswith("$ "):
            told += f"{line}\n"
            _main(shlex.split(line.removeprefix("$ .venv/bin/python -m bot ")))
            told += capsys.readouterr().out
    assert told.count("$ ") == 3 and _dated(told) == _dated(shown)


@pytest.mark.parametrize("buffered", [True, False])
def test_a_reader_who_has_enough_hears_no_complaint(buffered: bool) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    command = [
        sys.executable,
        *([] if buffered else ["-u"]),
        "-m",
        "bot",
        "verify",
        "application_fee",
        "It costs 500 yen.",
    ]
    try:
        done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, cwd=ROOT, timeout=60)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (cli.READER_GONE, b"")


def _main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers(dest="command"))
    return cli.run(parser.parse_args(arguments))


def _dated(text: str) -> str:
    """Without the marks that follow from an answer's wording and its last check, which the manual need not follow."""
    return re.sub(r"\b[0-9a-f]{12,16}\b|\d{4}-\d\d-\d\d", "…", text)
