"""Live visitors: they connect, switch models, suffer bad networks, and leave with or without notice."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

from tests.live.caller import Caller, Reply
from tests.live.film import EncodedFilm
from tests.live.link import Link
from tests.live.page import Page
from tests.patience import PATIENCE
from tests.soak.calls import waits
from tests.soak.plan import Choice, Path, Visit

SIZE, FPS, SECONDS = (320, 240), 3, 4.0
"""Of the films: small, so that hours of them leave resources for other programs."""

LINKS: dict[Path, Link] = {
    "well": Link(),
    "lossy": Link(loss=0.05, delay=0.02),
    "slow": Link(bandwidth=400_000, delay=0.15, jitter=0.05),
    "outage": Link(),
    "returns": Link(),
}
OUTAGE = 5.0
"""Seconds during which all packets are lost."""
OVER = frozenset({"closed", "failed"})
"""Final states of a connection."""
SAY_AGAIN = 2.0
"""Seconds after which a selection is resent, as the channel may have lost it."""


def film() -> EncodedFilm:
    """Return the film that a visitor's camera sends."""
    return EncodedFilm(SIZE, FPS, SECONDS)


async def visit(url: str, plan: Visit, seed: int) -> int:
    """Simulate one visitor, from the offer to the end. In drawn mode the page is open as well, as in a browser.

    Args:
        url: the app's URL.
        plan: the visitor's actions.
        seed: of the packet loss.

    Returns:
        Number of unplanned connection losses.

    Raises:
        AssertionError, TimeoutError: something was not as expected.
    """
    usual_link = LINKS[plan.path]
    link = Link(usual_link.loss, usual_link.delay, usual_link.jitter, usual_link.bandwidth, seed)
    page = Page(url) if plan.mode == "drawn" else None
    if page is not None:
        await page.open()
        await page.until(lambda: page.has_player, "the player")
    async with Caller(url, film(), plan.mode, link=link) as caller:
        try:
            losses = await _go_live(caller)
            part = plan.stay / (len(plan.switches) + 1)
            for number, choice in enumerate(plan.switches, 1):
                await asyncio.sleep(part)
                losses += await switch(caller, number, choice)
            losses += await _suffer(caller, link, plan.path)
            await asyncio.sleep(part)
            return losses + await _leave(caller, page, plan.leaves == "vanishes")
        finally:
            if page is not None:
                await page.close()


async def _go_live(caller: Caller) -> int:
    reply = await offer(caller)
    assert reply.status == 201, f"expected 201 to an offer; received {reply.status}: {reply.body}"
    losses = await looked_at(caller)
    if caller.mode == "drawn":
        await caller.until(lambda: len(caller.back) > 2, "video that comes back")
    # On a bad network the first one may be lost; it is repeated.
    await caller.until(lambda: any(message["type"] == "hello" for message in caller.messages), "a hello")
    hello = next(message for message in caller.messages if message["type"] == "hello")
    assert hello["mode"] == caller.mode, f"expected mode {caller.mode}; received {hello['mode']}"
    return losses


async def offer(caller: Caller, again: bool = False) -> Reply:
    """Send an offer, honouring Retry-After for PATIENCE at most. again: for the existing session."""
    end = time.monotonic() + PATIENCE
    while True:
        reply = await caller.call(again)
        wait = reply.headers.get("retry-after")
        if reply.status != 503 or wait is None or time.monotonic() > end:
            return reply
        waits.append(float(wait))
        await asyncio.sleep(float(wait))


async def looked_at(caller: Caller, count: int = 2) -> int:
    """Wait for this many more messages with a face, reconnecting to the session when the connection is lost.

    Returns:
        Number of connection losses.
    """
    wanted, losses = len(with_faces(caller)) + count, 0

    def enough() -> bool:
        return len(with_faces(caller)) >= wanted

    end = time.monotonic() + PATIENCE
    while not enough():
        assert time.monotonic() < end, (
            f"no face within {PATIENCE:.0f} s; was told {caller.messages[-3:]}, {caller.state}"
        )
        await _while(lambda: not enough() and caller.state not in OVER, SAY_AGAIN)
        if not enough() and caller.state in OVER:
            losses += 1
            await _come_back(caller)
    return losses


async def _come_back(caller: Caller) -> None:
    """Reconnect to the session, or to a new one if the server has dropped it, as the page does."""
    reply = await offer(caller, again=True)
    if reply.status == 404:
        reply = await offer(caller)
    assert reply.status == 201, f"expected 201 to whoever comes back; received {reply.status}: {reply.body}"


def with_faces(caller: Caller) -> list[dict[str, Any]]:
    """Return the messages that contain a face."""
    return [message for message in caller.faces() if message["faces"]]


async def switch(caller: Caller, number: int, choice: Choice) -> int:
    """Select other models over the channel, and wait for faces rated by them; see looked_at."""
    request = {"number": number, "detector": choice.detector, "classifier": choice.classifier}
    payload = json.dumps({"version": 1, "type": "choose", **request, "threshold": choice.threshold})

    def taken() -> bool:
        chosen = [message for message in caller.messages if message["type"] == "chosen"]
        return bool(chosen) and chosen[-1]["number"] == number and not chosen[-1]["loading"]

    end = time.monotonic() + PATIENCE
    while not taken():
        assert time.monotonic() < end, f"choice {number} was not taken within {PATIENCE:.0f} s"
        if caller.state in OVER:
            await _come_back(caller)
        if caller.channel.readyState == "open":
            caller.channel.send(payload)
        await _while(lambda: not taken(), SAY_AGAIN)
    chosen = [message for message in caller.messages if message["type"] == "chosen"][-1]
    assert chosen["error"] is None, f"expected {request}; received {chosen['error']}"
    assert request.items() <= chosen.items(), f"expected {request}; received {chosen}"
    return await looked_at(caller)


async def _while(condition: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while condition() and time.monotonic() < end:
        await asyncio.sleep(0.1)


async def _suffer(caller: Caller, link: Link, path: Path) -> int:
    if path == "outage":
        usual_loss, link.loss = link.loss, 1.0
        await asyncio.sleep(OUTAGE)
        link.loss = usual_loss
    elif path == "returns":
        caller.vanish()
        session = caller.session
        await _come_back(caller)
        assert caller.session == session, "expected the same session"
    return await looked_at(caller)


async def _leave(caller: Caller, page: Page | None, vanishes: bool) -> int:
    """Leave. Returns 1 if the connection was lost and the session ended by the server just before, else 0."""
    if vanishes:
        caller.vanish()
        if page is not None:
            await page.vanish()
        return 0
    reply = await caller.end()
    assert reply.status in {200, 404}, f"expected 200 to the end of a session; received {reply.status}: {reply.body}"
    return int(reply.status == 404)


async def reside(url: str, over: asyncio.Event, note_age: Callable[[float], object]) -> int:
    """Simulate a viewer who stays until the end.

    Args:
        url: the app's URL.
        over: set when the viewer should leave.
        note_age: called with each frame's age, in seconds from its decoding on the server to the message with its
            faces.

    Returns:
        Number of connection losses.
    """
    async with Caller(url, film()) as caller:
        losses = await _go_live(caller)
        seen = len(caller.messages)
        while not over.is_set():
            await asyncio.sleep(0.5)
            for message in caller.messages[seen:]:
                if message["type"] == "faces":
                    note_age(message["age"])
                assert message.get("state") != "failed", f"expected to be live; was told {message}"
            seen = len(caller.messages)
            if caller.state in OVER:
                losses += 1
                await _come_back(caller)
        return losses + await _leave(caller, None, vanishes=False)
