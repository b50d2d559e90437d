"""A live viewer who reconnects, as the page's component does, when the video stops."""

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
"""Of the films: small, so that this machine does not limit the results."""
LOOK = 0.1
"""Polling interval in seconds."""
SILENT = 25.0
"""Seconds without any data after which a viewer reconnects; longer than a busy machine is silent."""
CONNECTING = 15.0
"""Timeout for a connection in seconds."""
AGAIN = 0.5
"""Minimum interval between two attempts, in seconds; a server that refuses may ask for more."""


@dataclass(frozen=True, slots=True)
class Came:
    """Totals up to a time, monotonic seconds. analysed: messages about faces. frames: pictures returned."""

    at: float
    analysed: int
    frames: int


class Watcher:
    """One viewer.

    Attributes:
        name: for reports.
        mode: see the offer; "drawn" has its video returned.
        connections: number of connections established so far.
        refusals: messages with which offers were refused.
        ended: how and at which point each established connection ended.
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
        """Create a viewer.

        Args:
            name, url, mode: see the class; url: of the app or its proxy.
            cookie: sent with requests.
            link: network path to the server; direct sockets by default.
            ice: ICE configuration; a direct connection by default.
            size: of its film, pixels.
        """
        self.name = name
        self.mode = mode
        self.cookie = cookie
        self.connections = 0
        self.refusals: list[str] = []
        self.ended: list[str] = []
        # Browsers accept late answers, too.
        wait_for_late_answers()
        self._caller = Caller(url, EncodedFilm(size, FPS, 4.0), mode, link=link, ice=ice)
        self._log: list[Came] = []
        self._analysed = self._frames = 0
        self._task: asyncio.Task[None] | None = None
        self._wait = AGAIN

    def start(self) -> None:
        """Start watching."""
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
        """Return the replica that the proxy's cookie selects; "" without a proxy."""
        return self.cookie.partition("fairest_replica=")[2].partition(";")[0]

    def received(self, since: float, until: float = float("inf")) -> Came:
        """Return what arrived in [since, until]. `at`: seconds between the first and the last item."""
        items = [item for item in self._log if since <= item.at <= until]
        before = next((item for item in reversed(self._log) if item.at < since), Came(since, 0, 0))
        last = items[-1] if items else before
        return Came(last.at - since, last.analysed - before.analysed, last.frames - before.frames)

    def served(self, since: float) -> bool:
        """Return whether everything promised has arrived since a moment: analyses of its faces, and its video."""
        received = self.received(since)
        return received.analysed >= 2 and (self.mode != "drawn" or received.frames >= 2)

    def first(self, since: float) -> float | None:
        """Return when it was first served after a moment, monotonic seconds; None if it was not."""
        before = next((item for item in reversed(self._log) if item.at < since), Came(since, 0, 0))
        for item in self._log:
            video_arrived = self.mode != "drawn" or item.frames >= before.frames + 2
            if item.at >= since and item.analysed >= before.analysed + 2 and video_arrived:
                return item.at
        return None

    async def _run(self) -> None:
        while True:
            self._wait = AGAIN
            # Whatever goes wrong with one connection, the next may succeed.
            with suppress(OSError, TimeoutError, ValueError, AssertionError):
                if await self._connect():
                    await self._watch()
            await asyncio.sleep(self._wait)

    async def _connect(self) -> bool:
        """Return whether a connection was established. After a refusal, `_wait` is what the server asks for."""
        caller = self._caller
        caller.cookie = self.cookie
        reply = await caller.call(again=bool(caller.session))
        if reply.status == 404:
            caller.session = ""
            reply = await caller.call()
        if reply.status != 201:
            self.refusals.append(f"{reply.status}: {reply.body}"[:300])
            self._wait = max(AGAIN, float(reply.headers.get("retry-after", 0)))
            return False
        replica_cookie = reply.headers.get("set-cookie", "").partition(";")[0]
        if replica_cookie.startswith("fairest_replica="):
            cookies = [
                cookie for cookie in self.cookie.split("; ") if cookie and not cookie.startswith("fairest_replica=")
            ]
            self.cookie = "; ".join([*cookies, replica_cookie])
        end = time.monotonic() + CONNECTING
        while caller.state not in {"connected", "failed", "closed"} and time.monotonic() < end:
            await asyncio.sleep(LOOK)
        self.connections += caller.state == "connected"
        return caller.state == "connected"

    async def _watch(self) -> None:
        """Count what arrives, until nothing more does."""
        caller, last = self._caller, time.monotonic()
        while caller.state == "connected" and time.monotonic() - last < SILENT:
            await asyncio.sleep(LOOK)
            analysed, frames = len(caller.faces()), len(caller.back)
            caller.messages.clear()
            caller.back.clear()
            if analysed or frames:
                self._analysed += analysed
                self._frames += frames
                last = time.monotonic()
                self._log.append(Came(last, self._analysed, self._frames))
        silence = time.monotonic() - last
        self.ended.append(f"{caller.state}, silent for {silence:.1f} s, replica {self.replica() or 'none'}")
