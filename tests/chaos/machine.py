"""What the faults need of the machine: a small disk, and a group with little memory."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

GROUPS = Path("/sys/fs/cgroup")
DISK_MB = 4


@contextmanager
def small_disk(folder: Path, megabytes: int = DISK_MB) -> Iterator[None]:
    """A file system of so many megabytes, mounted at a folder.

    Raises:
        OSError: it may not be.
    """
    words = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "fairest-chaos", str(folder)]
    if subprocess.run(words, capture_output=True, check=False).returncode:
        raise OSError(f"expected the right to mount a tmpfs at {folder}; there is none")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], capture_output=True, check=False)


def can_mount() -> bool:
    """Whether `small_disk` works here."""
    with tempfile.TemporaryDirectory() as folder, suppress(OSError), small_disk(Path(folder)):
        return True
    return False


class MemoryGroup:
    """A control group whose processes may be left little memory; version 1 or 2, as the machine has it."""

    def __init__(self) -> None:
        """Raises OSError: it may not be made."""
        first = (GROUPS / "memory").is_dir()
        self._folder = (GROUPS / "memory" if first else GROUPS) / f"fairest-chaos-{os.getpid()}-{time.monotonic_ns()}"
        self._limit = "memory.limit_in_bytes" if first else "memory.max"
        self._none = "-1" if first else "max"
        self._used = ("total_rss", "total_mapped_file") if first else ("anon", "file_mapped")
        self._folder.mkdir()
        if not (self._folder / self._limit).is_file():
            self._folder.rmdir()
            raise OSError("expected a controller of memory; there is none")

    def add(self, pid: int) -> None:
        """Have a process, and those that it will start, in the group."""
        (self._folder / "cgroup.procs").write_text(str(pid))

    def leave_room(self, room: int) -> None:
        """Allow so many bytes beyond what is in use, caches aside."""
        pairs = (line.split() for line in (self._folder / "memory.stat").read_text().splitlines())
        found = {name: int(value) for name, value in pairs}
        self._set(str(sum(found[name] for name in self._used) + room))

    def unlimit(self) -> None:
        """Allow all there is."""
        self._set(self._none)

    def close(self) -> None:
        """Take the group away; its processes must have ended."""
        end = time.monotonic() + 5
        while time.monotonic() < end:
            with suppress(OSError):
                self._folder.rmdir()
                return
            time.sleep(0.1)

    def _set(self, value: str) -> None:
        # The kernel refuses a limit below what it cannot free at once.
        for _ in range(20):
            with suppress(OSError):
                (self._folder / self._limit).write_text(value)
                return
            time.sleep(0.05)


def can_group() -> bool:
    """Whether a MemoryGroup can be made here."""
    try:
        MemoryGroup().close()
    except OSError:
        return False
    return True
