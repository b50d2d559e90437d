"""What the client of a session chooses: models, threshold, who draws; and what it is told of it."""

from __future__ import annotations

import asyncio
import json
import threading
from typing import Any

import pytest

from core.analyzer import Analyzer
from core.errors import FairestError
from tests.live.caller import Caller
from tests.patience import PATIENCE, until
from tests.webapp.live.signalling.hosting import House, caller, gone, told_faces
from webapp.common.refusals import refusals
from webapp.live.signalling.client_choice import ClientChoice
from webapp.live.signalling.session import UNUSABLE
from webapp.live.switch import SwitchState


def newest(client: Caller, kind: str) -> dict[str, Any]:
    """The newest message of a type; empty before the first."""
    latest: dict[str, Any] = next((message for message in reversed(client.messages) if message["type"] == kind), {})
    return latest


def choose(client: Caller, **fields: object) -> None:
    client.channel.send(json.dumps({"version": 1, "type": "choose"} | fields))


def test_what_a_client_chooses_holds_for_its_session_alone(house: House) -> None:
    async def run() -> None:
        async with caller(house) as client, caller(house) as other:
            for each in (client, other):
                await each.call()
                await told_faces(each)
            choose(client, number=1, threshold=4.5, mirror=True, language="ru")
            await client.until(lambda: newest(client, "chosen").get("threshold") == 4.5, "the threshold")
            assert newest(client, "chosen")["number"] == 1
            await client.until(
                lambda: client.faces()[-1]["faces"][0]["label"] == "Ugly", "the label that follows from it"
            )
            session = house.sessions._known(client.session)
            assert session.refusals == refusals("ru", 18)
            choose(client, number=0, threshold=2.0)
            choose(client, number=2, threshold=4.6)
            await client.until(lambda: newest(client, "chosen").get("threshold") == 4.6, "the newer choice")
            assert newest(other, "chosen")["threshold"] == 3.0
            await other.until(lambda: other.faces()[-1]["faces"][0]["label"] == "Sexy", "its own label")

    asyncio.run(run())


def test_a_choice_comes_with_the_offer_and_stays_over_connections(house: House) -> None:
    async def run() -> None:
        async with caller(house) as client:
            client.choice = {"number": 3, "threshold": 4.5}
            await client.call()
            await client.until(lambda: newest(client, "chosen").get("threshold") == 4.5, "the choice")
            client.choice = None
            client.vanish()
            client.messages.clear()
            assert (await client.call(again=True)).status == 201
            await client.until(lambda: newest(client, "chosen").get("threshold") == 4.5, "the choice of before")
            assert newest(client, "chosen")["number"] == 3

    asyncio.run(run())


def test_a_choice_of_what_is_not_there_is_refused(house: House) -> None:
    async def run() -> None:
        async with caller(house) as client:
            client.choice = {"detector": "unknown"}
            reply = await client.call()
            assert (reply.status, "among stub, other" in reply.body) == (400, True)
            assert house.count() == 0
            client.choice = None
            await client.call()
            await told_faces(client)
            choose(client, number=1, classifier="unknown")
            await client.until(
                lambda: "among stub, other" in newest(client, "refused").get("reason", ""), "the refusal"
            )
            choose(client, number=1, threshold=9)
            await client.until(lambda: "threshold" in newest(client, "refused")["reason"], "another")
            await told_faces(client, 3)
            assert newest(client, "chosen")["number"] == 0

    asyncio.run(run())


def test_another_way_of_drawing_goes_on_with_the_session(house: House) -> None:
    async def run() -> None:
        async with caller(house) as client:
            client.choice = {"number": 1, "mirror": True}
            await client.call()
            await told_faces(client)
            session = client.session
            client.vanish()
            client.mode = "drawn"
            assert (await client.call(again=True)).status == 201
            await client.until(lambda: len(client.back) > 2, "video")
            assert (client.session, newest(client, "hello")["mode"]) == (session, "drawn")
            peer = house.sessions._known(session)._peer
            assert peer is not None
            assert peer.processor is not None
            assert peer.processor.mirrored
            client.vanish()
            client.mode = "overlay"
            await client.call(again=True)
            client.messages.clear()
            await told_faces(client)
            assert house.sessions._known(session).mode == "overlay"
        await gone(house)

    asyncio.run(run())


def test_figures_are_reported(house: House) -> None:
    async def run() -> None:
        async with caller(house) as client:
            await client.call()
            await client.until(lambda: newest(client, "figures").get("fps", 0) > 0, "figures")
            figures = newest(client, "figures")
            assert (figures["viewers"], figures["max_viewers"]) == (1, 2)
            assert 0 <= figures["load"] <= 1

    asyncio.run(run())


def test_a_model_that_cannot_be_loaded_is_reported_and_the_one_before_goes_on(house: House) -> None:
    async def run() -> None:
        async with caller(house) as client:
            await client.call()
            await told_faces(client)
            session = house.sessions._known(client.session)
            for error, sentence in ((FairestError("No such file."), "No such file."), (OSError("/secret"), UNUSABLE)):
                session._switch.state = SwitchState(error=error)
                await client.until(lambda text=sentence: newest(client, "chosen")["error"] == text, sentence)  # type: ignore[misc]
            await told_faces(client, 3)

    asyncio.run(run())


def test_a_choice_is_never_reported_as_loaded_with_the_models_before(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        async with caller(house) as client:
            await client.call()
            session = house.sessions._known(client.session)
            follower, load, loads = session._follower, session._switch._load, threading.Event()
            before = follower.analyzer

            class LoadsMeanwhile:
                @property
                def analyzer(self) -> Analyzer:
                    loads.set()
                    until(lambda: follower.analyzer is not before)
                    return before

            def load_later(detector: str, classifier: str) -> Analyzer:
                loads.wait(PATIENCE)
                return load(detector, classifier)

            monkeypatch.setattr(session._switch, "_load", load_later)
            monkeypatch.setattr(session, "_follower", LoadsMeanwhile())
            session.choose(ClientChoice(number=1, threshold=4.0))
            reported = session._chosen()
            assert reported.loading or reported.threshold == 4.0
            loads.set()
            await client.until(lambda: newest(client, "chosen").get("threshold") == 4.0, "the choice")

    asyncio.run(run())
