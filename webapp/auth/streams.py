"""Registry of live streams by sign-in, so that signing out also ends the video."""

from __future__ import annotations

import hashlib
import json
import threading
import weakref
from collections import OrderedDict, defaultdict
from collections.abc import Mapping
from typing import Any, Protocol

import streamlit as st
from starlette.requests import HTTPConnection

from webapp.auth.access import claims
from webapp.auth.tokens import COOKIE, token_name

SIGN_IN = ("iss", "sub", "iat")
"""Claims that identify one sign-in at a provider; every ID token has them."""
MAX_ENDED = 10_000
"""Number of ended sign-ins that are remembered; the oldest is dropped first."""


class Stops(Protocol):
    """A live session."""

    def stop(self) -> None:
        """End it; can be called more than once, from any thread except the event loop's."""
        ...


class Streams:
    """Live streams by the key of their sign-in. Thread-safe; `end` blocks."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._streams: defaultdict[str, weakref.WeakSet[Stops]] = defaultdict(weakref.WeakSet)
        self._over: OrderedDict[str, None] = OrderedDict()

    def add(self, key: str, stream: Stops) -> None:
        """Add a stream; stop it at once if its sign-in is already over."""
        with self._lock:
            over = key in self._over
            if not over:
                self._forget()
                self._streams[key].add(stream)
        if over:
            stream.stop()

    def _forget(self) -> None:
        """Remove the keys without living streams."""
        for key in [key for key, live in self._streams.items() if not live]:
            del self._streams[key]

    def end(self, key: str, for_good: bool = True) -> None:
        """End all streams of a key.

        Args:
            key: see `key_of_viewer`.
            for_good: whether streams added later under this key are stopped at once.
        """
        with self._lock:
            streams = list(self._streams.pop(key, ()))
            if for_good:
                self._over[key] = None
                if len(self._over) > MAX_ENDED:
                    self._over.popitem(last=False)
        for stream in streams:
            stream.stop()


streams = Streams()
"""The streams of this process."""


def key_of_session(name: str) -> str:
    """Return the key of a session's streams. name: of its token."""
    return f"session {name}"


def key_of_viewer() -> str | None:
    """Return the key of the current viewer's sign-in; None for a viewer who is not signed in."""
    cookie = st.context.cookies.get(COOKIE)
    if cookie:
        return key_of_session(token_name(cookie))
    return key_of_user(st.user) if st.user.get("is_logged_in") else None


def key_of_request(connection: HTTPConnection) -> str | None:
    """Return the key of the sign-in of a request's sender; None without one."""
    cookie = connection.cookies.get(COOKIE)
    if cookie:
        return key_of_session(token_name(cookie))
    user = claims(connection)
    return key_of_user(user) if user else None


def key_of_user(user: Mapping[str, Any]) -> str:
    """Return the key of the streams of a sign-in at a provider. user: its claims."""
    sign_in_claims = {name: user[name] for name in SIGN_IN if name in user} if "sub" in user else dict(user)
    text = json.dumps(sign_in_claims, sort_keys=True, default=str)
    return f"user {hashlib.sha256(text.encode()).hexdigest()}"
