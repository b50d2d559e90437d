"""Processes that keep cores busy, so that a server has to share them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

SECONDS = 3600
"""Each stops by itself after this time, in case nobody stops it."""

LOOP = f"import time\nend = time.monotonic() + {SECONDS}\nwhile time.monotonic() < end:\n    sum(range(10_000))\n"


@contextmanager
def busy(loops: int) -> Iterator[None]:
    """Run this number of endless loops, each in its own process, and kill them afterwards."""
    with ExitStack() as stack:
        for _ in range(loops):
            process = stack.enter_context(subprocess.Popen([sys.executable, "-c", LOOP]))
            stack.callback(process.kill)
        yield
