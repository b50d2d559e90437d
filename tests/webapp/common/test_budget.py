from __future__ import annotations

import asyncio

from webapp.common.budget import Budget, Taken


async def settle() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def test_what_is_announced_takes_nothing() -> None:
    async def scenario() -> int:
        budget = Budget(100)
        async with budget.taken(0), budget.taken(0), budget.taken(0) as third:
            await asyncio.wait_for(third.more(100), 5)
            return budget.used

    assert asyncio.run(scenario()) == 100


def test_many_files_that_come_at_once_all_arrive_and_never_take_more() -> None:
    async def scenario() -> tuple[int, int]:
        budget, arrived, highest = Budget(250, largest=100, small=25, share=125), 0, 0

        async def bring(size: int, owner: str) -> None:
            nonlocal arrived, highest
            async with budget.taken(0, owner, size) as taken:
                for _ in range(size // 5):
                    await taken.more(5)
                    highest = max(highest, budget.used)
                    await asyncio.sleep(0)
                await taken.end()
                await asyncio.sleep(0.001)
            arrived += 1

        sizes = [100, 25, 100, 5, 60, 100, 10, 100, 25, 100]
        await asyncio.wait_for(asyncio.gather(*(bring(size, f"{n % 4}") for n, size in enumerate(sizes))), 20)
        assert budget.used == 0
        return arrived, highest

    arrived, highest = asyncio.run(scenario())
    assert arrived == 10
    assert highest <= 250


async def grows(taken: Taken, size: int) -> bool:
    """Whether there is room for it at once."""
    growing = asyncio.ensure_future(taken.more(size))
    await settle()
    fits = growing.done()
    growing.cancel()
    await settle()
    return fits


def test_archives_that_stay_leave_room_for_pictures() -> None:
    async def scenario() -> None:
        budget = Budget(250, largest=100, small=25, share=125)
        async with budget.taken(100, "a") as first:
            await first.end()
            async with budget.taken(100, "b") as second:
                await second.end()
                await pictures_alone(budget)

    async def pictures_alone(budget: Budget) -> None:
        async with budget.taken(0, "c", 100) as archive, budget.taken(0, "d", 25) as picture:
            assert await grows(picture, 25)
            assert not await grows(archive, 40)

    asyncio.run(scenario())


def test_one_client_leaves_room_for_others() -> None:
    async def scenario() -> None:
        budget = Budget(250, largest=100, small=25, share=125)
        async with budget.taken(100, "greedy") as first:
            await first.end()
            async with budget.taken(0, "greedy", 100) as second, budget.taken(0, "other", 100) as other:
                assert await grows(second, 25)
                assert not await grows(second, 5)
                assert await grows(other, 60)

    asyncio.run(scenario())


def test_who_gives_up_while_waiting_keeps_nothing() -> None:
    async def scenario() -> int:
        budget = Budget(100)
        async with budget.taken(90):
            waiting = asyncio.ensure_future(enter(budget))
            await settle()
            waiting.cancel()
            await settle()
        return budget.used

    async def enter(budget: Budget) -> None:
        async with budget.taken(50):
            await asyncio.sleep(60)

    assert asyncio.run(scenario()) == 0
