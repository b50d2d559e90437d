"""Says in a sentence what to do when the browser gives no camera.

streamlit-webrtc shows the browser's bare error ("NotAllowedError: Permission denied") inside its frame. This component
watches that frame, of the same origin, and puts the sentence for it under the video.
"""

from __future__ import annotations

import streamlit as st

PHOTOS = "Without a camera, use Photos."
SENTENCES = {
    "insecure": (
        "This page cannot reach a camera here: browsers allow it only over HTTPS or on localhost. "
        "Open the page as https://, or on the machine that serves it as http://localhost. " + PHOTOS
    ),
    "NotAllowedError": (
        "The camera was refused. Allow it for this page (the camera sign beside the address), then press START again. "
        + PHOTOS
    ),
    "NotFoundError": "No camera was found. Connect one, then press START again. " + PHOTOS,
    "NotReadableError": (
        "The camera cannot be read: another program may be using it. Close that program, then press START again. "
        + PHOTOS
    ),
    "OverconstrainedError": "This camera does not offer a usable picture size. Choose another one. " + PHOTOS,
    "AbortError": "The camera stopped answering. Connect it anew, then press START again. " + PHOTOS,
}

_HTML = '<p role="alert" hidden></p>'
_CSS = """
p { margin: 0; padding: 0.9rem 1rem; border-radius: 0.5rem; line-height: 1.5;
    font-family: var(--st-font); color: var(--st-yellow-text-color, #7a4b00);
    background: var(--st-yellow-background-color, #fff7e0); }
"""
_JS = """
export default function ({ parentElement, data }) {
    const line = parentElement.querySelector("p");
    const look = () => {
        let found = window.isSecureContext && navigator.mediaDevices ? null : "insecure";
        for (const frame of found ? [] : document.querySelectorAll("iframe[title*='streamlit_webrtc']")) {
            const text = frame.contentDocument?.body?.innerText ?? "";
            found = Object.keys(data).find((name) => text.includes(name)) ?? found;
        }
        line.hidden = !found;
        if (found && line.textContent !== data[found]) line.textContent = data[found];
    };
    look();
    const timer = setInterval(look, 400);
    return () => clearInterval(timer);
}
"""

_component = st.components.v2.component("fairest_camera_help", html=_HTML, css=_CSS, js=_JS)


def camera_help() -> None:
    """Mount the component; it shows nothing while all is well."""
    _component(data=SENTENCES, key="camera-help")
