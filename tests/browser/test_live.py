"""The main job in a real browser: a real face before the camera comes back framed and rated."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from core.draw import INK
from core.face import Box
from tests import faces
from tests.browser.conftest import Launch
from tests.browser.serving import Server, camera_arguments, served, write_camera
from tests.browser.video import (
    Mode,
    component,
    draw_by,
    drawn_box,
    grab,
    note_sessions,
    sessions,
    start,
    stop,
    tinted,
    wait_for_box,
)
from tests.live.metrics import samples
from tests.patience import PATIENCE, until

Screenshot = Callable[[Page, str], None]


@pytest.mark.parametrize("mode", ["overlay", "drawn"])
def test_a_face_is_framed_and_labelled(page: Page, server: Server, screenshot: Screenshot, mode: Mode) -> None:
    page.goto(server.url)
    draw_by(page, mode)
    start(page)
    picture, frame, strip = wait_for_box(page)
    sent_picture, true_box = in_mirror(*faces.in_frame(faces.SUREST))
    assert picture.shape == sent_picture.shape
    assert frame.iou(true_box) > 0.65, f"drawn at {frame}, the face is at {true_box}"
    # Outside the drawing the picture is the camera's.
    background = np.s_[: int(true_box.y) - 60, :40]
    assert np.abs(picture[background].astype(int) - sent_picture[background].astype(int)).mean() < 12
    text_pixels = tinted(picture, INK)[int(strip.y) : int(strip.y + strip.h), int(strip.x) : int(strip.x + strip.w)]
    assert 0.05 < text_pixels.mean() < 0.6, "the strip over the face holds no text"
    expect(page.get_by_text("Analysed frames per second")).to_be_visible()
    expect(page.get_by_text(re.compile(r"^\d+ ms$"))).to_be_visible()
    expect(page.locator("p.said")).to_have_text(re.compile(r"^1 face found\. Face \d+: \w+\.$"))
    screenshot(page, f"live-{mode}")
    stop(page)


def test_who_draws_changes_while_the_stream_runs_and_the_face_keeps_its_number(page: Page, server: Server) -> None:
    page.goto(server.url)
    start(page)
    for mode in ("drawn", "overlay"):
        wait_for_box(page)
        draw_by(page, mode)
        wait_for_box(page)
        expect(page.locator("ul.faces li")).to_have_text(re.compile(r"^Face 1: \w+ \d\.\d"))
    stop(page)


def test_a_reload_gives_the_place_back_and_starts_nothing_by_itself(page: Page, server: Server) -> None:
    page.goto(server.url)
    start(page)
    wait_for_box(page)
    page.reload()
    expect(component(page).get_by_role("button", name="START")).to_be_visible()
    until(lambda: samples(server.url)["fairest_viewers"] == 0, "its place is free")
    start(page)
    wait_for_box(page)
    stop(page)


def in_mirror(sent: np.ndarray, box: Box) -> tuple[np.ndarray, Box]:
    """A camera's picture as it comes back, where nobody says otherwise, and a box there."""
    return sent[:, ::-1], Box(sent.shape[1] - box.x - box.w, box.y, box.w, box.h)


@pytest.mark.long
def test_two_faces_come_back_framed_at_once(
    playwright: Playwright, server: Server, screenshot: Screenshot, tmp_path: Path
) -> None:
    sent_picture, true_boxes = faces.pair_in_frame()
    camera = write_camera(tmp_path / "pair.mjpeg", sent_picture)
    browser = playwright.chromium.launch(**camera_arguments(camera))
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.goto(server.url)
    start(page)
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        picture = grab(page)
        halves = [drawn_box(half) for half in np.split(picture, 2, axis=1)] if picture is not None else [None]
        if all(halves):
            break
        page.wait_for_timeout(200)
    mirrored = [in_mirror(sent_picture, box)[1] for box in reversed(true_boxes)]
    for number, (drawn, box) in enumerate(zip(halves, mirrored, strict=True)):
        assert drawn, "no frame came back in this half of the picture"
        assert drawn[0].iou(Box(box.x - 320 * number, box.y, box.w, box.h)) > 0.6
    screenshot(page, "live-two-faces")
    browser.close()


@pytest.mark.long
def test_twenty_starts_in_a_row_all_bring_processed_frames(page: Page, server: Server) -> None:
    note_sessions(page)
    page.goto(server.url)
    for _ in range(20):
        start(page)
        wait_for_box(page)
        stop(page)
    assert sessions(page) == 20, "none was tried again"


@pytest.mark.long
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
    expect(page.get_by_text("Camera access was denied")).to_be_visible()
    screenshot(page, "live-refused")


@pytest.mark.long
def test_no_camera_gets_a_sentence(launch: Launch, server: Server) -> None:
    page = launch("--use-fake-ui-for-media-stream").new_page()
    page.goto(server.url)
    start(page)
    expect(page.get_by_text("No camera was found")).to_be_visible()


def test_without_https_the_page_says_what_to_do(launch: Launch, server: Server) -> None:
    page = launch("--host-resolver-rules=MAP fairest.test 127.0.0.1").new_page()
    page.goto(server.url.replace("localhost", "fairest.test"))
    expect(page.get_by_text("only over HTTPS or on localhost")).to_be_visible()


@pytest.mark.long
def test_a_full_server_says_so_and_lets_the_next_in(chromium: Browser, screenshot: Screenshot) -> None:
    with served(FAIREST_MAX_VIEWERS="1") as full_server:
        first, second = chromium.new_context().new_page(), chromium.new_context().new_page()
        first.goto(full_server.url)
        start(first)
        wait_for_box(first)
        second.goto(full_server.url)
        start(second)
        expect(second.get_by_text("The server is full")).to_be_visible()
        screenshot(second, "live-full")
        wait_for_box(first)  # The first viewer goes on.
        first.close()
        wait_for_box(second)
        second.close()
