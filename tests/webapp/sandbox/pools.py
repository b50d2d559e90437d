"""Pools whose workers can also do what a file might make them do."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from core.settings import Settings
from tests import faces
from webapp.sandbox import process
from webapp.sandbox.pool import IDLE, Pool

ADULT = (faces.FOLDER / faces.ADULT).read_bytes()
DETECTOR, CLASSIFIER = "facegrid", "mobilenet_v2"
PATIENCE = 60.0
"""Seconds: nothing takes so long, on any machine."""


@contextmanager
def faulty_pool(settings: Settings, idle: float = IDLE) -> Iterator[Pool]:
    """A pool, closed in the end."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(process, "COMMAND", (sys.executable, "-m", "tests.webapp.sandbox.faulty"))
        pool = Pool(settings, idle=idle)
        yield pool
        pool.close()


def worker_state(pool: Pool, **header: Any) -> dict[str, Any]:
    found: dict[str, Any] = pool.call("state", header, seconds=PATIENCE).header
    return found


def gone(pid: int) -> bool:
    """Whether a process and all its threads have ended, waiting for that if need be."""

    def ended() -> bool:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
            return state in "XZ" and len(list(Path(f"/proc/{pid}/task").iterdir())) <= 1
        except OSError:
            return True

    return until(ended)


def until(happened: Callable[[], bool]) -> bool:
    end = time.monotonic() + PATIENCE
    while not happened() and time.monotonic() < end:
        time.sleep(0.02)
    return happened()
