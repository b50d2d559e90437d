"""Keep the server's memory use low and stable on Linux.

Every video frame takes a few buffers of about a megabyte, allocated and freed in many threads. By default glibc keeps
freed memory in an arena per thread: some 60 MB with one viewer, and more after every START. Two shared arenas are
enough. But buffers must stay in them: mapping one from the kernel and unmapping it each time makes every thread wait
for the page tables, and made four viewers' video fall seconds behind.
"""

from __future__ import annotations

import ctypes
import functools
import sys
from collections.abc import Callable

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
"""Names and values from glibc's malloc.h."""

LARGE = 8 << 20
"""Size in bytes from which a buffer is mapped from the kernel and unmapped when freed: more than a frame needs."""

KEPT = 32 << 20
"""Freed bytes at the end of an arena that are kept for reuse."""

ARENAS = 2


@functools.cache
def limit_arenas() -> bool:
    """Configure glibc's allocator, once per process; return False if there is no glibc."""
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    values = {M_MMAP_THRESHOLD: LARGE, M_TRIM_THRESHOLD: KEPT, M_ARENA_MAX: ARENAS}
    return all(mallopt(name, value) == 1 for name, value in values.items())


@functools.cache
def _trimmer() -> Callable[[int], int] | None:
    if not sys.platform.startswith("linux"):
        return None
    return getattr(ctypes.CDLL(None), "malloc_trim", None)


def trim() -> None:
    """Return freed memory to the system, where glibc is used."""
    trimmer = _trimmer()
    if trimmer:
        trimmer(0)
