"""A full disk: that of home, temporary files and log."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from tests.chaos.faults.fault import Base

CHUNK = 64 * 1024


class DiskFull(Base):
    """Filled by a file."""

    def inject(self) -> None:
        """Fill the disk."""
        # Unbuffered: data that no longer fits must not be written again on close.
        with self._filler.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(CHUNK))
        with self._filler.open("ab", buffering=0) as file, suppress(OSError):
            while True:
                file.write(b"\0")

    def mend(self) -> None:
        """Remove the file."""
        self._filler.unlink()

    @property
    def _filler(self) -> Path:
        return self.world.disk / "filler"
