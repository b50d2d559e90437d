"""Resource use of a process, read from /proc (Linux)."""

from __future__ import annotations

import os
import platform
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


def processor_name() -> str:
    """Return the processor's model name, or its architecture if the system does not tell the name."""
    info = Path("/proc/cpuinfo")
    for line in info.read_text().splitlines() if info.exists() else []:
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            return value.strip()
    return platform.machine()


def _status(pid: int, name: str) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1])
    raise RuntimeError(f"expected {name} in /proc/{pid}/status: this benchmark runs on Linux")


def resident_mb(pid: int) -> float:
    """Return the resident memory in megabytes."""
    return _status(pid, "VmRSS") / 1024


def peak_mb(pid: int) -> float | None:
    """Return the peak resident memory in megabytes; None if the process has exited."""
    try:
        return _status(pid, "VmHWM") / 1024
    except (OSError, RuntimeError):
        return None


def threads(pid: int) -> int:
    """Return the number of kernel threads, including libraries' own."""
    return _status(pid, "Threads")


def cpu_seconds(pid: int) -> float:
    """Return the CPU time since the process started."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


def family(pid: int) -> list[int]:
    """Return a process and all its descendants."""
    parents: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rsplit(")", 1)[1].split()[1])
        except OSError:
            continue
        parents.setdefault(parent, []).append(int(path.parent.name))
    pids = [pid]
    for member in pids:
        pids += parents.get(member, [])
    return pids
