from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest

from tests.live.caller import Caller
from tests.patience import until
from tests.webapp.live.signalling.hosting import SIZE, House, film, hosted
from webapp.live.signalling import session as session_module
from webapp.live.signalling import sessions as module
from webapp.live.signalling.peer import MAX_MESSAGE, MAX_MESSAGES
from webapp.live.signalling.sessions import MAX_HALF_OPEN


@pytest.fixture
def house() -> Iterator[House]:
    with hosted() as served:
        yield served


def caller(house: House, mode: str = "overlay") -> Caller:
    return Caller(house.url, film(), mode)


async def told_faces(one: Caller, more: int = 1) -> None:
    """Wait for some more messages about faces."""
    count = len(one.faces()) + more
    await one.until(lambda: len(one.faces()) >= count, "faces")


async def gone(house: House) -> None:
    await asyncio.to_thread(house.settled)


def test_each_analysed_frame_is_told_and_nothing_comes_back(house: House) -> None:
    async def run() -> None:
        async with caller(house) as one:
            assert (await one.call()).status == 201
            await one.until(lambda: any(face["rating"] == 3.5 for told in one.faces() for face in told["faces"]), "it")
            assert [told["type"] for told in one.told[:2]] == ["hello", "state"]
            assert one.told[0]["labels"] == ["Sexy", "Ugly"]
            first = one.faces()[0]
            assert (first["width"], first["height"]) == SIZE
            assert first["faces"][0]["refused"] == "checking", "the guard comes first"
            assert len(one.faces()) <= house.engine.status().counts.received
            assert not one.back
            await one.end()
        await gone(house)

    asyncio.run(run())


def test_frames_are_told_by_their_rtp_timestamps(house: House) -> None:
    async def run() -> None:
        async with caller(house) as one:
            await one.call()
            await told_faces(one, 5)
            told = one.faces()
            origin = told[0]["rtp"] - round(told[0]["time"] * 90_000)
            for message in told:
                assert (message["rtp"] - origin) % 2**32 == pytest.approx(message["time"] * 90_000, abs=10)
            # What the sender put on the wire: its own origin is random, and its frames are a tenth of a second apart.
            assert {(message["rtp"] - told[0]["rtp"]) % 9000 for message in told} == {0}
            assert all(message["age"] >= 0 for message in told)

    asyncio.run(run())


def test_drawn_video_goes_back_and_faces_are_told_too(house: House) -> None:
    async def run() -> None:
        async with caller(house, "drawn") as one:
            await one.call()
            await one.until(lambda: len(one.back) > 3 and len(one.faces()) > 3, "video and faces")
            assert (one.back[-1].width, one.back[-1].height) == SIZE
            assert house.engine.stages.read()["draw"][0] > 0
        await gone(house)

    asyncio.run(run())


def test_a_full_server_says_so_and_delete_frees_the_place() -> None:
    async def run(house: House) -> None:
        async with caller(house) as one, caller(house) as other:
            await one.call()
            await told_faces(one)
            full = await other.call()
            assert (full.status, full.headers["retry-after"]) == (503, "5")
            assert "full" in full.body
            assert house.count() == 1
            assert house.engine.status().refused_viewers == 1
            assert (await one.end()).status == 200
            assert (await one.end()).status == 404
            assert (await other.call()).status == 201
            await told_faces(other)

    with hosted(1) as house:
        asyncio.run(run(house))
        house.settled()


def test_a_server_about_to_stop_takes_nobody_new_and_says_so_to_who_is_there(house: House) -> None:
    async def run() -> None:
        async with caller(house) as one, caller(house) as late:
            await one.call()
            await told_faces(one)
            house.draining = True
            refused = await late.call()
            assert (refused.status, "about to stop" in refused.body) == (503, True)
            await one.until(
                lambda: (
                    one.told[-1] == {"version": 1, "type": "state", "state": "stopping"}
                    or {"version": 1, "type": "state", "state": "stopping"} in one.told
                ),
                "the state",
            )
            await told_faces(one)

    asyncio.run(run())


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


