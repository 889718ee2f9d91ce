"""Several Sanic servers in one process, one after the other or side by side."""

from __future__ import annotations

from typing import Any


def can_start_again() -> None:
    """Sanic 21.12 rewrites its own methods when a server starts and cannot read them back for a second one in the same process."""
    from sanic.touchup.service import TouchUp

    run = TouchUp.run.__func__
    if run.__name__ == "once":
        return

    def once(cls: Any, app: Any) -> None:
        if not any(getattr(target, "__touched__", False) for target, _ in cls._registry):
            run(cls, app)

    TouchUp.run = classmethod(once)
