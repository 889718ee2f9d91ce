"""The settings of the LINE channel; read by `bot.settings`, which alone looks at the environment."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

API, DATA_API = "https://api.line.me", "https://api-data.line.me"
_ON, _OFF = ("1", "on", "yes", "true"), ("", "0", "off", "no", "false")
_SECRET = re.compile(r"[0-9a-f]{32}")


class LineSettingsError(ValueError):
    """A setting of LINE is missing or cannot be right; the message names it."""


@dataclass(frozen=True)
class LineSettings:
    """Settings of one LINE channel."""

    secrets: tuple[str, ...] = field(repr=False)
    """The channel secret, and the one before while it is being changed."""
    token: str = field(repr=False)
    api: str = API
    data_api: str = DATA_API
    account: str = ""
    """The account's basic id (`@…`), for links that lead to it."""
    quiet: bool = True
    """Replies make no notification: a locked screen shows nothing."""
    push_per_month: int = 0
    """How many messages may be pushed a month; none unless given, and then notices can go by LINE."""
    read_marks: bool = False
    """Whether staff can take over in LINE's own chat, where messages have to be marked as read."""
    rate: tuple[int, int] = (40, 20)
    """Messages a minute, and at once, of one person: several short ones in a row are the usual way to write on LINE."""
    menus: bool = False
    """Whether `python -m bot line setup` was run, so that each person gets the menu in their language."""


def line_settings(env: Mapping[str, str]) -> LineSettings | None:
    """The settings, or None while LINE is off; raises `LineSettingsError`."""
    if not _is_on(env, "TOMONI_LINE", False):
        return None
    secrets = [env[name] for name in ("TOMONI_LINE_SECRET", "TOMONI_LINE_SECRET_OLD") if env.get(name)]
    if not env.get("TOMONI_LINE_SECRET"):
        raise LineSettingsError("TOMONI_LINE_SECRET is not set: the channel secret, from the LINE Developers console.")
    if not all(map(_SECRET.fullmatch, secrets)):
        raise LineSettingsError(
            "TOMONI_LINE_SECRET and TOMONI_LINE_SECRET_OLD must be channel secrets: 32 hexadecimal digits."
        )
    if not env.get("TOMONI_LINE_TOKEN"):
        raise LineSettingsError(
            "TOMONI_LINE_TOKEN is not set: the channel access token, from the LINE Developers console."
        )
    account = env.get("TOMONI_LINE_ACCOUNT", "")
    if account and not re.fullmatch(r"@[a-z0-9._-]{1,40}", account):
        raise LineSettingsError("TOMONI_LINE_ACCOUNT must be the account's basic id, like @123abcde.")
    api = env.get("TOMONI_LINE_API") or API
    if _is_lines(api) and not _is_public(env.get("TOMONI_PUBLIC_URL", "")):
        raise LineSettingsError(
            "TOMONI_PUBLIC_URL is not set to a public https address: links sent on LINE (a receipt, a record) lead there. "
            "Give it, for example TOMONI_PUBLIC_URL=https://tomoni.example.jp (docs/line.md)."
        )
    return LineSettings(
        secrets=tuple(secrets),
        token=env["TOMONI_LINE_TOKEN"],
        api=api,
        data_api=env.get("TOMONI_LINE_DATA_API") or env.get("TOMONI_LINE_API") or DATA_API,
        account=account,
        quiet=_is_on(env, "TOMONI_LINE_QUIET", True),
        push_per_month=_number(env, "TOMONI_LINE_PUSH_PER_MONTH"),
        read_marks=_is_on(env, "TOMONI_LINE_READ_MARKS", False),
        rate=(_number(env, "TOMONI_LINE_PER_MINUTE", 40, 1), _number(env, "TOMONI_LINE_BURST", 20, 1)),
        menus=_is_on(env, "TOMONI_LINE_MENUS", False),
    )


def _is_lines(api: str) -> bool:
    """Whether it is LINE itself, where people are, and not a stand-in for tests."""
    host = _host(api)
    return host == "line.me" or host.endswith(".line.me")


def _is_public(address: str) -> bool:
    """Whether somebody's phone can open it: an https address whose host has a name known elsewhere."""
    host = _host(address)
    return address.startswith("https://") and "." in host and host != "0.0.0.0" and not host.startswith("127.")


def _host(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _is_on(env: Mapping[str, str], name: str, default: bool) -> bool:
    given = env.get(name)
    if given is None:
        return default
    if given.strip().lower() not in (*_ON, *_OFF):
        raise LineSettingsError(f"{name} must be on or off.")
    return given.strip().lower() in _ON


def _number(env: Mapping[str, str], name: str, default: int = 0, least: int = 0) -> int:
    given = env.get(name, str(default))
    if not given.isdecimal() or int(given) < least:
        raise LineSettingsError(f"{name} must be a whole number{f' from {least}' if least else ''}.")
    return int(given)