@pytest.mark.parametrize("line", ["ice-pwd", "fingerprint", "setup", "rtcp-mux", "rtpmap:", "mid"])
def test_an_offer_that_cannot_be_answered_leaves_nothing_over(house: House, line: str) -> None:
    async def run() -> None:
        async with caller(house) as one:
            offer = one.offer

            async def broken() -> str:
                lines = (await offer()).splitlines(keepends=True)
                return "".join(text for text in lines if not text.startswith(f"a={line}"))

            one.offer = broken  # type: ignore[method-assign]
            refused = await one.call()
            assert refused.status == 400
            assert refused.body.startswith("Expected")
        await gone(house)

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


def test_a_client_has_few_connections_that_do_not_stand(monkeypatch: pytest.MonkeyPatch) -> None:
    async def run(house: House) -> None:
        callers = [caller(house) for _ in range(MAX_HALF_OPEN + 1)]
        replies = []
        for one in callers:
            asked = one.offer

            async def silent(one: Caller = one, asked: object = asked) -> str:
                sdp: str = await asked()  # type: ignore[operator]
                one.vanish()
                return sdp

            one.offer = silent  # type: ignore[method-assign]
            replies.append(await one.call())
        assert [reply.status for reply in replies] == [201] * MAX_HALF_OPEN + [429]
        assert "retry-after" in replies[-1].headers
        for one in callers:
            await one.hang_up()
        monkeypatch.setattr(session_module, "CONNECTING_SECONDS", 0.0)
        await gone(house)

    with hosted(8) as house:
        asyncio.run(run(house))


def test_a_client_that_goes_without_a_word_is_missed(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with caller(house) as one:
            await one.call()
            await told_faces(one)
            one.vanish()
            monkeypatch.setattr(session_module, "GONE_SECONDS", 0.5)
            await gone(house)

    asyncio.run(run())


def test_a_client_that_closes_its_connection_frees_its_place_at_once(house: House) -> None:
    async def run() -> None:
        async with caller(house) as one:
            await one.call()
            await told_faces(one)
            await one.hang_up()
            await gone(house)

    asyncio.run(run())


@pytest.mark.parametrize("fault", ["second channel", "long message", "many messages"])
def test_a_client_that_breaks_the_rules_of_the_channel_is_shown_out(house: House, fault: str) -> None:
    async def run() -> None:
        async with caller(house) as one:
            await one.call()
            await told_faces(one)
            if fault == "second channel":
                one.peer.createDataChannel("more")
            elif fault == "long message":
                one.channel.send("x" * (MAX_MESSAGE + 1))
            else:
                for _ in range(MAX_MESSAGES + 1):
                    one.channel.send("x")
            await gone(house)

    asyncio.run(run())


def test_a_message_or_two_is_passed_over(house: House) -> None:
    async def run() -> None:
        async with caller(house) as one:
            await one.call()
            await told_faces(one)
            one.channel.send("{}")
            one.channel.send(b"\0")
            await told_faces(one, 5)

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
            house.sessions._known(one.session).stop()
            house.sessions._known(one.session).stop()
            await gone(house)

    asyncio.run(run())


def test_looking_goes_on_when_one_look_fails(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with caller(house) as one, caller(house) as other:
            await one.call()
            await other.call()
            await told_faces(other)

            monkeypatch.setattr(house.sessions._known(one.session), "look", None)
            await asyncio.to_thread(until, lambda: house.count() == 1, "the one is over")
            await told_faces(other, 3)

    asyncio.run(run())


def test_an_answer_that_takes_too_long_is_none(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def run() -> None:
        async with caller(house) as one:
            assert (await one.call()).status == 400

    monkeypatch.setattr(module, "ANSWER_SECONDS", 0.0)
    asyncio.run(run())
    house.settled()
