"""The addresses of live sessions, spoken to as a browser, OBS or somebody worse would."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette
from streamlit import config

from core.errors import FairestError
from core.settings import ServerSettings, Settings
from tests.live.caller import PATH, Caller, request
from tests.patience import until
from tests.webapp.asgi import ask
from tests.webapp.live.signalling.hosting import House, film, hosted
from tests.webapp.live.signalling.test_offer import body, sdp
from webapp.auth.streams import Streams, key_of_session
from webapp.auth.tokens import COOKIE, SessionTokens, token_name
from webapp.common import addresses
from webapp.common.refusals import refusals
from webapp.live.signalling import endpoint as module
from webapp.live.signalling.endpoint import OFFERS_A_MINUTE, OfferEndpoint, offer_routes
from webapp.live.signalling.offer import JSON, MAX_BYTES, SDP
from webapp.live.signalling.sessions import Sessions


def app(settings: Settings | None = None) -> Starlette:
    """The routes alone; whoever gets as far as the sessions fails."""

    def none() -> Sessions:
        raise FairestError("no models")

    return Starlette(routes=offer_routes(OfferEndpoint(none, lambda: settings or Settings())))


def post(house: House, data: bytes, kind: str = JSON, **headers: str) -> Any:
    return request(house.url + PATH, "POST", data, Content_Type=kind, **headers)


def test_an_offer_is_answered_in_its_own_form(house: House) -> None:
    reply = post(house, body(sdp()))
    payload = reply.json()
    assert (reply.status, payload["version"], payload["type"]) == (201, 1, "answer")
    assert reply.headers["location"] == f"{PATH}/{payload['session']}"
    assert reply.headers["cache-control"] == "no-store"
    assert "a=candidate:" in payload["sdp"]
    sdp_reply = post(house, sdp(channel=False, kinds=("video", "audio")).encode(), SDP)
    assert (sdp_reply.status, sdp_reply.headers["content-type"]) == (201, SDP)
    assert sdp_reply.body.startswith("v=0")
    video, audio = sdp_reply.body.split("m=")[1:]
    assert "a=recvonly" in video
    assert "a=inactive" in audio, "nobody listens"
    for location in (reply.headers["location"], sdp_reply.headers["location"]):
        assert request(house.url + location, "DELETE").status == 200
    house.settled()


def test_who_publishes_without_a_channel_can_ask_for_the_faces(house: House) -> None:
    async def run() -> None:
        async with Caller(house.url, film()) as client:
            await client.call()
            url = house.url + client.location + "/faces"
            unknown = await asyncio.to_thread(request, house.url + PATH + "/unknown/faces")
            assert unknown.status == 404
            await client.until(lambda: len(client.faces()) > 2, "faces")
            newest = await asyncio.to_thread(request, url)
            assert newest.headers["content-type"] == JSON
            assert newest.json()["time"] >= client.faces()[2]["time"]

    asyncio.run(run())


def test_before_the_first_frame_there_are_none(house: House) -> None:
    location = post(house, body(sdp())).headers["location"]
    reply = request(f"{house.url}{location}/faces")
    assert (reply.status, "analysed yet" in reply.body) == (404, True)


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_only_offers_are_taken(method: str) -> None:
    answer = ask(app(), PATH, method)
    assert (answer.status, set(answer.headers["allow"].split(", "))) == (405, {"POST", "OPTIONS"})


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "POST"])
def test_a_session_can_only_be_ended(method: str) -> None:
    answer = ask(app(), f"{PATH}/abc", method)
    assert (answer.status, set(answer.headers["allow"].split(", "))) == (405, {"DELETE", "OPTIONS"})


def test_an_offer_may_not_be_large() -> None:
    answer = ask(app(), PATH, "POST", b"x" * (MAX_BYTES + 1), content_type=SDP)
    assert (answer.status, str(MAX_BYTES) in answer.body.decode()) == (413, True)


def test_an_offer_may_not_come_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BODY_SECONDS", 0.05)
    sent: list[Any] = []

    async def never() -> Any:
        await asyncio.sleep(60)

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": PATH,
        "query_string": b"",
        "headers": [(b"content-type", SDP.encode())],
        "client": ("192.0.2.7", 1),
        "app": None,
    }
    asyncio.run(app()(scope, never, send))
    assert sent[0]["status"] == 408


def test_somebody_who_leaves_while_sending_is_not_answered() -> None:
    sent: list[Any] = []

    async def leave() -> Any:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "path": PATH,
        "query_string": b"",
        "headers": [],
        "client": ("192.0.2.7", 1),
    }
    asyncio.run(app()(scope, leave, send))
    assert not sent


def test_a_client_may_offer_so_often_and_no_other_waits_for_it() -> None:
    served = app(Settings(server=ServerSettings(trusted_proxies=1)))
    clients = [*["192.0.2.1"] * (OFFERS_A_MINUTE + 1), "192.0.2.2"]
    answers = [ask(served, PATH, "POST", b"", x_forwarded_for=client, content_type=JSON) for client in clients]
    assert [answer.status for answer in answers] == [400] * OFFERS_A_MINUTE + [429, 400]
    assert int(answers[-2].headers["retry-after"]) >= 1


def test_refusals_are_in_the_language_that_is_asked_for() -> None:
    answer = ask(app(), PATH, "POST", b"", content_type="text/html", accept_language="ru")
    assert answer.status == 415
    assert "text/html" in answer.body.decode()
    assert "Expected" not in answer.body.decode()


def test_what_is_drawn_is_in_that_language_too(house: House) -> None:
    payload = post(house, body(sdp("sendrecv"), mode="drawn"), Accept_Language="ru").json()
    session = house.sessions._sessions[payload["session"]]
    assert session.refusals == refusals("ru", 18)
    assert session._peer is not None
    assert session._peer.processor is not None
    assert session._peer.processor.refusals == session.refusals


def test_models_that_cannot_be_used_are_told_of() -> None:
    answer = ask(app(), PATH, "POST", body(sdp()), content_type=JSON)
    assert (answer.status, "models" in answer.body.decode()) == (503, True)


def test_the_address_is_below_the_base_path(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(addresses, "base", lambda: "/fairest")
    assert post(house, body(sdp())).headers["location"].startswith(f"/fairest{PATH}/")


def test_a_session_ends_with_the_sign_in_that_it_began_under(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    streams = Streams()
    monkeypatch.setattr(module, "streams", streams)
    cookie = SessionTokens("s" * 32, "test").issue(1_000_000)
    reply = post(house, body(sdp()), Cookie=f"{COOKIE}={cookie}")
    other_reply = post(house, body(sdp()))
    assert (reply.status, other_reply.status, house.count()) == (201, 201, 2)
    streams.end(key_of_session(token_name(cookie)))
    until(lambda: house.count() == 1, "one is over")
    assert json.loads(other_reply.body)["session"] in house.sessions._sessions


def test_a_session_does_not_outlive_its_token() -> None:
    with hosted(settings=Settings(server=ServerSettings(password=SecretStr("correct horse")))) as house:
        house.endpoint._today = lambda: 1_000_000.0
        tokens = SessionTokens("s" * 32, "test", life=3600)
        cookie = tokens.issue(1_000_000)
        session = post(house, body(sdp()), Cookie=f"{COOKIE}={cookie}").json()["session"]
        ends = house.sessions._sessions[session].ends
        assert ends is not None
        assert 3500 < ends - house.sessions.around.clock() <= 3600


def test_other_sites_read_answers_where_the_operator_named_them(monkeypatch: pytest.MonkeyPatch) -> None:
    allowed_origin = "https://friend.example"
    monkeypatch.setattr(config, "get_option", lambda _name: [allowed_origin])
    for path in (PATH, f"{PATH}/abc", f"{PATH}/abc/faces"):
        answer = ask(app(), path, "OPTIONS", origin=allowed_origin)
        assert (answer.status, answer.headers["access-control-allow-origin"]) == (204, allowed_origin)
        assert "access-control-allow-origin" not in ask(app(), path, "OPTIONS", origin="https://foe.example").headers
    assert ask(app(), PATH, "POST", origin=allowed_origin).headers["access-control-allow-origin"] == allowed_origin
