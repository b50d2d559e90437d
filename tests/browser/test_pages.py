"""Photos, metrics and about in a real browser, at desktop and phone width."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from core.settings import Settings
from core.weights import load_manifest
from tests import faces
from tests.browser.serving import Server
from tests.browser.video import component

Screenshot = Callable[[Page, str], None]
WIDTHS = (1280, 390)


@pytest.fixture(params=WIDTHS)
def sized(chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = chromium.new_context(viewport={"width": request.param, "height": 2000}, accept_downloads=True)
    yield context.new_page()
    context.close()


def width(page: Page) -> int:
    assert page.viewport_size is not None
    return page.viewport_size["width"]


def fits(page: Page) -> bool:
    """Whether nothing sticks out of the page sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"))


def test_uploaded_photos_are_scored_and_a_bad_one_is_told(
    sized: Page, server: Server, tmp_path: Path, screenshot: Screenshot
) -> None:
    fake = tmp_path / "page.jpg"
    fake.write_text("<html><script>document.title = 'hacked'</script></html>")
    sized.goto(f"{server.url}/photos")
    sized.locator("input[type=file]").set_input_files([faces.FOLDER / faces.ADULT, fake])
    expect(sized.get_by_text("1 face found.")).to_be_visible(timeout=30_000)
    expect(sized.get_by_text("this file is something else")).to_be_visible()
    expect(sized.get_by_test_id("stDataFrame")).to_be_visible()
    expect(sized.locator("img").first).to_be_visible()
    assert "hacked" not in sized.title()
    assert fits(sized)
    with sized.expect_download() as waiting:
        sized.get_by_role("button", name="Download CSV").click()
    rows = list(csv.DictReader(io.StringIO(Path(waiting.value.path()).read_text())))
    assert [row["file"] for row in rows] == [faces.ADULT, "page.jpg"]
    assert 1 <= float(rows[0]["rating"]) <= 5
    screenshot(sized, f"photos-{width(sized)}")


def test_metrics_show_curves_and_scores_of_every_model(sized: Page, server: Server, screenshot: Screenshot) -> None:
    sized.goto(f"{server.url}/metrics")
    for card in load_manifest(Settings().weights_dir).models:
        sized.get_by_role("combobox", name="Model", exact=False).last.click()
        sized.get_by_role("option", name=card.title, exact=True).click()
        panel = sized.get_by_test_id("stMain")
        for value in card.scores.values():
            shown = panel.get_by_test_id("stMetricValue").get_by_text(f"{value:.3f}", exact=True)
            expect(shown.first).to_be_visible(timeout=20_000)
        expect(panel.locator("canvas.marks, svg.marks").first).to_be_visible()
        if card.kind == "classifier":
            expect(panel.get_by_text("Confusion matrix")).to_have_count(1)  # the last model's has gone
        assert fits(sized)
        screenshot(sized, f"metrics-{card.name}-{width(sized)}")


def test_about_and_live_fit(sized: Page, server: Server, screenshot: Screenshot) -> None:
    sized.goto(f"{server.url}/about")
    expect(sized.get_by_text("not a fact about anyone").first).to_be_visible(timeout=20_000)
    assert fits(sized)
    screenshot(sized, f"about-{width(sized)}")
    sized.goto(server.url)
    expect(sized.get_by_text("one panel's taste").first).to_be_visible(timeout=20_000)
    expect(component(sized).get_by_role("button", name="START")).to_be_visible(timeout=20_000)
    assert fits(sized)
    screenshot(sized, f"start-{width(sized)}")
