"""What a viewer sees: the picture of the live page with what is drawn over it, as arrays."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable
from typing import Literal

import cv2
import numpy as np
from playwright.sync_api import Locator, Page, expect

from core.draw import ABOVE, BELOW
from core.face import Box
from tests.patience import PATIENCE

Mode = Literal["overlay", "drawn"]
"""Who draws: the browser, or the server."""

VIDEO = "video.picture"

GRAB = """async video => {
    const overlay = video.parentElement.querySelector('canvas');
    const board = new OffscreenCanvas(40, 30).getContext('2d', { willReadFrequently: true });
    const bare = () => {
        board.clearRect(0, 0, 40, 30);
        if (overlay.width) board.drawImage(overlay, 0, 0, 40, 30);
        return !board.getImageData(0, 0, 40, 30).data.some(Boolean);
    };
    // On a busy machine a box may stand for a moment only, before it is too old: less than it takes to ask for it.
    for (let looks = 0; looks < 40 && !overlay.hidden && bare(); looks++)
        await new Promise(next => setTimeout(next, 50));
    if (!video.videoWidth || !video.srcObject) return null;
    const canvas = document.createElement('canvas');
    canvas.width = video.videoWidth; canvas.height = video.videoHeight;
    const pen = canvas.getContext('2d');
    if (video.classList.contains('mirrored')) pen.setTransform(-1, 0, 0, 1, canvas.width, 0);
    pen.drawImage(video, 0, 0);
    pen.resetTransform();
    // As it is, for its colours to stay what they are.
    pen.imageSmoothingEnabled = false;
    if (!overlay.hidden && overlay.width) pen.drawImage(overlay, 0, 0, canvas.width, canvas.height);
    return canvas.toDataURL('image/png');
}"""


def component(page: Page) -> Locator:
    """The live page's own part."""
    return page.get_by_test_id("stMain")


def start(page: Page) -> None:
    """Press START."""
    component(page).get_by_role("button", name="START").click()


def stop(page: Page) -> None:
    """Press STOP and wait until START is back."""
    component(page).get_by_role("button", name="STOP", exact=True).click()
    expect(component(page).get_by_role("button", name="START")).to_be_visible()


def draw_by(page: Page, mode: Mode) -> None:
    """Choose who draws."""
    page.get_by_role("combobox", name="Drawn by").select_option(mode)


def grab(page: Page) -> np.ndarray | None:
    """The picture that is shown now, in the video's own size, RGB uint8; None while nothing is."""
    video = page.locator(VIDEO)
    if video.count() == 0:
        return None
    url = video.first.evaluate(GRAB)
    if url is None:
        return None
    data = np.frombuffer(base64.b64decode(url.split(",", 1)[1]), np.uint8)
    picture = cv2.imdecode(data, cv2.IMREAD_COLOR)
    assert picture is not None
    return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)


def tinted(picture: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    """Which pixels have a colour, give or take what video coding does to it; bool (height, width)."""
    difference = np.abs(picture.astype(int) - np.array(colour)).max(axis=2)
    return np.asarray(difference < 60)


def drawn_box(picture: np.ndarray) -> tuple[Box, Box] | None:
    """(frame, caption strip) drawn on a picture, found by their colour; None when none is drawn."""
    for colour in (ABOVE, BELOW):
        mask = tinted(picture, colour)
        if mask.sum() < 400:
            continue
        columns = np.flatnonzero(mask.sum(axis=0) > 0.2 * picture.shape[0])
        rows = np.flatnonzero(mask.sum(axis=1) > 0.1 * picture.shape[1])
        if len(columns) < 2 or len(rows) < 2:
            continue
        left, right, bottom = int(columns[0]), int(columns[-1]), int(rows[-1])
        filled = [row for row in map(int, rows) if mask[row, left : left + 40].mean() > 0.6]
        strip_bottom = max((row for row in filled if row < bottom - 10), default=int(rows[0]))
        strip_top = min(filled, default=int(rows[0]))
        frame = Box(left, strip_bottom, right - left, bottom - strip_bottom)
        return frame, Box(left, strip_top, right - left, strip_bottom - strip_top)
    return None


def wait_for_box(page: Page, seconds: float = PATIENCE) -> tuple[np.ndarray, Box, Box]:
    """The first picture that comes back with a drawn box: (picture, frame, caption strip)."""
    picture = wait_for_picture(page, lambda shown: drawn_box(shown) is not None, "with a drawn box", seconds)
    drawn = drawn_box(picture)
    assert drawn is not None
    return picture, *drawn


NOTE = """() => {
    const Real = window.RTCPeerConnection;
    if (!Real) return;
    window.RTCPeerConnection = class extends Real {
        constructor(...given) {
            super(...given);
            top.connection = this;
        }
    };
    const real = window.fetch;
    window.fetch = (url, asked) => {
        const offer = asked?.method === "POST" && typeof asked.body === "string" && asked.body.includes('"sdp"');
        if (offer && !JSON.parse(asked.body).session) top.sessions = (top.sessions ?? 0) + 1;
        return real(url, asked);
    };
}"""


SENT = """() => {
    const [sender] = window.connection.getSenders();
    const { width, height } = sender.track.getSettings();
    const scale = sender.getParameters().encodings[0].scaleResolutionDownBy ?? 1;
    return [width / scale, height / scale];
}"""


def note_sessions(page: Page) -> None:
    """From the next page on, count the sessions that it begins, and keep the newest connection at hand."""
    page.add_init_script(f"({NOTE})()")


def sessions(page: Page) -> int:
    """How many were begun so far. One may have had several connections, where a slow machine lost a path."""
    return int(page.evaluate("window.sessions ?? 0"))


def sent_size(page: Page) -> tuple[int, int]:
    """Width and height, pixels, of what the newest connection is given to send; the network may carry less."""
    width, height = page.evaluate(SENT)
    return round(width), round(height)


def choose_source(page: Page, name: str) -> None:
    """Choose where the picture comes from."""
    page.get_by_role("combobox", name="Source").select_option(name)


def wait_for_picture(
    page: Page, is_wanted: Callable[[np.ndarray], bool], description: str, seconds: float = PATIENCE
) -> np.ndarray:
    """The first picture that is as wanted."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        picture = grab(page)
        if picture is not None and is_wanted(picture):
            return picture
        page.wait_for_timeout(200)
    raise AssertionError(f"no picture came back within {seconds:.0f} s that is as wanted: {description}")


GIVE = """([kind, name, data]) => {
    const bytes = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
    const files = new DataTransfer();
    files.items.add(new File([bytes], name, { type: "image/jpeg" }));
    const event = kind === "paste"
        ? new ClipboardEvent("paste", { clipboardData: files, bubbles: true, cancelable: true })
        : new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true });
    document.body.dispatchEvent(event);
    return event.defaultPrevented;
}"""
"""Pastes or drops a picture on the page."""
