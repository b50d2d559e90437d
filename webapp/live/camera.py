"""The controls of the live video: source, quality, mirror, snapshot, recording; and what to do without a camera.

They live in the browser (camera*.js) and reach into streamlit-webrtc's frame, which is of the same origin.
Only one thing is told to the server: whether it is to mirror the picture. Snapshots and recordings stay with the
viewer.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from webapp import demo
from webapp.common.addresses import address
from webapp.common.i18n import N_, _
from webapp.live.camera_help import SENTENCES
from webapp.live.rtc import TRANSLATIONS

FOLDER = Path(__file__).parent
SCRIPTS = ("camera_source.js", "camera_studio.js", "camera_save.js", "camera.js")
"""Joined in this order: a component's script is one module."""

TEXTS = {
    "start": TRANSLATIONS["start"],
    "controls": N_("Controls of the video"),
    "source": N_("Source"),
    "camera": N_("Camera"),
    "front": N_("Front camera"),
    "back": N_("Back camera"),
    "demo": N_("Demo video"),
    "quality": N_("Quality"),
    "mirror": N_("Mirror"),
    "snapshot": N_("Snapshot"),
    "record": N_("Record"),
    "recording": N_("Stop"),
    "recording_hint": N_("Recording. It stays on your own machine."),
    "idle": N_("Snapshots and recordings are made while the video runs, and kept on your own machine only."),
    "cannot_record": N_("This browser cannot record the video; snapshots work."),
    "saved": N_("Saved as {name}, on your own machine."),
    "credit": demo.CREDIT,
}
ERRORS = SENTENCES | {
    "FilmError": N_("This browser cannot play the demo video. Choose a camera, or use Photos."),
    "SaveError": N_("Nothing could be saved: the browser gave no picture. Try again."),
}

_component = st.components.v2.component(
    "fairest_camera",
    html=(FOLDER / "camera.html").read_text(encoding="utf-8"),
    css=(FOLDER / "camera.css").read_text(encoding="utf-8"),
    js="\n".join((FOLDER / name).read_text(encoding="utf-8") for name in SCRIPTS),
)


def _ignore() -> None:
    """A component has a state only where somebody listens to it."""


def camera(session: str) -> bool:
    """Mount the controls, and say whether the server is to mirror the picture.

    Args:
        session: the key of the stream; when it is another one while the page is open, a server was lost, and whoever
            was live is started again.

    The page or fragment around them runs when that changes.
    """
    state: Any = _component(
        data={
            "session": session,
            "texts": {name: _(text) for name, text in TEXTS.items()},
            "errors": {name: _(text) for name, text in ERRORS.items()},
            "film": address(demo.PATH),
            "credit_url": demo.SOURCE,
        },
        default={"mirror": False},
        key="camera",
        on_mirror_change=_ignore,
    )
    return bool(state.mirror)
