from __future__ import annotations

import asyncio

import pytest

from tests.webapp.live.signalling.hosting import SIZE, House, caller, gone, told_faces
from webapp.live.signalling.peer import MAX_MESSAGE, MESSAGES_A_MINUTE


def test_each_analysed_frame_is_reported_and_nothing_comes_back(house: House) -> None:
    async def run() -> None:
        async with caller(house) as client:
            assert (await client.call()).status == 201
            await client.until(
                lambda: any(face["rating"] == 3.5 for message in client.faces() for face in message["faces"]), "it"
            )
            assert [message["type"] for message in client.messages[:2]] == ["hello", "state"]
            assert client.messages[0]["labels"] == ["Sexy", "Ugly"]
            first = client.faces()[0]
            assert (first["width"], first["height"]) == SIZE
            assert first["faces"][0]["refused"] == "checking", "the guard comes first"
            assert len(client.faces()) <= house.engine.status().counts.received
            assert not client.back
            await client.end()
        await gone(house)

    asyncio.run(run())


def test_frames_are_identified_by_their_rtp_timestamps(house: House) -> None:
    async def run() -> None:
        async with caller(house) as client:
            await client.call()
            await told_faces(client, 5)
            messages = client.faces()
            origin = messages[0]["rtp"] - round(messages[0]["time"] * 90_000)
            for message in messages:
                assert (message["rtp"] - origin) % 2**32 == pytest.approx(message["time"] * 90_000, abs=10)
            # What the sender put on the wire: its own origin is random, and its frames are a tenth of a second apart.
            assert {(message["rtp"] - messages[0]["rtp"]) % 9000 for message in messages} == {0}
            assert all(message["age"] >= 0 for message in messages)

    asyncio.run(run())


def test_drawn_video_goes_back_and_faces_are_reported_too(house: House) -> None:
    async def run() -> None:
        async with caller(house, "drawn") as client:
            await client.call()
            await client.until(lambda: len(client.back) > 3 and len(client.faces()) > 3, "video and faces")
            assert (client.back[-1].width, client.back[-1].height) == SIZE
            assert house.engine.stages.read()["draw"][0] > 0
        await gone(house)

    asyncio.run(run())


def test_a_client_that_closes_its_connection_frees_its_place_at_once(house: House) -> None:
    async def run() -> None:
        async with caller(house) as client:
            await client.call()
            await told_faces(client)
            await client.hang_up()
            await gone(house)

    asyncio.run(run())


@pytest.mark.parametrize("fault", ["second channel", "long message", "many messages"])
def test_a_client_that_breaks_the_rules_of_the_channel_is_shown_out(house: House, fault: str) -> None:
    async def run() -> None:
        async with caller(house) as client:
            await client.call()
            await told_faces(client)
            if fault == "second channel":
                client.peer.createDataChannel("more")
            elif fault == "long message":
                client.channel.send("x" * (MAX_MESSAGE + 1))
            else:
                for _ in range(MESSAGES_A_MINUTE + 2):
                    client.channel.send("x")
            await gone(house)

    asyncio.run(run())


def test_a_message_or_two_is_passed_over(house: House) -> None:
    async def run() -> None:
        async with caller(house) as client:
            await client.call()
            await told_faces(client)
            client.channel.send("{}")
            client.channel.send(b"\0")
            await told_faces(client, 5)

    asyncio.run(run())
