"""All live sessions: who gets in, and who has to go. They share the engine, its places and its turns."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass

from core.errors import FairestError
from webapp.common.i18n import ENGLISH, N_
from webapp.common.refused import RefusedError
from webapp.live.frames import fit_all
from webapp.live.jitter import encode_low, patch_all_receivers
from webapp.live.signalling.offer import UNREADABLE, Offer, refuse
from webapp.live.signalling.session import Session, Surroundings

logger = logging.getLogger(__name__)

LOOK_SECONDS = 0.5
"""Between looks at how each session does."""
BEAT_SECONDS = 0.05
"""Between looks at how late the loop comes to its turn."""
DRAWN_LATE, OVERLAY_LATE = 0.02, 0.06
"""Seconds from which that is too late: where video goes back through the loop, and where none does."""
ANSWER_SECONDS = 15.0
"""Within which an offer is answered: names of candidates are looked up, and STUN and TURN servers asked."""
CLOSE_SECONDS = 5.0
"""Within which all sessions end with the server."""
MAX_HALF_OPEN = 4
"""Sessions of one client that do not stand yet."""
FULL_SECONDS = 5.0
"""After which somebody may look for a place again."""

FULL = N_("The server is full: as many people as it can serve are live now. Try again in a few seconds.")
BUSY = N_(
    "The server is busy: with one viewer more, the ratings of those who are live would come too seldom. Try again in "
    "{seconds:.0f} seconds."
)
STOPPING = N_("This server is about to stop. Try again in a few seconds: another one, or this one, will be there.")
HALF_OPEN = N_("Expected the {most} connections that were offered before to stand first. Try again in a few seconds.")
LATE = N_("Expected to answer the offer within {seconds:.0f} seconds; it took longer. Try again in a few seconds.")
UNKNOWN = N_("There is no such live session: it has ended. Begin a new one.")


@dataclass(frozen=True, slots=True)
class Answer:
    """What an offer came to. session: that it began or goes on with. sdp: the answer, with all candidates."""

    session: Session
    sdp: str


class Sessions:
    """For the event loop that they live in, but for what says otherwise."""

    def __init__(self, around: Surroundings) -> None:
        """Args:
        around: what they share.
        """
        self.around = around
        self._sessions: dict[str, Session] = {}
        self._looking: list[asyncio.Task[None]] = []
        self._ending: set[asyncio.Task[None]] = set()
        patch_all_receivers()
        encode_low()
        fit_all()

    async def open(self, offer: Offer, client: str, lasts: float | None = None, language: str = ENGLISH) -> Answer:
        """Answer an offer: with a new session, or with one that goes on.

        Args:
            offer: checked.
            client: whose it is, as a key to count by.
            lasts: seconds after which it ends at the latest; None for as long as it likes.
            language: of captions and sentences, by code, unless the choice names one.

        Raises:
            RefusedError: the server is full or about to stop, the session unknown, the client impatient or the offer
                such as cannot be answered, or its choice. Nothing is left over then.
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
        """End a session, by its id.

        Raises:
            RefusedError: there is none.
        """
        await self.end(self._known(name))

    async def newest(self, name: str) -> str | None:
        """The newest message about faces of a session, by its id; None before the first.

        Raises:
            RefusedError: there is none.
        """
        return self._known(name).newest

    async def end(self, session: Session) -> None:
        """End a session."""
        if self._sessions.pop(session.id, None) is not None:
            logger.info("live session ends", extra={"mode": session.mode, "sessions": len(self._sessions)})
        await session.close()

    def stop(self) -> None:
        """End all of them, and the loop; from any other thread."""
        with suppress(TimeoutError):
            self.around.loop.wait(self._end_all(), CLOSE_SECONDS)
        self.around.loop.close(CLOSE_SECONDS)

    def _known(self, name: str) -> Session:
        session = self._sessions.get(name)
        if session is None:
            raise refuse(UNKNOWN, 404)
        return session

    def _admit(self, offer: Offer, client: str) -> Session:
        """A new session, with a place."""
        if self.around.draining():
            raise refuse(STOPPING, 503, FULL_SECONDS, "stopping")
        half_open = sum(one.half_open and one.client == client for one in self._sessions.values())
        if half_open >= MAX_HALF_OPEN:
            raise refuse(HALF_OPEN, 429, FULL_SECONDS, most=MAX_HALF_OPEN)
        session = Session(self.around, client, offer.mode, self._end_soon)
        # One that sends no picture loses its place to others, but not its session at once.
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
            # A busy machine, or a name or server that does not answer: nothing is wrong with the offer itself.
            raise refuse(LATE, 503, FULL_SECONDS, "busy", seconds=ANSWER_SECONDS) from error
        except Exception as error:
            # aiortc has many ways to say that an offer is none.
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
                    # The others must still be looked at.
                    logger.exception("looking at a live session failed")
                    self._end_soon(session)

    async def _feel(self) -> None:
        """Tell the engine how late this loop comes to its turn."""
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
