"""A page in Streamlit's own test harness."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from streamlit.testing.v1 import AppTest

from tests.patience import PATIENCE


def view(name: str, language: str = "en", state: Mapping[str, Any] = MappingProxyType({})) -> AppTest:
    """One page, run as the app runs it, with some session state."""

    def script(name: str) -> None:
        import importlib

        importlib.import_module("webapp.about" if name == "about" else f"webapp.{name}.view").page()

    app = AppTest.from_function(script, args=(name,), default_timeout=PATIENCE)
    for key, value in {"language": language, **state}.items():
        app.session_state[key] = value
    return app.run()


def texts(app: AppTest) -> str:
    """All that is written on it."""
    written = [*app.markdown, *app.caption, *app.text, *app.error, *app.warning, *app.info]
    return " ".join(str(element.value) for element in written)
