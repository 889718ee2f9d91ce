"""Arguments of `python -m bot application …` and `python -m bot erase`; imports nothing heavy, as every command reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bot.applications.model import LANGUAGES, State
from bot.rules.checklist import Circumstance

LINKS = {
    "live": Circumstance.LIVES_IN_TOKYO,
    "move_in": Circumstance.MOVES_IN,
    "work": Circumstance.WORKS_IN_TOKYO,
    "study": Circumstance.STUDIES_IN_TOKYO,
}
FLAGS = {
    "foreign_national": Circumstance.FOREIGN_NATIONAL,
    "common_name": Circumstance.WANTS_COMMON_NAME,
    "child": Circumstance.WANTS_CHILD_NAME,
    "adopted_partner": Circumstance.ADOPTED_IN_PARTNERSHIP,
}
_STATES = [state.value for state in State]


def add_commands(commands: Any) -> None:
    """Adds `application` and `erase` to the parser's commands."""
    application = commands.add_parser("application", help="start, show and move applications (staff)")
    deeds = application.add_subparsers(dest="deed", required=True)
    new = _deed(deeds, "new", "start an application")
    new.add_argument("--lang", choices=LANGUAGES, default="ja")
    new.add_argument("--link", choices=list(LINKS), action="append", default=[], help="tie to Tokyo; may be repeated")
    for flag in FLAGS:
        new.add_argument(f"--{flag.replace('_', '-')}", action="store_true")
    new.add_argument("--planned", help="day or month they mean to file: YYYY-MM-DD or YYYY-MM")
    new.add_argument("--email", help="where notices go; - reads it from standard input")
    new.add_argument("--key", help="the same key and content give the same receipt again")
    _which(_deed(deeds, "show", "show one application"))
    _deed(deeds, "list", "list applications").add_argument("--state", choices=_STATES, action="append", default=[])
    advance = _which(_deed(deeds, "advance", "move an application to a state"))
    advance.add_argument("state", choices=_STATES)
    _by_whom(advance)
    _which(_deed(deeds, "export", "everything kept of one application, as JSON"))
    _by_whom(_which(_deed(deeds, "unlock", "open a receipt that failed tries have locked")))
    _deed(deeds, "tidy", "send waiting notices and apply retention; run it every few minutes")
    _deed(deeds, "rewrap", "wrap all data keys with the current master key")

    erase = commands.add_parser("erase", help="erase one person's data")
    which = erase.add_mutually_exclusive_group(required=True)
    which.add_argument("which", nargs="?", help="receipt or id")
    which.add_argument("--tombstones", action="store_true", help="list what was erased, to be kept outside the backups")
    which.add_argument("--again", type=Path, metavar="FILE", help="after a restore: erase again what FILE lists")
    erase.add_argument("--yes", action="store_true", help="do not ask")
    erase.add_argument("--json", action="store_true")
    erase.set_defaults(deed="erase")


def _deed(deeds: Any, name: str, about: str) -> Any:
    parser = deeds.add_parser(name, help=about)
    parser.add_argument("--json", action="store_true")
    return parser


def _which(parser: Any) -> Any:
    parser.add_argument("which", help="receipt or id")
    return parser


def _by_whom(parser: Any) -> None:
    parser.add_argument("--who", default="staff:cli", help="as it goes into the history: staff:NAME")
    parser.add_argument("--reason", default="by_staff", help="reason code, such as papers_missing")
