"""Departures: a page's session ends soon after its page has gone, and with it the pictures that it brought and showed.

Streamlit keeps the session of a page that lost its connection for a while, since the page may come back. When that
while is over it lets go of the session only when another page leaves, which on a quiet server may be never. Here every
session is looked at, whether anybody else comes or not, and closed in time.
"""

from __future__ import annotations

import asyncio
import functools
import gc
import logging
import threading
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Protocol

import streamlit as st
from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx

logger = logging.getLogger(__name__)

KEPT_SECONDS = 120.0
"""For which a page that lost its connection may come back to what it had."""
SWEEP_SECONDS = 10.0
"""Between two looks."""


class Sessions(Protocol):
    """What is asked of Streamlit's runtime."""

    def is_active_session(self, session_id: str) -> bool:
        """Whether its page is connected."""
        ...

    def close_session(self, session_id: str) -> None:
        """End it for good; on the event loop only."""
        ...


class Departures:
    """The sessions of all pages, and since when each page is gone."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Args:
        clock: seconds.
        """
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: dict[str, float] = {}
        self._ends: defaultdict[str, list[Callable[[], None]]] = defaultdict(list)

    def __len__(self) -> int:
        """Sessions that are watched."""
        return len(self._seen)

    def note(self) -> None:
        """Watch the session of the page that runs now; from its thread, at every run."""
        context = get_script_run_ctx()
        if context is not None:
            self.watch(context.session_id)

    def at_end(self, end: Callable[[], None]) -> None:
        """Have something done when the session of the page that runs now is over; from its thread.

        end: is called on the event loop.
        """
        context = get_script_run_ctx()
        if context is not None:
            self.watch(context.session_id, end)

    def watch(self, session_id: str, end: Callable[[], None] | None = None) -> None:
        """Watch a session; from any thread. end: is called when it is over."""
        with self._lock:
            self._seen[session_id] = self._clock()
            if end is not None:
                self._ends[session_id].append(end)

    def sweep(self, sessions: Sessions, kept: float) -> None:
        """Close the sessions of pages that have been gone for so many seconds; on the event loop only.

        Since pages come back there as well, none can while its session is closed.
        """
        now = self._clock()
        with self._lock:
            for session_id in self._seen:
                if sessions.is_active_session(session_id):
                    self._seen[session_id] = now
            over = [session_id for session_id, seen in self._seen.items() if now - seen >= kept]
            ends = [end for session_id in over for end in self._ends.pop(session_id, ())]
            for session_id in over:
                del self._seen[session_id]
        closing: list[Callable[[], None]] = [functools.partial(sessions.close_session, one) for one in over]
        for end in closing + ends:
            try:
                end()
            except Exception:
                logger.exception("something of a session that is over could not be ended")
        if ends:
            # Streamlit leaves what a page was made of in cycles. This stops all threads for a moment, so it is done
            # only for those who had something to be forgotten.
            gc.collect()

    async def run(self) -> None:
        """Sweep until cancelled; no error ends it."""
        # What Streamlit itself takes for too old it does not find when it is to close it.
        kept = min(KEPT_SECONDS, st.get_option("server.disconnectedSessionTTL") / 2)
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            try:
                self.sweep(runtime.get_instance(), kept)
            except Exception:
                logger.exception("a sweep failed unforeseen; going on")


departures = Departures()
"""Of this process."""
