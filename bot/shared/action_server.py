"""`python -m bot actions`: the actions apart from the chat, behind the secret both know; bind it where only the chat can reach it."""

from __future__ import annotations

import hmac
import logging
import sys
from typing import Any

from bot.settings import Settings, SettingsError, read

logger = logging.getLogger(__name__)

PORT = 5055


def create_action_app(settings: Settings) -> Any:
    """rasa-sdk's own server; nobody gets in without the secret, and errors tell nothing of what was sent."""
    from rasa_sdk.endpoint import create_app
    from sanic.exceptions import SanicException
    from sanic.response import json

    app = create_app("actions", cors_origins="")
    app.config.ACCESS_LOG = False
    app.config.MOTD = False
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = 30.0
    app.error_handler.handlers.clear()
    app.error_handler.cached_handlers.clear()
    expected = f"Bearer {settings.actions_secret}".encode()

    @app.middleware("request")
    async def let_in(request: Any) -> Any:
        given = request.headers.get("authorization", "").encode("utf-8", "replace")
        if request.path != "/health" and not (settings.actions_secret and hmac.compare_digest(given, expected)):
            return json({"error": "unauthorized"}, 401)
        return None

    @app.exception(Exception)
    async def failed(request: Any, error: Exception) -> Any:
        status = getattr(error, "status_code", 500) if isinstance(error, SanicException) else 500
        logger.error("action failed: %s", type(error).__name__)
        return json({"error": "failed"}, status)

    return app


def run(host: str | None, port: int | None) -> int:
    """`python -m bot actions`: serves until stopped."""
    try:
        settings = read()
        if not settings.actions_secret:
            raise SettingsError("TOMONI_ACTIONS_SECRET is not set: without it anybody could run actions.")
    except SettingsError as error:
        print(f"✗ {error}", file=sys.stderr)
        return 2
    app = create_action_app(settings)
    print(f"✓ Actions: http://{host or settings.host}:{port or PORT}/", file=sys.stderr, flush=True)
    app.run(host=host or settings.host, port=port or PORT, access_log=False)
    return 0
