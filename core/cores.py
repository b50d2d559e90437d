"""The processors that this process may use."""

from __future__ import annotations

import os
from pathlib import Path

GROUP = Path("/sys/fs/cgroup")
"""Where Linux says what a container may have."""


def cores() -> int:
    """Those that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def usable_cores(group: Path = GROUP) -> float:
    """Those whose time this process may use: fewer where a container has a limit."""
    try:
        quota, period = (group / "cpu.max").read_text().split()
        return min(float(cores()), int(quota) / int(period))
    except (OSError, ValueError):
        return float(cores())
