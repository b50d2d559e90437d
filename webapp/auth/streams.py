"""Which live streams run under which sign-in, so that they end with it: whoever is out is out of the video too."""

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
"""Claims that tell one sign-in at a provider from all others; every ID token has them."""
MAX_ENDED = 10_000
"""Sign-ins that are remembered as over; the oldest goes first."""


class Stops(Protocol):
    """A live session."""

    def stop(self) -> None:
        """End it; may be called more than once, from any thread but the event loop's."""
        ...


class Streams:
    """Live streams by the key of what they run under. Any thread may ask, but `end` waits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._streams: defaultdict[str, weakref.WeakSet[Stops]] = defaultdict(weakref.WeakSet)
        self._over: OrderedDict[str, None] = OrderedDict()

    def add(self, key: str, stream: Stops) -> None:
        """A stream begins; where its sign-in is over by now, it ends at once."""
        with self._lock:
            over = key in self._over
            if not over:
                self._forget()
                self._streams[key].add(stream)
        if over:
            stream.stop()

    def _forget(self) -> None:
        """Keys whose streams are no more."""
        for known in [known for known, live in self._streams.items() if not live]:
            del self._streams[known]

    def end(self, key: str, for_good: bool = True) -> None:
        """End all that runs under a key.

        Args:
            key: see `key_of_viewer`.
            for_good: whether nothing may begin under it any more.
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
"""Of this process."""


def key_of_session(name: str) -> str:
    """What runs under a session runs under this. name: its token's."""
    return f"session {name}"


def key_of_viewer() -> str | None:
    """What the viewer of this session is signed in by; None for one who need not be."""
    cookie = st.context.cookies.get(COOKIE)
    if cookie:
        return key_of_session(token_name(cookie))
    return key_of_user(st.user) if st.user.get("is_logged_in") else None


def key_of_request(connection: HTTPConnection) -> str | None:
    """The same, of whoever sends a request."""
    cookie = connection.cookies.get(COOKIE)
    if cookie:
        return key_of_session(token_name(cookie))
    user = claims(connection)
    return key_of_user(user) if user else None


def key_of_user(user: Mapping[str, Any]) -> str:
    """What runs under a sign-in at a provider runs under this. user: its claims."""
    known = {name: user[name] for name in SIGN_IN if name in user} if "sub" in user else dict(user)
    text = json.dumps(known, sort_keys=True, default=str)
    return f"user {hashlib.sha256(text.encode()).hexdigest()}"
