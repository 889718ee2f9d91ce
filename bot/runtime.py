"""Builds the agent that serves people: Rasa's own processor with actions inside the process and a recent-turns tracker store."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Any

from bot import standin
from bot.knowledge.loader import ROOT, read_yaml
from bot.settings import with_tensorflow

logger = logging.getLogger(__name__)


def prepare() -> None:
    """Makes Rasa importable quickly and quietly; call before anything imports Rasa."""
    import os
    import warnings

    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    warnings.simplefilter("ignore")
    config = read_yaml(ROOT / "config.yml")
    names = [c["name"] for c in config["pipeline"] + config["policies"]]
    if standin.wanted(names) and not with_tensorflow():
        standin.install()
    _quieten()


def _quieten() -> None:
    """Rasa logs message texts at debug level and, through structlog, to standard output: warnings only, to standard error."""
    import structlog

    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.getLogger("rasa").setLevel(logging.WARNING)


def in_process_actions() -> Any:
    """An action endpoint that runs our rasa-sdk actions inside this process, without HTTP."""
    from rasa.utils.endpoints import EndpointConfig
    from rasa_sdk.executor import ActionExecutor

    class InProcessActions(EndpointConfig):
        """Hands an action call to rasa-sdk's executor as it is."""

        def __init__(self) -> None:
            super().__init__(url="in-process")
            self._executor = ActionExecutor()
            self._executor.register_package("actions")

        async def request(self, method: str = "post", json: Any = None, **kwargs: Any) -> Any:
            """Runs one action; the payload is the one an action server would get."""
            try:
                return await self._executor.run(json)
            except Exception:
                # Rasa would log this and say nothing; the person gets a truthful line. The text of the message is not logged.
                logger.exception("action %s failed", json.get("next_action"))
                spec = {"say": "phrase", "name": "try_later", "kind": "fallback", "topic": "out_of_scope"}
                listen = [{"event": "followup", "name": "action_listen"}]  # else the fallback would answer once more
                return {"events": listen, "responses": [{"response": "utter_say", "spec": spec}]}

    return InProcessActions()


def load_agent(model_path: Path | None = None) -> Any:
    """Loads the newest trained model with knowledge, actions and trackers wired in."""
    prepare()
    from rasa.core.agent import Agent

    from bot import model_file
    from bot.locks import QueueLockStore
    from bot.nlg import KnowledgeNaturalLanguageGenerator
    from bot.rasa_patches import apply
    from bot.trackers import RecentTrackerStore

    apply()
    path = model_path or model_file.current()
    agent = Agent.load(
        str(path),
        generator=None,
        action_endpoint=in_process_actions(),
        lock_store=QueueLockStore(),
    )
    agent.nlg = agent.processor.nlg = KnowledgeNaturalLanguageGenerator()
    store = RecentTrackerStore(agent.processor.domain)
    agent.tracker_store = agent.processor.tracker_store = store
    _enable_loggers()
    return agent


def _enable_loggers() -> None:
    """Sanic's import switches off every logger that existed before it; errors must not go unseen."""
    for name in list(logging.root.manager.loggerDict):
        if name.startswith(("rasa", "bot", "actions")):
            logging.getLogger(name).disabled = False
