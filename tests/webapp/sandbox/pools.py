"""Pools whose workers can also do what a file might make them do."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests import faces
from tests.patience import PATIENCE, until
from webapp.sandbox import process
from webapp.sandbox.pool import IDLE, Pool
from webapp.sandbox.worker_settings import WorkerSettings

ADULT = (faces.FOLDER / faces.ADULT).read_bytes()
DETECTOR, CLASSIFIER = "facegrid", "mobilenet_v2"


@contextmanager
def faulty_pool(settings: WorkerSettings, idle: float = IDLE) -> Iterator[Pool]:
    """A pool, closed in the end."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(process, "COMMAND", (sys.executable, "-m", "tests.webapp.sandbox.faulty"))
        pool = Pool(settings, idle=idle)
        yield pool
        pool.close()


def worker_state(pool: Pool, **header: Any) -> dict[str, Any]:
    state: dict[str, Any] = pool.call("state", header, seconds=PATIENCE).header
    return state


def wait_for_end(pid: int) -> None:
    """Wait until a process and all its threads have ended."""

    def ended() -> bool:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
            return state in "XZ" and len(list(Path(f"/proc/{pid}/task").iterdir())) <= 1
        except OSError:
            return True

    until(ended, f"the end of process {pid}")
