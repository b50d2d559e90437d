"""Keep the server's memory use low and stable on Linux.

Every video frame takes a few buffers of about a megabyte, allocated and freed in many threads. By default glibc keeps
freed memory in an arena per thread: some 60 MB with one viewer, and more after every START. Two shared arenas are
enough. But buffers must stay in them: mapping one from the kernel and unmapping it each time makes every thread wait
for the page tables, and made four viewers' video fall seconds behind.

The buffers of a model are different: it has dozens, and they live long. In the arenas, other objects settle between
them, and little of what they leave can be returned to the system: some 25 MB with all models.
"""

from __future__ import annotations

import ctypes
import functools
import sys
import threading
from collections.abc import Callable

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
"""Names and values from glibc's malloc.h."""

LARGE = 8 << 20
"""Size in bytes from which a buffer is mapped from the kernel and unmapped when freed: more than a frame needs."""

LARGE_FOR_MODELS = 128 << 10
"""The same for a model's buffers."""

KEPT = 32 << 20
"""Freed bytes at the end of an arena that are kept for reuse."""

ARENAS = 2


@functools.cache
def limit_arenas() -> bool:
    """Configure glibc's allocator, once per process; return False if there is no glibc."""
    return _configure({M_MMAP_THRESHOLD: LARGE, M_TRIM_THRESHOLD: KEPT, M_ARENA_MAX: ARENAS})


class ModelBuffers:
    """Context in which growing arenas is avoided for buffers of a model, by mapping them from the kernel.

    That applies to buffers that other threads allocate meanwhile, too. It may be entered by several threads at a time,
    and changes nothing unless `limit_arenas` was called.
    """

    def __init__(self) -> None:
        self._inside = 0
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        with self._lock:
            self._inside += 1
            self._map_from(LARGE_FOR_MODELS)

    def __exit__(self, *_error: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self._map_from(LARGE)

    def _map_from(self, size: int) -> None:
        if limit_arenas.cache_info().currsize:
            _configure({M_MMAP_THRESHOLD: size})


model_buffers = ModelBuffers()


def _glibc(name: str) -> Callable[..., int] | None:
    """Return one of glibc's functions; None elsewhere."""
    return getattr(ctypes.CDLL(None), name, None) if sys.platform.startswith("linux") else None


def _configure(values: dict[int, int]) -> bool:
    mallopt = _glibc("mallopt")
    return mallopt is not None and all(mallopt(name, value) == 1 for name, value in values.items())


def trim() -> None:
    """Return freed memory to the system, where glibc is used."""
    malloc_trim = _glibc("malloc_trim")
    if malloc_trim:
        malloc_trim(0)
