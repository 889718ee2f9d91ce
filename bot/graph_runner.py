"""Runs Rasa's graph of components one after the other.

Rasa hands its ten nodes to Dask, which plans the same little graph anew for every message and every prediction. Here the order is
found once for each set of targets. The nodes, their inputs and their results are Rasa's own.
"""

from __future__ import annotations

from typing import Any

from rasa.engine.exceptions import GraphRunError
from rasa.engine.runner.dask import DaskGraphRunner


class InOrderRunner(DaskGraphRunner):
    """A `GraphRunner` whose plan is made once."""

    def run(self, inputs: dict[str, Any] | None = None, targets: list[str] | None = None) -> dict[str, Any]:
        """Runs what the targets need, and returns the targets' results."""
        wanted = tuple(targets or self._graph_schema.target_names)
        inputs = inputs or {}
        results = {name: (name, value) for name, value in inputs.items()}
        try:
            for name, needs in self._plan(wanted):
                if name not in results:
                    # like Dask, which leaves the name where nothing provides it
                    results[name] = self._instantiated_nodes[name](*(results.get(need, need) for need in needs))
        except RuntimeError as error:
            raise GraphRunError("Error running runner.") from error
        return {name: results[name][1] for name in wanted}

    def _plan(self, wanted: tuple[str, ...]) -> list[tuple[str, tuple[str, ...]]]:
        """Nodes with what they need, each after all it needs."""
        plans: dict[tuple[str, ...], list[tuple[str, tuple[str, ...]]]] = self.__dict__.setdefault("_plans", {})
        if wanted not in plans:
            nodes = self._graph_schema.nodes
            planned: dict[str, tuple[str, ...]] = {}

            def add(name: str) -> None:
                if name in planned or name not in nodes:  # an input
                    return
                needs = tuple(nodes[name].needs.values())
                for need in needs:
                    add(need)
                planned[name] = needs

            for name in wanted:
                add(name)
            plans[wanted] = list(planned.items())
        return plans[wanted]
