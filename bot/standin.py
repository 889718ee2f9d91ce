"""Starts Rasa without TensorFlow when no component of the configured pipeline needs it, and a server without what it never asks.

Rasa 3.6 imports TensorFlow for components we do not use (DIET, TED, ResponseSelector): 12-15 s and some 345 MB at every
start. Importing those modules only needs names to inherit from and annotate with; `install` gives them such names.
Anything that tries to *compute* with one raises, so a wrong guess cannot pass unnoticed. DESIGN section 6 has the figures.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Iterable
from types import ModuleType
from typing import Any

_ROOTS = ("tensorflow", "tensorflow_text", "tensorflow_hub", "tensorflow_addons", "keras")

# What Rasa imports at start for channels, stores, plots and training that a serving process of ours has nothing to do with:
# 3 s and 60 MB. Only `lean` leaves these out; training and tests get them.
_NEVER_ASKED = (
    "aiogram",  # Telegram
    "webexteamssdk",
    "slack_sdk",
    "twilio",
    "mattermostwrapper",
    "rocketchat_API",
    "fbmessenger",
    "boto3",  # DynamoDB, S3
    "botocore",
    "s3transfer",
    "pymongo",
    "bson",
    "socketio",  # a channel whose callers may name any sender; ours is web chat
    "engineio",
    "h5py",
    "matplotlib",
    "PIL",
    "sklearn",  # trains our models; their use is numpy
    "joblib",
    "dask",  # see bot/graph_runner.py
    "networkx",
    "prompt_toolkit",  # `rasa shell`
    "questionary",
)

# Rasa components that compute with TensorFlow; with any of these in config.yml the real library is loaded.
NEEDS_TENSORFLOW = frozenset(
    {
        "DIETClassifier",
        "ResponseSelector",
        "TEDPolicy",
        "UnexpecTEDIntentPolicy",
        "ConveRTFeaturizer",
        "LanguageModelFeaturizer",
    }
)


class _Name(type):
    """Metaclass of the stand-ins: every attribute of a stand-in is a stand-in again."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _named(f"{cls.__qualname__}.{name}")

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        # A decorator (`@tf.function`) or a decorator factory hands the function back; a subclass that Rasa defined
        # at import, instantiated later, means somebody really wanted to compute.
        if len(args) == 1 and callable(args[0]) and not kwargs:
            return args[0]
        if cls.__module__ == __name__:
            return cls
        raise RuntimeError(
            f"{cls.__name__} needs a library that was left out of this process (bot/standin.py). "
            "Set TOMONI_TENSORFLOW=1 to load them all."
        )


def _named(qualname: str) -> type:
    return _Name(qualname.rsplit(".", 1)[-1], (), {"__qualname__": qualname, "__module__": __name__})


class _StandIn(ModuleType):
    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        value = _named(f"{self.__name__}.{name}")
        setattr(self, name, value)
        return value


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def __init__(self, roots: Iterable[str]) -> None:
        self._roots = frozenset(roots)

    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if fullname.split(".", 1)[0] in self._roots:
            return importlib.machinery.ModuleSpec(fullname, self, is_package=True)
        return None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        module = _StandIn(spec.name)
        module.__path__ = []
        return module

    def exec_module(self, module: ModuleType) -> None:
        module.__version__ = "0"  # Rasa reads it for its version report


def wanted(component_names: Iterable[str]) -> bool:
    """Tells whether none of the named components of config.yml computes with TensorFlow."""
    return NEEDS_TENSORFLOW.isdisjoint(component_names)


def install(lean: bool = False) -> bool:
    """Puts the stand-ins in front of TensorFlow; returns False when the real one is already loaded.

    With `lean` also in front of whatever serving never asks for and nothing has imported yet.
    """
    if isinstance(sys.modules.get("tensorflow"), _StandIn):
        return True
    if "tensorflow" in sys.modules:
        return False
    # thinc (below spaCy) probes for TensorFlow and would take a stand-in for the real thing: let it find nothing.
    sys.modules["tensorflow"] = None  # type: ignore[assignment]
    try:
        import thinc.compat  # noqa: F401
    finally:
        del sys.modules["tensorflow"]
    unasked = [root for root in _NEVER_ASKED if root not in sys.modules] if lean else []
    sys.meta_path.insert(0, _Finder([*_ROOTS, *unasked]))
    return True
