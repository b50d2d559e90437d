"""Somebody who is live, and comes back as the page's component does when their video stops."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass

from aiortc import RTCConfiguration

from tests.live.caller import Caller
from tests.live.film import EncodedFilm
from tests.live.link import Link
from webapp.live.consent import wait_for_late_answers

SIZE, FPS = (320, 240), 15
"""Of the films: small, so that what is measured is not this machine."""
LOOK = 0.1
"""Seconds between looks at what came."""
SILENT = 25.0
"""Seconds without anything after which a viewer looks for a new connection; longer than a busy machine is silent."""
CONNECTING = 15.0
"""Seconds for which a connection is waited for."""
AGAIN = 0.5
"""Seconds between two tries."""


@dataclass(frozen=True, slots=True)
class Came:
    """What came up to a moment, monotonic seconds. analysed: messages about faces. frames: pictures that came back."""

    at: float
    analysed: int
    frames: int


class Watcher:
    """One viewer.

    Attributes:
        name: for reports.
        mode: see the offer; "drawn" has its video come back.
        connections: that stood so far.
        refusals: sentences with which an offer was refused.
        ended: how each connection that stood came to its end, and where it was.
    """

    def __init__(
        self,
        name: str,
        url: str,
        mode: str,
        cookie: str = "",
        link: Link | None = None,
        ice: RTCConfiguration | None = None,
        size: tuple[int, int] = SIZE,
    ) -> None:
        """Args:
        url: of the app or its proxy.
        cookie: what it sends along.
        link: its path to the server; sockets as they are, when not given.
        ice: how it reaches the server; directly, when not given.
        size: of its film, pixels.
        """
        self.name = name
        self.mode = mode
        self.cookie = cookie
        self.connections = 0
        self.refusals: list[str] = []
        self.ended: list[str] = []
        # A browser takes late answers, too.
        wait_for_late_answers()
        self._caller = Caller(url, EncodedFilm(size, FPS, 4.0), mode, link=link, ice=ice)
        self._log: list[Came] = []
        self._analysed = self._frames = 0
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin."""
        self._task = asyncio.create_task(self._run())

    async def leave(self) -> None:
        """Press STOP."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        with suppress(OSError):
            if self._caller.session:
                await self._caller.end()
        await self._caller.hang_up()

    def replica(self) -> str:
        """Where the proxy's cookie sends this viewer; "" without a proxy."""
        return self.cookie.partition("fairest_replica=")[2].partition(";")[0]

    def came(self, since: float, until: float = float("inf")) -> Came:
        """How much came in [since, until]. `at`: seconds between the first and the last thing in it."""
        within = [one for one in self._log if since <= one.at <= until]
        before = next((one for one in reversed(self._log) if one.at < since), Came(since, 0, 0))
        last = within[-1] if within else before
        return Came(last.at - since, last.analysed - before.analysed, last.frames - before.frames)

    def served(self, since: float) -> bool:
        """Whether all that this viewer was promised has come since a moment: looks at its faces, and its video."""
        came = self.came(since)
        return came.analysed >= 2 and (self.mode != "drawn" or came.frames >= 2)

    def first(self, since: float) -> float | None:
        """When it was served again after a moment, monotonic seconds; None when it was not."""
        before = next((one for one in reversed(self._log) if one.at < since), Came(since, 0, 0))
        for one in self._log:
            drawn = self.mode != "drawn" or one.frames >= before.frames + 2
            if one.at >= since and one.analysed >= before.analysed + 2 and drawn:
                return one.at
        return None

    async def _run(self) -> None:
        while True:
            # Whatever goes wrong with a connection, the next one may stand.
            with suppress(OSError, TimeoutError, ValueError, AssertionError):
                if await self._connect():
                    await self._watch()
            await asyncio.sleep(AGAIN)

    async def _connect(self) -> bool:
        caller = self._caller
        caller.cookie = self.cookie
        reply = await caller.call(again=bool(caller.session))
        if reply.status == 404:
            caller.session = ""
            reply = await caller.call()
        if reply.status != 201:
            self.refusals.append(f"{reply.status}: {reply.body}"[:300])
            return False
        given = reply.headers.get("set-cookie", "").partition(";")[0]
        if given.startswith("fairest_replica="):
            kept = [one for one in self.cookie.split("; ") if one and not one.startswith("fairest_replica=")]
            self.cookie = "; ".join([*kept, given])
        end = time.monotonic() + CONNECTING
        while caller.state not in {"connected", "failed", "closed"} and time.monotonic() < end:
            await asyncio.sleep(LOOK)
        self.connections += caller.state == "connected"
        return caller.state == "connected"

    async def _watch(self) -> None:
        """Count what comes, until nothing does."""
        caller, last = self._caller, time.monotonic()
        while caller.state == "connected" and time.monotonic() - last < SILENT:
            await asyncio.sleep(LOOK)
            analysed, frames = len(caller.faces()), len(caller.back)
            caller.told.clear()
            caller.back.clear()
            if analysed or frames:
                self._analysed += analysed
                self._frames += frames
                last = time.monotonic()
                self._log.append(Came(last, self._analysed, self._frames))
        silent = time.monotonic() - last
        self.ended.append(f"{caller.state}, silent for {silent:.1f} s, replica {self.replica() or 'none'}")
