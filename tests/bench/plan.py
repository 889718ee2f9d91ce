"""What is measured, in the full form and in the short one that every change passes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """Sizes of one run; `one_in` n means every n-th example line, the same lines for both sides."""

    one_in: int
    epochs: int
    """Epochs of stock's four neural parts. `rasa init` says 100; time for 100 is extrapolated and called so."""
    repeats: int
    seconds: float
    people: tuple[int, ...]
    """Each with questions only and with one action in eight; one person's latency is measured besides."""
    conversation: int
    conversation_budget: float
    """Seconds stock may take over one long conversation; what it reached is reported."""
    starts: int
    cold: bool
    growth: tuple[int, ...] = ()
    """Further `one_in` to train on, for how training grows."""
    product: bool = False
    """Whether our model of all lines is measured too."""


FULL = Plan(
    one_in=16, epochs=12, repeats=3, seconds=8, people=(10, 50, 200), conversation=2000, conversation_budget=150,
    starts=3, cold=True, growth=(4, 1), product=True,
)  # fmt: skip
WHOLE_EPOCHS = 100


@dataclass(frozen=True)
class ShortPlan:
    """Sizes of the short form: both sides are up at once and asked in turn, `rounds` times."""

    one_in: int = 64
    epochs: int = 1
    rounds: int = 3
    most_rounds: int = 7
    """A ratio that looks worse is measured in further rounds before anybody is alarmed."""
    alone_seconds: float = 4
    crowd_seconds: float = 8
    people: int = 50


SHORT = ShortPlan()
