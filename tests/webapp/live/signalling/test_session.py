from __future__ import annotations

import asyncio
import time

import pytest

from core.live.messages import FrameTime
from core.live.scene import Scene
from tests.live.caller import Caller
from tests.webapp.live.signalling.hosting import House, caller, gone, told_faces
from webapp.live.signalling import session as session_module
from webapp.live.signalling.peer import Peer


def test_a_new_offer_goes_on_with_the_session_and_its_faces(house: House) -> None:
    async def run() -> None:
        async with caller(house) as client:
            await client.call()
            await told_faces(client, 5)
            session, viewer = client.session, house.sessions._known(client.session).viewer
            client.vanish()
            client.messages.clear()
            assert (await client.call(again=True)).status == 201
            assert client.session == session
            await told_faces(client, 3)
            assert house.sessions._known(session).viewer is viewer
            assert house.engine.status().viewers == 1
            async with caller(house) as lost:
                lost.session = "unknown"
                unknown = await lost.call(again=True)
            assert (unknown.status, "Start a new one" in unknown.body) == (404, True)
            assert house.count() == 1
        await gone(house)

    asyncio.run(run())


def test_faces_of_a_frame_of_the_connection_before_are_not_told_on_the_next(house: House) -> None:
    """Each connection's video starts at 0: a frame of the one before would be newer than all that follow."""

    async def run() -> None:
        async with caller(house) as client:
            await client.call()
            await told_faces(client)
            session = house.sessions._known(client.session)
            assert session._peer is not None
            assert session._peer.processor is not None
            before = session._peer.processor.times
            before.note(-1.0, FrameTime(120.0))
            client.vanish()
            client.messages.clear()
            await client.call(again=True)
            session._send_faces(Scene(-1.0, (160, 120), (), ()))
            await told_faces(client, 3)
            assert max(message["time"] for message in client.messages if message["type"] == "faces") < 120

    asyncio.run(run())


def test_a_bad_offer_for_a_session_leaves_it_as_it_is(house: House) -> None:
    async def run() -> None:
        async with caller(house) as client, caller(house) as bad:
            await client.call()
            await told_faces(client)
            offer = bad.offer

            async def broken() -> str:
                return (await offer()).replace("a=ice-pwd", "a=ice-word")

            bad.session = client.session
            bad.offer = broken  # type: ignore[method-assign]
            assert (await bad.call(again=True)).status == 400
            await told_faces(client, 3)

    asyncio.run(run())


def test_a_connection_that_never_stands_is_given_up(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with caller(house) as client:
            client.vanish()
            original = client.offer

            async def silent() -> str:
                sdp = await original()
                client.vanish()
                return sdp

            client.offer = silent  # type: ignore[method-assign]
            assert (await client.call()).status == 201
            assert house.count() == 1
            await gone(house)

    monkeypatch.setattr(session_module, "CONNECTING_SECONDS", 0.2)
    asyncio.run(run())


def test_a_client_that_goes_without_a_word_is_missed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with caller(house) as client:
            await client.call()
            await told_faces(client)
            client.vanish()
            monkeypatch.setattr(session_module, "GONE_SECONDS", 0.5)
            await gone(house)

    asyncio.run(run())


def test_the_client_is_told_when_analysis_fails_and_when_no_picture_comes(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        async with caller(house) as client:
            await client.call()
            await told_faces(client)
            for fails, state in ((True, "failed"), (False, "live")):
                house.stages.fails = fails
                await client.until(lambda state=state: states(client)[-1] == state, state)  # type: ignore[misc]
            monkeypatch.setattr(session_module, "SILENT_SECONDS", -1.0)
            await client.until(lambda: states(client)[-1] == "silent", "silent")

    def states(client: Caller) -> list[str]:
        return [message["state"] for message in client.messages if message["type"] == "state"]

    asyncio.run(run())


@pytest.mark.parametrize("kind", ["hello", "state", "chosen"])
def test_lasting_messages_are_repeated_as_a_channel_may_lose_them(
    house: House, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    async def run() -> None:
        async with caller(house) as client:
            await client.call()
            await client.until(
                lambda: [message["type"] for message in client.messages].count(kind) >= 4, f"{kind} again"
            )

    monkeypatch.setattr(session_module, "AGAIN_SECONDS", 0.0)
    asyncio.run(run())


def test_a_session_ends_when_its_sign_in_does(house: House) -> None:
    async def run() -> None:
        async with caller(house) as client:
            await client.call()
            await told_faces(client)
            session = house.sessions._known(client.session)
            session.ends = time.monotonic()
            await gone(house)

    asyncio.run(run())


def test_a_session_can_be_stopped_by_any_thread(house: House) -> None:
    async def run() -> None:
        async with caller(house) as client:
            await client.call()
            await told_faces(client)
            session = house.sessions._known(client.session)
            session.stop()
            session.stop()
            await gone(house)

    asyncio.run(run())


def test_a_session_that_ends_while_its_offer_is_answered_leaves_nothing_over(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = Peer.answer

    async def ended(self: Peer, sdp: str) -> str:
        reply = await answer(self, sdp)
        for name in list(house.sessions._sessions):
            await house.sessions.delete(name)
        return reply

    async def run() -> None:
        async with caller(house) as client:
            assert (await client.call()).status == 404
            await gone(house)

    monkeypatch.setattr(Peer, "answer", ended)
    asyncio.run(run())
