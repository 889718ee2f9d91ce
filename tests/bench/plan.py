"""What is measured, in the full form and in the short one that every change runs."""

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
SHORT = Plan(
    one_in=64, epochs=2, repeats=1, seconds=5, people=(50,), conversation=1025, conversation_budget=0, starts=0, cold=False
)  # fmt: skip
WHOLE_EPOCHS = 100
