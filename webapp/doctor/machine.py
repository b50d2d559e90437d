"""Memory, processors and the clock."""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from core.cores import GROUP
from core.settings import VIEWERS_A_CORE, LiveSettings, ModelSettings
from webapp.doctor.finding import Finding, failure, ok, warning

MB = 10**6
MIN_MEMORY, GOOD = 500 * MB, 1000 * MB
"""Bytes that the page takes with a few viewers, and with photos beside (docs/benchmarks.md, deploy/README.md)."""

DAY = timedelta(days=1)
TIME_ERROR = 5
"""What adjtimex says where nothing keeps the clock right; see its manual page."""


def free_memory(meminfo: Path = Path("/proc/meminfo"), group: Path = GROUP) -> int | None:
    """Bytes that programs may still take, of the machine's or of the container's; None where no system says so."""
    try:
        line = next(one for one in meminfo.read_text().splitlines() if one.startswith("MemAvailable:"))
        free = int(line.split()[1]) * 1024
    except (OSError, StopIteration, ValueError):
        return None
    try:
        limit, used = (int((group / name).read_text()) for name in ("memory.max", "memory.current"))
    except (OSError, ValueError):
        return free
    return max(0, min(free, limit - used))


def check_memory(free: int | None) -> Finding:
    """Whether the models and some pictures have room. free: bytes."""
    if free is None:
        return ok("memory", f"this system does not say how much is free; {GOOD // MB:,} MB are enough")
    said = f"{free // MB:,} MB free"
    if free < MIN_MEMORY:
        return failure(
            "memory", f"{said}; the page needs {MIN_MEMORY // MB}", "End other programs, or raise the limit."
        )
    if free < GOOD:
        return warning(
            "memory", f"{said}; with photos the page takes up to {GOOD // MB:,}", "Lower FAIREST_MAX_KEPT_MB."
        )
    return ok("memory", said)


def check_threads(models: ModelSettings, live: LiveSettings, usable: float) -> list[Finding]:
    """Whether there are processors for what the settings ask of them. usable: processors."""
    found = []
    if models.threads > max(1, usable):
        advice = f"Set FAIREST_THREADS to {max(1, int(usable))}."
        found.append(warning("threads", f"{models.threads} for each model, and {usable:g} cores", advice))
    max_viewers = max(1, int(VIEWERS_A_CORE * usable))
    if live.max_viewers > max_viewers:
        advice = f"Set FAIREST_MAX_VIEWERS to {max_viewers}."
        found.append(warning("threads", f"{live.max_viewers} viewers, and {usable:g} cores", advice))
    return found or [ok("threads", f"{models.threads} for each model, {usable:g} cores")]


def is_kept_right(adjtimex: Callable[[object], int] | None = None) -> bool | None:
    """Whether something such as NTP keeps the clock right; None where no system says so. adjtimex: libc's."""
    if adjtimex is None and sys.platform.startswith("linux"):
        adjtimex = getattr(ctypes.CDLL(None), "adjtimex", None)
    if adjtimex is None:
        return None
    # A struct timex, and more: zeros ask and change nothing.
    state = adjtimex(ctypes.create_string_buffer(512))
    return None if state < 0 else state != TIME_ERROR


def program_date() -> datetime:
    """When the files of this program were written, in local time."""
    return datetime.fromtimestamp(os.path.getmtime(__file__)).astimezone()


def check_clock(now: datetime, program: datetime, right: bool | None) -> Finding:
    """Whether the clock may be right: certificates and sign-ins go by it.

    Args:
        now: with its time zone.
        program: when the program was written.
        right: whether something keeps the clock right; None when nobody knows.
    """
    said = f"{now:%Y-%m-%d %H:%M %Z}"
    advice = "Have it set by NTP, for example by systemd-timesyncd or chrony."
    if now < program - DAY:
        return failure("clock", f"{said}, which is before this program was written ({program:%Y-%m-%d})", advice)
    if right is False:
        return warning("clock", f"{said}; nothing keeps it right", advice)
    return ok("clock", said)
