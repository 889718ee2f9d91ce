"""Rasa graph components that read a message: entities, language, and the need behind it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot import clock
from bot.dialogue import situation
from bot.dialogue.own import of_the_couple
from bot.dialogue.understanding import Understanding
from bot.knowledge.loader import ROOT, Knowledge, load
from bot.nlu import ahead
from bot.nlu.cues import cues
from bot.nlu.entities import EntityFinder
from bot.nlu.language import detect, is_other_language
from bot.nlu.model import NeedModel
from bot.nlu.needs import NeedReader
from bot.nlu.standing import StandingModel, read_lines

_knowledge: Knowledge | None = None


def shared_knowledge() -> Knowledge:
    """The knowledge base, read once a process and shared by the components that need it."""
    global _knowledge
    if _knowledge is None:
        _knowledge = load()
    return _knowledge


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class GazetteerEntityExtractor(GraphComponent, EntityExtractorMixin):
    """Finds municipalities, areas, ages, dates, periods, kinship, links to Tokyo and receipt numbers; no training needed.

    Sets `entities` in Rasa's form and `mentions` (places, providers, prefectures, language) for the dialogue.
    """

    def __init__(self, finder: EntityFinder) -> None:
        """Takes the finder built from the knowledge base."""
        self._finder = finder

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> GazetteerEntityExtractor:
        """Builds the component for training or for a loaded model."""
        return cls(EntityFinder(shared_knowledge()))

    @staticmethod
    def required_packages() -> list[str]:
        """Packages Rasa checks for before it builds this component."""
        return ["spacy", "fugashi"]

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds entities to each message."""
        for message in messages:
            text = message.get(TEXT)
            if text is None:
                continue
            found = mentioned(self._finder, text, clock.today())
            message.set(ENTITIES, message.get(ENTITIES, []) + found["entities"], add_to_output=True)
            message.set("mentions", found["mentions"], add_to_output=True)
        return messages


