from __future__ import annotations

import asyncio
import time

import pytest

from tests.live.caller import Caller
from tests.webapp.live.signalling.hosting import House, caller, gone, told_faces
from webapp.live.signalling import session as session_module
from webapp.live.signalling.peer import Peer


def test_a_new_offer_goes_on_with_the_session_and_its_faces(house: House) -> None:
    async def run() -> None:
        async with caller(house) as one:
            await one.call()
            await told_faces(one, 5)
            session, viewer = one.session, house.sessions._known(one.session).viewer
            one.vanish()
            one.told.clear()
            assert (await one.call(again=True)).status == 201
            assert one.session == session
            await told_faces(one, 3)
            assert house.sessions._known(session).viewer is viewer
            assert house.engine.status().viewers == 1
            async with caller(house) as lost:
                lost.session = "unknown"
                unknown = await lost.call(again=True)
            assert (unknown.status, "Begin a new one" in unknown.body) == (404, True)
            assert house.count() == 1
        await gone(house)

    asyncio.run(run())


def test_a_bad_offer_for_a_session_leaves_it_as_it_is(house: House) -> None:
    async def run() -> None:
        async with caller(house) as one, caller(house) as bad:
            await one.call()
            await told_faces(one)
            offer = bad.offer

            async def broken() -> str:
                return (await offer()).replace("a=ice-pwd", "a=ice-word")

            bad.session = one.session
            bad.offer = broken  # type: ignore[method-assign]
            assert (await bad.call(again=True)).status == 400
            await told_faces(one, 3)

    asyncio.run(run())


def test_a_connection_that_never_stands_is_given_up(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with caller(house) as one:
            one.vanish()
            asked = one.offer

            async def silent() -> str:
                sdp = await asked()
                one.vanish()
                return sdp

            one.offer = silent  # type: ignore[method-assign]
            assert (await one.call()).status == 201
            assert house.count() == 1
            await gone(house)

    monkeypatch.setattr(session_module, "CONNECTING_SECONDS", 0.2)
    asyncio.run(run())


def test_a_client_that_goes_without_a_word_is_missed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with caller(house) as one:
            await one.call()
            await told_faces(one)
            one.vanish()
            monkeypatch.setattr(session_module, "GONE_SECONDS", 0.5)
            await gone(house)

    asyncio.run(run())


def test_the_client_is_told_when_analysis_fails_and_when_no_picture_comes(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        async with caller(house) as one:
            await one.call()
            await told_faces(one)
            for fails, state in ((True, "failed"), (False, "live")):
                house.stages.fails = fails
                await one.until(lambda state=state: states(one)[-1] == state, state)  # type: ignore[misc]
            monkeypatch.setattr(session_module, "SILENT_SECONDS", -1.0)
            await one.until(lambda: states(one)[-1] == "silent", "silent")

    def states(one: Caller) -> list[str]:
        return [told["state"] for told in one.told if told["type"] == "state"]

    asyncio.run(run())


def test_the_state_is_repeated_as_a_channel_may_lose_it(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with caller(house) as one:
            await one.call()
            await one.until(lambda: [told["type"] for told in one.told].count("state") >= 4, "the state again")

    monkeypatch.setattr(session_module, "AGAIN_SECONDS", 0.0)
    asyncio.run(run())


def test_a_session_ends_when_its_sign_in_does(house: House) -> None:
    async def run() -> None:
        async with caller(house) as one:
            await one.call()
            await told_faces(one)
            session = house.sessions._known(one.session)
            session.ends = time.monotonic()
            await gone(house)

    asyncio.run(run())


def test_a_session_can_be_stopped_by_any_thread(house: House) -> None:
    async def run() -> None:
        async with caller(house) as one:
            await one.call()
            await told_faces(one)
            session = house.sessions._known(one.session)
            session.stop()
            session.stop()
            await gone(house)

    asyncio.run(run())


def test_a_session_that_ends_while_its_offer_is_answered_leaves_nothing_over(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = Peer.answer

    async def ended(self: Peer, sdp: str) -> str:
        made = await answer(self, sdp)
        for name in list(house.sessions._sessions):
            await house.sessions.delete(name)
        return made

    async def run() -> None:
        async with caller(house) as one:
            assert (await one.call()).status == 404
            await gone(house)

    monkeypatch.setattr(Peer, "answer", ended)
    asyncio.run(run())
