"""Live: the camera, with every face framed and rated."""

from __future__ import annotations

import time

import streamlit as st
from streamlit_webrtc import WebRtcMode, webrtc_streamer

from core.follow import Follower
from webapp import resources
from webapp.camera_help import camera_help
from webapp.rtc import TRANSLATIONS, network, repair, rtc_configuration
from webapp.stream import FrameProcessor

KEY = "live"
CAMERA = {"video": {"width": {"ideal": 640}, "height": {"ideal": 480}, "frameRate": {"ideal": 30}}, "audio": False}
FULL = (
    "The server is full: as many people as it can serve are live now. This page looks again every few seconds and "
    "shows START as soon as a place is free; Photos works meanwhile."
)

WAITING = (
    "The server is full: as many people as it can serve are live now. Your video comes back as it is; the ratings "
    "begin by themselves as soon as a place is free."
)
FAILED = "This frame could not be analysed; the video goes on. Choose another model or press STOP and START."
POOR = (
    "Your network is slow or loses packets, so the video may stutter or lag; the ratings go on with what arrives. "
    "Closer to the Wi-Fi or on a cable it is better."
)
BEHIND = "The analysis is held up; the video goes on. It comes back by itself when the server has caught up."


def page() -> None:
    """Show the page."""
    st.title("Live")
    st.markdown(
        "Press **START** and allow the camera. Every face gets a frame with its predicted rating, 1 to 5, the label it "
        "falls under and how sure that label is."
    )
    st.caption(resources.TASTE)
    analyzer = resources.chosen_analyzer("live", resources.settings().detector)
    if analyzer is None:
        return
    engine = resources.engine()
    if engine.full() and not _is_streaming():
        _wait_for_a_place()
        return
    settings = resources.settings()
    repair()
    video, figures = st.columns([5, 2])
    with video:
        context = webrtc_streamer(
            key=KEY,
            mode=WebRtcMode.SENDRECV,
            rtc_configuration=rtc_configuration(settings),
            media_stream_constraints=CAMERA,
            video_processor_factory=lambda: FrameProcessor(
                engine.join(Follower(analyzer, engine.stages)), settings.label_above, engine.stages
            ),
            # The callback takes no longer than a hop to another thread would, and no frame waits for the next one.
            async_processing=False,
            video_html_attrs={"autoPlay": True, "controls": False, "muted": True, "style": {"width": "100%"}},
            translations=TRANSLATIONS,
        )
        camera_help()
    processor = context.video_processor
    if processor is not None:
        processor.viewer.follower.analyzer = analyzer
        with figures:
            _figures()


def _is_streaming() -> bool:
    context = st.session_state.get(KEY)
    return context is not None and (context.state.playing or context.state.signalling)


@st.fragment(run_every=3.0)
def _wait_for_a_place() -> None:
    if not resources.engine().full():
        st.rerun()
    st.warning(FULL, icon=":material/hourglass_top:")


@st.fragment(run_every=1.0)
def _figures() -> None:
    """Analysed frames a second, latency, faces and load, told anew every second without a rerun of the page."""
    context = st.session_state.get(KEY)
    processor: FrameProcessor | None = context.video_processor if context is not None else None
    if processor is None:
        return
    if processor.viewer.place is None:
        st.warning(WAITING, icon=":material/hourglass_top:")
        return
    if processor.failed:
        st.error(FAILED, icon=":material/error:")
    elif processor.viewer.behind(time.monotonic()):
        st.warning(BEHIND, icon=":material/hourglass_top:")
    stats = processor.stats()
    if not stats.fps:
        st.caption("Waiting for the first frames ...")
        return
    status = resources.engine().status()
    way = network(context)
    if way is not None and way.poor:
        st.warning(POOR, icon=":material/network_check:")
    latency = stats.latency + (way.round_trip if way is not None else 0.0)
    st.metric("Analysed frames a second", f"{stats.fps:.0f}")
    st.metric("Latency", f"{latency * 1000:.0f} ms", help="The way to the server and back, and the time spent there.")
    st.metric("Faces", stats.faces)
    st.metric(
        "Server load", f"{status.load:.0%}", help="Of all its cores. Under load every viewer's ratings slow alike."
    )
    st.caption(f"{status.viewers} of {status.most} places taken")
