"""A server process of the app that can be killed, paused and restarted at the same address with the same settings.

Its output goes to a file, whose disk may be full.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from core.settings import ROOT
from tests.bench.process import family
from tests.browser.serving import end, free_port

LOGGED = 6000
"""Characters of a log that are reported."""


class AppProcess:
    """A server as a supervisor would manage it.

    Attributes:
        url: its address.
        seen: ids of all processes that it has had, including workers.
    """

    def __init__(
        self, log: Path, environment: Mapping[str, str], joined: Callable[[int], object] | None = None
    ) -> None:
        """Prepare a server.

        Args:
            log: file for its output.
            environment: variables in addition to this process's own.
            joined: called with the id of each new process.
        """
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.seen: set[int] = set()
        self._log = log
        self._environment = dict(environment)
        self._joined = joined
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; returns immediately."""
        words = ["--server.port", str(self.port), "--server.address", "127.0.0.1"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "streamlit", "run", *words, "webapp/app.py"],
                cwd=ROOT,
                env=os.environ | {"FAIREST_DRAIN_SECONDS": "0"} | self._environment,
                stdout=log,
                stderr=log,
            )
        if self._joined is not None:
            self._joined(self._process.pid)
        self.seen.add(self._process.pid)

    @property
    def pid(self) -> int:
        """The server's process id."""
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it is running."""
        return self._process is not None and self._process.poll() is None

    def workers(self) -> list[int]:
        """Return the ids of the sandboxed worker processes, oldest first."""
        pids = [pid for pid in family(self.pid)[1:] if "webapp.sandbox.worker" in command_of(pid)]
        self.seen.update(pids)
        return sorted(pids)

    def kill(self) -> None:
        """Send SIGKILL and wait for the process to exit."""
        self.workers()
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def pause(self) -> None:
        """Send SIGSTOP."""
        os.kill(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """Send SIGCONT."""
        os.kill(self.pid, signal.SIGCONT)

    def stop(self) -> None:
        """Stop it, by force if needed."""
        if self._process is not None and self.running:
            self.workers()
            self.go_on()
            end(self._process)

    def log(self) -> str:
        """Return the end of its output."""
        return self._log.read_text(encoding="utf-8", errors="replace")[-LOGGED:]

    def left_over(self) -> list[int]:
        """Return its processes that are still running."""
        return [pid for pid in self.seen if alive(pid)]


def command_of(pid: int) -> str:
    """Return a process's command line; "" if it has exited."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def alive(pid: int) -> bool:
    """Return whether a process is running and belongs to the app, since process ids are reused."""
    return "webapp" in command_of(pid)
