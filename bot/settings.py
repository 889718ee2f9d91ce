"""The only reader of environment variables: `TOMONI_*`, read once into one frozen object."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.knowledge.loader import ROOT

_SHORTEST_SECRET = 32


class SettingsError(Exception):
    """A setting is missing or too weak; the message names it and says what to do."""


@dataclass(frozen=True)
class Settings:
    """Settings of one process."""

    production: bool
    host: str
    port: int
    web_secret: str = field(repr=False)
    web_proxies: int
    var: Path


def read(environment: Mapping[str, str] | None = None, var: Path | None = None) -> Settings:
    """Reads the settings; in development missing secrets are made once into `var/` with mode 0600."""
    env = os.environ if environment is None else environment
    production = env.get("TOMONI_ENV", "development") == "production"
    directory = var or Path(env.get("TOMONI_VAR", ROOT / "var"))
    return Settings(
        production=production,
        host=env.get("TOMONI_HOST", "127.0.0.1"),
        port=_number(env, "TOMONI_PORT", 8000),
        web_secret=_secret(env, "TOMONI_WEB_SECRET", production, directory),
        web_proxies=_number(env, "TOMONI_WEB_PROXIES", 0),
        var=directory,
    )


def _number(env: Mapping[str, str], name: str, default: int) -> int:
    try:
        return int(env.get(name, default))
    except ValueError as error:
        raise SettingsError(f"{name} must be a whole number.") from error


def _secret(env: Mapping[str, str], name: str, production: bool, directory: Path) -> str:
    given = env.get(name)
    if given is not None and len(given) < _SHORTEST_SECRET:
        raise SettingsError(
            f"{name} is too short: at least {_SHORTEST_SECRET} characters (for example: openssl rand -hex 32)."
        )
    if given:
        return given
    if production:
        raise SettingsError(
            f"{name} is not set. In production every secret must be given (for example: openssl rand -hex 32)."
        )
    path = directory / f"{name.lower()}.txt"
    if not path.exists():
        directory.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_hex(32))
    return path.read_text().strip()


def benchmarks_directory(environment: Mapping[str, str] | None = None) -> Path:
    """The folder that holds the public sets `xsid-0.7` and `clinc150`."""
    env = os.environ if environment is None else environment
    return Path(env.get("TOMONI_BENCHMARKS", ROOT.parent / "shared" / "benchmarks"))


def with_tensorflow(environment: Mapping[str, str] | None = None) -> bool:
    """Whether TensorFlow is to be loaded although no component needs it."""
    env = os.environ if environment is None else environment
    return env.get("TOMONI_TENSORFLOW") == "1"
