"""Uploads that announce much and send little, and clients that bring many at once: nobody else waits for them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from core.settings import PhotosSettings
from tests.webapp.photos.test_upload import PICTURE, SETTINGS, Desk, Service
from webapp.common import pace
from webapp.common.budget import Budget
from webapp.photos import arrivals

LARGEST = SETTINGS.photos.max_archive_mb * 1_000_000


async def stalled(desk: Desk, client: str, *chunks: bytes, length: int = LARGEST) -> int:
    """The status that ends an upload which announces so much, sends these chunks, and then nothing."""
    waiting = list(chunks)
    replies: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(0), "more_body": True}
        await asyncio.sleep(600)
        raise AssertionError("nobody waits so long")

    async def send(message: Any) -> None:
        replies.append(message)

    scope: Any = {
        "type": "http",
        "method": "PUT",
        "path": "/intake",
        "query_string": b"",
        "client": (client, 1),
        "path_params": {"token": desk.album.token},
        "headers": [(b"content-length", b"%d" % length)],
    }
    await desk.endpoint(scope, receive, send)
    return int(replies[0]["status"])


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pace, "WINDOW", 1.0)


@pytest.fixture
def desk() -> Desk:
    return Desk(Service(per_minute=1000), max_pictures=1000)


def beside(desk: Desk, bad: Callable[[], list[Any]]) -> tuple[tuple[int, str], list[int]]:
    """What a good upload gets while bad ones go on, and what those get in the end."""

    async def scenario() -> tuple[tuple[int, str], list[int]]:
        bad_uploads = [asyncio.ensure_future(upload) for upload in bad()]
        await asyncio.sleep(0.1)
        good = await asyncio.wait_for(desk.put(PICTURE), 5)
        assert not any(upload.done() for upload in bad_uploads), "it did not wait for the others' end"
        return good, list(await asyncio.wait_for(asyncio.gather(*bad_uploads), 30))

    return asyncio.run(scenario())


def test_who_announces_much_and_sends_nothing_stops_nobody_and_is_refused(desk: Desk) -> None:
    good, bad = beside(desk, lambda: [stalled(desk, "203.0.113.5") for _ in range(20)])
    assert good[0] == 200
    assert bad == [408] * 20
    assert desk.there == ["a.jpg"]


@pytest.mark.long
def test_who_sends_the_beginning_of_much_stops_nobody(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "BUDGET", 1)
    begin = b"PK\x03\x04" + bytes(900_000)
    good, bad = beside(desk, lambda: [stalled(desk, f"203.0.113.{n}", begin) for n in range(20)])
    assert good[0] == 200
    assert set(bad) == {408}


def test_a_client_may_have_so_many_arriving_and_others_are_let_in(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "AT_ONCE", 3)

    async def scenario() -> tuple[int, int, list[int]]:
        stalled_uploads = [asyncio.ensure_future(stalled(desk, "203.0.113.5")) for _ in range(3)]
        await asyncio.sleep(0.1)
        same = await stalled(desk, "203.0.113.5")
        other = (await desk.put(PICTURE))[0]
        return same, other, list(await asyncio.gather(*stalled_uploads))

    assert asyncio.run(scenario()) == (429, 200, [408] * 3)
    assert not desk.arrivals._arriving


def test_where_there_is_no_room_a_file_is_refused_in_the_end(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "WAITING", 0.2)

    async def scenario() -> tuple[int, str]:
        desk.arrivals._budget = Budget(100)
        async with desk.arrivals._budget.taken(95):
            return await desk.put(PICTURE)

    status, body = asyncio.run(scenario())
    assert status == 503
    assert "no room" in body


def test_an_intake_has_room_for_what_settings_allow() -> None:
    budget = arrivals.budget_for(SETTINGS.pictures, PhotosSettings(max_archive_mb=1024))
    assert budget._total >= 2 * 1_024_000_000
