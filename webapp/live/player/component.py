"""Mount the live component. It talks to the server directly (webapp.live.signalling) and returns nothing to Streamlit.

Selections made in Streamlit's widgets next to it are passed to it as data, and it sends them to the server.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import streamlit as st

from core.draw import ABOVE, BELOW, INK, PLAIN
from core.settings import Settings
from webapp import demo
from webapp.common.addresses import address
from webapp.common.i18n import language
from webapp.live.ice import rtc_configuration
from webapp.live.legend import css_colour
from webapp.live.player.texts import CONTROLS, ERRORS, NOTICES, translated, words
from webapp.live.signalling.endpoint import PATH
from webapp.live.switch import Choice

FOLDER = Path(__file__).parent
SCRIPTS = (
    "session.js",
    "wire.js",
    "choice.js",
    "source.js",
    "camera.js",
    "words.js",
    "overlay.js",
    "told.js",
    "notices.js",
    "save.js",
    "picture.js",
    "panel.js",
    "player.js",
)
"""Concatenated in this order, because a component's script must be a single module."""

_component = st.components.v2.component(
    "fairest_live",
    html=(FOLDER / "player.html").read_text(encoding="utf-8"),
    css=(FOLDER / "player.css").read_text(encoding="utf-8"),
    js="\n".join((FOLDER / name).read_text(encoding="utf-8") for name in SCRIPTS),
)


def player(settings: Settings, choice: Choice) -> None:
    """Mount the component.

    Args:
        settings: the operator's settings.
        choice: selected models, threshold and confidence.
    """
    chosen = asdict(choice)
    _component(
        data={
            "url": address(PATH),
            "ice_servers": rtc_configuration(settings.live)["iceServers"],
            "language": language(),
            "choice": {"threshold": chosen.pop("line"), **chosen},
            "colours": {
                "above": css_colour(ABOVE),
                "below": css_colour(BELOW),
                "plain": css_colour(PLAIN),
                "ink": css_colour(INK),
            },
            "texts": translated(CONTROLS),
            "errors": translated(ERRORS),
            "notices": translated(NOTICES),
            "words": words(settings.rating),
            "film": address(demo.PATH),
            "credit_url": demo.SOURCE,
        },
        key="live",
    )
