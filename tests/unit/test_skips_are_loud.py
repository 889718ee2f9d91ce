"""A test that did not run is said so, and is a failure where everything is required."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bot.knowledge.loader import ROOT

TESTS = """
import pytest
def test_fine(): pass
@pytest.mark.xfail
def test_known(): assert False
def test_skipped(): pytest.skip("no Chromium here")
"""
MODULE = 'import pytest\npytest.importorskip("no_such_package_anywhere")\n'


def run(tmp_path: Path, **env: str) -> subprocess.CompletedProcess[str]:
    (tmp_path / "conftest.py").write_text(
        (ROOT / "tests" / "conftest.py").read_text(encoding="utf-8"), encoding="utf-8"
    )
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    clean = {k: v for k, v in os.environ.items() if k != "TOMONI_REQUIRE_ALL"}
    return subprocess.run(
        [sys.executable, "-m", "pytest", str(tmp_path), "-p", "no:cacheprovider", "-q"],
        cwd=tmp_path, env=clean | {"PYTHONPATH": str(ROOT)} | env, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


def test_a_skip_is_named_at_the_end(tmp_path: Path) -> None:
    (tmp_path / "test_some.py").write_text(TESTS)
    done = run(tmp_path)
    assert done.returncode == 0
    assert "NOT TESTED" in done.stdout
    assert "no Chromium here" in done.stdout


def test_a_skip_fails_where_all_is_required_and_an_expected_failure_does_not(tmp_path: Path) -> None:
    (tmp_path / "test_some.py").write_text(TESTS)
    done = run(tmp_path, TOMONI_REQUIRE_ALL="1")
    assert done.returncode == 1
    assert "1 failed, 1 passed, 1 xfailed" in done.stdout


@pytest.mark.parametrize(("required", "status"), [("0", (0, 5)), ("1", (1, 2))])
def test_a_file_that_skips_itself_is_no_exception(tmp_path: Path, required: str, status: tuple[int, ...]) -> None:
    (tmp_path / "test_whole.py").write_text(MODULE)
    assert run(tmp_path, TOMONI_REQUIRE_ALL=required).returncode in status
