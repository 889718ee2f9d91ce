"""Rasa starts without TensorFlow, and whatever would compute with it fails loudly; answers are the same with and without."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot import standin
from bot.knowledge.loader import ROOT, read_yaml


def python(code: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code],
        cwd=ROOT,
        env=os.environ | env,
        capture_output=True,
        text=True,
        timeout=180,
    )


def test_our_pipeline_wants_the_standin() -> None:
    config = read_yaml(ROOT / "config.yml")
    assert standin.wanted([c["name"] for c in config["pipeline"] + config["policies"]])


@pytest.mark.parametrize("name", sorted(standin.NEEDS_TENSORFLOW))
def test_a_component_that_computes_with_tensorflow_gets_the_real_one(name: str) -> None:
    assert not standin.wanted(["RulePolicy", name])


def test_every_component_of_rasa_that_imports_tensorflow_is_listed() -> None:
    """Rasa's own files tell which components need it."""
    import re
    from importlib.util import find_spec

    package = Path(find_spec("rasa").submodule_search_locations[0])  # type: ignore[union-attr, index]
    found = set()
    for folder in ("nlu/classifiers", "nlu/selectors", "nlu/featurizers", "core/policies"):
        for path in (package / folder).rglob("*.py"):
            text = path.read_text(encoding="utf-8")
            if re.search(r"^\s*(?:import tensorflow|from rasa\.utils\.tensorflow\.models)", text, re.MULTILINE):
                found |= set(re.findall(r"@DefaultV1Recipe\.register\((?:[^@]*?)\)\nclass (\w+)", text))
    assert found, "Rasa's layout changed: this test no longer sees its components"
    assert found <= standin.NEEDS_TENSORFLOW


def test_rasa_imports_without_tensorflow() -> None:
    done = python(
        "from bot.runtime import prepare; prepare()\n"
        "import rasa.core.agent, rasa.model_training, sys\n"
        "import tensorflow\n"
        "assert type(tensorflow).__name__ == '_StandIn', tensorflow\n"
        "assert not any('_pywrap_tensorflow' in m for m in sys.modules)\n"
        "print('ok')"
    )
    assert done.stdout.strip() == "ok", done.stderr[-2000:]


def test_building_a_component_that_needs_tensorflow_fails_loudly() -> None:
    done = python(
        "from bot.runtime import prepare; prepare()\n"
        "from rasa.utils.tensorflow.models import RasaModel\n"
        "try:\n    RasaModel()\n"
        "except RuntimeError as error:\n    print('TOMONI_TENSORFLOW' in str(error))\n"
        "else:\n    print('silent')"
    )
    assert done.stdout.strip() == "True", done.stderr[-2000:]


def test_the_real_library_loaded_before_is_left_alone() -> None:
    done = python(
        "import sys, types\n"
        "real = sys.modules['tensorflow'] = types.ModuleType('tensorflow')\n"
        "from bot import standin\n"
        "print(standin.install(), sys.modules['tensorflow'] is real)"
    )
    assert done.stdout.strip() == "False True", done.stderr[-2000:]


def test_installing_twice_is_harmless() -> None:
    done = python(
        "import sys\nfrom bot import standin\nprint(standin.install())\nimport tensorflow\n"
        "finders = len(sys.meta_path)\nprint(standin.install(), len(sys.meta_path) == finders)"
    )
    assert done.stdout.split() == ["True", "True", "True"], done.stderr[-2000:]


def test_spacy_does_not_take_the_standin_for_tensorflow() -> None:
    done = python("from bot.runtime import prepare; prepare()\nfrom thinc import compat\nprint(compat.has_tensorflow)")
    assert done.stdout.strip() == "False", done.stderr[-2000:]


@pytest.mark.slow
@pytest.mark.model
def test_predictions_are_the_same_with_and_without_tensorflow(model: Path) -> None:
    lines = [
        "費用はいくらですか",
        "We both live in Shinjuku, can we apply?",
        "死にたい",
        "ごみの日はいつ",
        "世田谷区では使える？",
        "うちら使える？",
    ]

    def ask(**env: str) -> list[dict[str, object]]:
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "bot", "ask", "--today", "2026-11-22"],
            cwd=ROOT, env=os.environ | env, input="\n".join(lines), capture_output=True, text=True, timeout=300, check=True,
        )  # fmt: skip
        answers = [json.loads(line) for line in done.stdout.splitlines()]
        for answer in answers:
            answer.pop("elapsed_ms")
        return answers

    without, with_ = ask(), ask(TOMONI_TENSORFLOW="1")
    assert len(without) == len(lines)
    assert without == with_


def test_a_process_that_only_serves_leaves_out_what_it_never_asks_for_and_others_do_not() -> None:
    code = (
        "from bot.runtime import prepare; prepare(lean={lean})\n"
        "import rasa.core.agent, sys\n"
        "import sklearn, boto3\n"
        "print(type(sklearn).__name__, type(boto3).__name__)"
    )
    assert python(code.format(lean=True)).stdout.strip() == "_StandIn _StandIn"
    assert python(code.format(lean=False)).stdout.strip() == "module module"


def test_a_library_that_is_there_already_is_not_replaced() -> None:
    done = python(
        "import sklearn\nfrom bot import standin\nstandin.install(lean=True)\n"
        "import sklearn.svm\nprint(type(sklearn.svm).__name__)"
    )
    assert done.stdout.strip() == "module", done.stderr[-2000:]
