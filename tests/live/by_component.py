"""Start a stream as streamlit-webrtc's component does: over the page's WebSocket. For the apps of tests/bench/apps."""

from __future__ import annotations

import asyncio
import re
import time
from typing import Any

from aiortc import RTCSessionDescription

from tests.live.page import Page

IDLE: dict[str, Any] = {"playing": False, "sdpOffer": "", "iceCandidates": {}}
PLAYING = IDLE | {"playing": True}
HANG_UP = 0.5
"""Seconds between STOP and the end of the connection in the frontend."""


async def announce(page: Page) -> None:
    """Report that the component is mounted, as it does whenever it appears; does nothing for other components."""
    if page.component is not None:
        await page.set_component(IDLE)


async def answer(page: Page, offer: RTCSessionDescription, end: float) -> RTCSessionDescription:
    """Pass the component the offer, then its candidates one by one, as in a browser; return the server's answer.

    Raises:
        TimeoutError: there is none by `end`, monotonic seconds.
    """
    lines = offer.sdp.splitlines(keepends=True)
    candidate_lines = [line.strip().removeprefix("a=") for line in lines if line.startswith("a=candidate:")]
    sdp_without_candidates = "".join(line for line in lines if not re.match("a=(candidate:|end-of-candidates)", line))
    value = IDLE | {"sdpOffer": {"type": offer.type, "sdp": sdp_without_candidates}}
    await page.set_component(value)
    candidates: dict[str, dict[str, Any]] = {}
    for number, line in enumerate(candidate_lines):
        candidates[str(number)] = {"candidate": line, "sdpMid": "0", "sdpMLineIndex": 0}
        await page.set_component(value | {"iceCandidates": candidates})
    await page.until(lambda: _answer(page) is not None, "the server's answer", end - time.monotonic())
    description = _answer(page)
    assert description is not None
    return RTCSessionDescription(**description)


async def playing(page: Page) -> None:
    """Report that the connection is established."""
    await page.set_component(PLAYING)


async def stop(page: Page) -> None:
    """Press STOP."""
    if page.alive and page.component is not None:
        await page.set_component(IDLE)
        await asyncio.sleep(HANG_UP)
        await page.until(lambda: _answer(page) is None, "the server to take back its answer")


def _answer(page: Page) -> dict[str, str] | None:
    return page.component.answer if page.component else None
