"""A viewer who can reach the server through a TURN server only."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, closing

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect

from tests.browser.conftest import be_patient
from tests.browser.install import find_turnserver
from tests.browser.serving import NO_DIRECT_PATH, Server, camera_arguments, free_port, served, write_camera
from tests.browser.turn import turn_server
from tests.browser.video import drawn_box, grab, start, stop, wait_for_box
from tests.live.metrics import samples
from tests.patience import until

pytestmark = pytest.mark.long

KEEP = """
const Original = window.RTCPeerConnection;
window.connections = [];
window.RTCPeerConnection = class extends Original {
    constructor(...given) { super(...given); window.connections.push(this); }
};
"""
DEAD = """
navigator.mediaDevices.getUserMedia = async () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 480 });
    canvas.getContext("2d");
    return canvas.captureStream(0);
};
"""
"""A camera that is there and gives no picture."""

SELECTED = """async () => {
    const stats = [...(await window.connections.at(-1).getStats()).values()];
    const pairs = stats.filter((one) => one.type === "candidate-pair" && one.nominated && one.state === "succeeded");
    return pairs.map((pair) => {
        const local = stats.find((one) => one.id === pair.localCandidateId);
        return [local.candidateType, local.relayProtocol, pair.bytesReceived > 0];
    });
}"""
"""Of the pairs in use: type of the browser's candidate, how it reaches the TURN server, whether anything came."""


@pytest.fixture(scope="module")
def confined(playwright: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A Chromium with a face before its camera and no direct path to any server."""
    camera = write_camera(tmp_path_factory.mktemp("camera") / "face.mjpeg")
    with closing(playwright.chromium.launch(**camera_arguments(camera, NO_DIRECT_PATH))) as browser:
        browser.on("context", be_patient)
        yield browser


def open_and_start(browser: Browser, server: Server) -> Page:
    page = browser.new_page()
    page.add_init_script(KEEP)
    page.goto(server.url)
    start(page)
    return page


def test_without_a_turn_server_nothing_comes_and_the_page_says_so(confined: Browser, server: Server) -> None:
    with closing(open_and_start(confined, server)) as page:
        with pytest.raises(AssertionError, match="no picture"):
            wait_for_box(page, 8)
        expect(page.get_by_text("Connecting to the server")).to_be_visible()


@pytest.mark.skipif(find_turnserver() is None, reason="no turnserver here; install coturn")
def test_a_face_comes_back_framed_through_a_turn_server(confined: Browser) -> None:
    with (
        turn_server() as turn,
        served(FAIREST_ICE_SERVERS=turn.setting()) as server,
        closing(open_and_start(confined, server)) as page,
    ):
        wait_for_box(page)
        relayed(page)
        stop(page)


@pytest.mark.skipif(find_turnserver() is None, reason="no turnserver here; install coturn")
def test_a_viewer_who_lost_the_path_goes_on_when_there_is_one_again(confined: Browser) -> None:
    port = free_port()
    with ExitStack() as stack:
        with turn_server(port) as turn:
            server = stack.enter_context(served(FAIREST_ICE_SERVERS=turn.setting()))
            page = stack.enter_context(closing(open_and_start(confined, server)))
            wait_for_box(page)
        until(lambda: not boxed(page), "no box without news of the face")
        stack.enter_context(turn_server(port))
        wait_for_box(page)
        assert page.evaluate("window.connections.length") > 1
        relayed(page)
        stop(page)
        until(lambda: samples(server.url)["fairest_viewers"] == 0, "its place is free")


def relayed(page: Page) -> None:
    """Wait until all goes through the TURN server: two pairs may be nominated while a connection comes about."""
    until(lambda: page.evaluate(SELECTED) == [["relay", "tcp", True]], "one path, by the relay")


def boxed(page: Page) -> bool:
    """Whether a face is framed in what is shown now."""
    picture = grab(page)
    return picture is not None and drawn_box(picture) is not None


def test_without_a_path_the_page_says_what_to_check_and_not_that_it_is_full(confined: Browser) -> None:
    with served(FAIREST_MAX_VIEWERS="1") as small_server, closing(open_and_start(confined, small_server)) as page:
        expect(page.get_by_text("find no network path").first).to_be_visible()
        begin = time.monotonic()
        while time.monotonic() - begin < 20:
            assert page.get_by_text("The server is full").count() == 0, "nobody is on it"
            page.wait_for_timeout(250)


def test_a_dead_camera_gets_a_sentence_and_not_that_the_server_is_full(chromium: Browser) -> None:
    with served(FAIREST_MAX_VIEWERS="1") as small_server:
        page = chromium.new_context().new_page()
        page.add_init_script(DEAD)
        page.goto(small_server.url)
        start(page)
        expect(page.get_by_text("No picture arrives from your camera")).to_be_visible()
        begin = time.monotonic()
        while time.monotonic() - begin < 15:
            assert page.get_by_text("The server is full").count() == 0, "nobody is on it"
            page.wait_for_timeout(250)
        page.context.close()
