"""The server's handle on a worker: a process that answers one job at a time, or is killed."""

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
from webapp.sandbox.limits import CPU_LIMITED, opening_cpu
from webapp.sandbox.stillness import Stillness
from webapp.sandbox.wire import OPENING, WORKING, Message, WireError
from webapp.sandbox.worker_settings import WorkerSettings

logger = logging.getLogger(__name__)

COMMAND = (sys.executable, "-m", "webapp.sandbox.worker")
"""Command line of a worker; it runs in the project's folder."""

INHERITED = ("PATH", "SYSTEMROOT", "TMPDIR", "TEMP", "TMP", "LANG", "LD_LIBRARY_PATH", "PYTHONPATH")
"""Environment variables passed on to a worker."""

ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
"""Keep libraries from starting threads when loaded: those would not be confined."""

MAX_ANSWER_BYTES = 100_000_000

STARTING = 60.0
"""Timeout in seconds for start-up, on a busy machine."""

PARTING = 2.0
"""Seconds within which a worker must exit after its input is closed."""

CRASHING = 2.0
"""Seconds that a worker may take to exit after its output ended or was invalid."""

STILL, LOOK_EVERY = 3.0, 0.25
"""Seconds for which a worker may be idle while opening a file, and the polling interval."""

TIME_UP = {-signal.SIGPROF} if sys.platform != "win32" else set()
"""Exit statuses of a worker that exceeded its processor time."""


class LostError(Exception):
    """The worker has died or was killed.

    Attributes:
        stage: the stage that it was in.
        late: whether it was killed because of a timeout.
        seconds: the timeout; the limit of processor time, if that was exceeded.
        status: its exit status; negative: the signal that ended it.
        starved: whether it timed out although it was never idle and stayed within its processor time: the machine was
            busy with other things.
    """

    def __init__(self, stage: str, late: bool, seconds: float, status: int, starved: bool = False) -> None:
        super().__init__(f"lost while {stage}")
        self.stage = stage
        self.late = late
        self.seconds = seconds
        self.status = status
        self.starved = starved


class Watch:
    """Watchdog that kills a process on timeout, or when it is idle, unless stopped.

    Attributes:
        late: whether it has done so.
        still: whether that was because the process was idle.
        seconds: the timeout.
    """

    def __init__(self, end: Callable[[], None]) -> None:
        self._end = end
        self._off = threading.Event()
        self.late = self.still = False
        self.seconds = 0.0

    def allow(self, seconds: float, stillness: Stillness | None = None) -> None:
        """Set a timeout from now on, replacing any previous one.

        Args:
            seconds: the timeout.
            stillness: measures for how long the process has been idle, which may be STILL seconds at most; None for no
                limit.
        """
        self.stop()
        self.seconds = seconds
        self._off = threading.Event()
        threading.Thread(target=self._look, args=(self._off, seconds, stillness), name="watch", daemon=True).start()

    def _look(self, stopped: threading.Event, seconds: float, stillness: Stillness | None) -> None:
        end = time.monotonic() + seconds
        while (remaining := end - time.monotonic()) > 0:
            if stopped.wait(min(remaining, LOOK_EVERY) if stillness else remaining):
                return
            if stillness and stillness.seconds() >= STILL:
                self.still, self.seconds = True, STILL
                break
        if not stopped.is_set():
            self.late = True
            self._end()

    def stop(self) -> None:
        """Stop watching."""
        self._off.set()


class Process:
    """One worker. For use by one thread, except that any may call `kill`."""

    def __init__(self, settings: WorkerSettings) -> None:
        """Start the process; it is set up when the first job is sent.

        Raises:
            OSError: the system cannot start it.
        """
        # Workers run as the server's user, and the server's environment may contain passwords.
        confinement.hide()
        self._process = subprocess.Popen(
            COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=ROOT,
            env={name: os.environ[name] for name in INHERITED if name in os.environ} | ONE_THREAD,
            # Ctrl-C in a terminal should reach only the server, which stops its workers itself.
            start_new_session=True,
        )
        self._settings = settings.model_dump(mode="json")
        self._opening_cpu = opening_cpu(settings.pictures.max_megapixels)
        self._ready = False

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it is still running."""
        return self._process.poll() is None

    def answer(self, header: Mapping[str, Any], blobs: Sequence[bytes], limits: Mapping[str, float]) -> Message:
        """Send a job and return the answer.

        Args:
            header, blobs: the job.
            limits: timeout in seconds for each stage that the worker may report.

        Raises:
            LostError: it died, or was killed on timeout. It can no longer be used.
        """
        if not self._ready:
            started = self._exchange(self._settings, (), {WORKING: STARTING})
            tell_lacking(tuple(map(str, started.header.get("lacking", ()))))
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
                # Only known stages are accepted.
                seconds, stage = limits[answer.header["stage"]], answer.header["stage"]
                watch.allow(seconds, Stillness(self.pid) if stage == OPENING else None)
            raise WireError("expected an answer; the stream ended")
        except (OSError, WireError, KeyError, TypeError) as error:
            watch.stop()
            status = self._end(CRASHING)
            if status in TIME_UP:
                raise LostError(stage, True, self._opening_cpu, status) from error
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
        """Kill it at once."""
        self._process.kill()

    def close(self) -> None:
        """Close its input, which makes it exit, and wait until it has."""
        self._end(PARTING)

    def _end(self, patience: float) -> int:
        """Ensure that it has exited, killing it after `patience` seconds; return its exit status."""
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
    """Log, once, which protections of workers the system lacks. lacking: see webapp.sandbox.confinement.LACKING."""
    descriptions = [confinement.LACKING[name] for name in lacking if name in confinement.LACKING]
    if descriptions:
        logger.warning(
            "the process that opens strangers' files is confined less than it could be; this system has %s",
            "; ".join(descriptions),
        )
