"""One server of the app that can be killed, stopped and started again, at the same address and with the same settings.

What it says goes into a file, whose disk may be full.
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
"""Characters of a log that are told."""


class AppProcess:
    """As a supervisor has it.

    Attributes:
        url: its address.
        seen: every process that it had, by number: workers too.
    """

    def __init__(
        self, log: Path, environment: Mapping[str, str], joined: Callable[[int], object] | None = None
    ) -> None:
        """Args:
        log: the file that it writes to.
        environment: variables, beside this process' own.
        joined: called with the number of each new process, once it is there.
        """
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.seen: set[int] = set()
        self._log = log
        self._environment = dict(environment)
        self._joined = joined
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; returns at once."""
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
        """Of the server."""
        assert self._process is not None
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self._process is not None and self._process.poll() is None

    def workers(self) -> list[int]:
        """The processes that open strangers' files, oldest first."""
        found = [pid for pid in family(self.pid)[1:] if "webapp.sandbox.worker" in command_of(pid)]
        self.seen.update(found)
        return sorted(found)

    def kill(self) -> None:
        """SIGKILL; returns when it has ended."""
        self.workers()
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    def pause(self) -> None:
        """SIGSTOP."""
        os.kill(self.pid, signal.SIGSTOP)

    def go_on(self) -> None:
        """SIGCONT."""
        os.kill(self.pid, signal.SIGCONT)

    def stop(self) -> None:
        """Ask it to end, and see to it."""
        if self._process is not None and self.running:
            self.workers()
            self.go_on()
            end(self._process)

    def log(self) -> str:
        """The end of what it said."""
        return self._log.read_text(encoding="utf-8", errors="replace")[-LOGGED:]

    def left_over(self) -> list[int]:
        """Processes that it had and that have not ended."""
        return [pid for pid in self.seen if alive(pid)]


def command_of(pid: int) -> str:
    """The words that a process was started with; "" when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def alive(pid: int) -> bool:
    """Whether a process runs, and is one of the app's: numbers are given anew."""
    return "webapp" in command_of(pid)
