"""Background load besides live video while faults are injected: photos by page and API; newcomers on request."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import suppress

import cv2

from tests import faces
from tests.chaos.plan import Moment
from tests.chaos.requests import PICTURE, Answer, Outcome, Sender, ask
from tests.chaos.watcher import Watcher
from tests.chaos.world import World
from tests.live.page import Page
from tests.patience import PATIENCE

LARGE = (4000, 3000)
"""Size in pixels of the pictures used when memory is short."""


class Load:
    """All load of one world, for use on one event loop."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._page: Page | None = None
        self._opening: asyncio.Task[None] | None = None
        self._intake = ""
        self._picture = PICTURE.read_bytes()
        if world.group is not None:
            self._picture = cv2.imencode(".jpg", cv2.resize(faces.load(PICTURE.name)[:, :, ::-1], LARGE))[1].tobytes()
        self._senders = [Sender("call", self._call), Sender("upload", self._upload)]
        self._newcomer: Watcher | None = None
        self._signing_in: threading.Thread | None = None
        self._signed_in = ""
        self._reached_at = 0.0

    async def start(self) -> None:
        """Start the load."""
        self._opening = asyncio.create_task(self._keep_open())
        for sender in self._senders:
            sender.start()

    async def stop(self) -> None:
        """Stop the load."""
        await asyncio.gather(*(asyncio.to_thread(sender.stop) for sender in self._senders))
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.gather(self._opening, return_exceptions=True)
        if self._page is not None:
            await self._page.close()

    @property
    def newcomers(self) -> list[Watcher]:
        """Return the viewers who came at the moment and have not left."""
        return [] if self._newcomer is None else [self._newcomer]

    def quiet(self, quiet: bool) -> None:
        """Pause or resume the uploads."""
        for sender in self._senders:
            sender.rest(quiet)

    async def reach(self, moment: Moment) -> None:
        """Return when the moment has come."""
        self._reached_at = time.monotonic()
        if moment in {"call", "upload"}:
            (sender,) = (candidate for candidate in self._senders if candidate.kind == moment)
            end = time.monotonic() + PATIENCE
            # Not one that started long ago.
            while sender.under_way.is_set() and time.monotonic() < end:
                await asyncio.sleep(0.01)
            while not sender.under_way.is_set() and time.monotonic() < end:
                await asyncio.sleep(0.01)
        elif moment == "offer":
            cookie = self._world.watchers["direct"].cookie
            self._newcomer = Watcher("newcomer", self._world.url, "overlay", cookie)
            self._newcomer.start()
        elif moment == "sign_in":
            self._signed_in = ""
            self._signing_in = threading.Thread(target=self._sign_in, daemon=True)
            self._signing_in.start()

    async def over(self) -> list[str]:
        """Wait until any newcomer is served; return messages about what failed."""
        violations = []
        if self._newcomer is not None:
            newcomer, self._newcomer = self._newcomer, None
            end = time.monotonic() + PATIENCE
            while not newcomer.served(self._reached_at) and time.monotonic() < end:
                await asyncio.sleep(0.1)
            if not newcomer.served(self._reached_at):
                violations.append(f"a newcomer was not served; {' '.join(newcomer.refusals[-2:])}")
            await newcomer.leave()
        if self._signing_in is not None:
            await asyncio.to_thread(self._signing_in.join, PATIENCE)
            self._signing_in = None
            if not self._signed_in:
                violations.append("nobody could sign in")
        return violations

    def missing(self, since: float) -> list[str]:
        """Return who has not been answered since a moment."""
        return [f"a photo ({sender.kind})" for sender in self._senders if sender.answered(since) is None]

    def served(self, since: float) -> list[float | None]:
        """Return when each was first answered since a moment, monotonic seconds."""
        return [sender.answered(since) for sender in self._senders]

    def outcomes(self, since: float, until: float) -> list[Outcome]:
        """Return the requests in flight in [since, until]."""
        outcomes = (outcome for sender in self._senders for outcome in sender.outcomes)
        return [outcome for outcome in outcomes if outcome.end >= since and outcome.begin <= until]

    def _call(self) -> Answer:
        headers = {"Authorization": f"Bearer {self._world.key}", "Content-Type": "image/jpeg"}
        return ask(self._world.url, "/v1/rate", self._picture, headers)

    def _upload(self) -> Answer | None:
        intake, world = self._intake, self._world
        if not intake:
            return None
        headers = {"Cookie": world.cookie, "X-File-Name": "photo.jpg", "Origin": world.url}
        answer = ask(world.url, intake, self._picture, headers, "PUT")
        if answer.status in {404, 409}:
            # The server was restarted, or the album is full: reopen the page.
            self._intake = ""
        return answer

    async def _keep_open(self) -> None:
        """Keep the photos page open, as a visitor would."""
        while True:
            if not self._intake or self._page is None or not self._page.alive:
                self._intake = ""
                with suppress(OSError, TimeoutError, Exception):
                    await self._open()
            await asyncio.sleep(0.2)

    async def _open(self) -> None:
        if self._page is not None:
            await self._page.close()
        page = self._page = Page(self._world.url, "photos", self._world.cookie)
        async with asyncio.timeout(30):
            await page.open()
        await page.until(lambda: page.intake != "", "the picker", 30)
        self._intake = page.intake

    def _sign_in(self) -> None:
        """Sign in, retrying until it succeeds."""
        end = time.monotonic() + PATIENCE
        while not self._signed_in and time.monotonic() < end:
            self._signed_in = self._world.signs_in()
            time.sleep(0 if self._signed_in else 0.5)