def mentioned(finder: EntityFinder, text: str, today: date) -> dict[str, Any]:
    """Entities and mentions of one message in the form they travel in."""
    mentions = finder.find(text, today)
    language = detect(text)
    return {
        "entities": [
            {"entity": e.type, "value": e.value, "start": e.start, "end": e.end, "extractor": GazetteerEntityExtractor.__name__}
            for e in mentions.entities
        ],
        "mentions": {
            "lang": language.value if language else None,
            "other_language": is_other_language(text),
            "places": [[p.kind, p.value, p.name, p.start, p.end] for p in mentions.places],
            "links": [[m.label, m.start, m.end] for m in mentions.links],
            "providers": list(mentions.providers),
            "prefectures": list(mentions.prefectures),
        },
    }  # fmt: skip


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class NeedClassifier(GraphComponent, IntentClassifier):
    """Recognises what a message needs: the intent, and below `faq` the answer.

    Sets `intent` and `intent_ranking` as Rasa expects, and `needs`: one ranking of full names for each sentence that asks
    for something, so that two questions in one message get both answers.
    """

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource, reader: NeedReader | None = None
    ) -> None:
        """Takes Rasa's storage and, when loaded, the trained reader."""
        self._config = config
        self._storage = storage
        self._resource = resource
        self._reader = reader

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """No options: thresholds live beside their measurements in `bot.nlu.needs`."""
        return {}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> NeedClassifier:
        """Builds the component for training."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> NeedClassifier:
        """Builds the component from a trained model."""
        with model_storage.read_from(resource) as directory:
            model = NeedModel.load(Path(directory))
        return cls(config, model_storage, resource, NeedReader(model))

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from the examples; the words of the answers play no part, so they can change without training."""
        pairs: dict[str, str] = {}
        for message in training_data.intent_examples:
            text = message.get(TEXT)
            if text:
                pairs.setdefault(text, message.get_full_intent())
        model = NeedModel.fit(list(pairs), list(pairs.values()))
        with self._storage.write_to(self._resource) as directory:
            model.save(Path(directory))
        self._reader = NeedReader(model)
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds intent, ranking and needs to each message."""
        assert self._reader is not None
        with_text = [message for message in messages if message.get(TEXT) is not None]
        asked = [(m.get(TEXT), (m.get("metadata") or {}).get("before")) for m in with_text]
        for message, needs in zip(with_text, self._reader.read_all(asked), strict=True):
            ranking = needs.intents()
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking[:5], add_to_output=True)
            message.set("needs", needs.as_dict(), add_to_output=True)
        return messages


_WRITTEN_ON = date(2026, 11, 22)  # 来月 in data/situations is December; the day of training must not matter
_OWN_CASE = (
    "faq/eligibility",
    "check_eligibility",
    "faq/changes",
    "faq/smalltalk_coming_out",
    "faq/documents",
    "correct",
)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class StandingReader(GraphComponent, IntentClassifier):
    """Reads what a message says of each requirement; sets `standing`, slot to [value, probability]."""

    def __init__(
        self, config: dict[str, Any], storage: ModelStorage, resource: Resource, model: StandingModel | None = None
    ) -> None:
        """Takes Rasa's storage and, when loaded, the trained model."""
        self._config = config
        self._storage = storage
        self._resource = resource
        self._model = model

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """`lines`: the folder of labelled lines; `others`: how many messages of other needs show what says nothing."""
        return {"lines": "data/situations", "others": 600}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> StandingReader:
        """Builds the component for training."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> StandingReader:
        """Builds the component from a trained model."""
        with model_storage.read_from(resource) as directory:
            return cls(config, model_storage, resource, StandingModel.load(Path(directory)))

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from the labelled lines, and from an even sample of messages about something else."""
        others = [
            m.get(TEXT)
            for m in training_data.intent_examples
            if m.get(TEXT) and not m.get_full_intent().startswith(_OWN_CASE)
        ]
        step = max(1, len(others) // int(self._config["others"]))
        _finder()
        self._model = StandingModel.fit(
            read_lines(ROOT / self._config["lines"]), _cues_of_a_line, others[::step], ahead.take()
        )
        with self._storage.write_to(self._resource) as directory:
            self._model.save(Path(directory))
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds `standing` to each message."""
        assert self._model is not None
        today = clock.today()
        with_text = [message for message in messages if message.get(TEXT) is not None]
        told = [(m.get(TEXT), _cues(m.data, today), _asks_elsewhere(m.get("needs"))) for m in with_text]
        for message, read in zip(with_text, self._model.read_all(told), strict=True):
            rounded = {slot: [value, round(p, 3), round(against, 3)] for slot, (value, p, against) in read.items()}
            message.set("standing", rounded, add_to_output=True)
        return messages


_PLAINLY = 0.98


def _asks_elsewhere(needs: Mapping[str, Any] | None) -> bool:
    """Whether the need is plain, and not one in which people tell of themselves."""
    label, p = needs["whole"][0] if needs and needs.get("whole") else ("", 0.0)
    return bool(p >= _PLAINLY and label.startswith("faq/") and not label.startswith(_OWN_CASE))


@lru_cache(maxsize=1)
def _finder() -> EntityFinder:
    return EntityFinder(shared_knowledge())


def _cues_of_a_line(text: str) -> tuple[str, ...]:
    return _cues({"text": text, **mentioned(_finder(), text, _WRITTEN_ON)}, _WRITTEN_ON)


def _cues(data: Mapping[str, Any], today: date) -> tuple[str, ...]:
    """Cues of a message with entities and mentions; the needs play no part, so that both classifiers can be trained apart."""
    u = Understanding.from_parse_data({**data, "needs": {}, "intent": {}})
    own = of_the_couple(u)
    found = cues(situation.read(u, today), own.entities, own.places, own.links, today, own.plain)
    return found if own is u else (*found, "x:others")
