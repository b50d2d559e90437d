"""A worker as the server sees it: a process that answers one job after another, or is ended."""

from __future__ import annotations

import contextlib
import functools
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import IO, Any

from core.settings import ROOT
from webapp.sandbox import confinement, wire
from webapp.sandbox.limits import CPU_LIMITED, OPENING_CPU
from webapp.sandbox.stillness import Stillness
from webapp.sandbox.wire import OPENING, WORKING, Message, WireError
from webapp.sandbox.worker_settings import WorkerSettings

logger = logging.getLogger(__name__)

COMMAND = (sys.executable, "-m", "webapp.sandbox.worker")
"""The program; its folder is the project's."""

INHERITED = ("PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP", "LANG", "LD_LIBRARY_PATH", "PYTHONPATH")
"""Variables that a worker needs."""

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
"""Libraries start no threads as they are loaded: those would not be confined."""

MAX_ANSWER_BYTES = 100_000_000

STARTING = 60.0
"""Seconds in which a worker must be ready for its first job, on a busy machine."""

PARTING = 2.0
"""Seconds in which a worker whose input has ended must have ended, too."""

CRASHING = 2.0
"""Seconds in which a worker whose answers have ended, or make no sense, may end by itself."""

STILL, LOOK_EVERY = 3.0, 0.25
"""Seconds for which a worker may do nothing while it opens a file, and between looks at whether it does."""

TIME_UP = {-signal.SIGPROF} if sys.platform != "win32" else set()
"""Exit statuses of a worker that took more processor time than it may."""


class LostError(Exception):
    """The worker is no more.

    Attributes:
        stage: what it was at.
        late: whether it was ended because its time was up.
        seconds: the time it had; of its processor where that is what it used up.
        status: its exit status; below 0, the signal that ended it.
        starved: whether it was late though it worked all the time and took less of its processor than it may: the
            machine was busy with other things.
    """

    def __init__(self, stage: str, late: bool, seconds: float, status: int, starved: bool = False) -> None:
        super().__init__(f"lost while {stage}")
        self.stage = stage
        self.late = late
        self.seconds = seconds
        self.status = status
        self.starved = starved


class Watch:
    """Ends a process whose time is up, or that does nothing, unless it is called off.

    Attributes:
        late: whether it did.
        still: whether that was because the process did nothing.
        seconds: what was allowed.
    """

    def __init__(self, end: Callable[[], None]) -> None:
        self._end = end
        self._off = threading.Event()
        self.late = self.still = False
        self.seconds = 0.0

    def allow(self, seconds: float, stillness: Stillness | None = None) -> None:
        """So many seconds from now, whatever was allowed before.

        Args:
            seconds: at most.
            stillness: of the process, which may do nothing for STILL seconds only; any stillness is right when not
                given.
        """
        self.stop()
        self.seconds = seconds
        self._off = threading.Event()
        threading.Thread(target=self._look, args=(self._off, seconds, stillness), name="watch", daemon=True).start()

    def _look(self, off: threading.Event, seconds: float, stillness: Stillness | None) -> None:
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            if off.wait(min(left, LOOK_EVERY) if stillness else left):
                return
            if stillness and stillness.seconds() >= STILL:
                self.still, self.seconds = True, STILL
                break
        if not off.is_set():
            self.late = True
            self._end()

    def stop(self) -> None:
        """Call it off."""
        self._off.set()


class Process:
    """One worker. For one thread; only `kill` may be called from others."""

    def __init__(self, settings: WorkerSettings) -> None:
        """Start it; it is ready when the first job is taken.

        Raises:
            OSError: the system cannot start it.
        """
        # A worker has the same user as the server, whose variables may hold passwords.
        confinement.hide()
        self._process = subprocess.Popen(
            COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env={name: os.environ[name] for name in INHERITED if name in os.environ} | ONE_THREAD,
            # Ctrl-C in a terminal is for the server, which ends its workers itself.
            start_new_session=True,
        )
        self._settings = settings.model_dump(mode="json")
        self._ready = False

    @property
    def pid(self) -> int:
        """Its number in the system."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it has not ended."""
        return self._process.poll() is None

    def answer(self, header: Mapping[str, Any], blobs: Sequence[bytes], limits: Mapping[str, float]) -> Message:
        """What it says to a job.

        Args:
            header, blobs: the job.
            limits: seconds for each stage that it may name.

        Raises:
            LostError: it ended, or was ended as it took too long. It is of no more use.
        """
        if not self._ready:
            began = self._exchange(self._settings, (), {WORKING: STARTING})
            tell_lacking(tuple(map(str, began.header.get("lacking", ()))))
            self._ready = True
        return self._exchange(header, blobs, limits)

    def _exchange(self, header: Mapping[str, Any], blobs: Sequence[bytes], limits: Mapping[str, float]) -> Message:
        watch = Watch(self.kill)
        stage = WORKING
        try:
            watch.allow(limits[stage])
            wire.write(self._stdin, header, blobs)
            while (answer := wire.read(self._stdout, MAX_ANSWER_BYTES)) is not None:
                if "stage" not in answer.header:
                    return answer
                # Only a stage that is among ours is believed.
                seconds, stage = limits[answer.header["stage"]], answer.header["stage"]
                watch.allow(seconds, Stillness(self.pid) if stage == OPENING else None)
            raise WireError("expected an answer; the stream ended")
        except (OSError, WireError, KeyError, TypeError) as error:
            watch.stop()
            status = self._end(CRASHING)
            if status in TIME_UP:
                raise LostError(stage, True, OPENING_CPU, status) from error
            starved = CPU_LIMITED and stage == OPENING and watch.late and not watch.still
            raise LostError(stage, watch.late, watch.seconds, status, starved) from error
        finally:
            watch.stop()

    @property
    def _stdin(self) -> IO[bytes]:
        assert self._process.stdin
        return self._process.stdin

    @property
    def _stdout(self) -> IO[bytes]:
        assert self._process.stdout
        return self._process.stdout

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def close(self) -> None:
        """End its input, so that it ends, and wait until it has."""
        self._end(PARTING)

    def _end(self, patience: float) -> int:
        """Make sure that it has ended, by itself or by force after so many seconds; its exit status."""
        with contextlib.suppress(OSError):
            self._stdin.close()
        try:
            code = self._process.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()
            code = self._process.wait()
        self._stdout.close()
        return code


@functools.cache
def tell_lacking(lacking: tuple[str, ...]) -> None:
    """Log, once, how far the system cannot confine workers. lacking: see webapp.sandbox.confinement.LACKING."""
    known = [confinement.LACKING[name] for name in lacking if name in confinement.LACKING]
    if known:
        logger.warning(
            "the process that opens strangers' files is confined less than it could be; this system has %s",
            "; ".join(known),
        )
