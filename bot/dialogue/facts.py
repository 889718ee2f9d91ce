"""The plain dict that holds what people state about themselves, and the words for "both of us"."""

from __future__ import annotations

import re
from typing import Any

Facts = dict[str, Any]
_BOTH = r"(?:二人とも|ふたりとも|2人とも|両方|両名|どっちも|どちらも|お互い|おたがい|互いに|私たち|わたしたち|うちら|僕ら|俺ら|双方|ともに|共に|\bboth\b|\bneither\b|\bwe(?:'re| are|'ve)?\b|\bus\b|futari ?tomo|futari)"
BOTH = re.compile(_BOTH)
