"""The CPU cores that this process may use."""

from __future__ import annotations

import os
from pathlib import Path

GROUP = Path("/sys/fs/cgroup")
"""Where Linux lists a container's resource limits."""


def cores() -> int:
    """Number of cores that this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def usable_cores(group: Path = GROUP) -> float:
    """Number of cores whose CPU time this process may use; fewer than `cores` in a container with a CPU limit."""
    try:
        quota, period = (group / "cpu.max").read_text().split()
        return min(float(cores()), int(quota) / int(period))
    except (OSError, ValueError):
        return float(cores())
