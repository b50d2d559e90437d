from __future__ import annotations

from streamlit.testing.v1 import AppTest
from streamlit_webrtc import component

from core.settings import IceServer, Settings
from webapp import rtc


def test_the_configuration_is_always_given() -> None:
    assert rtc.rtc_configuration(Settings()) == {"iceServers": []}


def test_servers_come_from_the_settings() -> None:
    settings = Settings(ice_servers=[IceServer(urls=["turn:t.example.org"], username="u", credential="c")])
    assert rtc.rtc_configuration(settings) == {
        "iceServers": [{"urls": ["turn:t.example.org"], "username": "u", "credential": "c"}]
    }


def visits(*pages: str) -> list[int]:
    """What the component takes for the number of runs, in a session that shows these pages one after another."""

    def script(name: str) -> None:
        import streamlit as st
        from streamlit_webrtc import component

        from webapp import rtc

        rtc.note_page(name)
        st.text(str(component.get_script_run_count(component.get_this_session_info())))

    app = AppTest.from_function(script, args=("",))
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
