from __future__ import annotations

import pytest
import streamlit as st

from webapp.common.addresses import address, route


@pytest.mark.parametrize(("base", "shown"), [("", "/demo"), ("fairest", "/fairest/demo"), ("/a/b/", "/a/b/demo")])
def test_routes_lie_below_the_base_path(base: str, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "get_option", lambda _name: base)
    assert address("/demo") == shown


@pytest.mark.parametrize(
    ("base", "path", "meant"),
    [
        ("", "/demo", "/demo"),
        ("fairest", "/fairest/demo", "/demo"),
        ("/a/b/", "/a/b/demo", "/demo"),
        ("fairest", "/fairest", "/"),
        ("fairest", "/fairest/", "/"),
        ("fairest", "/healthz", "/healthz"),
        ("fairest", "/fairestly/demo", "/fairestly/demo"),
        ("fairest", "/fairest/fairest/demo", "/fairest/demo"),
    ],
)
def test_a_path_means_a_route(base: str, path: str, meant: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "get_option", lambda _name: base)
    assert route(path) == meant
