"""A real browser on a bad network: what it sends and receives passes through a relay that loses and delays."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from tests.browser.serving import Server
from tests.browser.video import Mode, draw_by, start, stop, wait_for_box
from tests.live.link import Link
from tests.live.metrics import analysed_by_seat
from tests.live.relay import Relay
from tests.patience import until

pytestmark = pytest.mark.long

MODES: list[Mode] = ["overlay", "drawn"]


@pytest.fixture
def relay(page: Page) -> Iterator[Relay]:
    with Relay(Link(delay=0.02, seed=1), Link(delay=0.02, seed=2)) as path:
        page.route("**/live/offer", path.handle)
        yield path


def goes_on(server: Server, frames: int = 20) -> None:
    """Wait until so many more frames are analysed."""
    before = sum(analysed_by_seat(server.url))
    until(lambda: sum(analysed_by_seat(server.url)) >= before + frames, "more analysed frames")


@pytest.mark.parametrize("mode", MODES)
def test_with_one_packet_in_four_lost_it_connects_and_shows_faces(
    page: Page, server: Server, relay: Relay, mode: Mode
) -> None:
    relay.up.loss = relay.down.loss = 0.25
    page.goto(server.url)
    draw_by(page, mode)
    start(page)
    wait_for_box(page)
    stop(page)


@pytest.mark.parametrize("mode", MODES)
def test_it_goes_on_after_a_sudden_drop_in_bandwidth(page: Page, server: Server, relay: Relay, mode: Mode) -> None:
    page.goto(server.url)
    draw_by(page, mode)
    start(page)
    wait_for_box(page)
    goes_on(server, 100)
    relay.up.bandwidth = 200_000
    goes_on(server, 100)
    wait_for_box(page)
    relay.up.loss = relay.down.loss = 0.15
    goes_on(server)
    wait_for_box(page)
    stop(page)
