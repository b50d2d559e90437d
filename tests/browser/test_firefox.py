"""The main job in the other browser. It hides its addresses, and writes offers and encodes video in its own way."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from tests import faces
from tests.browser.conftest import artifact
from tests.browser.firefox import Firefox
from tests.browser.install import find_firefox
from tests.browser.serving import Server
from tests.browser.test_live import in_mirror
from tests.browser.video import Mode, drawn_box
from tests.live.metrics import samples
from tests.patience import until

BINARY = find_firefox()

pytestmark = pytest.mark.skipif(BINARY is None, reason="there is no Firefox on this machine")

RATED = re.compile(r"Face \d+: (Sexy|Ugly) \d\.\d")
MODES: list[Mode] = ["overlay", "drawn"]


@pytest.fixture(scope="module")
def downloads(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("downloads")


@pytest.fixture(scope="module")
def window(downloads: Path) -> Iterator[Firefox]:
    assert BINARY is not None
    with Firefox(BINARY, downloads) as running:
        yield running


@pytest.fixture
def firefox(window: Firefox, server: Server) -> Iterator[Firefox]:
    """A window on the live page; what a test began has ended when the next one begins."""
    window.goto(server.url)
    yield window
    window.goto("about:blank")
    until(lambda: samples(server.url)["fairest_viewers"] == 0, "nobody is live")


def wait_for_rating(firefox: Firefox) -> None:
    firefox.wait_for("ul.faces", RATED.search, "a rating")


@pytest.mark.parametrize("mode", MODES)
def test_a_face_is_framed_and_rated(firefox: Firefox, mode: Mode) -> None:
    sent_picture, box = faces.in_frame(faces.SUREST)
    firefox.show(sent_picture)
    firefox.start("camera", mode)
    wait_for_rating(firefox)
    boxes = []

    def is_framed() -> bool:
        picture = firefox.grab()
        drawn = None if picture is None else drawn_box(picture)
        if drawn is not None:
            boxes.append(drawn[0])
        return drawn is not None

    until(is_framed, "a drawn box")
    true_box = in_mirror(sent_picture, box)[1]
    assert boxes[0].iou(true_box) > 0.65, f"drawn at {boxes[0]}, the face is at {true_box}"
    firefox.screenshot(artifact(f"firefox-{mode}"))
    firefox.stop()


@pytest.mark.long
@pytest.mark.parametrize("mode", MODES)
def test_its_own_camera_is_taken_and_analysed(firefox: Firefox, mode: Mode) -> None:
    firefox.start("camera", mode)
    firefox.wait_for("p.said", lambda text: text == "No face in the picture.", "a picture without a face")
    firefox.stop()


@pytest.mark.long
def test_the_demo_film_is_rated_and_who_draws_it_changes_meanwhile(firefox: Firefox) -> None:
    firefox.start("demo", "overlay")
    wait_for_rating(firefox)
    for mode in MODES[::-1]:
        firefox.choose(mode)
        wait_for_rating(firefox)
    firefox.screenshot(artifact("firefox-demo"))
    firefox.stop()


@pytest.mark.long
def test_twenty_starts_in_a_row_all_bring_ratings(firefox: Firefox) -> None:
    firefox.show(faces.in_frame(faces.SUREST)[0])
    for number in range(20):
        firefox.start("camera", MODES[number % 2])
        wait_for_rating(firefox)
        firefox.stop()
        firefox.wait_for("ul.faces", lambda text: not text, "an empty legend")


@pytest.mark.long
@pytest.mark.parametrize("mode", MODES)
def test_snapshot_and_recording_show_the_drawn_picture(firefox: Firefox, downloads: Path, mode: Mode) -> None:
    def saved(ending: str) -> list[Path]:
        return [path for path in downloads.glob(f"fairest-*.{ending}") if path.stat().st_size]

    def snapshot() -> np.ndarray:
        before = saved("png")
        # The name has the second in it.
        time.sleep(1)
        firefox.press("Snapshot")
        until(lambda: len(saved("png")) > len(before), "a snapshot")
        picture = cv2.imread(str(max(saved("png"))))
        assert picture is not None
        return cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)

    firefox.show(faces.in_frame(faces.SUREST)[0])
    firefox.start("camera", mode)
    wait_for_rating(firefox)
    until(lambda: drawn_box(snapshot()) is not None, "a snapshot with a box")
    before = saved("webm")
    firefox.press("Record")
    firefox.wait_for("button.record", re.compile(r"Stop 0:0[2-9]").search, "two seconds of recording")
    firefox.press("Stop 0:")
    until(lambda: len(saved("webm")) > len(before), "a recording")
    with av.open(str(max(saved("webm")))) as container:
        frames = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert any(drawn_box(picture) for picture in frames)
    firefox.stop()


@pytest.mark.long
def test_a_reload_gives_the_place_back(firefox: Firefox, server: Server) -> None:
    firefox.start("demo", "overlay")
    wait_for_rating(firefox)
    firefox.reload()
    until(lambda: samples(server.url)["fairest_viewers"] == 0, "its place is free")
    firefox.start("demo", "drawn")
    wait_for_rating(firefox)


@pytest.mark.long
def test_a_photo_is_rated_and_the_metrics_are_shown(firefox: Firefox, server: Server) -> None:
    firefox.goto(f"{server.url}/photos")
    firefox.wait_for("button", lambda text: "Choose pictures" in text, "the photos page")
    firefox.drop(faces.FOLDER / faces.SUREST)
    firefox.wait_for("main", re.compile(r"(Sexy|Ugly) \d\.\d").search, "a rated photo")
    firefox.screenshot(artifact("firefox-photos"))
    firefox.goto(f"{server.url}/metrics")
    firefox.wait_for("main", lambda text: "Confusion matrix" in text, "the metrics")
    firefox.screenshot(artifact("firefox-metrics"))
