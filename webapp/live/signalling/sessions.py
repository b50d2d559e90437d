"""All live sessions: admission, supervision and end. They share the engine, its seats and its scheduler."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass

from core import memory
from core.errors import FairestError
from core.models.litert import LiteRTModel
from webapp.common.i18n import ENGLISH, N_
from webapp.common.refused import RefusedError
from webapp.live.frames import fit_all
from webapp.live.jitter import encode_low, patch_all_receivers
from webapp.live.signalling.offer import UNREADABLE, Offer, refuse
from webapp.live.signalling.session import Session, Surroundings

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
"""Interval between checks of every session."""
BEAT_SECONDS = 0.05
"""Interval between measurements of the event loop's delay."""
DRAWN_LATE, OVERLAY_LATE = 0.02, 0.06
"""Delay that is too long, in seconds: if video is sent back through the loop, and if none is."""
ANSWER_SECONDS = 15.0
"""Timeout for answering an offer, which resolves names of candidates and queries STUN and TURN servers."""
CLOSE_SECONDS = 5.0
"""Timeout for ending all sessions when the server stops."""
MAX_HALF_OPEN = 4
"""Maximum sessions of one client that are not connected yet."""
FULL_SECONDS = 5.0
"""Time after which a rejected client may try again."""

FULL = N_("The server is full: it already serves as many live viewers as it can. Try again in a few seconds.")
BUSY = N_(
    "The server is busy: with one more viewer, everyone's ratings would be too infrequent. Try again in {seconds:.0f} "
    "seconds."
)
STOPPING = N_(
    "This server is about to stop. Try again in a few seconds: another server will answer, or this one when it is back."
)
HALF_OPEN = N_("Expected the {most} connections offered earlier to be established first. Try again in a few seconds.")
LATE = N_("Expected to answer the offer within {seconds:.0f} seconds; it took longer. Try again in a few seconds.")
UNKNOWN = N_("This live session does not exist: it has ended. Start a new one.")


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to an offer. session: the session started or continued. sdp: the answer, with all candidates."""

    session: Session
    sdp: str


class Sessions:
    """All live sessions. Call the methods on the sessions' event loop, unless they say otherwise."""

    def __init__(self, around: Surroundings) -> None:
        """Args:
        around: what all sessions share.
        """
        self.around = around
        self._sessions: dict[str, Session] = {}
        self._looking: list[asyncio.Task[None]] = []
        self._ending: set[asyncio.Task[None]] = set()
        patch_all_receivers()
        encode_low()
        fit_all()

    async def open(self, offer: Offer, client: str, lasts: float | None = None, language: str = ENGLISH) -> Answer:
        """Answer an offer: start a new session or continue an existing one.

        Args:
            offer: a checked offer.
            client: key by which a client's sessions are counted.
            lasts: maximum remaining duration in seconds; None for no limit.
            language: language code of captions and messages, unless the choice names one.

        Raises:
            RefusedError: the server is full, busy or about to stop, the session is unknown, the client has too many
                unconnected sessions, or the offer or choice is invalid. No new session is left behind then.
        """
        session = self._admit(offer, client) if offer.session is None else self._known(offer.session)
        try:
            session.speak(language)
            if offer.choice is not None:
                session.choose(offer.choice)
            answer = Answer(session, await self._answered(session, offer))
        except BaseException as error:
            if offer.session is None:
                await self.end(session)
            if isinstance(error, FairestError) and not isinstance(error, RefusedError):
                raise RefusedError(400, error) from None
            raise
        # It may have ended while its offer was answered.
        self._known(session.id)
        session.ends = None if lasts is None else self.around.clock() + lasts
        return answer

    async def delete(self, name: str) -> None:
        """End the session with an id.

        Raises:
            RefusedError: there is none.
        """
        await self.end(self._known(name))

    async def newest(self, name: str) -> str | None:
        """Return the newest message about faces of the session with an id; None before the first.

        Raises:
            RefusedError: there is none.
        """
        return self._known(name).newest

    async def end(self, session: Session) -> None:
        """End a session; after the last one, free what only concurrent viewers need, and return it to the system."""
        known = self._sessions.pop(session.id, None) is not None
        if known:
            logger.info("live session ends", extra={"mode": session.mode, "sessions": len(self._sessions)})
        await session.close()
        if known and not self._sessions:
            await asyncio.get_running_loop().run_in_executor(None, _free_memory)

    def stop(self) -> None:
        """End all sessions and the loop. Call it from another thread."""
        with suppress(TimeoutError):
            self.around.loop.wait(self._end_all(), CLOSE_SECONDS)
        self.around.loop.close(CLOSE_SECONDS)

    def _known(self, name: str) -> Session:
        session = self._sessions.get(name)
        if session is None:
            raise refuse(UNKNOWN, 404)
        return session

    def _admit(self, offer: Offer, client: str) -> Session:
        """Create a session, with a seat."""
        if self.around.draining():
            raise refuse(STOPPING, 503, FULL_SECONDS, "stopping")
        half_open = sum(existing.half_open and existing.client == client for existing in self._sessions.values())
        if half_open >= MAX_HALF_OPEN:
            raise refuse(HALF_OPEN, 429, FULL_SECONDS, most=MAX_HALF_OPEN)
        session = Session(self.around, client, offer.mode, self._end_soon)
        # A session that sends no frames loses its seat to others, but does not end at once.
        crowd = len(self._sessions) >= 2 * self.around.engine.max_viewers
        if session.viewer.seat is None or crowd:
            session.viewer.leave()
            if crowd or self.around.engine.full:
                raise refuse(FULL, 503, FULL_SECONDS, "full")
            raise refuse(BUSY, 503, FULL_SECONDS, "busy", seconds=FULL_SECONDS)
        self._sessions[session.id] = session
        if not self._looking:
            self._looking = [asyncio.ensure_future(self._look()), asyncio.ensure_future(self._feel())]
        logger.info("live session begins", extra={"mode": session.mode, "sessions": len(self._sessions)})
        return session

    async def _answered(self, session: Session, offer: Offer) -> str:
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                return await session.answer(offer.sdp, offer.mode)
        except TimeoutError as error:
            # A busy machine, or a name or server that does not answer: the offer itself is fine.
            raise refuse(LATE, 503, FULL_SECONDS, "busy", seconds=ANSWER_SECONDS) from error
        except Exception as error:
            # aiortc raises many types of exceptions for an invalid offer.
            logger.info("an offer cannot be answered", extra={"reason": f"{type(error).__name__}: {error}"[:200]})
            raise refuse(UNREADABLE) from error

    def _end_soon(self, session: Session) -> None:
        if session.id in self._sessions:
            ending = asyncio.ensure_future(self.end(session))
            self._ending.add(ending)
            ending.add_done_callback(self._ending.discard)

    async def _look(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            for session in list(self._sessions.values()):
                try:
                    session.look(self.around.clock())
                except Exception:
                    # The others must still be checked.
                    logger.exception("looking at a live session failed")
                    self._end_soon(session)

    async def _feel(self) -> None:
        """Report this loop's delay to the engine."""
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + BEAT_SECONDS
            await asyncio.sleep(BEAT_SECONDS)
            drawn = any(session.mode == "drawn" for session in self._sessions.values())
            self.around.engine.note_delay(max(0.0, loop.time() - due), DRAWN_LATE if drawn else OVERLAY_LATE)

    async def _end_all(self) -> None:
        for looking in self._looking:
            looking.cancel()
        await asyncio.gather(*(self.end(session) for session in list(self._sessions.values())))


def _free_memory() -> None:
    LiteRTModel.free_spare_interpreters()
    memory.trim()
