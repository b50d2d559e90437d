"""Recovery and connection time of a real Chromium, whose network is a relay that loses, delays and throttles."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np
from playwright.sync_api import Page, sync_playwright

from tests.bench.network import LOSS, NARROW, OLD
from tests.browser.serving import Server, camera_arguments, served
from tests.browser.video import Mode, draw_by, start
from tests.live.film import scene
from tests.live.link import Link
from tests.live.recovery import whole_again
from tests.live.relay import Relay
from tests.patience import PATIENCE

BEFORE, AFTER = 20.0, 14.0
"""Seconds observed before the drop, in which Chromium reaches its full rate, and after it."""
SIZE, FPS, FRAMES, NOISE = (640, 480), 30, 240, 4.0
"""Of the camera's film; noise: standard deviation in grey levels."""
MODES: tuple[Mode, ...] = ("overlay", "drawn")

NOTE_FACES = """() => {
    const Real = window.RTCPeerConnection;
    if (!Real) return;
    top.faces = [];
    window.RTCPeerConnection = class extends Real {
        createDataChannel(...given) {
            const channel = super.createDataChannel(...given);
            channel.addEventListener('message', ({ data }) => {
                const message = JSON.parse(data);
                if (message.type === 'faces') top.faces.push([performance.now() / 1000, message.time]);
            });
            return channel;
        }
    };
}"""


def write_film(path: Path) -> Path:
    """Write a moving face with a camera's noise, which takes more than a megabit per second, as MJPEG."""
    noise = np.random.default_rng(0)
    pictures = []
    for number in range(FRAMES):
        # There and back, as Chromium repeats it.
        frame = scene(SIZE, min(number, FRAMES - number) / FPS, number) + noise.normal(0, NOISE, (*SIZE[::-1], 1))
        picture = cv2.cvtColor(frame.clip(0, 255).astype(np.uint8), cv2.COLOR_RGB2BGR)
        pictures.append(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 92])[1].tobytes())
    path.write_bytes(b"".join(pictures))
    return path


def now(page: Page) -> float:
    """Return the page's clock in seconds."""
    return float(page.evaluate("performance.now() / 1000"))


def faces(page: Page) -> np.ndarray:
    """Return arrival and frame time of each message about faces, seconds, (n, 2)."""
    return np.array(page.evaluate("top.faces"), dtype=float).reshape(-1, 2)


def recovery(arrivals: np.ndarray, since: float, until: float) -> float:
    """Return the seconds from the drop until the newest faces are never again too old, beyond their usual age.

    Args:
        arrivals: see faces.
        since: time of the drop.
        until: end of the observation.
    """
    before = arrivals[arrivals[:, 0] < since][-50:]
    usual = float(np.median(before[:, 0] - before[:, 1]))
    return whole_again([(arrival, captured + usual) for arrival, captured in arrivals], since, until, OLD)


def begin(page: Page, server: Server, relay: Relay, mode: Mode) -> float:
    """Press START on a page whose traffic passes through a relay; return the seconds until the first faces arrive."""
    page.add_init_script(f"({NOTE_FACES})()")
    page.route("**/live/offer", relay.handle)
    page.goto(server.url)
    draw_by(page, mode)
    pressed = now(page)
    start(page)
    page.wait_for_function("() => top.faces.length > 0", timeout=1000 * PATIENCE)
    return float(faces(page)[0, 0]) - pressed


def fall(page: Page, server: Server, seed: int, mode: Mode) -> float:
    """Return the seconds until the faces have recovered; about AFTER if they have not."""
    with Relay(Link(delay=0.02, seed=seed), Link(delay=0.02, seed=seed + 1)) as relay:
        begin(page, server, relay, mode)
        page.wait_for_timeout(1000 * BEFORE)
        since, relay.up.bandwidth = now(page), NARROW
        page.wait_for_timeout(1000 * AFTER)
        seconds = recovery(faces(page), since, now(page))
        page.close()
    return seconds


def connect(page: Page, server: Server, seed: int, mode: Mode) -> float:
    """Return the seconds from START until the first faces arrive with packets lost each way."""
    with Relay(Link(delay=0.01, loss=LOSS, seed=seed), Link(delay=0.01, loss=LOSS, seed=seed + 1)) as relay:
        first = begin(page, server, relay, mode)
        page.close()
    return first


def measure_browser(times: int) -> Iterator[str]:
    """Yield lines of results as they become available. times: repetitions of each measurement."""
    with TemporaryDirectory() as folder, served() as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(**camera_arguments(write_film(Path(folder) / "face.mjpeg")))
        for mode in MODES:
            seconds = sorted(fall(browser.new_page(), server, 2 * seed, mode) for seed in range(times))
            yield f"  in Chromium, {mode}: " + " ".join(f"{value:.1f}" for value in seconds)
        yield f"first faces in Chromium with {LOSS:.0%} lost each way, seconds from START"
        for mode in MODES:
            seconds = sorted(connect(browser.new_page(), server, 2 * seed, mode) for seed in range(times))
            yield f"  {mode}: " + " ".join(f"{value:.1f}" for value in seconds)
        browser.close()
