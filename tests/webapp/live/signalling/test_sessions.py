from __future__ import annotations

import asyncio

import pytest

from core import memory
from core.live.admission import Admission
from core.models.litert import LiteRTModel
from tests.live.caller import Caller
from tests.patience import until
from tests.webapp.live.signalling.hosting import House, caller, gone, hosted, told_faces
from webapp.live.signalling import session as session_module
from webapp.live.signalling import sessions as module
from webapp.live.signalling.sessions import MAX_HALF_OPEN


def test_a_full_server_says_so_and_delete_frees_the_place() -> None:
    async def run(house: House) -> None:
        async with caller(house) as client, caller(house) as other:
            await client.call()
            await told_faces(client)
            full = await other.call()
            assert (full.status, full.headers["retry-after"]) == (503, "5")
            assert "full" in full.body
            assert full.headers["fairest-reason"] == "full"
            assert house.count() == 1
            assert house.engine.status().refused_viewers == 1
            assert (await client.end()).status == 200
            assert (await client.end()).status == 404
            assert (await other.call()).status == 201
            await told_faces(other)

    with hosted(1) as house:
        asyncio.run(run(house))
        house.settled()


@pytest.mark.parametrize("seconds", [0, 0.01, 0.02])
def test_a_viewer_who_leaves_while_connecting_leaves_nothing(house: House, seconds: float) -> None:
    async def run() -> None:
        async with caller(house) as client:
            await client.call()
            await asyncio.sleep(seconds)
            await client.end()

    asyncio.run(run())
    house.settled()


def test_the_last_viewer_who_leaves_gives_memory_back(monkeypatch: pytest.MonkeyPatch) -> None:
    trims: list[str] = []

    async def run(house: House) -> None:
        async with caller(house) as first, caller(house) as last:
            await first.call()
            await last.call()
            await first.end()
            assert (house.count(), trims) == (1, [])
            await last.end()
            assert (house.count(), trims) == (0, ["interpreters", "to the system"])

    monkeypatch.setattr(LiteRTModel, "free_spare_interpreters", lambda: trims.append("interpreters"))
    monkeypatch.setattr(memory, "trim", lambda: trims.append("to the system"))
    with hosted(2) as house:
        asyncio.run(run(house))
        house.settled()


def test_a_server_that_can_do_no_more_says_so_though_places_are_free() -> None:
    async def run(house: House) -> None:
        async with caller(house) as client, caller(house) as other:
            assert (await client.call()).status == 201
            await told_faces(client)
            busy = await other.call()
            assert (busy.status, busy.headers["retry-after"], busy.headers["fairest-reason"]) == (503, "5", "busy")
            assert "would be too infrequent" in busy.body
            assert house.count() == 1

    with hosted(2, admission=Admission(1)) as house:
        asyncio.run(run(house))
        house.settled()


def test_a_server_about_to_stop_takes_nobody_new_and_says_so_to_who_is_there(house: House) -> None:
    async def run() -> None:
        async with caller(house) as client, caller(house) as late:
            await client.call()
            await told_faces(client)
            house.draining = True
            refused = await late.call()
            assert (refused.status, "about to stop" in refused.body) == (503, True)
            assert refused.headers["fairest-reason"] == "stopping"
            await client.until(
                lambda: (
                    client.messages[-1] == {"version": 1, "type": "state", "state": "stopping"}
                    or {"version": 1, "type": "state", "state": "stopping"} in client.messages
                ),
                "the state",
            )
            await told_faces(client)

    asyncio.run(run())


@pytest.mark.parametrize("line", ["ice-pwd", "fingerprint", "setup", "rtcp-mux", "rtpmap:", "mid"])
def test_an_offer_that_cannot_be_answered_leaves_nothing_over(house: House, line: str) -> None:
    async def run() -> None:
        async with caller(house) as client:
            offer = client.offer

            async def broken() -> str:
                lines = (await offer()).splitlines(keepends=True)
                return "".join(text for text in lines if not text.startswith(f"a={line}"))

            client.offer = broken  # type: ignore[method-assign]
            refused = await client.call()
            assert refused.status == 400
            assert refused.body.startswith("Expected")
        await gone(house)

    asyncio.run(run())


def test_a_client_has_few_connections_that_do_not_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run(house: House) -> None:
        callers = [caller(house) for _ in range(MAX_HALF_OPEN + 1)]
        replies = []
        for client in callers:
            original = client.offer

            async def silent(client: Caller = client, original: object = original) -> str:
                sdp: str = await original()  # type: ignore[operator]
                client.vanish()
                return sdp

            client.offer = silent  # type: ignore[method-assign]
            replies.append(await client.call())
        assert [reply.status for reply in replies] == [201] * MAX_HALF_OPEN + [429]
        assert "retry-after" in replies[-1].headers
        for client in callers:
            await client.hang_up()
        monkeypatch.setattr(session_module, "CONNECTING_SECONDS", 0.0)
        await gone(house)

    with hosted(8) as house:
        asyncio.run(run(house))


def test_looking_goes_on_when_one_look_fails(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with caller(house) as client, caller(house) as other:
            await client.call()
            await other.call()
            await told_faces(other)

            monkeypatch.setattr(house.sessions._known(client.session), "look", None)
            await asyncio.to_thread(until, lambda: house.count() == 1, "the one is over")
            await told_faces(other, 3)

    asyncio.run(run())


def test_an_answer_that_takes_too_long_is_not_the_offers_fault(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with caller(house) as client:
            refused = await client.call()
            assert (refused.status, refused.headers["retry-after"]) == (503, "5")
            assert "Try again" in refused.body

    monkeypatch.setattr(module, "ANSWER_SECONDS", 0.0)
    asyncio.run(run())
    house.settled()
