"""What the figures were seen on, and how much memory a process and its children hold."""

from __future__ import annotations

import os
import platform
import subprocess
from pathlib import Path
from typing import Any

from bot.knowledge.loader import ROOT


def description() -> dict[str, Any]:
    """Processor, cores, memory, system, Python."""
    return {
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def _processor() -> str:
    known = _field("/proc/cpuinfo", "model name") if Path("/proc/cpuinfo").exists() else None
    return known or platform.processor() or platform.machine()


def commit() -> str:
    """The commit measured, marked when files differ from it."""

    def git(*arguments: str) -> str:
        found = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
        return found.stdout.strip()

    return (git("rev-parse", "--short", "HEAD") or "unknown") + (" and changes" if git("status", "--porcelain") else "")


def memory_mb(root: int) -> float:
    """Memory of a process and all below it in MB: on Linux the proportional share (pages shared count once), elsewhere resident."""
    return sum(_memory_kb(pid) for pid in family(root)) / 1024


def own_memory_mb(root: int) -> float:
    """Memory that nothing but these processes explains: without mapped files, of which others' share changes as they come and go."""
    total = 0
    for pid in family(root):
        path = f"/proc/{pid}/smaps_rollup"
        if not Path(path).exists():
            return memory_mb(root)
        try:
            total += sum(int((_field(path, name) or "0").split()[0]) for name in ("Pss_Anon", "Pss_Shmem", "SwapPss"))
        except OSError:  # it has just ended, or is not ours
            continue
    return total / 1024


def cpu_seconds(root: int) -> float:
    """Processor time a process and all below it have used so far; not measured where there is no /proc."""
    ticks = 0
    for pid in family(root):
        try:
            fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()
        except OSError:
            continue
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def family(root: int) -> list[int]:
    """A process and its descendants."""
    lines = subprocess.run(["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True).stdout
    children: dict[int, list[int]] = {}
    for line in lines.splitlines():
        pid, parent = map(int, line.split())
        children.setdefault(parent, []).append(pid)
    found, ahead = [], [root]
    while ahead:
        found.append(ahead.pop())
        ahead += children.get(found[-1], [])
    return found


def _memory_kb(pid: int) -> int:
    if Path("/proc/self/smaps_rollup").exists():
        try:
            return int((_field(f"/proc/{pid}/smaps_rollup", "Pss") or "0").split()[0])
        except OSError:  # it has just ended, or is not ours
            return 0
    shown = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return int(shown.strip() or 0)


def _field(path: str, name: str) -> str | None:
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return None
