"""Arguments of `python -m bot guide`, `verify` and `export`; imports nothing heavy, as every command reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

COMMANDS = ("guide", "verify", "export")


def add_commands(commands: Any) -> None:
    """Adds the commands to the parser's."""
    guide = commands.add_parser("guide", help="write the guide: static site, leaflets, booklet, open data")
    guide.add_argument("--out", type=Path, help="folder to write (var/guide/site)")
    guide.add_argument("--site", help="public address of that folder (TOMONI_PUBLIC_URL + /guide/)")
    guide.add_argument("--app", help="address of the chat and /check (TOMONI_PUBLIC_URL); 'none' leaves the links out")
    proof = commands.add_parser("verify", help="prove that a text is a published answer")
    proof.add_argument("id", help="id of the answer, or the address of its page")
    proof.add_argument("text", nargs="?", help="the quoted text; - reads it from standard input")
    proof.add_argument("--data", type=Path, help="answers.json of the open data, instead of this knowledge base")
    proof.add_argument("--json", action="store_true")
    export = commands.add_parser("export", help="write the open data: JSON, CSV, schema, licence")
    export.add_argument("--out", type=Path, help="folder to write (var/open-data)")
    export.add_argument("--site", help="public address of the guide")
