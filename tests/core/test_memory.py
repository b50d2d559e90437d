from __future__ import annotations

import subprocess
import sys

import pytest

from core.memory import ARENAS, limit_arenas
from core.settings import ROOT

FRAMES = """
import ctypes, sys, threading
from core.memory import limit_arenas
if sys.argv[1] == "on":
    assert limit_arenas()
import numpy as np

together = threading.Barrier(12)

def frames():
    together.wait()
    for _ in range(30):
        kept = [np.ones(900_000, np.uint8) for _ in range(4)]

threads = [threading.Thread(target=frames) for _ in range(12)]
for thread in threads: thread.start()
for thread in threads: thread.join()
ctypes.CDLL(None).malloc_stats()
"""

KEPT = """
from core.memory import trim

def anonymous():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("RssAnon"))

kept = [b"x" * (100_000 + number) for number in range(1000)]
last = b"x" * 100_000
full = anonymous()
del kept
trim()
print(full - anonymous())
"""


MAPPED = """
import ctypes
import numpy as np
from core.memory import limit_arenas, model_buffers

class Info(ctypes.Structure):
    _fields_ = [(name, ctypes.c_size_t) for name in "arena ordblks smblks hblks hblkhd".split()] + [
        ("others", ctypes.c_size_t * 5)
    ]

libc = ctypes.CDLL(None)
libc.mallinfo2.restype = Info

def mapped(megabytes):
    before = libc.mallinfo2().hblks
    buffer = np.ones(megabytes << 20, np.uint8)
    return libc.mallinfo2().hblks - before

limit_arenas()
# None fits into what those before it have left.
print(mapped(1))
with model_buffers:
    with model_buffers:
        print(mapped(2))
    print(mapped(3))
print(mapped(4))
"""


def arenas(limited: str) -> int:
    """In how many arenas glibc keeps what twelve threads allocated and freed."""
    command = [sys.executable, "-c", FRAMES, limited]
    completed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return completed.stderr.count("Arena ")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's allocator")
def test_many_threads_share_two_arenas() -> None:
    assert arenas("on") <= ARENAS < arenas("off")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's allocator")
def test_freed_memory_goes_back() -> None:
    completed = subprocess.run([sys.executable, "-c", KEPT], cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(completed.stdout) > 80_000


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's allocator")
def test_buffers_of_a_frame_stay_in_the_arenas_and_those_of_a_model_are_mapped() -> None:
    completed = subprocess.run([sys.executable, "-c", MAPPED], cwd=ROOT, capture_output=True, text=True, check=True)
    assert completed.stdout.split() == ["0", "1", "1", "0"]


def test_it_can_be_asked_again() -> None:
    assert limit_arenas() == limit_arenas()


def test_elsewhere_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    limit_arenas.cache_clear()
    assert limit_arenas() is False
    limit_arenas.cache_clear()
