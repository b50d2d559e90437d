"""Live: the camera, with every face framed and rated."""

from __future__ import annotations

import secrets
import time

import streamlit as st
from streamlit_webrtc import VideoProcessorBase, WebRtcMode, webrtc_streamer

from core.errors import FairestError
from core.live.follower import Follower
from core.live.viewer import Viewer
from core.models.age_guard import min_age_counts
from webapp.common import resources
from webapp.common.i18n import N_, _, language, localize
from webapp.common.refusals import refusals
from webapp.live import shared
from webapp.live.camera import camera
from webapp.live.camera_help import SENTENCES
from webapp.live.choices import live_choice
from webapp.live.ice import rtc_configuration
from webapp.live.legend import legend
from webapp.live.meter import OVERLAP, meter, tell
from webapp.live.rtc import TRANSLATIONS, connected, network, repair
from webapp.live.stream import FrameProcessor
from webapp.live.switch import Switch
from webapp.server.drain import drain

KEY = "live-key"
SWITCH = "live-switch"
VIEWERS = "live-viewers"
CAMERA = {"video": {"width": {"ideal": 640}, "height": {"ideal": 480}, "frameRate": {"ideal": 30}}, "audio": False}

WELCOME = N_(
    "Press **START** and allow the camera, or choose the demo video first: nothing begins before that.  \n"
    "Every face gets a frame with its predicted rating, 1 to 5, the label it falls under and how sure that label is."
)
FULL = N_(
    "The server is full: as many people as it can serve are live now. This page looks again every few seconds and "
    "shows START as soon as a place is free; Photos works meanwhile."
)
WAITING = N_(
    "The server is full: as many people as it can serve are live now. Your video comes back as it is; the ratings "
    "begin by themselves as soon as a place is free."
)
SILENT = 2.5
"""Seconds without a picture after which the page says why."""
NO_PATH = SENTENCES["PathError"]
NO_PICTURE = N_(
    "No picture arrives from your camera, though the connection to the server stands. Look whether the camera is "
    "covered, switched off or used by another program; or choose another one, or the demo video."
)
FAILED = N_("This frame could not be analysed; the video goes on. Choose another model or press STOP and START.")
POOR = N_(
    "Your network is slow or loses packets, so the video may stutter or lag; the ratings go on with what arrives. "
    "Closer to the Wi-Fi or on a cable it is better."
)
BEHIND = N_("The analysis is held up; the video goes on. It comes back by itself when the server has caught up.")
STOPPING = N_(
    "This server is about to stop. Your video goes on by itself, on another server or when this one is back; nothing "
    "needs to be pressed."
)
LOADING = N_("Loading the chosen model; until it is there, the one before goes on.")
UNUSABLE = N_("The chosen model cannot be used, so the one before goes on: {reason}")


def page() -> None:
    """Show the page."""
    st.title(_("Live"))
    st.markdown(f"{_(WELCOME)}  \n{_(resources.TASTE)}")
    try:
        switch = _switch()
        raised = min_age_counts(resources.settings().rating)
    except FairestError as error:
        st.error(_("The models cannot be used: {reason}").format(reason=localize(error)), icon=":material/error:")
        return
    engine = shared.engine()
    _give_back()
    if engine.full() and not _is_streaming():
        _wait_for_a_seat()
        return
    settings = resources.settings()
    repair()
    viewers: list[Viewer] = st.session_state.setdefault(VIEWERS, [])
    video, aside = st.columns([5, 2], gap="medium")
    with video:
        context = webrtc_streamer(
            key=key(),
            mode=WebRtcMode.SENDRECV,
            rtc_configuration=rtc_configuration(settings.live),
            media_stream_constraints=CAMERA,
            video_processor_factory=lambda: _processor(switch, settings.rating.label_above, viewers),
            # The callback takes no longer than a hop to another thread would, and no frame waits for the next one.
            async_processing=False,
            video_html_attrs={
                "autoPlay": True,
                "controls": False,
                "muted": True,
                "playsInline": True,
                "style": {"width": "100%"},
            },
            translations={name: _(text) for name, text in TRANSLATIONS.items()},
            # The controls below do that, and more.
            media_toggle_controls=False,
        )
        _controls()
        processor = context.video_processor
        if processor is not None:
            processor.refusals = refusals(language(), settings.rating.min_age)
            switch.drive(processor.viewer.follower)
            _figures()
    with aside:
        if processor is not None:
            meter(settings.rating)
        legend(settings.rating, raised)


