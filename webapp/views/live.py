"""Live: the camera, with every face framed and rated."""

from __future__ import annotations

import streamlit as st
from streamlit_webrtc import WebRtcMode, webrtc_streamer

from core.follow import Follower
from webapp import resources
from webapp.camera_help import camera_help
from webapp.rtc import TRANSLATIONS, rtc_configuration
from webapp.stream import FrameProcessor, ViewerSlots

KEY = "live"
CAMERA = {"video": {"width": {"ideal": 640}, "height": {"ideal": 480}, "frameRate": {"ideal": 30}}, "audio": False}
FULL = (
    "The server is full: as many people as it can serve are live now. This page looks again every few seconds and "
    "shows START as soon as a place is free; Photos works meanwhile."
)


@st.cache_resource(show_spinner=False)
def viewer_slots() -> ViewerSlots:
    """The places of all viewers of this process."""
    return ViewerSlots(resources.settings().max_viewers)


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
    if viewer_slots().full() and not _is_streaming():
        _wait_for_a_place()
        return
    settings = resources.settings()
    video, figures = st.columns([5, 2])
    with video:
        context = webrtc_streamer(
            key=KEY,
            mode=WebRtcMode.SENDRECV,
            rtc_configuration=rtc_configuration(settings),
            media_stream_constraints=CAMERA,
            video_processor_factory=lambda: FrameProcessor(Follower(analyzer), settings.label_above, viewer_slots()),
            async_processing=True,
            video_html_attrs={"autoPlay": True, "controls": False, "muted": True, "style": {"width": "100%"}},
            translations=TRANSLATIONS,
        )
        camera_help()
    processor = context.video_processor
    if processor is not None:
        processor.follower.analyzer = analyzer
        with figures:
            _figures()


def _is_streaming() -> bool:
    context = st.session_state.get(KEY)
    return context is not None and (context.state.playing or context.state.signalling)


@st.fragment(run_every=3.0)
def _wait_for_a_place() -> None:
    if not viewer_slots().full():
        st.rerun()
    st.warning(FULL, icon=":material/hourglass_top:")


@st.fragment(run_every=1.0)
def _figures() -> None:
    """Frames a second, latency and faces, told anew every second without a rerun of the page."""
    context = st.session_state.get(KEY)
    processor = context.video_processor if context is not None else None
    if processor is None:
        return
    if not processor.admitted:
        st.warning(FULL, icon=":material/hourglass_top:")
        return
    if processor.failed:
        st.error("This frame could not be analysed; the video goes on. Choose another model or press STOP and START.")
    stats = processor.stats()
    if not stats.fps:
        st.caption("Waiting for the first frames ...")
        return
    st.metric("Processed frames a second", f"{stats.fps:.0f}")
    st.metric("Latency", f"{stats.latency * 1000:.0f} ms", help="From a frame's arrival at the server to its answer.")
    st.metric("Faces", len(stats.faces))
