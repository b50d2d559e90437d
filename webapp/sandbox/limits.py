"""What a worker may take of the machine, where the system can hold it to that: time, memory, files.

Linux has all of it, macOS most, Windows none; there the server's own clock is what ends a worker.
"""

from __future__ import annotations

import contextlib
import ctypes
import functools
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

if sys.platform != "win32":
    import resource

NICENESS = 10
"""Live video goes first."""

OOM_SCORE = 800
"""Added to how a system that runs out of memory rates this process, up to 1000: it goes first, and is replaced, where
the server's end would be the end of everybody's video."""

OPEN_FILES = 64
"""Files a worker may have open at a time, beside none that it may write."""

CPU_LIMITED = hasattr(signal, "setitimer")
"""Whether the system ends who takes more processor time than it may."""

OPENING_CPU = 1.5
"""Seconds of processor time that opening a picture may take."""

OPENING_MEMORY = 300_000_000
"""Bytes that opening a picture may take."""


def harden() -> None:
    """Give way to others, in processor and memory; no core dumps, nothing written to disk, few open files. For good."""
    if sys.platform == "win32":
        return
    with contextlib.suppress(OSError):
        os.nice(NICENESS)
    # A session of its own is a group of its own to Linux' scheduler, and niceness counts within a group only.
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
    """Set one of the values that Linux keeps of this process; elsewhere there is none."""
    with contextlib.suppress(OSError):
        Path("/proc/self", name).write_text(str(value), encoding="ascii")


@contextlib.contextmanager
def opening(cpu: float = OPENING_CPU, memory: int = OPENING_MEMORY) -> Iterator[None]:
    """Around the opening of a file that a stranger made.

    Beyond the time the system ends the process, even inside a library; beyond the memory, allocation fails.

    Args:
        cpu: seconds of processor time, of all threads.
        memory: bytes on top of what the process has.
    """
    if sys.platform == "win32":
        yield
        return
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    before = resource.getrlimit(resource.RLIMIT_DATA)
    present = data_bytes()
    if present is not None:
        resource.setrlimit(resource.RLIMIT_DATA, (present + memory, before[1]))
    signal.setitimer(signal.ITIMER_PROF, cpu)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        resource.setrlimit(resource.RLIMIT_DATA, before)


def data_bytes() -> int | None:
    """Bytes of this process that RLIMIT_DATA counts; None where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[5])
    except OSError:
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")


@functools.cache
def _trimmer() -> Callable[[int], int] | None:
    if not sys.platform.startswith("linux"):
        return None
    return getattr(ctypes.CDLL(None), "malloc_trim", None)


def trim() -> None:
    """Give freed memory back to the system, where there is glibc."""
    trimmer = _trimmer()
    if trimmer:
        trimmer(0)
