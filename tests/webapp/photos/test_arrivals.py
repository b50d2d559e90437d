"""What arrives, whoever takes it; through the page's own address it is tested in test_upload and test_upload_load."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing

import pytest

from core.settings import PhotosSettings, PictureSettings, Settings
from webapp.common.attempts import Limiter
from webapp.common.refused import RefusedError
from webapp.photos.arrivals import AT_ONCE, Arrivals, Sender

SETTINGS = Settings(pictures=PictureSettings(max_picture_mb=1), photos=PhotosSettings(max_archive_mb=2))


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def sender(name: str = "me", per_minute: int = 1000) -> Sender:
    return Sender(name, Limiter(per_minute))


async def body(*chunks: bytes) -> AsyncIterator[bytes]:
    for chunk in chunks:
        yield chunk


@pytest.mark.parametrize(
    ("length", "status"),
    [("", 411), ("-1", 411), ("many", 411), ("²", 411), ("1" * 5000, 411), ("2000001", 413), ("2000000", None)],
)
def test_a_file_is_let_in_by_its_length(length: str, status: int | None) -> None:
    arrivals = Arrivals(SETTINGS.pictures, SETTINGS.photos)
    if status is None:
        assert arrivals.admit({"content-length": length}, sender(), 2) == int(length)
        return
    with pytest.raises(RefusedError) as caught:
        arrivals.admit({"content-length": length}, sender(), 2)
    assert caught.value.status == status


def test_a_quota_is_the_senders_and_says_when_to_come_again() -> None:
    clock = Clock()
    arrivals, first, second = Arrivals(SETTINGS.pictures, SETTINGS.photos, clock), sender("one", 2), sender("other", 2)
    for who in (first, second, first):
        arrivals.admit({"content-length": "1"}, who, 2)
    with pytest.raises(RefusedError) as caught:
        arrivals.admit({"content-length": "1"}, first, 2)
    assert (caught.value.status, caught.value.wait) == (429, 30.0)
    arrivals.admit({"content-length": "1"}, second, 2)
    clock.now += 30
    arrivals.admit({"content-length": "1"}, first, 2)


def test_places_are_given_back_by_who_stops_reading() -> None:
    async def scenario() -> None:
        arrivals, me = Arrivals(SETTINGS.pictures, SETTINGS.photos), sender()
        async with arrivals.room(me, 10) as taken:
            for _ in range(AT_ONCE + 1):
                async with aclosing(arrivals.chunks(body(b"a", b"b"), me, taken, lambda _: 1)) as chunks:
                    assert await anext(chunks) == b"a"
            arrivals.admit({"content-length": "1"}, me, 1)

    asyncio.run(scenario())


@pytest.mark.parametrize("cut", [0, 1, 2, 3, 4, 5])
def test_how_much_is_allowed_is_known_from_its_beginning_wherever_the_network_cuts_it(cut: int) -> None:
    async def arriving(begin: bytes) -> int:
        arrivals, me = Arrivals(SETTINGS.pictures, SETTINGS.photos), sender()
        async with arrivals.room(me, 2_000_000) as taken:
            parts = body(begin[:cut], begin[cut:] + bytes(10), bytes(1_500_000))
            chunks = arrivals.chunks(parts, me, taken, lambda head: 2 if head.startswith(b"zip!") else 1)
            return sum([len(chunk) async for chunk in chunks])

    assert asyncio.run(arriving(b"zip!+")) == 1_500_015
    with pytest.raises(RefusedError, match="at most 1 MB"):
        asyncio.run(arriving(b"zip?+"))


def test_a_body_that_comes_byte_by_byte_is_judged_by_its_beginning() -> None:
    heads: list[bytes] = []

    def max_mb(head: bytes) -> int:
        heads.append(head)
        return 1

    async def scenario() -> None:
        arrivals, me = Arrivals(SETTINGS.pictures, SETTINGS.photos), sender()
        async with arrivals.room(me, 6) as taken:
            assert len([chunk async for chunk in arrivals.chunks(body(*[b"a"] * 6), me, taken, max_mb)]) == 6

    asyncio.run(scenario())
    assert heads == [b"a", b"aa", b"aaa", b"aaaa"]


def test_more_pictures_of_a_request_wait_for_the_quota(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()

    async def sleep(seconds: float) -> None:
        clock.now += seconds

    monkeypatch.setattr("webapp.photos.arrivals.asyncio.sleep", sleep)

    async def scenario() -> list[float]:
        arrivals, me, times = Arrivals(SETTINGS.pictures, SETTINGS.photos, clock), sender(per_minute=2), []
        for _ in range(4):
            await arrivals.another(me)
            times.append(clock.now)
        return times

    assert asyncio.run(scenario()) == [0, 0, 30, 60]
