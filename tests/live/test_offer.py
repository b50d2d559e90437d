"""Clients without the page, against the real app: an offer over HTTP, with faces over a data channel."""

from __future__ import annotations

import asyncio
import http.client
import json
import signal
import sys
from urllib.parse import urlencode, urlsplit

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from core.settings import ROOT
from tests.browser.serving import Server, served
from tests.live.caller import PATH, Caller, request
from tests.live.film import EncodedFilm
from tests.live.viewer import Viewer
from tests.live.watching import FPS, bystander, comes_back, read_metric, until
from tests.patience import PATIENCE

SIZE = (640, 480)


def film() -> EncodedFilm:
    return EncodedFilm(SIZE, FPS, 4.0)


def rated(caller: Caller) -> bool:
    return any(face["rating"] for message in caller.faces() for face in message["faces"])


def test_faces_come_by_the_data_channel_and_no_video_back(server: Server) -> None:
    async def run() -> None:
        async with Caller(server.url, film()) as caller:
            assert (await caller.call()).status == 201
            await caller.until(lambda: rated(caller), "a rated face")
            hello = caller.messages[0]
            assert (hello["type"], hello["version"], hello["session"]) == ("hello", 1, caller.session)
            message = caller.faces()[-1]
            assert (message["width"], message["height"]) == SIZE
            (face,) = message["faces"]
            x, y, w, h = face["box"]
            assert 0 <= x < x + w <= SIZE[0]
            assert 0 <= y < y + h <= SIZE[1]
            assert len(face["motion"]) == 4
            assert face["track"] == 1
            times = [update["time"] for update in caller.faces()]
            assert times == sorted(set(times))
            assert not caller.back
            assert await read_metric(server, "fairest_viewers") == 1
            assert (await caller.end()).status == 200
            await until(lambda: caller.state == "closed", "the connection is over")
        assert await read_metric(server, "fairest_viewers") == 0

    asyncio.run(run())


def test_drawn_video_goes_back_where_it_is_asked_for(server: Server) -> None:
    async def run() -> None:
        async with Caller(server.url, film(), "drawn") as caller:
            assert (await caller.call()).status == 201
            await caller.until(lambda: rated(caller) and len(caller.back) > 5, "a rated face and video")
            assert (caller.back[-1].width, caller.back[-1].height) == SIZE

    asyncio.run(run())


async def looks_at_faces(caller: Caller) -> None:
    count = len(caller.faces()) + 3
    await caller.until(lambda: len(caller.faces()) >= count, "faces")


async def nobody_left(server: Server) -> None:
    async with asyncio.timeout(PATIENCE):
        while await read_metric(server, "fairest_viewers"):
            await asyncio.sleep(0.2)


@pytest.mark.long
def test_a_client_and_the_page_share_the_places_and_nobody_holds_up_the_other() -> None:
    async def run(server: Server) -> None:
        async with bystander(server), Caller(server.url, film()) as caller, Caller(server.url, film()) as latecomer:
            assert (await caller.call()).status == 201
            await looks_at_faces(caller)
            assert await read_metric(server, "fairest_viewers") == 2
            refusal = await latecomer.call()
            assert (refusal.status, refusal.headers["retry-after"]) == (503, "5")
            await caller.end()
            assert (await latecomer.call()).status == 201
            await looks_at_faces(latecomer)
            assert await read_metric(server, "fairest_viewers_refused_total") == 1

    with served(FAIREST_MAX_VIEWERS="2") as server:
        asyncio.run(run(server))


@pytest.mark.long
def test_a_client_that_vanishes_leaves_its_place_and_one_that_comes_back_goes_on(server: Server) -> None:
    async def run() -> None:
        async with Caller(server.url, film()) as caller:
            await caller.call()
            await looks_at_faces(caller)
            caller.vanish()
            assert (await caller.call(again=True)).status == 201
            await looks_at_faces(caller)
            caller.vanish()
            await nobody_left(server)

    asyncio.run(run())


