"""Viewers on two replicas: spread evenly, and live again by themselves when theirs goes."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests import faces
from tests.browser.conftest import be_patient
from tests.browser.install import find_caddy, find_turnserver
from tests.browser.serving import NO_DIRECT_PATH, camera_arguments, write_slow_camera
from tests.browser.video import component, draw_by, start, stop, wait_for_box
from tests.patience import PATIENCE, until
from tests.scale.replicas import (
    arrive,
    fleet,
    get_json,
    live_again,
    longest_gap,
    lose,
    replica_of,
    same_stream,
    watch,
)

pytestmark = [
    pytest.mark.skipif(not find_caddy(), reason="Caddy is not installed"),
    pytest.mark.skipif(not find_turnserver(), reason="coturn is not installed"),
    pytest.mark.timeout(600),
]
DRAIN = 90
"""Seconds: more than all that the test does meanwhile takes on a slow machine."""
GAP = 10.0
"""Seconds without a frame after which a stream has stopped, and was not merely slow."""
STOPPING = "This server is about to stop"
LOADED = "image => image.decode().then(() => image.naturalWidth > 0)"


@pytest.fixture
def browser(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A Chromium with a face before its camera that reaches servers by TURN only."""
    camera = write_slow_camera(tmp_path_factory.mktemp("camera") / "face.y4m")
    with closing(playwright.chromium.launch(**camera_arguments(camera, NO_DIRECT_PATH))) as chromium:
        chromium.on("context", be_patient)
        yield chromium


def live(browser: Browser, url: str) -> Page:
    """A new visitor who is live."""
    page = arrive(browser, url)
    # Only what comes back tells that a stream goes on.
    draw_by(page, "drawn")
    start(page)
    wait_for_box(page)
    return page


def test_viewers_are_spread_and_those_of_a_killed_replica_are_live_again(browser: Browser) -> None:
    with fleet() as two:
        pages = [live(browser, two.url) for _ in range(3)]
        spread = Counter(replica_of(page) for page in pages)
        assert two.viewers() == spread
        assert sorted(spread.values()) == [1, 2]
        dying, staying = (name for name, _ in spread.most_common())
        lost = [page for page in pages if replica_of(page) == dying]
        others = [page for page in pages if replica_of(page) == staying]
        stopped = lost.pop()
        stop(stopped)
        for page in lost:
            lose(page)
        for page in others:
            watch(page)
        two.replicas[dying].process.kill()
        taken, rated = live_again(lost, time.time())
        gaps = [round(longest_gap(page), 2) for page in others]
        times = f"live again after {taken} s, rated {rated} s"
        print(f"{dict(spread)}; {times}; longest gap of the others {gaps} s")
        assert max(gaps) < GAP
        assert all(same_stream(page) for page in others)
        assert {replica_of(page) for page in lost} == {staying}
        until(lambda: replica_of(stopped) == staying, "the stopped one on the other replica")
        expect(component(stopped).get_by_role("button", name="START")).to_be_visible()
        assert two.viewers() == {dying: 0, staying: 2}


def test_a_replica_that_is_asked_to_stop_lets_its_viewers_go_on_and_then_move(browser: Browser) -> None:
    with fleet(drain_seconds=DRAIN) as two:
        page = live(browser, two.url)
        name = replica_of(page)
        (other,) = {"a", "b"} - {name}
        drained = two.replicas[name]
        watch(page)
        drained.process.send_signal(signal.SIGTERM)
        begin = time.time()
        noticed = until(lambda: get_json(drained, "/healthz")[1].get("status") == "draining", "a replica that drains")
        assert get_json(drained, "/livez")[0] == 200
        expect(page.get_by_text(STOPPING)).to_be_visible()
        time.sleep(2)
        # Before another tab is in front: a browser shows one behind it once a second.
        gap = longest_gap(page)
        rate_a_photo(page, two.url)
        time.sleep(max(0.0, begin + 4 - time.time()))
        newcomers = [arrive(browser, two.url) for _ in range(3)]
        assert {replica_of(newcomer) for newcomer in newcomers} == {other}
        assert replica_of(page) == name
        lose(page)
        (taken,), (rated,) = live_again([page], begin + DRAIN, DRAIN + PATIENCE)
        times = f"live again {taken} s, rated {rated} s after the {DRAIN} s to drain"
        print(f"503 after {noticed:.1f} s; longest gap {gap:.2f} s; {times}")
        assert gap < GAP
        assert -1 < taken <= rated, "not before the time is over"
        assert replica_of(page) == other
        assert drained.process.wait(PATIENCE) in {0, -signal.SIGTERM}


def rate_a_photo(page: Page, url: str) -> None:
    """Who has been here gets to the same replica: the live page takes nobody more, pictures are rated."""
    photo_page = page.context.new_page()
    photo_page.goto(url)
    expect(photo_page.get_by_text(STOPPING)).to_be_visible()
    photo_page.get_by_role("link", name="Photos").click()
    photo_page.locator("input.files").set_input_files([faces.FOLDER / faces.ADULT])
    expect(photo_page.get_by_text("1 picture · 1 face rated")).to_be_visible()
    assert photo_page.get_by_test_id("stImage").locator("img").first.evaluate(LOADED)
    photo_page.close()
