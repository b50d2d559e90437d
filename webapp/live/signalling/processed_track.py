"""Received video after processing: a consumer that falls behind gets the newest frame, not the next one."""

from __future__ import annotations

import asyncio

import av
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError

from webapp.live.stream import FrameProcessor


class ProcessedTrack(MediaStreamTrack):
    """A processed track for one consumer. It reads from the received track from creation until it ends."""

    kind = "video"

    def __init__(self, track: MediaStreamTrack, processor: FrameProcessor) -> None:
        """Args:
        track: the received track.
        processor: processes each frame that is requested.
        """
        super().__init__()
        self._processor = processor
        self._newest: av.VideoFrame | None = None
        self._news = asyncio.Event()
        self._reading = asyncio.ensure_future(self._read(track))

    async def recv(self) -> av.VideoFrame:
        """Wait for a new frame and return the newest, processed.

        Raises:
            MediaStreamError: the track has ended.
        """
        await self._news.wait()
        if self.readyState != "live":
            raise MediaStreamError
        self._news.clear()
        frame, self._newest = self._newest, None
        assert frame is not None, "news are of a frame"
        processed = self._processor.recv(frame)
        processed.pts, processed.time_base = frame.pts, frame.time_base
        return processed

    def stop(self) -> None:
        """End the track."""
        super().stop()
        self._reading.cancel()
        self._newest = None
        self._news.set()

    async def _read(self, track: MediaStreamTrack) -> None:
        try:
            while True:
                frame = await track.recv()
                assert isinstance(frame, av.VideoFrame)
                self._newest = frame
                self._news.set()
        except MediaStreamError:
            self.stop()
