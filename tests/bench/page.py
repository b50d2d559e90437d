"""The live page from a viewer's perspective: load time, time to the first framed face, and the server's resources."""

from __future__ import annotations

import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.bench.process import resident_mb
from tests.browser.serving import camera_arguments, served, write_camera
from tests.browser.video import component, start, stop, wait_for_box


def measure_page(starts: int, seconds: float) -> list[tuple[str, str]]:
    """Return names and values.

    Args:
        starts: how many times START is pressed.
        seconds: how long the last stream runs before frame rate, latency and memory are read.
    """
    with tempfile.TemporaryDirectory() as folder, served() as server, sync_playwright() as playwright:
        camera = write_camera(Path(folder) / "face.mjpeg")
        browser = playwright.chromium.launch(**camera_arguments(camera))
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        begin = time.perf_counter()
        page.goto(server.url)
        component(page).get_by_role("button", name="START").wait_for(timeout=60_000)
        shown_after = time.perf_counter() - begin
        first = []
        for number in range(starts):
            if number:
                stop(page)
            begin = time.perf_counter()
            start(page)
            wait_for_box(page)
            first.append(time.perf_counter() - begin)
        page.wait_for_timeout(seconds * 1000)
        figures = [metric.inner_text().split("\n") for metric in page.locator(".figures div").all()]
        memory = resident_mb(server.pid)
        browser.close()
    return [
        ("server ready after", f"{server.ready_after:.2f} s"),
        ("page shown after another", f"{shown_after:.2f} s"),
        (f"START to first framed face, median of {starts}", f"{statistics.median(first):.2f} s"),
        ("STARTs that brought processed frames", f"{len(first)} of {starts}"),
        *((parts[0].lower(), parts[-1]) for parts in figures),
        (f"server memory after {seconds:.0f} s with one viewer", f"{memory:.0f} MB"),
    ]
