"""Many large photos while somebody is live: how soon each is there, what it takes, what the live viewer notices."""

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
"""For which the live viewer's frames are counted before the photos come."""


def write_photos(folder: Path, count: int) -> list[Path]:
    """So many JPEGs, no two alike: a face somewhere in a large picture with the grain of a camera."""
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
    """Somebody is live meanwhile."""
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
    """The most that a server and its workers had at a time, megabytes."""

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
        """The most so far."""
        self._over.set()
        self._thread.join()
        return self.peak


def analysed(server: Server) -> float:
    """Frames so far."""
    return sum(analysed_by_seat(server.url))


def bring(page: Page, paths: list[Path]) -> tuple[float, float, int]:
    """Seconds until the first face was shown, and until all were rated; how often the progress told of another."""
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
    """Names and values.

    Args:
        count: photos.
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
            shown = page.get_by_text(f"{count} pictures").first.is_visible()
        heat = [explained(page, number) for number in range(5)]
        browser.close()
    return [
        ("photos", f"{count} of {SIDES[0] * SIDES[1] / 1e6:.0f} megapixels, all shown: {shown}"),
        ("first face shown after", f"{first:.2f} s"),
        ("all rated after", f"{last:.1f} s"),
        ("steps of the progress that were seen", f"{messages}"),
        ("live viewer's analysed frames a second, alone", f"{alone:.1f}"),
        ("the same beside the photos", f"{beside:.1f} ({beside / alone:.0%})"),
        ("most memory, server and workers", f"{peak:.0f} MB"),
        ("heat map shown after, median of 5 faces", f"{statistics.median(heat):.2f} s"),
    ]


def explained(page: Page, number: int) -> float:
    """Seconds from asking why until the heat map is there."""
    begin = time.perf_counter()
    page.get_by_role("button", name="Why?").nth(number).click()
    page.get_by_role("dialog").locator("img").nth(1).wait_for()
    seconds = time.perf_counter() - begin
    page.get_by_role("dialog").get_by_test_id("stDataFrame").wait_for(timeout=60_000)
    page.keyboard.press("Escape")
    page.get_by_role("dialog").wait_for(state="hidden")
    return seconds
