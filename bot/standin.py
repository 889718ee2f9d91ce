"""Starts Rasa without TensorFlow when no component of the configured pipeline needs it.

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
            f"{cls.__name__} needs TensorFlow, which was left out of this process. "
            "Set TOMONI_TENSORFLOW=1 to load it."
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
    def find_spec(self, fullname: str, path: Any = None, target: Any = None) -> Any:
        if fullname.split(".", 1)[0] in _ROOTS:
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


def install() -> bool:
    """Puts the stand-ins in front of TensorFlow; returns False when the real one is already loaded."""
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
    sys.meta_path.insert(0, _Finder())
    return True