def signed_in(url: str, password: str) -> str:
    """Sign in with a password and return the cookie."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=PATIENCE)
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/sign-in", urlencode({"password": password}), headers)
    cookie = connection.getresponse().headers["Set-Cookie"].split(";")[0]
    connection.close()
    return cookie


@pytest.mark.long
def test_the_door_is_that_of_the_page() -> None:
    async def run(server: Server) -> None:
        async with Caller(server.url, film()) as caller:
            refusal = await caller.call()
            assert (refusal.status, "Sign in first" in refusal.body) == (401, True)
            caller.cookie = await asyncio.to_thread(signed_in, server.url, "correct horse")
            assert (await caller.call()).status == 201
            await looks_at_faces(caller)
            foreign_reply = await asyncio.to_thread(
                request, server.url + PATH, "POST", b"{}", Cookie=caller.cookie, Origin="https://elsewhere.example"
            )
            assert foreign_reply.status == 403
            stranger = await asyncio.to_thread(request, server.url + caller.location, "DELETE")
            assert stranger.status == 401
            await asyncio.to_thread(request, server.url + "/sign-out", "POST", Cookie=caller.cookie)
            await until(lambda: caller.state == "closed", "the video ends with the sign-in")
        await nobody_left(server)

    with served(FAIREST_PASSWORD="correct horse") as server:
        asyncio.run(run(server))


@pytest.mark.long
def test_a_server_told_to_stop_lets_its_clients_go_on_for_a_while() -> None:
    async def run(server: Server) -> None:
        async with Caller(server.url, film()) as caller:
            await caller.call()
            await looks_at_faces(caller)
            server.process.send_signal(signal.SIGTERM)
            stopping = {"version": 1, "type": "state", "state": "stopping"}
            await caller.until(lambda: stopping in caller.messages, "the state")
            await looks_at_faces(caller)
            async with Caller(server.url, film()) as latecomer:
                assert (await latecomer.call()).status == 503
            await caller.end()
            # It does not wait once nobody is there.
            await asyncio.to_thread(server.process.wait, PATIENCE)

    with served(FAIREST_DRAIN_SECONDS=str(int(2 * PATIENCE))) as server:
        asyncio.run(run(server))


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_server_stops_with_clients_on_it(number: signal.Signals) -> None:
    async def run(server: Server) -> None:
        async with Caller(server.url, film(), "drawn") as caller, Viewer(server.url, film()) as viewer:
            await caller.call()
            await looks_at_faces(caller)
            await viewer.start()
            await comes_back(viewer)
            server.process.send_signal(number)
            await asyncio.to_thread(server.process.wait, PATIENCE)

    with served() as server:
        asyncio.run(run(server))


async def newest(url: str) -> dict[str, object] | None:
    """Return the latest message about faces from a session's URL."""
    reply = await asyncio.to_thread(request, url)
    message: dict[str, object] | None = json.loads(reply.body) if reply.status == 200 else None
    return message


def test_whoever_publishes_in_whips_way_is_analysed(server: Server) -> None:
    async def run() -> None:
        peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        source = film()
        peer.addTransceiver(source, direction="sendonly")
        await peer.setLocalDescription(await peer.createOffer())
        offer = peer.localDescription.sdp.encode()
        reply = await asyncio.to_thread(request, server.url + PATH, "POST", offer, Content_Type="application/sdp")
        assert (reply.status, reply.headers["content-type"]) == (201, "application/sdp")
        await peer.setRemoteDescription(RTCSessionDescription(reply.body, "answer"))
        session = server.url + reply.headers["location"]
        async with asyncio.timeout(PATIENCE):
            while not (message := await newest(session + "/faces")) or not message["faces"]:
                await asyncio.sleep(0.2)
        assert (await asyncio.to_thread(request, session, "DELETE")).status == 200
        assert (await asyncio.to_thread(request, session, "DELETE")).status == 404
        await until(lambda: peer.connectionState == "closed", "the connection is over")
        await peer.close()

    asyncio.run(run())


@pytest.mark.long
def test_ffmpeg_can_publish(server: Server) -> None:
    async def run() -> None:
        analysed = await read_metric(server, "fairest_analysed_frames_total")
        program = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.live.whip", server.url + PATH, "5", cwd=ROOT
        )
        assert await program.wait() == 0
        assert await read_metric(server, "fairest_analysed_frames_total") > analysed
        # It ends its session itself, by DELETE.
        await nobody_left(server)

    asyncio.run(run())
