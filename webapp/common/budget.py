"""Memory budget for uploads in transit, shared by several clients. Bytes are charged as they arrive, not as announced.

A request for more than is available waits. It cannot starve: the oldest file still arriving may always continue, since
the others leave room for the rest of it, and complete files leave as they are rated. Some room is reserved for single
pictures, because an archive stays for much longer.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Taken:
    """One file's share of the budget.

    Attributes:
        owner: client that sends the file.
        small: whether it is no larger than a picture.
        size: bytes taken so far.
        arrived: whether the file is complete.
    """

    def __init__(self, budget: Budget, owner: str, small: bool) -> None:
        self.owner = owner
        self.small = small
        self.size = 0
        self.arrived = False
        self._budget = budget

    async def more(self, size: int) -> None:
        """Take `size` more bytes, waiting until there is room for them."""
        await self._budget.grow(self, size)

    async def end(self) -> None:
        """Mark the file as complete, so that the next file becomes the oldest still arriving."""
        self.arrived = True
        await self._budget.changed()


class Budget:
    """A budget in bytes, for use on one event loop."""

    def __init__(self, total: int, largest: int = 0, small: int = 0, share: int | None = None) -> None:
        """Set the limits.

        Args:
            total: bytes for all files together.
            largest: size of the largest file, bytes.
            small: size of the largest picture, bytes; anything larger is an archive, and archives leave twice this size
                free.
            share: bytes per owner; a single file may exceed it, up to the size allowed for files.
        """
        self._total = total
        self._largest = largest
        self._small = small
        self._share = total if share is None else share
        self._files: list[Taken] = []
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def taken(self, size: int, owner: str = "", announced: int = 0) -> AsyncIterator[Taken]:
        """Take `size` bytes, or the whole budget if that is less; more can be taken later. Everything is released on
        exit.

        Args:
            size: bytes.
            owner: client, whose total is limited to `share`.
            announced: the file's maximum size in bytes.
        """
        file = Taken(self, owner, max(size, announced) <= self._small)
        self._files.append(file)
        try:
            await file.more(min(size, self._total))
            yield file
        finally:
            self._files.remove(file)
            await asyncio.shield(self.changed())

    async def grow(self, file: Taken, size: int) -> None:
        """Take `size` more bytes for a file, waiting until there is room."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._fits(file, size))
            file.size += size

    async def changed(self) -> None:
        """Wake up the waiting files so that they check again."""
        async with self._changed:
            self._changed.notify_all()

    @property
    def used(self) -> int:
        """Bytes taken by all files."""
        return sum(file.size for file in self._files)

    def _fits(self, file: Taken, size: int) -> bool:
        return self.used + size <= self._limit(file) and self._within_share(file, size)

    def _limit(self, file: Taken) -> int:
        """Return the total of all files, in bytes, that this file may not exceed by growing."""
        limit = self._total if file.small else self._total - 2 * self._small
        # A file that waits for others of its own client does not make other clients wait.
        waiting = (candidate for candidate in self._files if not candidate.arrived and candidate.small == file.small)
        if next(candidate for candidate in waiting if candidate is file or self._within_share(candidate, 1)) is file:
            return limit
        return limit - (self._small if file.small else self._largest)

    def _within_share(self, file: Taken, size: int) -> bool:
        owned = [candidate for candidate in self._files if candidate.owner == file.owner]
        if sum(owned_file.size for owned_file in owned) + size <= self._share:
            return True
        # Complete files of this owner will be released; if there are none, its oldest may continue.
        return not any(owned_file.arrived for owned_file in owned) and owned[0] is file
