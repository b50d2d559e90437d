"""The main job in a real browser: a real face before the camera comes back framed and rated."""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
from playwright.sync_api import Browser, Page, expect

from core.draw import INK
from tests import faces
from tests.browser.conftest import Launch
from tests.browser.serving import Server, served
from tests.browser.video import drawn_box, grab, start, stop, tinted, wait_for_box

Screenshot = Callable[[Page, str], None]


def test_a_face_comes_back_framed_and_labelled(page: Page, server: Server, screenshot: Screenshot) -> None:
    page.goto(server.url)
    start(page)
    picture, frame, strip = wait_for_box(page)
    sent, true = faces.in_frame(faces.ADULT)
    assert picture.shape == sent.shape
    assert frame.iou(true) > 0.65, f"drawn at {frame}, the face is at {true}"
    # Outside the drawing the returned picture is the sent one.
    far = np.s_[: int(true.y) - 60, :40]
    assert np.abs(picture[far].astype(int) - sent[far].astype(int)).mean() < 12
    written = tinted(picture, INK)[int(strip.y) : int(strip.y + strip.h), int(strip.x) : int(strip.x + strip.w)]
    assert 0.05 < written.mean() < 0.6, "the strip over the face holds no text"
    expect(page.get_by_text("Processed frames a second")).to_be_visible()
    expect(page.get_by_text(re.compile(r"^\d+ ms$"))).to_be_visible()
    screenshot(page, "live")
    stop(page)


def test_twenty_starts_in_a_row_all_bring_processed_frames(page: Page, server: Server) -> None:
    page.goto(server.url)
    for _ in range(20):
        start(page)
        wait_for_box(page)
        stop(page)


def test_leaving_the_page_ends_the_stream_and_coming_back_starts_anew(page: Page, server: Server) -> None:
    page.goto(server.url)
    start(page)
    wait_for_box(page)
    page.get_by_role("link", name="About").click()
    expect(page.get_by_role("heading", name="About", exact=True)).to_be_visible()
    page.get_by_role("link", name="Live").click()
    start(page)
    wait_for_box(page)
    stop(page)


def test_a_refused_camera_gets_a_sentence(launch: Launch, server: Server, screenshot: Screenshot) -> None:
    page = launch("--use-fake-device-for-media-stream", "--deny-permission-prompts").new_page()
    page.goto(server.url)
    start(page)
    expect(page.get_by_text("The camera was refused")).to_be_visible(timeout=10_000)
    screenshot(page, "live-refused")


def test_no_camera_gets_a_sentence(launch: Launch, server: Server) -> None:
    page = launch("--use-fake-ui-for-media-stream").new_page()
    page.goto(server.url)
    start(page)
    expect(page.get_by_text("No camera was found")).to_be_visible(timeout=10_000)


def test_without_https_the_page_says_what_to_do(launch: Launch, server: Server) -> None:
    page = launch("--host-resolver-rules=MAP fairest.test 127.0.0.1").new_page()
    page.goto(server.url.replace("localhost", "fairest.test"))
    expect(page.get_by_text("only over HTTPS or on localhost")).to_be_visible(timeout=15_000)


def test_a_full_server_says_so_and_lets_the_next_in(chromium: Browser, screenshot: Screenshot) -> None:
    with served(FAIREST_MAX_VIEWERS="1") as small:
        first, second = chromium.new_context().new_page(), chromium.new_context().new_page()
        first.goto(small.url)
        start(first)
        wait_for_box(first)
        second.goto(small.url)
        expect(second.get_by_text("The server is full")).to_be_visible(timeout=15_000)
        screenshot(second, "live-full")
        picture = grab(first)
        assert picture is not None
        assert drawn_box(picture), "the first viewer goes on"
        first.close()
        start(second)
        wait_for_box(second)
        second.close()
