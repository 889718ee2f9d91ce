"""Settings come from TOMONI_* only; a missing or weak secret stops production with its name."""

from __future__ import annotations

import dataclasses
import re
import stat
from pathlib import Path

import pytest

from bot import settings
from bot.knowledge.loader import ROOT
from bot.settings import SettingsError, read

STRONG = "s" * 32


def test_development_needs_nothing(tmp_path: Path) -> None:
    found = read({}, tmp_path)
    assert not found.production
    assert (found.host, found.port) == ("127.0.0.1", 8000)


def test_a_development_secret_is_made_once_and_only_the_owner_reads_it(tmp_path: Path) -> None:
    var = tmp_path / "var"
    first = read({}, var)
    assert read({}, var).web_secret == first.web_secret
    assert len(first.web_secret) >= 32
    files = list(var.iterdir())
    assert files
    assert all(stat.S_IMODE(f.stat().st_mode) == 0o600 for f in files)


def test_two_machines_make_different_secrets(tmp_path: Path) -> None:
    assert read({}, tmp_path / "a").web_secret != read({}, tmp_path / "b").web_secret


def test_production_without_a_secret_stops_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="TOMONI_WEB_SECRET"):
        read({"TOMONI_ENV": "production"}, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("env", ["production", "development"])
@pytest.mark.parametrize("secret", ["", "secret", "s" * 31])
def test_a_weak_secret_stops_with_its_name_and_is_not_shown(tmp_path: Path, env: str, secret: str) -> None:
    with pytest.raises(SettingsError, match="TOMONI_WEB_SECRET") as error:
        read({"TOMONI_ENV": env, "TOMONI_WEB_SECRET": secret}, tmp_path)
    assert not secret or secret not in str(error.value).replace("TOMONI_WEB_SECRET", "")


def test_a_strong_secret_is_used_and_nothing_is_written(tmp_path: Path) -> None:
    found = read({"TOMONI_ENV": "production", "TOMONI_WEB_SECRET": STRONG}, tmp_path)
    assert found.production
    assert found.web_secret == STRONG
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["TOMONI_PORT", "TOMONI_WEB_PROXIES"])
def test_a_number_that_is_none_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read({name: "many"}, tmp_path)


def test_settings_cannot_be_changed_afterwards(tmp_path: Path) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        read({}, tmp_path).port = 1  # type: ignore[misc]


def test_the_secret_is_not_in_what_settings_print(tmp_path: Path) -> None:
    found = read({"TOMONI_WEB_SECRET": STRONG}, tmp_path)
    assert STRONG not in repr(found)


def test_only_this_module_reads_settings_from_the_environment() -> None:
    """TOMONI_TENSORFLOW and TOMONI_CHROMIUM are switches for tests, read before settings exist."""
    readers = []
    for path in [*ROOT.glob("bot/**/*.py"), *ROOT.glob("actions/**/*.py")]:
        text = path.read_text(encoding="utf-8")
        names = set(re.findall(r"environ(?:\.get)?[\[(]\s*[\"'](TOMONI_\w+)", text)) - {"TOMONI_TENSORFLOW"}
        if names and path != Path(settings.__file__):
            readers.append((path.name, names))
    assert readers == []
