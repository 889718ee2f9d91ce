"""`python -m bot application …` and `python -m bot erase`, as staff type them."""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from bot.__main__ import main
from bot.applications.cli_words import _messages
from bot.applications.model import State
from bot.knowledge.loader import ROOT

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """`run("application", "list")` → exit status, standard output, standard error."""
    monkeypatch.setenv("TOMONI_DATABASE_URL", database)
    monkeypatch.setenv("TOMONI_VAR", str(tmp_path / "var"))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")

    def command(*arguments: str, typed: str = "") -> tuple[int, str, str]:
        monkeypatch.setattr("sys.stdin", io.StringIO(typed))
        status = main(list(arguments))
        shown = capsys.readouterr()
        return status, shown.out, shown.err

    return command


def new(run: Run, *more: str, typed: str = "") -> dict[str, Any]:
    status, out, _ = run("application", "new", "--json", *more, typed=typed)
    assert status == 0
    return json.loads(out)


def test_new_prints_receipt_and_pin_as_json(run: Run) -> None:
    shown = new(run)
    assert set(shown) == {"receipt", "pin"}
    assert re.fullmatch(r"TP(-[0-9A-Z]{4}){3}", shown["receipt"])
    assert re.fullmatch(r"\d{6}", shown["pin"])


def test_the_same_key_prints_the_same(run: Run) -> None:
    assert new(run, "--key", "k") == new(run, "--key", "k") != new(run)
    status, _, err = run("application", "new", "--key", "k", "--lang", "en")
    assert status == 1
    assert "other content" in err


def test_an_application_is_shown_moved_exported_and_erased(run: Run) -> None:
    wishes = ["--link", "work", "--child", "--planned", "2027-04", "--lang", "en", "--email", "-"]
    receipt = new(run, *wishes, typed="couple@example.org\n")["receipt"]
    status, out, _ = run("application", "list", "--json", "--state", "preparing")
    (listed,) = json.loads(out)
    assert listed["state"] == "preparing"
    assert "couple" not in out
    assert (
        run("application", "advance", receipt.lower(), "submitted", "--who", "staff:sato", "--reason", "phoned")[0] == 0
    )
    status, out, _ = run("application", "show", listed["id"], "--json")
    shown = json.loads(out)
    assert shown["wishes"]["circumstances"] == ["wants_child_name", "works_in_tokyo"]
    assert [(row["to"], row["who"]) for row in shown["history"]] == [
        ("preparing", "couple"),
        ("submitted", "staff:sato"),
    ]
    status, out, _ = run("application", "show", receipt)
    assert "preparing → submitted" in out
    exported = json.loads(run("application", "export", receipt, "--json")[1])
    assert exported["contact"]["address"] == "couple@example.org"
    assert run("erase", receipt, typed="no\n")[0] == 1
    status, out, err = run("erase", receipt, typed="yes\n")
    assert (status, out.strip()) == (0, "Erased.")
    assert listed["id"] in err
    assert run("application", "show", receipt)[0] == 1


def test_what_was_erased_can_be_erased_again_after_a_restore(run: Run, tmp_path: Path) -> None:
    run("erase", new(run)["receipt"], "--yes")
    status, out, _ = run("erase", "--tombstones")
    (tombstone,) = map(json.loads, out.splitlines())
    assert set(tombstone) == {"id", "at", "reason"}
    (tmp_path / "stones").write_text(out)
    assert json.loads(run("erase", "--again", str(tmp_path / "stones"), "--json")[1]) == {"erased_again": 0}


@pytest.mark.parametrize(("locale", "says"), [("C.UTF-8", "no record"), ("ja_JP.UTF-8", "記録はありません")])
def test_a_refusal_is_in_the_readers_language(
    run: Run, monkeypatch: pytest.MonkeyPatch, locale: str, says: str
) -> None:
    monkeypatch.setenv("LC_ALL", locale)
    status, out, err = run("application", "show", "TP-0000-0000-0000")
    assert (status, out) == (1, "")
    assert says in err


def test_illegal_steps_and_bad_values_are_refused_in_words(run: Run) -> None:
    receipt = new(run)["receipt"]
    for arguments, says in [
        (("advance", receipt, "issued"), "preparing -> issued"),
        (("advance", receipt, "submitted", "--who", "Tanaka Hanako"), "who"),
        (("new", "--planned", "yesterday"), "planned_on"),
        (("new", "--email", "nobody"), "contact"),
        (("unlock", "TP-XXXX"), "no record"),
    ]:
        status, _, err = run("application", *arguments)
        assert status == 1
        assert says in err
        assert "Traceback" not in err


def test_a_database_that_is_away_is_status_3(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOMONI_DATABASE_URL", "postgresql://postgres@127.0.0.1:1/test")
    status, _, err = run("application", "list")
    assert status == 3
    assert "try later" in err


def test_a_wrong_setting_is_named(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOMONI_DATA_KEYS", "short")
    status, _, err = run("application", "list")
    assert status == 1
    assert "TOMONI_DATA_KEYS" in err


def test_keys_are_changed_and_the_old_one_left_out(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOMONI_DATA_KEYS", f"a:{'00' * 32}")
    receipt = new(run)["receipt"]
    monkeypatch.setenv("TOMONI_DATA_KEYS", f"b:{'11' * 32},a:{'00' * 32}")
    assert json.loads(run("application", "rewrap", "--json")[1]) == {"rewrapped": 1}
    monkeypatch.setenv("TOMONI_DATA_KEYS", f"b:{'11' * 32}")
    assert run("application", "show", receipt)[0] == 0
    monkeypatch.setenv("TOMONI_DATA_KEYS", f"a:{'00' * 32}")
    status, _, err = run("application", "show", receipt)
    assert status == 1
    assert "TOMONI_DATA_KEYS" in err


def test_tidying_sends_what_waits(run: Run, tmp_path: Path) -> None:
    receipt = new(run, "--email", "couple@example.org")["receipt"]
    run("application", "advance", receipt, "submitted")
    tidied = json.loads(run("application", "tidy", "--json")[1])
    assert tidied["notices"] == {"sent": 1, "put_off": 0, "dropped": 0, "dead": 0}
    assert tidied["outbox"] == {"sent": 1}
    assert len(list((tmp_path / "var" / "mail").iterdir())) == 1


def test_every_message_is_in_both_languages_and_every_state_has_a_word() -> None:
    words = _messages()
    for name, message in words.items():
        for said in message.values() if name == "states" else [message]:
            assert set(said) == {"ja", "en"}
    assert set(words["states"]) == {state.value for state in State}


def test_a_fresh_process_needs_no_rasa(tmp_path: Path) -> None:
    code = "import sys; from bot.__main__ import main; main(['application', 'new']); print([m for m in ('rasa', 'tensorflow', 'spacy') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={"TOMONI_VAR": str(tmp_path), "PATH": "/usr/bin:/bin"},
        capture_output=True, text=True, timeout=60,
    )  # fmt: skip
    assert done.stdout.splitlines()[-1] == "[]", done.stderr
