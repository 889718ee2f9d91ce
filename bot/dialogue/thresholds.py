"""How likely a need must be; probabilities of the calibrated model, measured in docs/decisions/0002-understanding.md."""

from __future__ import annotations

SURE = 0.40
"""From here on the likeliest answer is given."""
HEDGE = 0.13
"""From here on it is given as a guess, with others."""
OFFER = 0.05
"""From here on the nearest answers are offered as choices; below, we say that we do not know."""
OUT = 0.25
"""Out of scope, together with half the best answer's: finds .89 of it, turns away under 1 % of the rest."""
CONTEXT = 0.1
"""How little a need may weigh that a short message does not have when read after what was answered last."""
