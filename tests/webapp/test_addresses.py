from __future__ import annotations

import pytest
import streamlit as st

from webapp.addresses import address


@pytest.mark.parametrize(("base", "shown"), [("", "/demo"), ("fairest", "/fairest/demo"), ("/a/b/", "/a/b/demo")])
def test_routes_lie_below_the_base_path(base: str, shown: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(st, "get_option", lambda _name: base)
    assert address("/demo") == shown
