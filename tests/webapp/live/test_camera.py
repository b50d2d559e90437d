from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from webapp.live import camera, camera_help
from webapp.live.rtc import TRANSLATIONS


def script() -> str:
    return "\n".join((camera.FOLDER / name).read_text(encoding="utf-8") for name in camera.SCRIPTS)


def test_every_text_that_the_scripts_ask_for_is_given() -> None:
    asked = set(re.findall(r"\btexts\.(\w+)", script()))
    named = set(
        re.findall(r"for \(const name of \[([^\]]+)\]\)\s+this\.find\(`\.\$\{name\} span`\)", script())[0].split(", ")
    )
    assert asked | {name.strip('"') for name in named} == set(camera.TEXTS)


def test_every_error_that_the_scripts_make_has_a_sentence() -> None:
    made = set(re.findall(r'DOMException\([^)]*"(\w+)"\)', script())) | set(re.findall(r'failed\("(\w+)"\)', script()))
    assert made
    assert made <= set(camera.ERRORS)


@pytest.mark.parametrize("name", ["NotAllowedError", "NotFoundError", "insecure"])
def test_the_library_says_the_same_sentences(name: str) -> None:
    assert camera.ERRORS[name] == camera_help.SENTENCES[name]
    assert camera_help.SENTENCES[name] in TRANSLATIONS.values()


def test_the_picture_is_not_mirrored_until_the_browser_asks() -> None:
    def page() -> None:
        import streamlit as st

        from webapp.live.camera import camera

        st.text(str(camera("live-1")))

    app = AppTest.from_function(page, default_timeout=30).run()
    assert not app.exception
    assert app.text[0].value == "False"
