"""bot/rules depends on nothing but the standard library and does no work beyond values; figures match the knowledge base."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

from oracle_eligibility import FIGURES

from bot.rules.conditions import BothAged
from bot.rules.regulation import TOKYO, RequirementId
from bot.rules.tokyo_link import Linked

FILES = sorted((Path(__file__).parents[3] / "bot" / "rules").glob("*.py"))
NOT_PURE = {
    "asyncio",
    "http",
    "io",
    "logging",
    "os",
    "pathlib",
    "random",
    "shutil",
    "socket",
    "subprocess",
    "time",
    "urllib",
}


def imported(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, path
            names.add(node.module or "")
    return names


def test_the_rules_import_only_each_other_and_the_standard_library() -> None:
    assert len(FILES) >= 8
    for path in FILES:
        for name in imported(path):
            root = name.split(".")[0]
            assert name.startswith("bot.rules.") or root in sys.stdlib_module_names, (path.name, name)
            assert root not in NOT_PURE, (path.name, name)


def test_the_rules_read_no_clock_and_open_no_file() -> None:
    for path in FILES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = getattr(node, "attr", None) or getattr(node, "id", None)
            assert name not in {"today", "now", "utcnow", "open", "print", "read_text"}, (path.name, name)


def test_modules_stay_short_and_postpone_annotations() -> None:
    for path in FILES:
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 250, path.name
        assert path.name == "__init__.py" or "from __future__ import annotations" in text, path.name


def test_figures_in_force_are_those_of_the_knowledge_base() -> None:
    by_id = {rule.id: rule for rule in TOKYO if rule.valid_until is None}
    age, link = by_id[RequirementId.BOTH_ADULTS].condition, by_id[RequirementId.TOKYO_LINK].condition
    assert isinstance(age, BothAged) and age.minimum_age == FIGURES["minimum_age"]
    assert isinstance(link, Linked) and link.move_in_months == FIGURES["move_in_months"]
    assert {str(rule.valid_from) for rule in TOKYO} == {str(FIGURES["reception_start"])}
