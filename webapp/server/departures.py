"""Close the session of a page soon after the page has disconnected, and release its pictures with it.

Streamlit keeps a disconnected page's session for a while, since the page may reconnect. After that it drops the session
only when another page disconnects, which on a quiet server may be never. Here all sessions are checked periodically and
closed in time.
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
"""How long a disconnected page may reconnect to its session."""
SWEEP_SECONDS = 10.0
"""Interval between checks."""


class Sessions(Protocol):
    """The part of Streamlit's runtime that is used here."""

    def is_active_session(self, session_id: str) -> bool:
        """Return whether the session's page is connected."""
        ...

    def close_session(self, session_id: str) -> None:
        """End the session for good; call on the event loop only."""
        ...


class Departures:
    """The sessions of all pages, and when each page was last connected."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """Start with no sessions. clock: monotonic time in seconds."""
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: dict[str, float] = {}
        self._ends: defaultdict[str, list[Callable[[], None]]] = defaultdict(list)

    def __len__(self) -> int:
        """Return the number of sessions watched."""
        return len(self._seen)

    def note(self) -> None:
        """Watch the current page's session; call from its script thread on every run."""
        context = get_script_run_ctx()
        if context is not None:
            self.watch(context.session_id)

    def at_end(self, end: Callable[[], None]) -> None:
        """Register a callback for the end of the current page's session; call from its script thread.

        end: called on the event loop.
        """
        context = get_script_run_ctx()
        if context is not None:
            self.watch(context.session_id, end)

    def watch(self, session_id: str, end: Callable[[], None] | None = None) -> None:
        """Watch a session; thread-safe. end: called when the session is over."""
        with self._lock:
            self._seen[session_id] = self._clock()
            if end is not None:
                self._ends[session_id].append(end)

    def sweep(self, sessions: Sessions, max_seconds: float) -> None:
        """Close the sessions of pages disconnected for at least `max_seconds`; call on the event loop only.

        Pages also reconnect on the event loop, so none can reconnect while its session is being closed.
        """
        now = self._clock()
        with self._lock:
            for session_id in self._seen:
                if sessions.is_active_session(session_id):
                    self._seen[session_id] = now
            ended = [session_id for session_id, seen in self._seen.items() if now - seen >= max_seconds]
            ends = [end for session_id in ended for end in self._ends.pop(session_id, ())]
            for session_id in ended:
                del self._seen[session_id]
        closing: list[Callable[[], None]] = [functools.partial(sessions.close_session, ended_id) for ended_id in ended]
        for end in closing + ends:
            try:
                end()
            except Exception:
                logger.exception("something of a session that is over could not be ended")
        if ends:
            # Streamlit leaves a page's objects in reference cycles. Collecting stops all threads for a moment, so it is
            # done only if a session had something to release.
            gc.collect()

    async def run(self) -> None:
        """Sweep until cancelled; no error ends the loop."""
        # Streamlit cannot close a session that has passed its own TTL, so stay well below it.
        max_seconds = min(KEPT_SECONDS, st.get_option("server.disconnectedSessionTTL") / 2)
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            try:
                self.sweep(runtime.get_instance(), max_seconds)
            except Exception:
                logger.exception("a sweep failed unforeseen; going on")


departures = Departures()
"""This process's instance."""
