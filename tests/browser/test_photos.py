"""The photos page as a visitor uses it: choose, drop, paste, look closer, take home, cancel."""

from __future__ import annotations

import base64
import csv
import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser, Download, Page, expect

from tests import faces
from tests.browser.serving import Server
from tests.browser.video import GIVE

Screenshot = Callable[[Page, str], None]
ADULT = faces.FOLDER / faces.ADULT


@pytest.fixture(params=[1280, 390])
def sized(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": request.param, "height": 1800}, accept_downloads=True)
    yield context.new_page()
    context.close()


@pytest.fixture
def wide(chromium: Browser) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": 1280, "height": 1200}, accept_downloads=True)
    yield context.new_page()
    context.close()


def opened(page: Page, server: Server) -> Page:
    """The photos page, ready for pictures."""
    page.goto(f"{server.url}/photos")
    expect(page.get_by_role("button", name="Choose pictures")).to_be_visible()
    return page


def choose(page: Page, files: list[Path]) -> None:
    """Choose files and wait until all are rated and shown."""
    page.locator("input.files").set_input_files(files)
    expect(page.locator(".work")).to_be_visible()
    expect(page.locator(".work")).to_be_hidden()


def fits(page: Page) -> bool:
    """Whether nothing sticks out of the page sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def taken_home(page: Page, name: str) -> Download:
    """What a button downloads."""
    with page.expect_download() as download_info:
        page.get_by_role("button", name=name, exact=True).click()
    return download_info.value


def test_chosen_pictures_are_rated_and_a_bad_one_is_reported(
    sized: Page, server: Server, tmp_path: Path, screenshot: Screenshot
) -> None:
    page = opened(sized, server)
    fake = tmp_path / "page.jpg"
    fake.write_text("<html><script>document.title = 'hacked'</script></html>")
    choose(page, [ADULT, fake])
    expect(page.get_by_text("1 picture · 1 face rated")).to_be_visible()
    expect(page.get_by_text("this file is something else")).to_be_visible()
    expect(page.get_by_test_id("stImage").locator("img").first).to_be_visible()
    assert "hacked" not in page.title()
    assert fits(page)
    width = page.viewport_size["width"] if page.viewport_size else 0
    screenshot(page, f"photos-{width}")
    rows = list(csv.DictReader(io.StringIO(Path(taken_home(page, "CSV").path()).read_text("utf-8-sig"))))
    assert {row["file"] for row in rows} == {faces.ADULT, "page.jpg"}
    page.get_by_role("button", name="Why?").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.locator("img").nth(1)).to_be_visible()
    expect(dialog.get_by_test_id("stDataFrame")).to_be_visible()
    assert fits(page)
    screenshot(page, f"why-{width}")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


@pytest.mark.long
@pytest.mark.parametrize("how", ["paste", "drop"])
def test_a_picture_may_be_pasted_or_dropped(wide: Page, server: Server, how: str) -> None:
    page = opened(wide, server)
    assert page.evaluate(GIVE, [how, "given.jpg", base64.b64encode(ADULT.read_bytes()).decode()])
    expect(page.get_by_text("1 picture · 1 face rated")).to_be_visible()
    expect(page.get_by_text("given.jpg")).to_be_visible()


@pytest.mark.long
def test_what_is_taken_home_tells_nothing_of_the_camera(wide: Page, server: Server, tmp_path: Path) -> None:
    tagged = tmp_path / "tagged.jpg"
    exif = Image.Exif()
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[1] = "N"
    Image.open(ADULT).save(tagged, exif=exif)
    archive = tmp_path / "more.zip"
    with zipfile.ZipFile(archive, "w") as zipped:
        zipped.write(tagged, "../../one.jpg")
        zipped.writestr("two.jpg", b"no picture")
    page = opened(wide, server)
    choose(page, [tagged, archive])
    expect(page.get_by_text("2 pictures · 2 faces rated")).to_be_visible()
    with zipfile.ZipFile(taken_home(page, "Annotated pictures").path()) as annotated:
        assert sorted(annotated.namelist()) == ["one.jpg", "tagged.jpg"]
        for name in annotated.namelist():
            data = annotated.read(name)
            assert b"SecretCamera" not in data
            assert not Image.open(io.BytesIO(data)).getexif()
    content = json.loads(Path(taken_home(page, "JSON").path()).read_text())
    assert {entry["file"]: len(entry["faces"]) for entry in content} == {"tagged.jpg": 1, "one.jpg": 1, "two.jpg": 0}


@pytest.mark.long
def test_many_pictures_show_how_far_they_are_and_can_be_cancelled(wide: Page, server: Server, tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    files = []
    for number in range(30):
        files.append(tmp_path / f"{number}.jpg")
        cv2.imwrite(str(files[-1]), rng.integers(0, 255, (1500, 2000, 3), np.uint8))
    page = opened(wide, server)
    page.locator("input.files").set_input_files(files)
    expect(page.locator(".said")).to_have_text(re.compile(r"^([2-9]|1\d) of 30 rated$"))
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator(".work")).to_be_hidden()
    page.wait_for_timeout(2500)
    summary = page.get_by_text("pictures ·").inner_text()
    assert 2 <= int(summary.split()[0]) < 30
    choose(page, [ADULT])
    expect(page.get_by_text("1 face rated")).to_be_visible()


@pytest.mark.long
def test_another_classifier_counts_for_the_next_picture(wide: Page, server: Server) -> None:
    page = opened(wide, server)
    choose(page, [ADULT])
    page.get_by_role("combobox", name="Classifier").click()
    page.get_by_role("option", name="Seed classifier").click()
    expect(page.get_by_role("combobox", name="Classifier")).to_have_value("Seed classifier (small CNN)")
    choose(page, [ADULT])
    expect(page.get_by_text("2 pictures · 2 faces rated")).to_be_visible()
    first, second = csv.DictReader(io.StringIO(Path(taken_home(page, "CSV").path()).read_text("utf-8-sig")))
    assert first["rating"] != second["rating"]
