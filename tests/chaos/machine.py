"""Resources that faults need: a small disk, and a control group with little memory."""

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
    """Mount a file system of this size at a folder.

    Raises:
        OSError: mounting is not permitted.
    """
    words = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "fairest-chaos", str(folder)]
    if subprocess.run(words, capture_output=True, check=False).returncode:
        raise OSError(f"expected the right to mount a tmpfs at {folder}; there is none")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], capture_output=True, check=False)


def can_mount() -> bool:
    """Return whether `small_disk` works here."""
    with tempfile.TemporaryDirectory() as folder, suppress(OSError), small_disk(Path(folder)):
        return True
    return False


class MemoryGroup:
    """A control group with limited memory; cgroup version 1 or 2, as available."""

    def __init__(self) -> None:
        """Create the group. Raises OSError if that is not permitted."""
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
        """Add a process; its future children are in the group, too."""
        (self._folder / "cgroup.procs").write_text(str(pid))

    def leave_room(self, room: int) -> None:
        """Allow this many bytes beyond current use, excluding caches."""
        pairs = (line.split() for line in (self._folder / "memory.stat").read_text().splitlines())
        usage = {name: int(value) for name, value in pairs}
        self._set(str(sum(usage[name] for name in self._used) + room))

    def unlimit(self) -> None:
        """Remove the limit."""
        self._set(self._none)

    def close(self) -> None:
        """Remove the group; its processes must have exited."""
        end = time.monotonic() + 5
        while time.monotonic() < end:
            with suppress(OSError):
                self._folder.rmdir()
                return
            time.sleep(0.1)

    def _set(self, value: str) -> None:
        # The kernel refuses a limit below what it cannot free immediately.
        for _ in range(20):
            with suppress(OSError):
                (self._folder / self._limit).write_text(value)
                return
            time.sleep(0.05)


def can_group() -> bool:
    """Return whether a MemoryGroup can be created here."""
    try:
        MemoryGroup().close()
    except OSError:
        return False
    return True
