from __future__ import annotations

from streamlit.testing.v1 import AppTest

from tests.patience import PATIENCE


def test_it_mounts() -> None:
    def page() -> None:
        from core.settings import RatingSettings
        from webapp.live.meter import meter

        meter(RatingSettings())

    app = AppTest.from_function(page, default_timeout=PATIENCE).run()
    assert not app.exception
