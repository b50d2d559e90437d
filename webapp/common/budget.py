"""Budget: bytes of arriving files that several share. Charged is what has arrived, never what was announced.

Who wants more than may be had waits. Nobody waits for ever: of the files that are still arriving the oldest may always
go on, since room for the rest of it is kept free of the others; and files that have arrived leave as they are rated.
Single pictures have room that no archive takes, as an archive stays for much longer.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Taken:
    """What one file takes.

    Attributes:
        owner: whose it is.
        small: whether it is no larger than a picture.
        size: bytes so far.
        arrived: whether no more of it will come.
    """

    def __init__(self, budget: Budget, owner: str, small: bool) -> None:
        self.owner = owner
        self.small = small
        self.size = 0
        self.arrived = False
        self._budget = budget

    async def more(self, size: int) -> None:
        """So many bytes more, when there is room for them."""
        await self._budget.grow(self, size)

    async def end(self) -> None:
        """All of it has arrived: from now on the next file is the oldest that is still arriving."""
        self.arrived = True
        await self._budget.changed()


class Budget:
    """For one event loop."""

    def __init__(self, total: int, largest: int = 0, small: int = 0, share: int | None = None) -> None:
        """Args:
        total: bytes of all.
        largest: bytes of the largest file.
        small: bytes of the largest picture; what is larger is an archive, for which twice as much stays untouched.
        share: bytes of all of one owner's; a single file may always be as large as files may be.
        """
        self._total = total
        self._largest = largest
        self._small = small
        self._share = total if share is None else share
        self._files: list[Taken] = []
        self._changed = asyncio.Condition()

    @asynccontextmanager
    async def taken(self, size: int, owner: str = "", announced: int = 0) -> AsyncIterator[Taken]:
        """So many bytes at once, or all there are if it is more; more can be taken on top. Given back in the end.

        Args:
            size: bytes.
            owner: owners are capped; see `share`.
            announced: bytes that it will have at most.
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
        """See Taken.more."""
        async with self._changed:
            await self._changed.wait_for(lambda: self._fits(file, size))
            file.size += size

    async def changed(self) -> None:
        """Have those who wait look again."""
        async with self._changed:
            self._changed.notify_all()

    @property
    def used(self) -> int:
        """Bytes, of all."""
        return sum(file.size for file in self._files)

    def _fits(self, file: Taken, size: int) -> bool:
        return self.used + size <= self._limit(file) and self._within_share(file, size)

    def _limit(self, file: Taken) -> int:
        """Bytes of all, beyond which this file may not bring them."""
        limit = self._total if file.small else self._total - 2 * self._small
        # One that waits for its own client's others keeps nobody else waiting.
        waiting = (one for one in self._files if not one.arrived and one.small == file.small)
        if next(one for one in waiting if one is file or self._within_share(one, 1)) is file:
            return limit
        return limit - (self._small if file.small else self._largest)

    def _within_share(self, file: Taken, size: int) -> bool:
        own = [one for one in self._files if one.owner == file.owner]
        if sum(one.size for one in own) + size <= self._share:
            return True
        # Those of this owner that have arrived will go; if there are none, the oldest goes on.
        return not any(one.arrived for one in own) and own[0] is file
