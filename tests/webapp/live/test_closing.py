from __future__ import annotations

import asyncio
import gc
import threading
import weakref

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection
from aiortc.mediastreams import VideoStreamTrack

from webapp.live.closing import close, track_connecting

SECONDS = [0, *(0.004 * count for count in range(1, 16))]
"""From the first packet of the ICE checks until the data channel is open, on a machine of any speed."""


async def closed_after(seconds: float) -> tuple[set[str], list[object]]:
    """Close a connection so long after its answer; returns the tasks that go on, and weak references to its ends."""
    ends = [RTCPeerConnection(RTCConfiguration(iceServers=[])) for _ in range(2)]
    offering, answering = ends
    offering.addTrack(VideoStreamTrack())
    offering.createDataChannel("faces")
    await offering.setLocalDescription(await offering.createOffer())
    await answering.setRemoteDescription(offering.localDescription)
    await answering.setLocalDescription(await answering.createAnswer())
    await offering.setRemoteDescription(answering.localDescription)
    await asyncio.sleep(seconds)
    for end in (answering, offering, answering):
        await close(end)
    await asyncio.sleep(0.05)
    here = asyncio.current_task()
    names = {task.get_coro().__qualname__ for task in asyncio.all_tasks() if task is not here}  # type: ignore[union-attr]
    return names, [weakref.ref(end) for end in ends]


@pytest.mark.parametrize("seconds", SECONDS)
def test_a_connection_closed_at_any_moment_leaves_nothing(seconds: float) -> None:
    track_connecting()
    tasks, ends = asyncio.run(closed_after(seconds))
    assert tasks == set()
    assert not [thread.name for thread in threading.enumerate() if "decoder" in thread.name]
    gc.collect()
    assert [end() for end in ends] == [None, None]  # type: ignore[operator]
