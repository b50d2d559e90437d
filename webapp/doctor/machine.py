"""Checks of memory, processors and the clock."""

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
"""Bytes that the page needs with a few viewers, and with photos as well (docs/benchmarks.md, deploy/README.md)."""

DAY = timedelta(days=1)
TIME_ERROR = 5
"""Return value of adjtimex when the clock is not synchronised; see its manual page."""


def free_memory(meminfo: Path = Path("/proc/meminfo"), group: Path = GROUP) -> int | None:
    """Return the bytes still available on the machine or in the container; None if the system does not report it."""
    try:
        line = next(entry for entry in meminfo.read_text().splitlines() if entry.startswith("MemAvailable:"))
        free = int(line.split()[1]) * 1024
    except (OSError, StopIteration, ValueError):
        return None
    try:
        limit, used = (int((group / name).read_text()) for name in ("memory.max", "memory.current"))
    except (OSError, ValueError):
        return free
    return max(0, min(free, limit - used))


def check_memory(free: int | None) -> Finding:
    """Check that there is memory for the models and some pictures. free: bytes."""
    if free is None:
        return ok("memory", f"this system does not report free memory; {GOOD // MB:,} MB is enough")
    message = f"{free // MB:,} MB free"
    if free < MIN_MEMORY:
        return failure(
            "memory", f"{message}; the page needs {MIN_MEMORY // MB} MB", "Close other programs, or raise the limit."
        )
    if free < GOOD:
        return warning(
            "memory", f"{message}; with photos, the page needs up to {GOOD // MB:,} MB", "Lower FAIREST_MAX_KEPT_MB."
        )
    return ok("memory", message)


def check_threads(models: ModelSettings, live: LiveSettings, usable: float) -> list[Finding]:
    """Check that there are enough cores for the configured threads and viewers. usable: number of cores."""
    warnings = []
    if models.threads > max(1, usable):
        advice = f"Set FAIREST_THREADS to {max(1, int(usable))}."
        warnings.append(warning("threads", f"{models.threads} for each model, but only {usable:g} cores", advice))
    max_viewers = max(1, int(VIEWERS_A_CORE * usable))
    if live.max_viewers > max_viewers:
        advice = f"Set FAIREST_MAX_VIEWERS to {max_viewers}."
        warnings.append(warning("threads", f"{live.max_viewers} viewers, but only {usable:g} cores", advice))
    return warnings or [ok("threads", f"{models.threads} for each model, {usable:g} cores")]


def is_kept_right(adjtimex: Callable[[object], int] | None = None) -> bool | None:
    """Return whether the clock is synchronised, for example by NTP; None if unknown. adjtimex: libc's function."""
    if adjtimex is None and sys.platform.startswith("linux"):
        adjtimex = getattr(ctypes.CDLL(None), "adjtimex", None)
    if adjtimex is None:
        return None
    # Room for a struct timex; all zeros, the call only queries the state.
    state = adjtimex(ctypes.create_string_buffer(512))
    return None if state < 0 else state != TIME_ERROR


def program_date() -> datetime:
    """Return when this program's files were written, in local time."""
    return datetime.fromtimestamp(os.path.getmtime(__file__)).astimezone()


def check_clock(now: datetime, program: datetime, right: bool | None) -> Finding:
    """Check that the clock is plausible: certificates and sign-ins depend on it.

    Args:
        now: with a time zone.
        program: when the program was written.
        right: whether the clock is synchronised; None if unknown.
    """
    message = f"{now:%Y-%m-%d %H:%M %Z}"
    advice = "Synchronise it by NTP, for example with systemd-timesyncd or chrony."
    if now < program - DAY:
        return failure("clock", f"{message}, which is earlier than this program's files ({program:%Y-%m-%d})", advice)
    if right is False:
        return warning("clock", f"{message}; it is not synchronised", advice)
    return ok("clock", message)
