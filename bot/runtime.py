"""Builds the agent that serves people: Rasa's own processor with actions inside the process and a recent-turns tracker store."""

from __future__ import annotations

import gc
import logging
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bot import standin
from bot.knowledge.loader import ROOT, read_yaml
from bot.settings import with_tensorflow

logger = logging.getLogger(__name__)


def prepare(lean: bool = False) -> None:
    """Makes Rasa importable quickly and quietly; call before anything imports Rasa. `lean` is for processes that only serve."""
    import os
    import warnings

    os.environ.setdefault("RASA_TELEMETRY_ENABLED", "false")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("SQLALCHEMY_SILENCE_UBER_WARNING", "1")
    warnings.simplefilter("ignore")
    config = read_yaml(ROOT / "config.yml")
    names = [c["name"] for c in config["pipeline"] + config["policies"]]
    if standin.wanted(names) and not with_tensorflow():
        standin.install(lean)
    _quieten()


def _quieten() -> None:
    """Rasa logs message texts at debug level and, through structlog, to standard output: warnings only, to standard error."""
    import structlog

    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,  # else one is built for each debug line that is not written
    )
    logging.getLogger("rasa").setLevel(logging.WARNING)


def failed_action() -> dict[str, Any]:
    """What an action comes to that could not be run: the person is told to try later."""
    spec = {"say": "phrase", "name": "try_later", "kind": "fallback", "topic": "out_of_scope"}
    listen = [{"event": "followup", "name": "action_listen"}]  # else the fallback would answer once more
    return {"events": listen, "responses": [{"response": "utter_say", "spec": spec}]}


def then_listen(result: dict[str, Any]) -> dict[str, Any]:
    """Says that the person's turn comes next, unless the action said otherwise; else Rasa's policies would be asked for it."""
    if not any(event.get("event") in ("followup", "restart") for event in result["events"]):
        result["events"].append({"event": "followup", "name": "action_listen"})
    return result


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
                return then_listen(await self._executor.run(json))
            except Exception:
                # Rasa would log this and say nothing; the person gets a truthful line. The text of the message is not logged.
                logger.exception("action %s failed", json.get("next_action"))
                return failed_action()

    return InProcessActions()


def load_agent(
    model_path: Path | None = None,
    *,
    lock_store: Any = None,
    tracker_store: Callable[[Any], Any] | None = None,
    action_endpoint: Any = None,
    at_once: int = 2,
) -> Any:
    """Loads the newest trained model with knowledge, actions and trackers wired in.

    Locks, trackers (made for the model's domain) and actions are those of one process unless others are given. With engines elsewhere
    more messages may be under way `at_once`, as each of them waits at times.
    """
    prepare()
    from rasa.core.agent import Agent
    from threadpoolctl import threadpool_limits

    from bot import model_file
    from bot.admission import Admission
    from bot.locks import QueueLockStore
    from bot.nlg import KnowledgeNaturalLanguageGenerator
    from bot.rasa_patches import apply
    from bot.trackers import RecentTrackerStore

    apply()
    threadpool_limits(1, user_api="blas")  # our matrices are small: threads would only wait for one another
    path = model_path or model_file.current()
    agent = Agent.load(
        str(path),
        generator=None,
        action_endpoint=action_endpoint or in_process_actions(),
        lock_store=lock_store or QueueLockStore(),
    )
    agent.nlg = agent.processor.nlg = KnowledgeNaturalLanguageGenerator()
    store = (tracker_store or RecentTrackerStore)(agent.processor.domain)
    agent.tracker_store = agent.processor.tracker_store = store
    agent.admission = Admission(at_once)
    agent.processor.handle_message = agent.admission.around(agent.processor.handle_message)
    _enable_loggers()
    gc.collect()
    gc.freeze()  # a million objects of the model need not be looked through for garbage again and again
    return agent


def with_readers(agent: Any, count: int, busy: Callable[[], bool] | None = None) -> Any:
    """Puts `count` processes beside this one that read messages while it is `busy`, by itself when several wait.

    Returns them. Call before any thread or loop is begun.
    """
    from rasa.core.channels.channel import UserMessage

    from bot.rasa_patches import parse_together
    from bot.readers import Asked, Readers

    processor = agent.processor

    def read(asked: Sequence[Asked]) -> Sequence[dict[str, Any]]:
        messages = [UserMessage(text, metadata={"before": before} if before else None) for text, before in asked]
        return parse_together(processor, messages)

    processor.readers = Readers(read, count, busy or agent.admission.busy, _usual_lines()[::100])
    return processor.readers


def learn_ahead() -> None:
    """Fills what the sentence encoder remembers, so that a server's memory does not grow while it meets people's words one by one."""
    from bot.nlu.model import _for_encoder, shared_encoder

    lines, encoder = _usual_lines(), shared_encoder()
    encoder.encode_message(lines[:1])
    encoder._for_messages.learn(map(_for_encoder, lines[::16]))


def _usual_lines() -> list[str]:
    """What people usually write: the example lines, not parsed as YAML, as that would take seconds."""
    lines = [line.strip() for p in sorted((ROOT / "data" / "nlu").glob("*.yml")) for line in p.open(encoding="utf-8")]
    return [line[2:] for line in lines if line.startswith("- ") and not line.startswith("- intent:")]


def _enable_loggers() -> None:
    """Sanic's import switches off every logger that existed before it; errors must not go unseen."""
    for name in list(logging.root.manager.loggerDict):
        if name.startswith(("rasa", "bot", "actions")):
            logging.getLogger(name).disabled = False
