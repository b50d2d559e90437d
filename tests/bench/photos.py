"""Many large photos while somebody is live: time to each result, resources used, and the effect on the live viewer."""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
from playwright.sync_api import Page, sync_playwright

from tests import faces
from tests.bench.process import family, resident_mb
from tests.browser.install import find_chromium
from tests.browser.serving import QUIET, Server, served
from tests.live.film import EncodedFilm
from tests.live.metrics import analysed_by_seat
from tests.live.viewer import Viewer

SIDES = (4000, 3000)
"""Width and height, pixels."""
QUIET_SECONDS = 10.0
"""How long the live viewer's frames are counted before the upload."""


def write_photos(folder: Path, count: int) -> list[Path]:
    """Write this number of different JPEGs: a face somewhere in a large picture with camera noise."""
    rng = np.random.default_rng(1)
    width, height = SIDES
    grain = rng.integers(0, 24, (height, width, 3), np.uint8)
    face = cv2.resize(faces.load(faces.ADULT), (1500, 1500), interpolation=cv2.INTER_CUBIC)
    paths = []
    for number in range(count):
        picture = np.full((height, width, 3), rng.integers(60, 200, 3), np.uint8)
        left, top = rng.integers(0, width - 1500), rng.integers(0, height - 1500)
        picture[top : top + 1500, left : left + 1500] = face
        noisy = cv2.add(picture, np.roll(grain, number * 997, axis=1))
        paths.append(folder / f"{number:03}.jpg")
        cv2.imwrite(str(paths[-1]), cv2.cvtColor(noisy, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 88])
    return paths


@contextmanager
def one_live(server: Server) -> Iterator[None]:
    """Keep one viewer live."""
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, daemon=True).start()
    viewer = Viewer(server.url, EncodedFilm((640, 480), 30))
    asyncio.run_coroutine_threadsafe(viewer.start(timeout=60), loop).result()
    time.sleep(5)
    try:
        yield
    finally:
        asyncio.run_coroutine_threadsafe(viewer.close(), loop).result()
        loop.call_soon_threadsafe(loop.stop)


class Memory:
    """Peak memory of a server with its workers, megabytes."""

    def __init__(self, pid: int) -> None:
        self.peak = 0.0
        self._pid = pid
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def _watch(self) -> None:
        while not self._over.wait(0.1):
            self.peak = max(self.peak, sum(map(resident_mb, family(self._pid))))

    def stop(self) -> float:
        """Stop sampling and return the peak."""
        self._over.set()
        self._thread.join()
        return self.peak


def analysed(server: Server) -> float:
    """Return the number of frames analysed so far."""
    return sum(analysed_by_seat(server.url))


def bring(page: Page, paths: list[Path]) -> tuple[float, float, int]:
    """Return the seconds until the first face and until all are rated, and the number of progress updates."""
    begin = time.perf_counter()
    page.locator("input.files").set_input_files(paths)
    page.get_by_role("button", name="Why?").first.wait_for(timeout=60_000)
    first = time.perf_counter() - begin
    messages: set[str] = set()
    while page.locator(".work").is_visible():
        messages.add(page.locator(".said").inner_text())
        page.wait_for_timeout(50)
    return first, time.perf_counter() - begin, len(messages)


def measure_photos(count: int) -> list[tuple[str, str]]:
    """Return names and values.

    Args:
        count: number of photos.
    """
    with tempfile.TemporaryDirectory() as folder, served() as server, sync_playwright() as playwright:
        paths = write_photos(Path(folder), count)
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=QUIET)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{server.url}/photos")
        page.locator("button.choose").wait_for()
        with one_live(server):
            frames, since = analysed(server), time.monotonic()
            time.sleep(QUIET_SECONDS)
            alone = (analysed(server) - frames) / (time.monotonic() - since)
            memory = Memory(server.pid)
            frames, since = analysed(server), time.monotonic()
            first, last, messages = bring(page, paths)
            beside = (analysed(server) - frames) / (time.monotonic() - since)
            peak = memory.stop()
            all_shown = page.get_by_text(f"{count} pictures").first.is_visible()
        heat = [explained(page, number) for number in range(5)]
        browser.close()
    return [
        ("photos", f"{count} of {SIDES[0] * SIDES[1] / 1e6:.0f} megapixels, all shown: {all_shown}"),
        ("first face shown after", f"{first:.2f} s"),
        ("all rated after", f"{last:.1f} s"),
        ("steps of the progress that were seen", f"{messages}"),
        ("live viewer's analysed frames a second, alone", f"{alone:.1f}"),
        ("the same beside the photos", f"{beside:.1f} ({beside / alone:.0%})"),
        ("most memory, server and workers", f"{peak:.0f} MB"),
        ("heat map shown after, median of 5 faces", f"{statistics.median(heat):.2f} s"),
    ]


def explained(page: Page, number: int) -> float:
    """Return the seconds from pressing "Why?" until the heat map is shown."""
    begin = time.perf_counter()
    page.get_by_role("button", name="Why?").nth(number).click()
    page.get_by_role("dialog").locator("img").nth(1).wait_for()
    seconds = time.perf_counter() - begin
    page.get_by_role("dialog").get_by_test_id("stDataFrame").wait_for(timeout=60_000)
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="hidden")
    return seconds
