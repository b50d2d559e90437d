"""How the browser's camera reaches the server: ICE servers, the component's sentences, and one repair.

The repair. streamlit-webrtc 0.79 takes a stream down when it believes that its page was left and entered again. It
believes so when Streamlit's `script_run_count` moved by more than one between two renderings of the component. But
Streamlit counts runs that were cut short by the next one too, so two quick reruns, as happen at START, look like a
change of page, and about one START in twenty died. Here the count moves only when the page really changes.
"""

from __future__ import annotations

from typing import Any

import streamlit as st
from streamlit_webrtc import component

from core.settings import Settings
from webapp.camera_help import SENTENCES

PAGE = "rtc-page"
VISITS = "rtc-visits"

TRANSLATIONS = {
    "start": "START",
    "stop": "STOP",
    "select_device": "Select camera",
    "select_camera": "Camera",
    "media_api_not_available": SENTENCES["insecure"],
    "device_ask_permission": "Your browser is asking whether this page may use the camera: please allow it.",
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


def rtc_configuration(settings: Settings) -> dict[str, Any]:
    """The RTCConfiguration of both ends: the settings' STUN and TURN servers, none by default.

    Always given, even when empty: left out, streamlit-webrtc would ask hosts on the internet for servers.
    """
    return {"iceServers": [server.model_dump(exclude_none=True) for server in settings.ice_servers]}
