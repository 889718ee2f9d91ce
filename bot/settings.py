"""The only reader of environment variables: `TOMONI_*`, read once into one frozen object."""

from __future__ import annotations

import os
import re
import secrets
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bot.knowledge.loader import ROOT
from bot.settings_line import LineSettings, LineSettingsError, line_settings

_SHORTEST_SECRET = 32
# Exact origins only: a wildcard would let in every page of a provider that hosts many.
_ORIGIN = re.compile(r"https://[a-z0-9.-]+(?::\d{1,5})?|http://(?:localhost|127\.0\.0\.1)(?::\d{1,5})?")


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
    database_url: str = field(repr=False)
    data_keys: tuple[tuple[str, bytes], ...] = field(repr=False)
    """Master keys of the encrypted fields by id, the current one first."""
    lookup_key: str = field(repr=False)
    smtp_url: str | None = field(repr=False)
    mail_from: str
    public_url: str
    keep_finished_days: int
    redis_url: str | None = field(repr=False, default=None)
    """Given: several workers share locks, limits and sessions there, and conversations in PostgreSQL (docs/decisions/0011)."""
    redis_prefix: str = "tomoni"
    """What the name of everything there begins with, so that several installations can share one Redis."""
    broker_url: str | None = field(repr=False, default=None)
    actions_url: str | None = None
    actions_secret: str = field(repr=False, default="")
    web_rate: tuple[int, int] = (20, 5)
    """Messages a minute, and at once, of one conversation."""
    address_rate: tuple[int, int] = (120, 40)
    """The same of all conversations of one address, which may be a whole room in a workshop."""
    line: LineSettings | None = None
    """Given: people may also write on LINE (docs/line.md)."""
    embed_origins: tuple[str, ...] = ()
    """Sites that may show the chat in a frame (docs/embed.md)."""
    guide_at_start: bool = False
    """Whether the guide is built as soon as the server has started, or when somebody asks for it."""
    readers: int = 0
    """Processes beside this one that read messages while several people wait (bot/readers.py)."""


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
        database_url=env.get("TOMONI_DATABASE_URL") or f"sqlite:///{directory.absolute() / 'tomoni.db'}",
        data_keys=_data_keys(env, production, directory),
        lookup_key=_secret(env, "TOMONI_LOOKUP_KEY", production, directory),
        smtp_url=env.get("TOMONI_SMTP_URL") or None,
        mail_from=env.get("TOMONI_MAIL_FROM", "tomoni@localhost"),
        public_url=env.get("TOMONI_PUBLIC_URL", "http://localhost:8000").rstrip("/"),
        keep_finished_days=_number(env, "TOMONI_KEEP_FINISHED_DAYS", 90),
        redis_url=_redis(env),
        redis_prefix=env.get("TOMONI_REDIS_PREFIX") or "tomoni",
        broker_url=env.get("TOMONI_BROKER_URL") or None,
        actions_url=env.get("TOMONI_ACTIONS_URL") or None,
        actions_secret=_secret(env, "TOMONI_ACTIONS_SECRET", production, directory) if _apart(env) else "",
        web_rate=(_number(env, "TOMONI_WEB_PER_MINUTE", 20), _number(env, "TOMONI_WEB_BURST", 5)),
        address_rate=(_number(env, "TOMONI_ADDRESS_PER_MINUTE", 120), _number(env, "TOMONI_ADDRESS_BURST", 40)),
        line=_line(env),
        embed_origins=_origins(env),
        guide_at_start=env.get("TOMONI_GUIDE_AT_START", "yes") != "no",
        readers=_readers(env),
    )


def read_with(more: Mapping[str, str]) -> Settings:
    """The settings with some given elsewhere, as in credentials.yml."""
    return read({**os.environ, **more})


def _line(env: Mapping[str, str]) -> LineSettings | None:
    try:
        return line_settings(env)
    except LineSettingsError as error:
        raise SettingsError(str(error)) from error


def _readers(env: Mapping[str, str]) -> int:
    """One where there is a core for it and nobody said otherwise; where workers share engines, they are many already."""
    alone = not env.get("TOMONI_REDIS_URL") and sys.platform == "linux"
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else 1
    return _number(env, "TOMONI_READERS", 1 if alone and cores > 1 else 0)


