"""Keeps the server's memory low on Linux.

Every video frame is a few buffers of about a megabyte, allocated and freed in many threads. Left alone, glibc raises
the size from which it asks the kernel for memory of its own to just above those, keeps them in an arena for each
thread instead, and hardly gives anything back: some 60 MB with one viewer, more after every START.
"""

from __future__ import annotations

import ctypes
import functools
import sys

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
"""Names and numbers of glibc's malloc.h."""

LARGE = 64 * 1024
"""Bytes from which a buffer comes from the kernel and goes back to it when freed."""

ARENAS = 2


@functools.cache
def give_back_freed_memory() -> bool:
    """Set glibc's allocator, once a process; False where there is no glibc."""
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    values = {M_MMAP_THRESHOLD: LARGE, M_TRIM_THRESHOLD: LARGE, M_ARENA_MAX: ARENAS}
    return all(mallopt(name, value) == 1 for name, value in values.items())
