from __future__ import annotations

import asyncio
from fractions import Fraction
from typing import Any

import av
import numpy as np
import pytest
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError

from webapp.live.signalling.processed_track import ProcessedTrack


class Source(MediaStreamTrack):
    """Frames that are put here; None ends it."""

    kind = "video"

    def __init__(self) -> None:
        super().__init__()
        self.frames: asyncio.Queue[av.VideoFrame | None] = asyncio.Queue()

    def put(self, *times: int) -> None:
        for pts in times:
            frame = av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8), format="rgb24")
            frame.pts, frame.time_base = pts, Fraction(1, 90_000)
            self.frames.put_nowait(frame)

    async def recv(self) -> av.VideoFrame:
        frame = await self.frames.get()
        if frame is None:
            raise MediaStreamError
        return frame


class Blanks:
    """A processor whose frames have no time of their own."""

    def __init__(self) -> None:
        self.seen: list[int | None] = []

    def recv(self, frame: av.VideoFrame) -> av.VideoFrame:
        self.seen.append(frame.pts)
        return av.VideoFrame(8, 8, "yuv420p")


def track(source: Source) -> tuple[ProcessedTrack, Blanks]:
    processor: Any = Blanks()
    return ProcessedTrack(source, processor), processor


def test_frames_are_processed_and_keep_their_times() -> None:
    async def run() -> None:
        source = Source()
        processed, _ = track(source)
        for pts in (1, 2):
            source.put(pts)
            frame = await processed.recv()
            assert (frame.pts, frame.width) == (pts, 8)
        processed.stop()

    asyncio.run(run())


def test_who_falls_behind_gets_the_newest_and_nothing_is_done_for_the_others() -> None:
    async def run() -> None:
        source = Source()
        processed, processor = track(source)
        source.put(*range(100))
        await asyncio.sleep(0)
        assert (await processed.recv()).pts == 99
        assert processor.seen == [99]
        source.put(100)
        assert (await processed.recv()).pts == 100
        processed.stop()

    asyncio.run(run())


@pytest.mark.parametrize("ends", ["source", "stop"])
def test_its_end_ends_whoever_waits(ends: str) -> None:
    async def run() -> None:
        source = Source()
        processed, _ = track(source)
        waiting = asyncio.ensure_future(processed.recv())
        await asyncio.sleep(0)
        if ends == "source":
            source.frames.put_nowait(None)
        else:
            processed.stop()
        with pytest.raises(MediaStreamError):
            await waiting
        with pytest.raises(MediaStreamError):
            await processed.recv()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(run())
