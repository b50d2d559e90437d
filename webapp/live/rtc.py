"""How the browser's camera reaches the server: the component's sentences, and three repairs.

The first. streamlit-webrtc 0.79 takes a stream down when it believes that its page was left and entered again. It
believes so when Streamlit's `script_run_count` moved by more than one between two renderings of the component. But
Streamlit counts runs that were cut short by the next one too, so two quick reruns, as happen at START, look like a
change of page, and about one START in twenty died. Here the count moves only when the page really changes.

The second. streamlit-webrtc's tracks go through a relay that keeps every frame until it is taken. Whenever encoding
falls behind, frames pile up there and the viewer sees an ever older picture. Here the relay keeps the newest only.

The third, webapp.live.jitter: received frames are shown when they are complete, lost packets do not stop the video, and
it is encoded at as low a rate as a slow network asks for; webapp.live.frames: none is larger than was asked for.

And each stream is known by what its viewer is signed in by, so that it ends when that does.
"""

from __future__ import annotations

import asyncio
import functools
import weakref
from dataclasses import dataclass
from typing import Any

import streamlit as st
from aiortc import MediaStreamTrack
from aiortc.contrib.media import MediaRelay
from aiortc.stats import RTCRemoteInboundRtpStreamStats
from streamlit_webrtc import component, eventloop, webrtc

from webapp.auth.streams import key_of_viewer, streams
from webapp.common.i18n import N_
from webapp.live.camera_help import SENTENCES
from webapp.live.frames import fit_all
from webapp.live.jitter import encode_low, patch_all_receivers

SLOW, LOSSY = 0.3, 0.04
"""Round trip, seconds, and share of packets lost, above which a network is poor."""

LOST_IN_ALL = 256
"""aiortc gives the lost share as RTCP does, in 256ths."""

PAGE = "rtc-page"
VISITS = "rtc-visits"

TRANSLATIONS = {
    "start": N_("START"),
    "stop": N_("STOP"),
    "select_device": N_("Select camera"),
    "select_camera": N_("Camera"),
    "media_api_not_available": SENTENCES["insecure"],
    "device_ask_permission": N_("Your browser is asking whether this page may use the camera: please allow it."),
    "device_not_available": SENTENCES["NotFoundError"],
    "device_access_denied": SENTENCES["NotAllowedError"],
}


def note_page(name: str) -> None:
    """Say, at the start of every run of the script, which page it will show.

    Moves this session's count by two when the page is another one than before: to the component, the run in which
    it was not rendered.
    """
    component.get_this_session_info = _session
    component.get_script_run_count = _visits
    if st.session_state.get(PAGE) != name:
        st.session_state[PAGE] = name
        st.session_state[VISITS] = st.session_state.get(VISITS, 0) + 2


def _session() -> object:
    """Stands in for `streamlit_webrtc.component.get_this_session_info`; goes only to `_visits`."""
    return st.session_state


def _visits(session_info: object) -> int:
    """Stands in for `streamlit_webrtc.component.get_script_run_count`."""
    return int(st.session_state.get(VISITS, 0))


class NewestFrameRelay(MediaRelay):
    """A relay whose consumers get the newest frame when they ask for one; those in between are dropped."""

    def subscribe(self, track: MediaStreamTrack, buffered: bool = False) -> MediaStreamTrack:
        """See MediaRelay."""
        return super().subscribe(track, buffered)


@functools.cache
def repair() -> None:
    """Make streamlit-webrtc use a NewestFrameRelay, and aiortc hurry and encode low; once a process."""
    patch_all_receivers()
    encode_low()
    fit_all()
    note_streams()
    relays: weakref.WeakKeyDictionary[asyncio.AbstractEventLoop, MediaRelay] = weakref.WeakKeyDictionary()

    def relay() -> MediaRelay:
        return relays.setdefault(eventloop.get_global_event_loop(), NewestFrameRelay())

    webrtc.get_global_relay = relay


def note_streams() -> None:
    """Have each stream known by its viewer's sign-in, before anything of it begins."""
    process_offer = webrtc.WebRtcWorker.process_offer

    @functools.wraps(process_offer)
    def noted(self: Any, *given: Any, **more: Any) -> Any:
        key = key_of_viewer()
        if key is not None:
            streams.add(key, self)
        return process_offer(self, *given, **more)

    webrtc.WebRtcWorker.process_offer = noted


def _worker(context: Any) -> Any | None:
    """Who answers for a stream; None when nobody does. The library has no public name for it."""
    get_worker = getattr(context, "_get_worker", None)
    return get_worker() if get_worker is not None else None


def connected(context: Any) -> bool | None:
    """Whether the two ends of a stream have found a path to each other, by the connection's own state; None when there
    is no connection.

    Args:
        context: what webrtc_streamer() returned.
    """
    worker = _worker(context)
    return None if worker is None else worker.pc.connectionState == "connected"


@dataclass(frozen=True, slots=True)
class Network:
    """A viewer's network, as the viewer's browser reports it. round_trip: seconds. lost: share of packets, lately."""

    round_trip: float
    lost: float

    @property
    def poor(self) -> bool:
        """Whether the video may stutter or lag for it."""
        return self.round_trip > SLOW or self.lost > LOSSY


def network(context: Any) -> Network | None:
    """The network of a stream, or None while its browser did not report yet.

    Args:
        context: what webrtc_streamer() returned.
    """
    worker = _worker(context)
    if worker is None:
        return None
    asked = asyncio.run_coroutine_threadsafe(worker.pc.getStats(), eventloop.get_global_event_loop())
    try:
        report = asked.result(timeout=1)
    except (TimeoutError, asyncio.CancelledError):
        return None
    for one in report.values():
        if isinstance(one, RTCRemoteInboundRtpStreamStats) and one.roundTripTime is not None:
            return Network(one.roundTripTime, one.fractionLost / LOST_IN_ALL)
    return None
