"""A server that goes and comes back while a page is open: whoever was live is live again, as they were."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.browser.conftest import be_patient
from tests.browser.serving import Server, camera_arguments, free_port, served, write_camera
from tests.browser.video import component, note_sessions, sent_size, start, stop, wait_for_box
from tests.live.metrics import samples
from tests.patience import PATIENCE, until

pytestmark = pytest.mark.long

OTHER = "EfficientNet-Lite0"
COUNT_ASKED = """() => {
    const devices = navigator.mediaDevices;
    const real = devices?.getUserMedia.bind(devices);
    if (real) devices.getUserMedia = (asked) => { top.asked = (top.asked ?? 0) + 1; return real(asked); };
}"""
PAUSE = 5_000
"""Milliseconds in which a page that was not to go on by itself would have begun to."""


@pytest.fixture
def page(playwright: Playwright, tmp_path: Path) -> Iterator[Page]:
    """Of a Chromium that counts how often it is asked for its camera."""
    browser: Browser = playwright.chromium.launch(**camera_arguments(write_camera(tmp_path / "face.mjpeg")))
    browser.on("context", be_patient)
    page = browser.new_context(viewport={"width": 1280, "height": 900}, accept_downloads=True).new_page()
    page.add_init_script(f"({COUNT_ASKED})()")
    note_sessions(page)
    yield page
    browser.close()


def viewers(server: Server) -> int:
    return int(samples(server.url).get("fairest_viewers", 0))


def test_who_was_live_goes_on_as_before_and_who_stopped_does_not(page: Page) -> None:
    port = free_port()
    with served(port=port) as first:
        page.goto(first.url)
        page.get_by_role("combobox", name="Quality").select_option("360")
        page.get_by_role("combobox", name="Classifier").click()
        page.get_by_role("option", name=OTHER).click()
        start(page)
        wait_for_box(page)
        page.get_by_role("button", name="Mirror").click()
        page.get_by_role("button", name="Record").click()
        expect(page.locator("button.record")).to_have_text(re.compile(r"Stop 0:(0[2-9]|[1-5])"))
        camera_requests = page.evaluate("window.asked")
        first.process.kill()
        first.process.wait()
    with page.expect_download(timeout=1000 * PATIENCE) as saved, served(port=port) as second:
        until(lambda: viewers(second) == 1, "it is live again")
        wait_for_box(page)
        assert page.evaluate("window.asked") == camera_requests, (
            "the camera that was on is used, and nobody is asked for it"
        )
        assert sent_size(page) == (480, 360)
        expect(page.get_by_role("button", name="Mirror")).to_have_attribute("aria-pressed", "false")
        expect(page.get_by_role("combobox", name="Quality")).to_have_value("360")
        expect(page.get_by_role("combobox", name="Classifier")).to_have_value(OTHER)
        expect(page.get_by_text("Analysed frames per second")).to_be_visible()
        stop(page)
    assert Path(saved.value.path()).stat().st_size > 1000
    with served(port=port) as third:
        page.wait_for_timeout(PAUSE)
        assert viewers(third) == 0
        expect(component(page).get_by_role("button", name="START")).to_be_visible()


def test_whoever_finds_no_place_after_a_restart_goes_on_when_there_is_one(page: Page, chromium: Browser) -> None:
    port = free_port()
    with served(port=port, FAIREST_MAX_VIEWERS="1") as first:
        page.goto(first.url)
        start(page)
        wait_for_box(page)
        page.context.set_offline(True)
        first.process.kill()
        first.process.wait()
    with served(port=port, FAIREST_MAX_VIEWERS="1") as second:
        quicker_page = chromium.new_page()
        quicker_page.goto(second.url)
        start(quicker_page)
        wait_for_box(quicker_page)
        page.context.set_offline(False)
        expect(page.get_by_text("The server is full")).to_be_visible()
        quicker_page.context.close()
        wait_for_box(page)
        assert viewers(second) == 1
