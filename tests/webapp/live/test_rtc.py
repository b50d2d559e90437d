from __future__ import annotations

import asyncio
import itertools
import threading
from types import SimpleNamespace

import av
import pytest
from aiortc import MediaStreamTrack
from aiortc.codecs import vpx
from aiortc.mediastreams import MediaStreamError
from aiortc.stats import RTCRemoteInboundRtpStreamStats
from streamlit.testing.v1 import AppTest
from streamlit_webrtc import component, eventloop, webrtc

from webapp.live import rtc
from webapp.live.jitter import MIN_BITRATE


def visits(*pages: str) -> list[int]:
    """What the component takes for the number of runs, in a session that shows these pages one after another."""

    def script(name: str) -> None:
        import streamlit as st
        from streamlit_webrtc import component

        from webapp.live import rtc

        rtc.note_page(name)
        st.text(str(component.get_script_run_count(component.get_this_session_info())))

    app = AppTest.from_function(script, args=("",), default_timeout=30)
    counts = []
    for page in pages:
        app.args = (page,)
        counts.append(int(app.run().text[0].value))
    return counts


def test_reruns_of_one_page_do_not_move_the_count() -> None:
    assert len(set(visits("live", "live", "live", "live"))) == 1


def test_leaving_and_coming_back_looks_like_a_missed_run() -> None:
    counts = visits("live", "photos", "live")
    assert counts[2] > counts[0] + 1


def test_what_is_replaced_still_exists() -> None:
    """The repair replaces this name; a release without it must be noticed."""
    assert callable(component.get_script_run_count)
    assert callable(component.get_this_session_info)


class Source(MediaStreamTrack):
    """Ten frames, one after another, as fast as they are taken."""

    kind = "video"

    def __init__(self) -> None:
        super().__init__()
        self.number = 0

    async def recv(self) -> av.VideoFrame:
        await asyncio.sleep(0.005)
        self.number += 1
        if self.number > 10:
            raise MediaStreamError
        frame = av.VideoFrame(16, 16)
        frame.pts = self.number
        return frame


def test_a_slow_consumer_gets_the_newest_frame_and_no_backlog() -> None:
    async def consume() -> list[int | None]:
        source = Source()
        track = rtc.NewestFrameRelay().subscribe(source)
        seen = []
        try:
            while True:
                frame = await track.recv()
                seen.append(frame.pts)
                # Until four more have come, or the last.
                later = min(source.number + 4, 11)
                while source.number < later:
                    await asyncio.sleep(0.001)
        except MediaStreamError:
            return seen

    seen = asyncio.run(consume())
    assert len(seen) <= 4
    assert all(later - earlier >= 3 for earlier, later in itertools.pairwise(seen) if earlier and later)


def test_the_repairs_are_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.new_event_loop()
    monkeypatch.setattr(eventloop, "get_global_event_loop", lambda: loop)
    monkeypatch.setattr(webrtc, "get_global_relay", webrtc.get_global_relay)
    rtc.repair.cache_clear()
    rtc.repair()
    encoder = vpx.Vp8Encoder()
    encoder.target_bitrate = 1000
    assert encoder.target_bitrate == MIN_BITRATE
    relay = webrtc.get_global_relay()
    assert isinstance(relay, rtc.NewestFrameRelay)
    assert webrtc.get_global_relay() is relay
    rtc.repair.cache_clear()
    loop.close()


class Context:
    """A stream whose browser has reported, or not."""

    def __init__(self, *reports: object) -> None:
        self.pc = self
        self.reports = reports

    def _get_worker(self) -> Context | None:
        return self if self.reports else None

    async def getStats(self) -> dict[str, object]:  # noqa: N802
        return dict(enumerate(self.reports))  # type: ignore[arg-type]


def remote_report(round_trip: float | None, lost: int) -> object:
    report = RTCRemoteInboundRtpStreamStats.__new__(RTCRemoteInboundRtpStreamStats)
    report.roundTripTime, report.fractionLost = round_trip, lost  # type: ignore[assignment]
    return report


def test_the_network_is_as_the_browser_reports_it(monkeypatch: pytest.MonkeyPatch) -> None:
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    monkeypatch.setattr(eventloop, "get_global_event_loop", lambda: loop)
    networks = [
        rtc.network(Context(*reports))
        for reports in ((), (object(),), (remote_report(None, 0),), (object(), remote_report(0.12, 64)))
    ]
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()
    assert networks == [None, None, None, rtc.Network(0.12, 0.25)]


def test_a_poor_network_is_slow_or_lossy() -> None:
    assert not rtc.Network(0.02, 0.0).poor
    assert rtc.Network(0.4, 0.0).poor
    assert rtc.Network(0.02, 0.1).poor


def test_a_stream_is_known_by_its_viewers_sign_in_before_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    noted: list[tuple[str, object]] = []
    known = SimpleNamespace(add=lambda key, stream: noted.append((key, stream)))
    keys: list[str | None] = [None, "session a"]
    monkeypatch.setattr(rtc, "streams", known)
    monkeypatch.setattr(rtc, "key_of_viewer", lambda: keys.pop(0))
    monkeypatch.setattr(webrtc.WebRtcWorker, "process_offer", lambda *given, **_: (given[1], len(noted)))
    rtc.note_streams()
    worker = object.__new__(webrtc.WebRtcWorker)
    assert worker.process_offer("sdp", "offer") == ("sdp", 0), "whoever need not sign in"
    assert worker.process_offer("sdp", type_="offer") == ("sdp", 1)
    assert noted == [("session a", worker)]


@pytest.mark.parametrize(
    ("context", "known"),
    [
        (SimpleNamespace(), None),
        (SimpleNamespace(_get_worker=lambda: None), None),
        (SimpleNamespace(_get_worker=lambda: SimpleNamespace(pc=SimpleNamespace(connectionState="new"))), False),
        (SimpleNamespace(_get_worker=lambda: SimpleNamespace(pc=SimpleNamespace(connectionState="connected"))), True),
    ],
)
def test_the_connections_own_state_is_asked(context: object, known: bool | None) -> None:
    assert rtc.connected(context) is known
