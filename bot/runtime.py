"""Builds the agent that serves people: Rasa's own processor with actions inside the process and a recent-turns tracker store."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

from bot import standin
from bot.knowledge.loader import ROOT, read_yaml

logger = logging.getLogger(__name__)
_quiet = False


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
    if standin.wanted(names) and os.environ.get("TOMONI_TENSORFLOW") != "1":
        standin.install()


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
            return await self._executor.run(json)

    return InProcessActions()


def load_agent(model_path: Path | None = None) -> Any:
    """Loads the newest trained model with knowledge, actions and trackers wired in."""
    prepare()
    from rasa.core.agent import Agent
    from rasa.core.lock_store import InMemoryLockStore

    from bot import model_file
    from bot.nlg import KnowledgeNaturalLanguageGenerator
    from bot.rasa_patches import apply
    from bot.trackers import RecentTrackerStore

    apply()
    path = model_path or model_file.current()
    agent = Agent.load(
        str(path),
        generator=None,
        action_endpoint=in_process_actions(),
        lock_store=InMemoryLockStore(),
    )
    agent.nlg = agent.processor.nlg = KnowledgeNaturalLanguageGenerator()
    store = RecentTrackerStore(agent.processor.domain)
    agent.tracker_store = agent.processor.tracker_store = store
    return agent
