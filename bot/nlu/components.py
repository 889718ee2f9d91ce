"""Rasa graph components that read a message: entities, language, and the need behind it."""

from __future__ import annotations

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
from bot.knowledge.loader import Knowledge, load
from bot.nlu.entities import EntityFinder
from bot.nlu.language import detect, is_other_language
from bot.nlu.model import NeedModel
from bot.nlu.needs import NeedReader

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
            mentions = self._finder.find(text, clock.today())
            message.set(
                ENTITIES,
                message.get(ENTITIES, []) + [
                    {"entity": e.type, "value": e.value, "start": e.start, "end": e.end, "extractor": type(self).__name__}
                    for e in mentions.entities
                ],
                add_to_output=True,
            )  # fmt: skip
            language = detect(text)
            message.set(
                "mentions",
                {
                    "lang": language.value if language else None,
                    "other_language": is_other_language(text),
                    "places": [[p.kind, p.value, p.name, p.start, p.end] for p in mentions.places],
                    "links": [[m.label, m.start, m.end] for m in mentions.links],
                    "providers": [p for p in mentions.providers],
                    "prefectures": list(mentions.prefectures),
                },
                add_to_output=True,
            )
        return messages


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
        for message in messages:
            text = message.get(TEXT)
            if text is None:
                continue
            needs = self._reader.read(text)
            ranking = needs.intents()
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set(INTENT_RANKING_KEY, ranking[:5], add_to_output=True)
            message.set("needs", needs.as_dict(), add_to_output=True)
        return messages
