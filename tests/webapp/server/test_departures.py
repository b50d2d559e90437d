"""Nobody's pictures stay in memory when they have left, whoever comes or does not; who is there keeps theirs."""

from __future__ import annotations

import asyncio
import json
import urllib.error
import urllib.request

import pytest
from streamlit import runtime

from tests.browser.serving import served
from tests.live.caller import request
from tests.live.page import PICKER, Page
from tests.patience import PATIENCE, until
from tests.soak.photos import content
from webapp.server import departures as module
from webapp.server.departures import Departures

KEPT = 120.0


class Runtime:
    """Sessions whose pages are there, and those that were closed."""

    def __init__(self, *active: str) -> None:
        self.there = set(active)
        self.closed: list[str] = []

    def is_active_session(self, session_id: str) -> bool:
        return session_id in self.there

    def close_session(self, session_id: str) -> None:
        if session_id == "broken":
            raise KeyError(session_id)
        self.closed.append(session_id)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_session_is_closed_when_its_page_has_been_gone_for_so_long() -> None:
    clock, runtime = Clock(), Runtime("one", "other")
    departures = Departures(clock)
    departures.watch("one")
    departures.watch("other")
    clock.now = 10 * KEPT
    departures.sweep(runtime, KEPT)
    assert runtime.closed == [], "a page that is open and idle keeps what it has"
    runtime.there.remove("one")
    clock.now += KEPT - 1
    departures.sweep(runtime, KEPT)
    assert runtime.closed == [], "it may come back"
    clock.now += 1
    departures.sweep(runtime, KEPT)
    assert runtime.closed == ["one"]
    assert len(departures) == 1, "what is closed is not watched"


def test_a_page_that_came_back_is_there() -> None:
    clock, runtime = Clock(), Runtime()
    departures = Departures(clock)
    departures.watch("one")
    clock.now = KEPT - 1
    runtime.there.add("one")
    departures.sweep(runtime, KEPT)
    runtime.there.remove("one")
    clock.now += KEPT - 1
    departures.sweep(runtime, KEPT)
    assert runtime.closed == []


def test_what_is_to_be_done_at_the_end_is_done_once() -> None:
    clock, runtime, calls = Clock(), Runtime(), []
    departures = Departures(clock)
    departures.watch("one", lambda: calls.append(list(runtime.closed)))
    departures.sweep(runtime, KEPT)
    assert calls == []
    clock.now = KEPT
    departures.sweep(runtime, KEPT)
    departures.sweep(runtime, KEPT)
    assert calls == [["one"]]


def test_one_that_cannot_be_closed_keeps_no_other(caplog: pytest.LogCaptureFixture) -> None:
    clock, runtime = Clock(), Runtime()
    departures = Departures(clock)
    for session_id in ("broken", "one"):
        departures.watch(session_id)
    clock.now = KEPT
    departures.sweep(runtime, KEPT)
    assert runtime.closed == ["one"]
    assert "could not be ended" in caplog.text


def test_a_sweep_that_fails_is_not_the_last(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    instances: list[Runtime] = []

    def instance() -> Runtime:
        instances.append(Runtime())
        if len(instances) == 1:
            raise RuntimeError("x")
        return instances[-1]

    async def scenario() -> None:
        sweeping = asyncio.ensure_future(departures.run())
        while len(instances) < 2 or not instances[1].closed:
            await asyncio.sleep(0.001)
        sweeping.cancel()

    monkeypatch.setattr(module, "SWEEP_SECONDS", 0.0)
    monkeypatch.setattr(module, "KEPT_SECONDS", 0.0)
    monkeypatch.setattr(runtime, "get_instance", instance)
    departures = Departures(Clock())
    departures.watch("one")
    asyncio.run(asyncio.wait_for(scenario(), PATIENCE))
    assert instances[1].closed == ["one"]
    assert "going on" in caplog.text


def test_what_a_page_brought_and_showed_is_gone_when_it_left_and_nobody_came() -> None:
    """In the app itself, with shorter waits and no garbage collector."""

    async def run(url: str) -> None:
        await asyncio.to_thread(until, lambda: status(f"{url}/healthz") == 200, "a server that is ready")
        stayed, left = await visitor(url, "face.jpg"), await visitor(url, "face.webp")
        await left.until(lambda: bool(left.buttons("Why?")), "the button")
        await left.press("Why?")
        await left.until(lambda: any("The ratings range from" in text for text in left.texts()), "the reasons")
        assert await asyncio.to_thread(remains, url) == [2, 1], "two pictures and a heat map"
        await left.vanish()
        await asyncio.to_thread(until, lambda: shown(url, left) == {404}, "pictures that are gone")
        await asyncio.to_thread(until, lambda: remains(url) == [1, 0], "memory without them")
        assert await asyncio.to_thread(status, url + left.intake, content("face.jpg")) == 404
        assert await asyncio.to_thread(shown, url, stayed) == {200}
        assert await asyncio.to_thread(status, url + stayed.intake, content("face.jpg")) == 200
        await stayed.close()

    with served(script=["tests/webapp/server/hasty.py"]) as server:
        asyncio.run(run(server.url))


async def visitor(url: str, name: str) -> Page:
    """One who brought a picture, and whose page shows it."""
    page = Page(url, "photos")
    await page.open()
    await page.until(lambda: page.data(PICKER) is not None, "the picker")
    assert await asyncio.to_thread(status, url + page.intake, content(name)) == 200
    await page.rerun()
    await page.until(lambda: bool(page.pictures), "pictures")
    assert await asyncio.to_thread(shown, url, page) == {200}
    return page


def shown(url: str, page: Page) -> set[int]:
    """The statuses of the pictures that a page shows."""
    return {status(url + picture) for picture in page.pictures}


def remains(url: str) -> list[int]:
    """Rated pictures and findings that are in the server's memory."""
    counts: list[int] = json.loads(request(f"{url}/remains").body)
    return counts


def status(url: str, body: bytes | None = None) -> int:
    """Of an answer to GET, or to PUT with a body."""
    http_request = urllib.request.Request(url, body, method="PUT" if body else "GET")
    try:
        with urllib.request.urlopen(http_request, timeout=PATIENCE) as answer:
            answer.read()
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code
