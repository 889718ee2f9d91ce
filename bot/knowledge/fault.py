"""One fault of the content, first as the checks find it, then in staff's words from `faults.yml`."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml


@dataclass(frozen=True)
class Finding:
    """What a check found and where; `code` names the message."""

    code: str
    file: str
    id: str
    field: str = ""
    values: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Fault:
    """A fault as staff read it, Japanese first, then English."""

    file: str
    id: str
    field: str
    message: str
    what_to_do: str
    code: str


@lru_cache(maxsize=1)
def messages() -> Mapping[str, Any]:
    """The words for every kind of fault."""
    return yaml.safe_load(Path(__file__).with_name("faults.yml").read_text(encoding="utf-8"))


def worded(finding: Finding) -> Fault:
    """Puts a finding into words."""
    words = messages()[finding.code]
    says, do = (
        "\n".join(words[part][lang].format_map(finding.values) for lang in ("ja", "en")) for part in ("says", "do")
    )
    return Fault(finding.file, finding.id, finding.field, says, do, finding.code)
