"""Keeps the server's memory low and steady on Linux.

Every video frame is a few buffers of about a megabyte, allocated and freed in many threads. Left alone, glibc keeps
what was freed in an arena for each thread: some 60 MB with one viewer, more after every START. Two arenas are enough
and share it. Buffers must stay in them, though: one that comes from the kernel and goes back each time makes every
thread wait for the page tables, and four viewers' video fell seconds behind.
"""

from __future__ import annotations

import ctypes
import functools
import sys

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
"""Names and numbers of glibc's malloc.h."""

LARGE = 8 << 20
"""Bytes from which a buffer comes from the kernel and goes back to it: more than a frame takes."""

KEPT = 32 << 20
"""Freed bytes at the end of an arena that are kept for what comes next."""

ARENAS = 2


@functools.cache
def limit_arenas() -> bool:
    """Set glibc's allocator, once a process; False where there is no glibc."""
    if not sys.platform.startswith("linux"):
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    values = {M_MMAP_THRESHOLD: LARGE, M_TRIM_THRESHOLD: KEPT, M_ARENA_MAX: ARENAS}
    return all(mallopt(name, value) == 1 for name, value in values.items())
