"""Both sides of `make bench` are what they claim to be: the same lines, Rasa's own defaults, no message twice."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.knowledge.loader import ROOT, read_yaml
from tests.bench import samples, stock
from tests.bench.samples import Messages
from tests.bench.sides import _seconds_an_epoch


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> stock.StockProject:
    return stock.project(tmp_path_factory.mktemp("bench"), one_in=64, epochs=100)


def read(project: stock.StockProject, name: str) -> Any:
    return yaml.safe_load((project.folder / name).read_text(encoding="utf-8"))


def test_stock_is_what_rasa_init_writes_but_for_the_tokeniser(project: stock.StockProject) -> None:
    import rasa.engine.recipes.config_files as shipped

    default = read_yaml(Path(shipped.__path__[0]) / "default_config.yml")
    ours = read(project, "config.yml")
    assert ours["policies"] == default["policies"]
    assert ours["pipeline"][1:] == default["pipeline"][1:]
    assert default["pipeline"][0]["name"] == "WhitespaceTokenizer"
    assert ours["pipeline"][0]["name"] == "bot.nlu.tokenizer.FugashiTokenizer"
    names = [part["name"] for part in ours["pipeline"] + ours["policies"]]
    assert names.count("CountVectorsFeaturizer") == 2
    assert {"DIETClassifier", "ResponseSelector", "FallbackClassifier", "TEDPolicy", "UnexpecTEDIntentPolicy"} <= set(
        names
    )


def test_fewer_epochs_change_nothing_but_the_epochs(tmp_path: Path, project: stock.StockProject) -> None:
    few = read(stock.project(tmp_path, 64, 2), "config.yml")
    for part in few["pipeline"] + few["policies"]:
        if part.get("epochs") == 2:
            part["epochs"] = 100
    assert few == read(project, "config.yml")


def test_stock_has_our_lines_and_our_answers(project: stock.StockProject) -> None:
    nlu = {item["intent"]: item["examples"] for item in read(project, "data/nlu.yml")["nlu"]}
    known = {line for lines in samples.examples().values() for line in lines}
    assert all(line[2:] in known for text in nlu.values() for line in text.splitlines())
    domain = read(project, "domain.yml")
    assert {f"utter_{i}" for i in nlu if i.startswith("faq/")} <= set(domain["responses"])
    assert set(domain["actions"]) == set(samples.TASKS.values())


def test_every_intent_of_ours_has_a_rule_on_the_stock_side(project: stock.StockProject) -> None:
    ours = {i if isinstance(i, str) else next(iter(i)) for i in read_yaml(ROOT / "domain.yml")["intents"]}
    assert {rule["steps"][0]["intent"] for rule in read(project, "data/rules.yml")["rules"]} == ours


def test_all_lines_are_taken_when_all_are_asked_for_and_each_need_keeps_some() -> None:
    everything, few = samples.sample(1), samples.sample(64)
    assert sum(map(len, everything.values())) == sum(map(len, samples.examples().values()))
    assert set(few) == set(everything)
    assert all(lines for lines in few.values())


def test_no_message_is_said_twice_until_all_were_and_one_in_eight_is_a_task() -> None:
    messages = Messages()
    said = list(itertools.islice(messages.stream(one_action_in=8), 800))
    tasks = {line for key, lines in samples.examples().items() if key.split(" ")[1] in samples.TASKS for line in lines}
    assert sum(text in tasks for text in said) == 100
    questions = list(itertools.islice(messages.stream(), len(messages)))
    assert len(set(questions)) >= 0.99 * len(questions)
    assert not any(text.isascii() for text in questions)


def test_stock_is_asked_for_the_same_tasks_by_name() -> None:
    said = list(itertools.islice(Messages(64, tasks_by_name=True).stream(one_action_in=8), 800))
    assert {text[1:] for text in said if text.startswith("/")} == set(samples.TASKS)
    assert sum(text.startswith("/") for text in said) == 100
    plain = list(itertools.islice(Messages(64).stream(one_action_in=8), 800))
    assert [a for a, b in zip(said, plain, strict=True) if a != b] == [text for text in said if text.startswith("/")]


def test_an_epoch_is_timed_without_the_first_one() -> None:
    log = (
        "Starting to train component 'DIETClassifier'.\nEpochs:  33%|███| 1/3 [00:20<00:40, 20s/it]\r"
        "Epochs: 100%|███| 3/3 [00:24<00:00, 8s/it]\nStarting to train component 'RulePolicy'.\n"
        "Starting to train component 'TEDPolicy'.\nEpochs:  50%|██| 1/2 [00:09<00:09]\rEpochs: 100%|███| 2/2 [00:10<00:00]\n"
    )
    assert _seconds_an_epoch(log) == 3.0
