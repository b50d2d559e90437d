"""A real server and a real Chromium with a fake camera that shows a real face."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, expect, sync_playwright

from core.settings import ROOT
from tests.browser.install import find_chromium
from tests.browser.serving import QUIET, Server, camera_arguments, served, write_camera
from tests.patience import PATIENCE

Launch = Callable[..., Browser]

expect.set_options(timeout=1000 * PATIENCE)


def artifact(name: str) -> Path:
    """The path of a picture in artifacts/, to be looked at."""
    folder = ROOT / "artifacts"
    folder.mkdir(exist_ok=True)
    return folder / f"{re.sub(r'[^a-z0-9-]+', '-', name)}.png"


def be_patient(context: BrowserContext) -> None:
    """Have whatever is done on its pages wait as long as what is expected there."""
    context.set_default_timeout(1000 * PATIENCE)


@pytest.fixture(scope="package")
def server() -> Iterator[Server]:
    with served() as running:
        yield running


@pytest.fixture(scope="package")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as running:
        yield running


@pytest.fixture
def launch(playwright: Playwright) -> Iterator[Launch]:
    """Starts Chromium with more arguments; all are closed at the test's end, and with them their streams."""
    opened: list[Browser] = []

    def start(*arguments: str) -> Browser:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=[*QUIET, *arguments])
        browser.on("context", be_patient)
        opened.append(browser)
        return browser

    yield start
    for browser in opened:
        browser.close()


@pytest.fixture(scope="package")
def chromium(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A Chromium that gives its camera to every page."""
    camera = write_camera(tmp_path_factory.mktemp("camera") / "face.mjpeg")
    browser = playwright.chromium.launch(**camera_arguments(camera))
    browser.on("context", be_patient)
    yield browser
    browser.close()


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    yield context.new_page()
    context.close()


@pytest.fixture
def screenshot() -> Callable[[Page, str], None]:
    """Saves what a page looks like in artifacts/, to be looked at."""

    def save(page: Page, name: str) -> None:
        page.screenshot(path=artifact(name), full_page=True)

    return save
