"""The README's screenshots: the app as it is, with the demo film and photos of real faces.

python -m tests.browser.screenshots [--out docs]
"""

from __future__ import annotations

import argparse
import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

from core.settings import ROOT
from tests import faces
from tests.browser.install import find_chromium
from tests.browser.serving import QUIET, served
from tests.browser.video import choose_source, component, start, wait_for_box

QUALITY = 82
WIDE, PHONE = (1280, 860), (390, 844)


def save(page: Page, path: Path) -> None:
    """What the page shows, as WebP."""
    with Image.open(io.BytesIO(page.screenshot())) as picture:
        picture.convert("RGB").save(path, quality=QUALITY, method=6)


def opened(browser: Browser, url: str, size: tuple[int, int] = WIDE, scheme: str = "light") -> Page:
    """A page in a window of its own."""
    width, height = size
    page = browser.new_page(
        viewport={"width": width, "height": height}, color_scheme="dark" if scheme == "dark" else "light"
    )
    page.goto(url)
    return page


def live(page: Page, path: Path) -> None:
    """The live page with the demo film, and ratings of some seconds."""
    component(page).get_by_role("button", name="START").wait_for(timeout=180_000)
    choose_source(page, "Demo video")
    start(page)
    wait_for_box(page)
    page.wait_for_timeout(9_000)
    wait_for_box(page)
    save(page, path)


def photos(page: Page, path: Path) -> None:
    """The photos page with some pictures."""
    page.get_by_role("button", name="Choose pictures").wait_for(timeout=180_000)
    files = sorted(faces.FOLDER.glob("*.jpg"))
    page.locator("input.files").set_input_files(files)
    page.get_by_text(f"{len(files)} pictures ·").wait_for(timeout=180_000)
    page.get_by_role("button", name="Why?").first.wait_for(timeout=180_000)
    page.wait_for_timeout(3000)
    save(page, path)


def why(page: Page, path: Path) -> None:
    """The dialog on a face of the photos page."""
    page.get_by_role("button", name="Why?").first.click()
    page.get_by_role("dialog").get_by_test_id("stDataFrame").wait_for(timeout=180_000)
    page.wait_for_timeout(1500)
    save(page, path)


def metrics(page: Page, path: Path) -> None:
    """The metrics page as it opens."""
    page.locator("canvas.marks, svg.marks").first.wait_for(timeout=180_000)
    page.wait_for_timeout(2000)
    save(page, path)


def main(argv: list[str] | None = None) -> int:
    """Take them all; always 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.browser.screenshots", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs", help="a folder (default: docs)")
    out: Path = parser.parse_args(argv).out
    out.mkdir(parents=True, exist_ok=True)
    with served() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=QUIET)
        live(opened(browser, server.url), out / "live.webp")
        live(opened(browser, server.url, PHONE, "dark"), out / "phone.webp")
        page = opened(browser, f"{server.url}/photos")
        photos(page, out / "photos.webp")
        why(page, out / "why.webp")
        metrics(opened(browser, f"{server.url}/metrics", scheme="dark"), out / "metrics.webp")
        browser.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
