"""What the children of the kill drills showed before they died, and whether the database they left is whole."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from bot.applications.service import Applications


def lines(shown: Path) -> list[dict[str, Any]]:
    """What was shown; a line cut off by a kill was not."""
    if not shown.exists():
        return []
    return [json.loads(line) for line in shown.read_text().split("\n") if line.startswith("{") and line.endswith("}")]


def integrity(applications: Applications) -> str:
    """ "ok", or what is broken."""
    with applications.store.read() as connection:
        if applications.store.is_sqlite:
            return str(connection.exec_driver_sql("PRAGMA integrity_check").scalar())
        orphans = connection.exec_driver_sql(
            "SELECT count(*) FROM applications a LEFT JOIN application_keys k ON k.application_id = a.id"
            " LEFT JOIN application_history h ON h.application_id = a.id AND h.sequence = 1"
            " WHERE k.wrapped IS NULL OR h.digest IS NULL"
        ).scalar()
        return "ok" if orphans == 0 else f"{orphans} applications without key or history"
