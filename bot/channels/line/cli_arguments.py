"""The arguments of `python -m bot line`, apart from what it needs to run."""

from __future__ import annotations

from typing import Any


def add_commands(commands: Any) -> None:
    """The arguments of `python -m bot line`."""
    line = commands.add_parser("line", help="LINE: make the menus, have everything validated, see how it is doing")
    deeds = line.add_subparsers(dest="deed", required=True)
    for name in ("setup", "validate"):
        deeds.add_parser(name).add_argument("--dry-run", action="store_true", help="print the requests, send nothing")
    deeds.add_parser("status")
