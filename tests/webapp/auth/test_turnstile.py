from __future__ import annotations

import asyncio

import pytest

from webapp.auth.turnstile import CrowdedError, Turnstile


async def visit(turnstile: Turnstile, name: str, seen: list[str]) -> None:
    async with turnstile.turn():
        seen.append(name)
        await asyncio.sleep(0)


def test_one_at_a_time_and_the_newest_is_next() -> None:
    seen: list[str] = []

    async def play() -> None:
        turnstile = Turnstile()
        await asyncio.gather(*(visit(turnstile, name, seen) for name in "abcd"))
        await visit(turnstile, "e", seen)

    asyncio.run(play())
    assert seen == ["a", "d", "c", "b", "e"]


def test_who_waited_longest_is_sent_away_when_too_many_come() -> None:
    seen: list[str] = []

    async def play() -> list[BaseException | None]:
        turnstile = Turnstile(max_waiting=2)
        return await asyncio.gather(*(visit(turnstile, name, seen) for name in "abcd"), return_exceptions=True)

    results = asyncio.run(play())
    assert [type(result) for result in results] == [type(None), CrowdedError, type(None), type(None)]
    assert seen == ["a", "d", "c"]


def test_an_error_or_who_leaves_does_not_stop_the_others() -> None:
    seen: list[str] = []

    async def play() -> None:
        turnstile = Turnstile()

        async def fail() -> None:
            try:
                async with turnstile.turn():
                    await asyncio.sleep(0)
                    raise RuntimeError
            finally:
                # c is called now, and leaves in the same moment.
                tasks[2].cancel()

        first = asyncio.ensure_future(fail())
        tasks = [asyncio.ensure_future(visit(turnstile, name, seen)) for name in "abc"]
        await asyncio.sleep(0)
        tasks[0].cancel()
        with pytest.raises(RuntimeError):
            await first
        await asyncio.wait(tasks)
        await visit(turnstile, "d", seen)

    asyncio.run(asyncio.wait_for(play(), 10))
    assert seen == ["b", "d"]
