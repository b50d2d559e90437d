"""Resource limits of a worker, as far as the system supports them: processor time, memory, files.

Linux supports all of them, macOS most, Windows none; there, only the server's timeouts stop a worker.
"""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

if sys.platform != "win32":
    import resource

NICENESS = 10
"""Live video has priority."""

OOM_SCORE = 800
"""Added to this process's OOM score, of at most 1000: the kernel kills it first, and it is replaced, whereas losing the
server would end everybody's video."""

OPEN_FILES = 64
"""Maximum number of open files; none may be written."""

CPU_LIMITED = hasattr(signal, "setitimer")
"""Whether the system kills a process that exceeds its processor time."""

OPENING_MEGAPIXELS = 40
"""Megapixels of a picture that opens within the two limits below; both grow with larger ones."""

OPENING_CPU = 1.5
"""Processor time in seconds for opening a picture."""

OPENING_MEMORY = 300_000_000
"""Memory in bytes for opening a picture."""


def opening_cpu(max_megapixels: int) -> float:
    """Return the processor time in seconds for opening a picture of at most so many megapixels."""
    return OPENING_CPU * max(1.0, max_megapixels / OPENING_MEGAPIXELS)


def opening_memory(max_megapixels: int) -> int:
    """Return the memory in bytes for opening a picture of at most so many megapixels."""
    return round(OPENING_MEMORY * max(1.0, max_megapixels / OPENING_MEGAPIXELS))


def harden() -> None:
    """Lower CPU and OOM priority; forbid core dumps, disk writes and many open files. Permanent."""
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError):
        os.nice(NICENESS)
    # A separate session is a separate autogroup to Linux's scheduler, and niceness counts only within one.
    _tell_kernel("autogroup", NICENESS)
    _tell_kernel("oom_score_adj", OOM_SCORE)
    for kind, limit in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, OPEN_FILES),
    ):
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(kind, (limit, limit))


def _tell_kernel(name: str, value: int) -> None:
    """Set one of Linux's per-process values; without effect on other systems."""
    with contextlib.suppress(OSError):
        Path("/proc/self", name).write_text(str(value), encoding="ascii")


@contextlib.contextmanager
def opening(cpu: float = OPENING_CPU, memory: int = OPENING_MEMORY) -> Iterator[None]:
    """Limit resources while an untrusted file is opened.

    Beyond the time limit the system kills the process, even inside a library; beyond the memory limit, allocations
    fail.

    Args:
        cpu: seconds of processor time, of all threads.
        memory: bytes in addition to what the process already has.
    """
    if sys.platform == "win32":
        yield
        return
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    previous = resource.getrlimit(resource.RLIMIT_DATA)
    in_use = data_bytes()
    if in_use is not None:
        resource.setrlimit(resource.RLIMIT_DATA, (in_use + memory, previous[1]))
    signal.setitimer(signal.ITIMER_PROF, cpu)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        resource.setrlimit(resource.RLIMIT_DATA, previous)


def data_bytes() -> int | None:
    """Return the bytes of this process that count towards RLIMIT_DATA; None if the system does not report them."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[5])
    except OSError:
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")
