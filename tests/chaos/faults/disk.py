"""A disk without a free byte: that of the home, of temporary files and of the log."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from tests.chaos.faults.fault import Base

CHUNK = 64 * 1024


class DiskFull(Base):
    """Filled by a file of ours."""

    def inject(self) -> None:
        """See Fault."""
        # Not buffered: what does not fit any more must not be tried again at the end.
        with self._filler.open("wb", buffering=0) as file, suppress(OSError):
            while True:
                file.write(bytes(CHUNK))
        with self._filler.open("ab", buffering=0) as file, suppress(OSError):
            while True:
                file.write(b"\0")

    def mend(self) -> None:
        """See Fault."""
        self._filler.unlink()

    @property
    def _filler(self) -> Path:
        return self.world.disk / "filler"
