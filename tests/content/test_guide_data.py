"""Open data: every table keeps to its schema, JSON and CSV agree, and a spreadsheet runs nothing of it."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator, FormatChecker

from bot.guide import open_data
from bot.guide.history import text_hash
from bot.knowledge.loader import Knowledge
from bot.knowledge.model import LANGUAGES

TABLES = ("answers", "facts", "sources", "municipalities", "services")


def table(guide: Path, name: str) -> Any:
    return json.loads((guide / f"data/{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", TABLES)
def test_a_table_keeps_to_its_schema_and_a_faulty_one_does_not(guide: Path, name: str) -> None:
    schema = table(guide, f"{name}.schema")
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema, format_checker=FormatChecker())
    document = table(guide, name)
    assert list(validator.iter_errors(document)) == []
    broken = {**document, name: [{**document[name][0], "extra": 1}, *document[name][1:]]}
    assert len(list(validator.iter_errors(broken))) == 1
    missing = {
        **document,
        name: [{k: v for k, v in document[name][0].items() if k != "sources"} if name != "sources" else {}],
    }
    assert list(validator.iter_errors(missing))


def test_all_that_is_known_is_there(guide: Path, knowledge: Knowledge) -> None:
    counts = {name: len(table(guide, name)[name]) for name in TABLES}
    assert counts == {
        "answers": len(knowledge.entries),
        "facts": len(knowledge.facts),
        "sources": len(knowledge.sources),
        "municipalities": 62,
        "services": len(knowledge.services),
    }
    assert {table(guide, name)["version"] for name in TABLES} == {knowledge.version}
    known = {m["code"]: m for m in table(guide, "municipalities")["municipalities"]}
    for place in knowledge.municipalities.values():
        expected = {True: "yes", False: "no"}.get(place.accepts_tokyo_certificate, "unknown")  # type: ignore[arg-type]
        assert known[place.code]["accepts_tokyo_certificate"] == expected


@pytest.mark.parametrize("name", TABLES)
def test_the_csv_says_what_the_json_says(guide: Path, name: str) -> None:
    body = (guide / f"data/{name}.csv").read_bytes()
    assert body.startswith(b"\xef\xbb\xbf")  # or spreadsheets misread the Japanese
    rows = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
    originals = table(guide, name)[name]
    assert len(rows) == len(originals) * (len(LANGUAGES) if name == "answers" else 1)
    key = "code" if name == "municipalities" else "id"
    assert {row[key] for row in rows} == {row[key] for row in originals}


def test_the_hash_of_an_answer_can_be_made_again_from_its_words(guide: Path) -> None:
    for row in table(guide, "answers")["answers"]:
        for parts in row["text"].values():
            assert parts["hash"] == text_hash("\n".join(parts[n] for n in ("short", "body", "next")))


def test_a_spreadsheet_is_given_no_formula() -> None:
    body = open_data.as_csv([{"a": "=1+1", "b": "@x", "c": "-2", "d": "ふつう", "e": True, "f": ["x", "y"], "g": None}])
    assert body.decode("utf-8-sig").splitlines()[1] == "'=1+1,'@x,'-2,ふつう,true,x y,"


def test_the_package_names_every_file_and_its_licence(guide: Path) -> None:
    package = table(guide, "datapackage")
    assert package["licenses"][0]["name"] == "CC-BY-4.0"
    named = {r["path"] for r in package["resources"]} | {r["jsonSchema"] for r in package["resources"]}
    extra = {"datapackage.json", "history.json", "LICENSE.txt"}
    assert {p.name for p in (guide / "data").iterdir()} == named | extra
    assert "CC BY 4.0" in (guide / "data/LICENSE.txt").read_text(encoding="utf-8")
