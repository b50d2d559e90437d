from __future__ import annotations

from pydantic import SecretStr

from core.settings import IceServer, LiveSettings
from webapp.live.ice import rtc_configuration


def test_the_configuration_is_always_given() -> None:
    assert rtc_configuration(LiveSettings()) == {"iceServers": []}


def test_servers_come_from_the_settings() -> None:
    turn = IceServer(urls=["turn:t.example.org"], username="u", credential=SecretStr("c"))
    blank = IceServer(urls=["turn:b.example.org"], username="", credential=SecretStr(""))
    settings = LiveSettings(ice_servers=[turn, blank, IceServer(urls=["stun:s.example.org"])])
    assert rtc_configuration(settings) == {
        "iceServers": [
            {"urls": ["turn:t.example.org"], "username": "u", "credential": "c"},
            {"urls": ["turn:b.example.org"], "username": "", "credential": ""},
            {"urls": ["stun:s.example.org"]},
        ]
    }
