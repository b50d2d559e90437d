from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

import pytest

from webapp.common.pace import MIN_BYTES, SLOW, STALLED, Pace, SlowError


async def sent(chunks: Sequence[tuple[float, int]]) -> AsyncIterator[bytes]:
    """(seconds of waiting, bytes) of each chunk."""
    for seconds, size in chunks:
        await asyncio.sleep(seconds)
        yield bytes(size)


def arrive(chunks: Sequence[tuple[float, int]], patience: float, window: float, work: float = 0.0) -> int:
    """How many bytes arrived. work: seconds spent on each chunk."""

    async def scenario() -> int:
        size = 0
        async for chunk in Pace(patience, window).keep(sent(chunks)):
            size += len(chunk)
            await asyncio.sleep(work)
        return size

    return asyncio.run(asyncio.wait_for(scenario(), 30))


def test_who_sends_nothing_is_not_waited_for() -> None:
    with pytest.raises(SlowError) as caught:
        arrive([(60, 1)], patience=60, window=0.1)
    assert caught.value.text == STALLED


def test_who_trickles_is_not_waited_for() -> None:
    with pytest.raises(SlowError) as caught:
        arrive([(0.02, 100)] * 1000, patience=60, window=0.2)
    assert caught.value.text == STALLED


def test_all_of_it_has_an_end_as_well() -> None:
    with pytest.raises(SlowError) as caught:
        arrive([(0.05, MIN_BYTES)] * 1000, patience=0.3, window=0.25)
    assert caught.value.text == SLOW


def test_a_steady_sender_and_the_small_rest_of_a_file_arrive() -> None:
    assert arrive([(0.01, MIN_BYTES)] * 5 + [(0.01, 3)], patience=30, window=10) == 5 * MIN_BYTES + 3


def test_the_time_that_we_take_is_not_the_senders() -> None:
    assert arrive([(0, 1000)] * 4, patience=30, window=0.4, work=0.2) == 4000
