"""No page shuts anybody out: axe-core finds no serious fault, in light and dark, at desktop and phone width."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import faces
from tests.browser.axe import Fault, grave_faults, settle
from tests.browser.install import AXE, find_axe
from tests.browser.serving import Server
from tests.browser.video import component, start, stop

pytestmark = pytest.mark.long

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
WIDTHS = (1280, 390)

FAULTY = """<!doctype html><html lang="en"><title>Faults</title>
<p style="color: #999; background: #fff">Pale</p><div id="host"></div>
<iframe title="Inside" srcdoc="<html lang='en'><title>Inside</title><img src='data:,'></html>"></iframe>
<script>
document.getElementById("host").attachShadow({ mode: "open" }).innerHTML = "<button></button>";
</script></html>"""


@pytest.fixture(scope="module")
def axe() -> Path:
    path = find_axe()
    if path is None:
        pytest.skip(f"{AXE} is not here; install npm and run: python -m tests.browser.install")
    return path


@pytest.fixture(params=[(scheme, width) for scheme in SCHEMES for width in WIDTHS], ids=lambda p: f"{p[0]}-{p[1]}")
def viewed(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page as one who prefers a scheme sees it, at a width."""
    scheme, width = request.param
    context = chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)
    yield context.new_page()
    context.close()


def check(page: Page, axe: Path) -> None:
    """Fail with every serious fault of what a page shows."""
    settle(page)
    faults = grave_faults(page, axe)
    assert not faults, list_faults(faults)


def list_faults(faults: list[Fault]) -> str:
    return "\n" + "\n".join(map(str, faults))


def add_pictures(page: Page, server: Server) -> None:
    """Bring two pictures to the photos page and wait for their ratings."""
    page.goto(f"{server.url}/photos")
    chosen = [faces.FOLDER / name for name in faces.ADULTS]
    page.locator("input[type=file]").first.set_input_files(chosen)
    expect(page.get_by_test_id("stMain").locator("img")).to_have_count(len(chosen))


def test_faults_are_found_in_shadow_roots_and_frames_too(chromium: Browser, axe: Path) -> None:
    page = chromium.new_page()
    page.route("http://faults.test/", lambda route: route.fulfill(body=FAULTY, content_type="text/html"))
    page.goto("http://faults.test/")
    faults = {fault.rule: fault for fault in grave_faults(page, axe)}
    page.close()
    assert set(faults) == {"color-contrast", "button-name", "image-alt"}
    assert faults["button-name"].target == "#host >> button"
    assert faults["image-alt"].target == "iframe >> img"
    assert "2.84" in faults["color-contrast"].found


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_page_follows_the_scheme_of_the_system(chromium: Browser, server: Server, scheme: Scheme) -> None:
    page = chromium.new_page(color_scheme=scheme)
    page.goto(f"{server.url}/about")
    settle(page)
    colour = page.get_by_test_id("stApp").evaluate("app => getComputedStyle(app).backgroundColor")
    page.close()
    channels_light = [int(part) > 127 for part in colour.removeprefix("rgb(").removesuffix(")").split(",")]
    assert channels_light == [scheme == "light"] * 3, colour


def test_live_at_the_first_visit(viewed: Page, server: Server, axe: Path) -> None:
    viewed.goto(server.url)
    expect(component(viewed).get_by_role("button", name="START")).to_be_visible()
    check(viewed, axe)


def test_live_while_it_runs(viewed: Page, server: Server, axe: Path) -> None:
    viewed.goto(server.url)
    start(viewed)
    expect(viewed.get_by_text("Analysed frames per second")).to_be_visible()
    check(viewed, axe)
    stop(viewed)


def test_photos_before_any_are_added(viewed: Page, server: Server, axe: Path) -> None:
    viewed.goto(f"{server.url}/photos")
    expect(viewed.locator("input[type=file]").first).to_be_attached()
    check(viewed, axe)


def test_photos_with_results(viewed: Page, server: Server, axe: Path) -> None:
    add_pictures(viewed, server)
    check(viewed, axe)
    viewed.get_by_role("button", name="Why?").first.click()
    expect(viewed.get_by_role("dialog").locator("img")).to_have_count(2)
    expect(viewed.get_by_role("dialog").get_by_test_id("stDataFrame")).to_be_visible()
    check(viewed, axe)


def test_each_part_of_metrics(viewed: Page, server: Server, axe: Path) -> None:
    viewed.goto(f"{server.url}/metrics")
    parts = viewed.get_by_test_id("stMain").get_by_role("radiogroup").first.get_by_role("radio")
    expect(parts.first).to_be_visible()
    assert parts.count() > 1
    faults: list[Fault] = []
    for part in parts.all():
        part.click()
        settle(viewed)
        faults += grave_faults(viewed, axe)
    assert not faults, list_faults(faults)


def test_about(viewed: Page, server: Server, axe: Path) -> None:
    viewed.goto(f"{server.url}/about")
    expect(viewed.get_by_role("heading", level=1)).to_be_visible()
    check(viewed, axe)