def _redis(env: Mapping[str, str]) -> str | None:
    """Workers that share Redis share their conversations too, which SQLite cannot carry from one machine to another."""
    given = env.get("TOMONI_REDIS_URL") or None
    if given and not env.get("TOMONI_DATABASE_URL", "").startswith("postgres"):
        raise SettingsError("TOMONI_REDIS_URL is for several workers, which need PostgreSQL in TOMONI_DATABASE_URL.")
    return given


def _origins(env: Mapping[str, str]) -> tuple[str, ...]:
    given = env.get("TOMONI_EMBED_ORIGINS", "")
    found = tuple(dict.fromkeys(part.rstrip("/") for part in re.split(r"[\s,]+", given.strip().lower()) if part))
    wrong = next((origin for origin in found if not _ORIGIN.fullmatch(origin)), None)
    if wrong:
        raise SettingsError(
            f"TOMONI_EMBED_ORIGINS: {wrong} is no origin. Give exact ones, separated by spaces (for example: https://www.city.example.lg.jp)."
        )
    return found


def _apart(env: Mapping[str, str]) -> bool:
    """Whether the actions run in a process of their own, which then lets nobody in without the common secret."""
    return bool(env.get("TOMONI_ACTIONS_URL") or env.get("TOMONI_ACTIONS_SECRET"))


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
    return _made_once(directory / f"{name.lower()}.txt", lambda: secrets.token_hex(32))


def _data_keys(env: Mapping[str, str], production: bool, directory: Path) -> tuple[tuple[str, bytes], ...]:
    name = "TOMONI_DATA_KEYS"
    given = env.get(name)
    if given is None:
        if production:
            raise SettingsError(
                f"{name} is not set. In production every secret must be given (for example: 2026a:$(openssl rand -hex 32))."
            )
        given = _made_once(directory / f"{name.lower()}.txt", lambda: f"dev:{secrets.token_hex(32)}")
    keys = [re.fullmatch(r"([A-Za-z0-9_-]{1,32}):([0-9a-fA-F]{64})", part.strip()) for part in given.split(",")]
    ids = [key[1] for key in keys if key]
    if len(ids) < len(keys) or len(set(ids)) < len(ids):
        raise SettingsError(
            f"{name} must be id:key, each id once, each key 64 hexadecimal digits, separated by commas, the current one first "
            "(for example: 2026a:$(openssl rand -hex 32))."
        )
    return tuple((key[1], bytes.fromhex(key[2])) for key in keys if key)


def _made_once(path: Path, make: Callable[[], str]) -> str:
    """The secret in a file only the owner reads; of several processes that start at once, one makes it, whole or not at all."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        handle = os.open(draft, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(make())
        try:
            os.link(draft, path)
        except FileExistsError:
            pass  # another process was first; its secret holds
        finally:
            draft.unlink()
    return path.read_text().strip()


def benchmarks_directory(environment: Mapping[str, str] | None = None) -> Path:
    """The folder that holds the public sets `xsid-0.7` and `clinc150`."""
    env = os.environ if environment is None else environment
    return Path(env.get("TOMONI_BENCHMARKS", ROOT.parent / "shared" / "benchmarks"))


def cache_directory(environment: Mapping[str, str] | None = None) -> Path:
    """Where a process keeps what it can make again at any time."""
    env = os.environ if environment is None else environment
    return Path(env.get("TOMONI_VAR", ROOT / "var")) / "cache"


def with_tensorflow(environment: Mapping[str, str] | None = None) -> bool:
    """Whether TensorFlow is to be loaded although no component needs it."""
    env = os.environ if environment is None else environment
    return env.get("TOMONI_TENSORFLOW") == "1"


def reads_japanese(environment: Mapping[str, str] | None = None) -> bool:
    """Whether whoever sits at the terminal reads Japanese, by the locale that is asked for, installed or not."""
    env = os.environ if environment is None else environment
    return next((env[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if env.get(name)), "").startswith("ja")


def address(host: str, port: int) -> str:
    """Where a browser on this machine finds what we serve."""
    return f"http://{'localhost' if host in ('127.0.0.1', '0.0.0.0') else host}:{port}"


def served_at(settings: Settings, host: str | None, port: int | None) -> Settings:
    """Links, codes and leaflets lead to where we really serve, unless a public address is given."""
    if settings.production or os.environ.get("TOMONI_PUBLIC_URL"):
        return settings
    os.environ["TOMONI_PUBLIC_URL"] = address(host or settings.host, port or settings.port)
    return read()
