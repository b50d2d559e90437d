"""The example page of docs/examples, which is no part of the app: another site's, in a real browser."""

from __future__ import annotations

import functools
import re
import threading
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from core.face import Box
from core.settings import ROOT
from tests import faces
from tests.browser.serving import served
from tests.live.metrics import samples
from tests.patience import until

pytestmark = pytest.mark.long

INKED = """() => {
  const canvas = document.getElementById("overlay");
  const { data, width, height } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  const xs = [], ys = [];
  for (let i = 0; i < width * height; i++) if (data[4 * i + 3]) { xs.push(i % width); ys.push((i / width) | 0); }
  return xs.length ? [xs, ys] : null;
}"""
"""Where the overlay is not empty: columns and rows."""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """Another site with the page."""
    handler = functools.partial(SimpleHTTPRequestHandler, directory=str(ROOT / "docs" / "examples"))
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{server.server_port}"
    server.shutdown()


def test_a_page_of_ones_own_draws_the_faces_over_its_own_video(page: Page, site: str) -> None:
    _, true_box = faces.in_frame(faces.SUREST)
    with served(STREAMLIT_SERVER_CORS_ALLOWED_ORIGINS=site) as server:
        page.goto(f"{site}/live.html?server={server.url}")
        page.get_by_role("button", name="Start").click()
        expect(page.locator("#said")).to_have_text(re.compile(r"^\w+ [1-5]\.\d$"))
        columns, rows = np.asarray(page.evaluate(INKED))
        # The caption stands above the box.
        frame = rows >= rows.max() - true_box.h
        x, right, bottom = columns[frame].min(), columns[frame].max(), rows.max()
        drawn_face = Box(float(x), float(bottom - true_box.h), float(right - x), true_box.h)
        assert drawn_face.iou(true_box) > 0.6, f"drawn at {drawn_face}, the face is at {true_box}"
        assert samples(server.url)["fairest_viewers"] == 1
        page.goto("about:blank")
        until(lambda: samples(server.url)["fairest_viewers"] == 0, "its place is free")


def test_a_site_that_nobody_named_is_refused(page: Page, site: str) -> None:
    with served() as server:
        page.goto(f"{site}/live.html?server={server.url}")
        page.get_by_role("button", name="Start").click()
        expect(page.locator("#said")).to_have_text(re.compile("fetch", re.IGNORECASE))
        assert samples(server.url).get("fairest_viewers", 0) == 0
