"""Settings come from TOMONI_* only; a missing or weak secret stops production with its name."""

from __future__ import annotations

import dataclasses
import re
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bot import settings
from bot.knowledge.loader import ROOT
from bot.settings import SettingsError, read

STRONG = "s" * 32
KEYS = f"2026a:{'ab' * 32}"
PRODUCTION = {
    "TOMONI_ENV": "production",
    "TOMONI_WEB_SECRET": STRONG,
    "TOMONI_DATA_KEYS": KEYS,
    "TOMONI_LOOKUP_KEY": STRONG,
}


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


@pytest.mark.parametrize("name", ["TOMONI_WEB_SECRET", "TOMONI_DATA_KEYS", "TOMONI_LOOKUP_KEY"])
def test_production_without_a_secret_stops_with_its_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read({key: value for key, value in PRODUCTION.items() if key != name}, tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("env", ["production", "development"])
@pytest.mark.parametrize("secret", ["", "secret", "s" * 31])
@pytest.mark.parametrize("name", ["TOMONI_WEB_SECRET", "TOMONI_LOOKUP_KEY"])
def test_a_weak_secret_stops_with_its_name_and_is_not_shown(tmp_path: Path, env: str, name: str, secret: str) -> None:
    with pytest.raises(SettingsError, match=name) as error:
        read({**PRODUCTION, "TOMONI_ENV": env, name: secret}, tmp_path)
    assert not secret or secret not in str(error.value).replace(name, "")


@pytest.mark.parametrize("env", ["production", "development"])
@pytest.mark.parametrize(
    "keys", ["", "ab" * 32, "a:short", f"a:{'xy' * 32}", f"{KEYS},", f"{KEYS},{KEYS}", f"a b:{'ab' * 32}"]
)
def test_data_keys_that_are_none_stop_with_their_name_and_are_not_shown(tmp_path: Path, env: str, keys: str) -> None:
    with pytest.raises(SettingsError, match="TOMONI_DATA_KEYS") as error:
        read({**PRODUCTION, "TOMONI_ENV": env, "TOMONI_DATA_KEYS": keys}, tmp_path)
    assert "ab" * 32 not in str(error.value)


def test_strong_secrets_are_used_and_nothing_is_written(tmp_path: Path) -> None:
    found = read(PRODUCTION, tmp_path)
    assert found.production
    assert (found.web_secret, found.lookup_key) == (STRONG, STRONG)
    assert found.data_keys == (("2026a", b"\xab" * 32),)
    assert list(tmp_path.iterdir()) == []


def test_the_first_data_key_is_the_current_one(tmp_path: Path) -> None:
    found = read({"TOMONI_DATA_KEYS": f"b:{'11' * 32}, a:{'00' * 32}"}, tmp_path)
    assert [key_id for key_id, _ in found.data_keys] == ["b", "a"]


def test_processes_that_start_at_once_make_one_secret(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        found = list(pool.map(lambda _: read({}, tmp_path / "var"), range(32)))
    assert len({(f.web_secret, f.lookup_key, f.data_keys) for f in found}) == 1
    assert sorted(f.name for f in (tmp_path / "var").iterdir()) == [
        "tomoni_data_keys.txt", "tomoni_lookup_key.txt", "tomoni_web_secret.txt",
    ]  # fmt: skip


def test_by_default_the_database_is_a_file_in_var(tmp_path: Path) -> None:
    assert read({}, tmp_path).database_url == f"sqlite:///{tmp_path}/tomoni.db"
    assert read({"TOMONI_DATABASE_URL": "postgresql://h/d"}, tmp_path).database_url == "postgresql://h/d"


@pytest.mark.parametrize(
    ("env", "japanese"),
    [
        ({"LANG": "ja_JP.UTF-8"}, True),
        ({"LANG": "ja", "LC_ALL": "C"}, False),
        ({}, False),
        ({"LC_ALL": "", "LANG": "ja"}, True),
    ],
)
def test_the_terminals_language_is_the_locale_asked_for(env: dict[str, str], japanese: bool) -> None:
    assert settings.reads_japanese(env) is japanese


@pytest.mark.parametrize("name", ["TOMONI_PORT", "TOMONI_WEB_PROXIES", "TOMONI_KEEP_FINISHED_DAYS"])
def test_a_number_that_is_none_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(SettingsError, match=name):
        read({name: "many"}, tmp_path)


def test_settings_cannot_be_changed_afterwards(tmp_path: Path) -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        read({}, tmp_path).port = 1  # type: ignore[misc]


def test_no_secret_is_in_what_settings_print(tmp_path: Path) -> None:
    addresses = {"TOMONI_DATABASE_URL": "postgresql://u:hidden@h/d", "TOMONI_SMTP_URL": "smtp://u:hidden@h"}
    printed = repr(read(PRODUCTION | addresses, tmp_path))
    assert STRONG not in printed
    assert "hidden" not in printed
    assert "\\xab" not in printed


def test_only_this_module_reads_settings_from_the_environment() -> None:
    """TOMONI_TENSORFLOW and TOMONI_CHROMIUM are switches for tests, read before settings exist."""
    readers = []
    for path in [*ROOT.glob("bot/**/*.py"), *ROOT.glob("actions/**/*.py")]:
        text = path.read_text(encoding="utf-8")
        names = set(re.findall(r"environ(?:\.get)?[\[(]\s*[\"'](TOMONI_\w+)", text)) - {"TOMONI_TENSORFLOW"}
        if names and path != Path(settings.__file__):
            readers.append((path.name, names))
    assert readers == []


def test_several_workers_need_postgresql_and_the_actions_apart_a_secret(tmp_path: Path) -> None:
    assert read({}, tmp_path).redis_url is None
    with pytest.raises(SettingsError, match="TOMONI_DATABASE_URL"):
        read({"TOMONI_REDIS_URL": "redis://h/0"}, tmp_path)
    shared = read({"TOMONI_REDIS_URL": "redis://:hidden@h/0", "TOMONI_DATABASE_URL": "postgresql://h/d"}, tmp_path)
    assert shared.redis_url == "redis://:hidden@h/0"
    assert "hidden" not in repr(shared)
    with pytest.raises(SettingsError, match="TOMONI_ACTIONS_SECRET"):
        read({**PRODUCTION, "TOMONI_ACTIONS_URL": "http://actions:5055/webhook"}, tmp_path)
    with pytest.raises(SettingsError, match="TOMONI_ACTIONS_SECRET"):
        read({"TOMONI_ACTIONS_SECRET": "short"}, tmp_path)
    limits = read({"TOMONI_WEB_PER_MINUTE": "60", "TOMONI_ADDRESS_BURST": "50"}, tmp_path)
    assert (limits.web_rate, limits.address_rate) == ((60, 5), (120, 50))
