"""The controls of the live video in a real browser: what they change, they change within one and the same stream."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from core.draw import ABOVE, BELOW
from tests import faces
from tests.browser.conftest import Launch, be_patient
from tests.browser.serving import Server, camera_arguments, write_camera
from tests.browser.video import (
    choose_source,
    component,
    drawn_box,
    note_sessions,
    sent_size,
    sessions,
    start,
    stop,
    tinted,
    wait_for_box,
    wait_for_picture,
)
from tests.patience import PATIENCE, until

pytestmark = pytest.mark.long

Screenshot = Callable[[Page, str], None]
BESIDE = 120
"""Pixels by which the face stands beside the picture's middle."""

FACE = faces.SUREST
"""Looks clearly grown up even in a poor picture; the two classifiers here rate it 1.9 to 2.3 and 2.6 to 2.9."""
OTHER = "EfficientNet-Lite0"


@pytest.fixture(scope="module")
def beside(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A Chromium whose camera shows a face to the right of the middle."""
    sent_picture, _ = faces.in_frame(FACE, dx=BESIDE)
    camera = write_camera(tmp_path_factory.mktemp("camera") / "beside.mjpeg", sent_picture)
    browser = playwright.chromium.launch(**camera_arguments(camera))
    browser.on("context", be_patient)
    yield browser
    browser.close()


def opened(browser: Browser, server: Server, width: int = 1280, **options: bool) -> Page:
    page = browser.new_context(viewport={"width": width, "height": 900}, **options).new_page()  # type: ignore[arg-type]
    note_sessions(page)
    page.goto(server.url)
    expect(component(page).get_by_role("button", name="START")).to_be_visible()
    expect(page.get_by_role("combobox", name="Source")).to_be_visible()
    return page


@pytest.fixture
def running(beside: Browser, server: Server) -> Iterator[Page]:
    """A page with a stream in which a face is framed."""
    page = opened(beside, server, accept_downloads=True)
    start(page)
    wait_for_box(page)
    yield page
    assert sessions(page) == 1, "the stream was dropped and begun anew"
    page.context.close()


SIZES = {"720": (960, 720), "360": (480, 360), "480": (640, 480)}


def test_quality_changes_while_the_stream_runs(launch: Launch, server: Server) -> None:
    def change() -> None:
        for height, size in SIZES.items():
            quality.select_option(height)
            until(lambda size=size: sent_size(page) == size, f"pictures of {size}")  # type: ignore[misc]
            wait_for_picture(page, lambda picture: picture.shape[0] * 4 == picture.shape[1] * 3, "of the same shape")

    page = opened(launch("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"), server)
    quality = page.get_by_role("combobox", name="Quality")
    start(page)
    wait_for_picture(page, lambda _: True, "any")
    change()
    choose_source(page, "Demo video")
    wait_for_box(page)
    change()
    wait_for_box(page)
    assert sessions(page) == 1


def test_the_mirror_turns_picture_and_frame_about_and_not_the_captions(beside: Browser, server: Server) -> None:
    page = opened(beside, server)
    mirror = page.get_by_role("button", name="Mirror")
    expect(mirror).to_have_attribute("aria-pressed", "true")
    start(page)
    _, frame, strip = wait_for_box(page)
    assert frame.cx < 320 - BESIDE / 2, "a camera that looks at its user is mirrored unless told otherwise"
    mirror.click()
    expect(mirror).to_have_attribute("aria-pressed", "false")
    wait_for_picture(page, lambda picture: (box := drawn_box(picture)) is not None and box[0].cx > 380, "turned about")
    _, frame, strip_after = wait_for_box(page)
    assert abs(strip_after.x - frame.x) < 6, "the caption begins where the frame does, either way"
    assert strip.h == pytest.approx(strip_after.h, abs=6)
    assert sessions(page) == 1
    page.context.close()


def test_the_demo_video_needs_no_camera(launch: Launch, server: Server, screenshot: Screenshot) -> None:
    page = opened(launch("--use-fake-ui-for-media-stream"), server)
    expect(page.get_by_text("Face Research Lab London Set")).to_be_hidden()
    choose_source(page, "Demo video")
    expect(page.get_by_text("Face Research Lab London Set")).to_be_visible()
    start(page)
    wait_for_box(page)
    expect(page.get_by_role("button", name="Mirror")).to_have_attribute("aria-pressed", "false")
    screenshot(page, "live-demo")
    stop(page)
    expect(page.locator("video.film")).to_have_js_property("paused", True)


def test_without_https_the_demo_video_is_what_is_left(launch: Launch, server: Server) -> None:
    page = launch("--host-resolver-rules=MAP fairest.test 127.0.0.1").new_page()
    page.goto(server.url.replace("localhost", "fairest.test"))
    expect(page.get_by_text("only over HTTPS or on localhost")).to_be_visible()
    choose_source(page, "Demo video")
    expect(page.get_by_text("only over HTTPS or on localhost")).to_be_hidden()
    start(page)
    wait_for_box(page)


def test_the_source_changes_while_the_stream_runs(running: Page) -> None:
    camera_source = running.get_by_role("combobox", name="Source").input_value()
    assert camera_source.startswith("device:"), "a camera has its name once it is allowed"
    choose_source(running, "demo")
    wait_for_picture(running, lambda picture: picture[10, 320].min() > 150, "the film's light ground")
    running.get_by_role("combobox", name="Source").select_option(camera_source)
    sent_picture, _ = faces.in_frame(FACE)
    background = sent_picture[10, 10].astype(int)
    wait_for_picture(running, lambda picture: np.abs(picture[10, 10] - background).max() < 12, "the camera's ground")
    wait_for_box(running)


def test_a_camera_that_is_refused_leaves_the_demo_video_running(launch: Launch, server: Server) -> None:
    page = opened(launch("--use-fake-device-for-media-stream", "--deny-permission-prompts"), server)
    choose_source(page, "Demo video")
    start(page)
    wait_for_box(page)
    choose_source(page, "Camera")
    expect(page.get_by_text("Camera access was denied")).to_be_visible()
    expect(page.get_by_role("combobox", name="Source")).to_have_value("demo")
    wait_for_box(page)
    assert sessions(page) == 1


def test_a_snapshot_is_the_drawn_picture(running: Page) -> None:
    def snapshot() -> np.ndarray:
        with running.expect_download(timeout=1000 * PATIENCE) as download_info:
            running.get_by_role("button", name="Snapshot").click()
        assert re.fullmatch(r"fairest-[\d-]+\.png", download_info.value.suggested_filename)
        saved = cv2.imread(str(download_info.value.path()))
        assert saved is not None
        return cv2.cvtColor(saved, cv2.COLOR_BGR2RGB)

    saved = snapshot()
    assert saved.shape[0] * 4 == saved.shape[1] * 3
    assert saved.shape[0] >= 240
    # A box that has grown old is not drawn until the next look, which a busy machine may delay.
    until(lambda: drawn_box(snapshot()) is not None, "a snapshot with a box")
    expect(running.get_by_text("Saved on your own device as fairest-")).to_be_visible()


def test_a_recording_is_saved_and_can_be_played(running: Page, screenshot: Screenshot) -> None:
    running.get_by_role("button", name="Record").click()
    expect(running.get_by_text("Recording. The video stays on your own device.")).to_be_visible()
    expect(running.locator("button.record")).to_have_text(re.compile(r"Stop 0:(0[2-9]|[1-5])"))
    # A box that has grown old is not drawn until the next look, which a busy machine may delay.
    wait_for_box(running)
    screenshot(running, "live-recording")
    with running.expect_download(timeout=1000 * PATIENCE) as download_info:
        running.locator("button.record").click()
    expect(running.get_by_role("button", name="Record")).to_be_visible()
    name = download_info.value.suggested_filename
    assert re.fullmatch(r"fairest-[\d-]+\.(webm|mp4)", name)
    with av.open(str(download_info.value.path())) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert len(frames) > 5
    assert frames[-1].shape[0] * 4 == frames[-1].shape[1] * 3
    assert any(drawn_box(picture) for picture in frames)


def test_a_recording_that_the_end_of_the_stream_cuts_short_is_saved(running: Page) -> None:
    running.get_by_role("button", name="Record").click()
    expect(running.locator("button.record")).to_have_text(re.compile(r"Stop 0:(0[1-9]|[1-5])"))
    with running.expect_download(timeout=1000 * PATIENCE) as download_info:
        stop(running)
    assert Path(download_info.value.path()).stat().st_size > 1000


def test_without_a_stream_nothing_can_be_saved_and_the_page_says_so(beside: Browser, server: Server) -> None:
    page = opened(beside, server)
    for name in ("Snapshot", "Record"):
        expect(page.get_by_role("button", name=name)).to_be_disabled()
    expect(page.get_by_text("You can take snapshots and recordings while the video is running")).to_be_visible()
    page.context.close()


def test_another_classifier_and_another_line_are_seen_at_once(running: Page) -> None:
    entry = running.locator("ul.faces li")
    expect(entry).to_have_text(re.compile(r"Ugly (1\.\d|2\.[0-4])"))
    running.get_by_role("combobox", name="Classifier").click()
    running.get_by_role("option", name=OTHER).click()
    expect(entry).to_have_text(re.compile(r" 2\.[6789]"))
    line = running.get_by_role("slider", name="Label threshold")
    for key, colour in (("Home", ABOVE), ("End", BELOW)):
        line.press(key)
        wait_for_picture(running, lambda picture, colour=colour: tinted(picture, colour).sum() > 400, key)  # type: ignore[misc]
    running.get_by_role("button", name="Reset to the median").click()
    expect(line).to_have_value("2.83")


def test_the_chart_has_a_line_and_a_list_of_faces(running: Page) -> None:
    line = running.locator("svg.chart .lines path")
    expect(line).to_have_attribute("d", re.compile(r"^M[\d. ]+(L[\d. ]+){2,}"))
    expect(running.locator("svg.chart .threshold")).to_have_count(1)
    expect(running.locator("ul.faces li")).to_have_text(re.compile(r"^Face \d+: (Sexy|Ugly) \d\.\d \(\d+ %\)$"))
    expect(running.locator("p.said")).to_have_text(re.compile(r"^1 face found\. Face \d+: "))
    earlier_path = line.get_attribute("d")
    expect(line).not_to_have_attribute("d", earlier_path or "")


def test_the_language_changes_while_the_stream_runs(running: Page, screenshot: Screenshot) -> None:
    running.get_by_role("combobox", name="Language").click()
    running.get_by_role("option", name="Русский").click()
    expect(running.get_by_role("button", name="Снимок")).to_be_visible()
    expect(component(running).get_by_role("button", name="СТОП", exact=True)).to_be_visible()
    expect(running.get_by_role("img", name=re.compile("Найдено 1 лицо"))).to_be_visible()
    wait_for_box(running)
    screenshot(running, "live-russian")


def test_leaving_and_coming_back_brings_the_controls_back(running: Page) -> None:
    running.get_by_role("link", name="About").click()
    expect(running.get_by_role("heading", name="About", exact=True)).to_be_visible()
    running.get_by_role("link", name="Live").click()
    expect(component(running).get_by_role("button", name="START")).to_be_visible()
    choose_source(running, "demo")
    start(running)
    wait_for_box(running)
    assert sessions(running) == 2
    running.evaluate("window.sessions = 1")


def test_a_phone_has_everything_in_reach(beside: Browser, server: Server, screenshot: Screenshot) -> None:
    page = opened(beside, server, 390, is_mobile=True, has_touch=True)
    sources = page.get_by_role("combobox", name="Source").locator("option")
    expect(sources).to_have_text(["Front camera", "Back camera", "Demo video"])
    choose_source(page, "Back camera")
    expect(page.get_by_role("button", name="Mirror")).to_have_attribute("aria-pressed", "false")
    start(page)
    wait_for_box(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    names = {"combobox": ("Source", "Quality", "Drawn by"), "button": ("Mirror", "Snapshot", "Record")}
    for control in [page.get_by_role(role, name=name) for role in names for name in names[role]]:  # type: ignore[arg-type]
        box = control.bounding_box()
        assert box is not None
        assert min(box["height"], box["width"]) >= 44
        assert 0 <= box["x"] <= 390 - box["width"]
    screenshot(page, "live-390")
    page.context.close()


def test_the_controls_are_worked_by_keyboard(running: Page) -> None:
    running.get_by_role("button", name="STOP", exact=True).focus()
    focus = "document.activeElement.shadowRoot?.activeElement"
    focused_class = f"({focus}?.className || {focus}?.parentElement.className.replace('field ', '')) ?? ''"
    order = []
    for _ in range(6):
        running.keyboard.press("Tab")
        order.append(running.evaluate(focused_class))
    assert order == ["mirror", "snapshot", "record", "source", "quality", "drawing"]
    running.get_by_role("button", name="Mirror").press("Space")
    expect(running.get_by_role("button", name="Mirror")).to_have_attribute("aria-pressed", "false")
