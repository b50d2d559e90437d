"""Metrics, about and the live page at rest in a real browser, at desktop and phone width."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from core.models.manifest import load_manifest, without_guard_networks
from core.settings import WEIGHTS
from tests.browser.axe import settle
from tests.browser.serving import Server
from tests.browser.video import component
from tests.patience import PATIENCE
from webapp.metrics.scores import formatted

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


def part(page: Page, name: str) -> Locator:
    """Open a part of the metrics page; returns what it shows."""
    panel = page.get_by_test_id("stMain")
    panel.get_by_role("radio", name=name, exact=True).click()
    settle(page)
    expect(panel.locator("canvas.marks, svg.marks").first).to_be_visible()
    return panel


def choose(page: Page, title: str) -> None:
    """Choose a model by its title."""
    box = page.get_by_test_id("stMain").get_by_role("combobox", name="Model", exact=False).first
    option = page.get_by_role("option", name=title, exact=True)
    # A list that opens while the page still moves under it closes again; a help text where the pointer lies covers it.
    page.mouse.move(0, 0)
    settle(page)
    box.click()
    option.click()
    settle(page)


@pytest.mark.long
def test_metrics_show_curves_and_scores_of_every_model(sized: Page, server: Server, screenshot: Screenshot) -> None:
    sized.goto(f"{server.url}/metrics")
    parts = {"classifier": "Classifiers", "detector": "Detectors", "guard": "Guard"}
    for kind, name in parts.items():
        panel = part(sized, name)
        cards = [card for card in without_guard_networks(load_manifest(WEIGHTS).models) if card.kind == kind]
        # At phone width one of each kind is enough.
        for card in cards if width(sized) == WIDTHS[0] else cards[-1:]:
            choose(sized, card.title)
            for score in card.scores.items():
                metric = panel.get_by_test_id("stMetricValue").get_by_text(formatted(*score), exact=True)
                expect(metric.first).to_be_visible()
            expect(panel.locator("canvas.marks, svg.marks").first).to_be_visible()
            if kind == "classifier":
                # The last one's has gone.
                expect(panel.get_by_role("heading", name="Confusion matrix")).to_have_count(1)
            assert fits(sized)
            screenshot(sized, f"metrics-{card.name}-{width(sized)}")
    part(sized, "Speed")
    assert fits(sized)
    screenshot(sized, f"metrics-speed-{width(sized)}")


def test_charts_say_what_they_show(sized: Page, server: Server) -> None:
    sized.goto(f"{server.url}/metrics")
    panel = part(sized, "Guard")
    refusal_charts = panel.locator("[role=graphics-document][aria-label^='Share of faces refused at each age']")
    # By years, and by decades.
    expect(refusal_charts).to_have_count(2)
    expect(refusal_charts.first).to_be_visible()
    labels = [chart.get_attribute("aria-label") for chart in panel.get_by_test_id("stVegaLiteChart").all()]
    assert all(labels)


def test_a_figure_for_print_is_drawn_when_it_is_asked_for(sized: Page, server: Server) -> None:
    sized.goto(f"{server.url}/metrics")
    panel = part(sized, "Detectors")
    with sized.expect_download(timeout=1000 * PATIENCE) as download_info:
        panel.get_by_role("button", name="Average precision by face size, for print (PDF)").click()
    assert download_info.value.suggested_filename == "fairest-ap_by_size.pdf"
    assert Path(download_info.value.path()).read_bytes().startswith(b"%PDF")


def test_about_and_live_fit(sized: Page, server: Server, screenshot: Screenshot) -> None:
    sized.goto(f"{server.url}/about")
    expect(sized.get_by_text("not a fact about anyone").first).to_be_visible()
    assert fits(sized)
    screenshot(sized, f"about-{width(sized)}")
    sized.goto(server.url)
    expect(sized.get_by_text("one panel's taste").first).to_be_visible()
    expect(component(sized).get_by_role("button", name="START")).to_be_visible()
    assert fits(sized)
    screenshot(sized, f"start-{width(sized)}")
