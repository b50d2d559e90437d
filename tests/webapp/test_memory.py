from __future__ import annotations

import subprocess
import sys

import pytest

from core.settings import ROOT
from webapp.memory import give_back_freed_memory

GROWTH = """
import sys, threading
from webapp.memory import give_back_freed_memory
if sys.argv[1] == "on":
    assert give_back_freed_memory()
import numpy as np

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096 / 1e6

def frames():
    for _ in range(30):
        kept = [np.ones(900_000, np.uint8) for _ in range(8)]

before = resident()
for _ in range(3):
    threads = [threading.Thread(target=frames) for _ in range(8)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()
print(resident() - before)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="glibc's allocator")
def test_frames_freed_in_many_threads_go_back_to_the_system() -> None:
    command = [sys.executable, "-c", GROWTH, "on"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert float(done.stdout) < 25


def test_it_can_be_asked_again() -> None:
    assert give_back_freed_memory() == give_back_freed_memory()


def test_elsewhere_nothing_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    give_back_freed_memory.cache_clear()
    assert give_back_freed_memory() is False
    give_back_freed_memory.cache_clear()
