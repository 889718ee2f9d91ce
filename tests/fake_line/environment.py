"""The fake LINE's own Python environment: LINE's official SDK needs pydantic 2, which cannot live beside Rasa.

python -m tests.fake_line.environment      builds it from the hashed lock unless it is there already, and prints its Python
"""

from __future__ import annotations

import fcntl
import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
PLACE = ROOT / ".venv-line"
LOCK = HERE / "requirements.lock"


def python() -> Path:
    """The environment's Python; built once for each lock, by one of several that ask at once."""
    found = PLACE / "bin" / "python"
    wanted = hashlib.sha256(LOCK.read_bytes()).hexdigest()
    with open(ROOT / ".venv-line.building", "w") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        done = PLACE / ".built"
        if not (done.exists() and done.read_text() == wanted and found.exists()):
            shutil.rmtree(PLACE, ignore_errors=True)
            _build(found)
            done.write_text(wanted)
    return found


def _build(found: Path) -> None:
    installer = shutil.which("uv") or str(ROOT / ".tools" / "bin" / "uv")
    if Path(installer).exists():
        _run(installer, "venv", "--quiet", "--python", sys.executable, str(PLACE))
        _run(installer, "pip", "install", "--quiet", "--python", str(found), "--require-hashes", "-r", str(LOCK))
    else:
        _run(sys.executable, "-m", "venv", str(PLACE))
        _run(str(found), "-m", "pip", "install", "--quiet", "--require-hashes", "-r", str(LOCK))


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(f"{' '.join(command[:4])} …\n{done.stderr[-2000:]}")


if __name__ == "__main__":
    print(python())