def _switch() -> Switch:
    """This viewer's switch, set to what the sidebar says; it has an analyzer.

    Raises:
        FairestError: the first choice cannot be loaded.
    """
    choice = live_choice()
    switch: Switch = st.session_state.setdefault(SWITCH, Switch(resources.analyzer))
    if switch.analyzer is None:
        with st.spinner(_("Loading the models ...")):
            switch.choose(choice, patience=None)
    else:
        switch.choose(choice)
    if switch.analyzer is None:
        assert switch.error is not None
        raise switch.error
    return switch


class PageProcessor(FrameProcessor, VideoProcessorBase):
    """A viewer's stream, as the component takes it."""


def _processor(switch: Switch, label_above: str, viewers: list[Viewer]) -> PageProcessor:
    assert switch.analyzer is not None
    engine = shared.engine()
    viewer = engine.join(Follower(switch.analyzer, engine.stages))
    viewers.append(viewer)
    return PageProcessor(viewer, label_above, engine.stages)


def _give_back() -> None:
    """Give back the seats of this session's streams that are over. One that never began to play does not say so, and
    whoever tries again would find the server full of themselves.
    """
    if not _is_streaming():
        viewers: list[Viewer] = st.session_state.get(VIEWERS, [])
        while viewers:
            viewers.pop().leave()


def key() -> str:
    """Of this session's stream. After a server was lost a browser tells the next one what it told the first; with a key
    of its own, the new session does not take that for its own stream, which would answer nobody.
    """
    found: str = st.session_state.setdefault(KEY, f"live-{secrets.token_hex(8)}")
    return found


def _is_streaming() -> bool:
    context = st.session_state.get(key())
    return context is not None and (context.state.playing or context.state.signalling)


def _streaming() -> FrameProcessor | None:
    context = st.session_state.get(key())
    return context.video_processor if context is not None else None


@st.fragment
def _controls() -> None:
    """The controls of the video. What they say to the server reruns nothing else."""
    mirrored = camera(key())
    processor = _streaming()
    if processor is not None:
        processor.mirrored = mirrored


@st.fragment(run_every=3.0)
def _wait_for_a_seat() -> None:
    if not shared.engine().full():
        st.rerun()
    if drain.begun:
        st.info(_(STOPPING), icon=":material/move_up:")
    else:
        st.warning(_(FULL), icon=":material/hourglass_top:")


@st.fragment(run_every=1.0)
def _figures() -> None:
    """Analysed frames a second, latency, faces and load, told anew every second without a rerun of the page."""
    processor = _streaming()
    if processor is None:
        return
    if drain.begun:
        st.info(_(STOPPING), icon=":material/move_up:")
    joined = connected(st.session_state[key()])
    if joined is not None and time.monotonic() - processor.viewer.last_frame >= SILENT:
        st.warning(_(NO_PICTURE if joined else NO_PATH), icon=":material/videocam_off:")
        return
    if processor.viewer.seat is None:
        if not drain.begun:
            st.warning(_(WAITING), icon=":material/hourglass_top:")
        return
    switch: Switch = st.session_state[SWITCH]
    if processor.failed:
        st.error(_(FAILED), icon=":material/error:")
    elif processor.viewer.behind(time.monotonic()):
        st.warning(_(BEHIND), icon=":material/hourglass_top:")
    if switch.loading:
        st.info(_(LOADING), icon=":material/downloading:")
    elif isinstance(switch.error, FairestError):
        st.error(_(UNUSABLE).format(reason=localize(switch.error)), icon=":material/error:")
    stats = processor.stats()
    if not stats.fps:
        st.markdown(_("Waiting for the first frames ..."))
        return
    way = network(st.session_state[key()])
    if way is not None and way.poor:
        st.warning(_(POOR), icon=":material/network_check:")
    status = shared.engine().status()
    latency = stats.latency + (way.round_trip if way is not None else 0.0)
    with st.container(horizontal=True, gap="medium"):
        st.metric(_("Analysed frames a second"), f"{stats.fps:.0f}", width="content")
        st.metric(
            _("Latency"),
            _("{n:.0f} ms").format(n=latency * 1000),
            help=_("The way to the server and back, and the time spent there."),
            width="content",
        )
        st.metric(_("Faces"), stats.faces, width="content")
        st.metric(
            _("Server load"),
            f"{status.load:.0%}",
            help=_("Of all its cores. Under load every viewer's ratings slow alike."),
            width="content",
        )
    seats = _("{taken} of {most} places taken").format(taken=status.viewers, most=status.max_viewers)
    st.markdown(f":small[{seats}]")
    _tell(processor)


def _tell(processor: FrameProcessor) -> None:
    """Bring the chart what is new."""
    analyzer = st.session_state[SWITCH].analyzer
    now = time.monotonic()
    scene = processor.viewer.scene
    faces = scene.at(now, scene.size) if scene is not None else []
    samples = processor.history.since(now - OVERLAP)
    tell(samples, faces, analyzer.classifier.threshold, now)
