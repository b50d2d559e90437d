from __future__ import annotations

import contextlib
from typing import Any

import av
import numpy as np
import pytest
from aiortc import rtcrtpreceiver
from aiortc.codecs import h264, vpx
from aiortc.jitterbuffer import JitterFrame
from aiortc.mediastreams import VIDEO_TIME_BASE
from aiortc.rtcrtpparameters import RTCRtpCodecParameters

from webapp.live import frames
from webapp.live.frames import (
    BURST,
    MAX_PIXELS,
    MAX_RATE,
    FittingDecoder,
    fitted,
    fitted_size,
    fitting_decoder,
    vp8_pixels,
)


def frame(width: int, height: int, pts: int = 3000) -> av.VideoFrame:
    """Left half dark, right half bright."""
    image = np.zeros((height, width, 3), np.uint8)
    image[:, width // 2 :] = 220
    av_frame = av.VideoFrame.from_ndarray(image, format="rgb24").reformat(format="yuv420p")
    av_frame.pts, av_frame.time_base = pts, VIDEO_TIME_BASE
    return av_frame


@pytest.mark.parametrize(
    ("sent", "taken"),
    [
        ((640, 480), (640, 480)),
        ((960, 720), (960, 720)),
        ((720, 960), (720, 960)),
        ((1, 1), (1, 1)),
        ((1280, 720), (960, 540)),
        ((720, 1280), (540, 960)),
        ((1920, 1080), (960, 540)),
        ((7680, 4320), (960, 540)),
        ((4000, 3000), (960, 720)),
        ((3000, 4000), (720, 960)),
        ((16383, 2), (960, 2)),
        ((961, 3), (960, 2)),
    ],
)
def test_a_size_fits_what_is_asked_for(sent: tuple[int, int], taken: tuple[int, int]) -> None:
    assert fitted_size(*sent) == taken


def test_a_larger_frame_is_scaled_and_shows_the_same_at_the_same_time() -> None:
    small = fitted(frame(4000, 3000))
    assert (small.width, small.height, small.pts, small.time_base) == (960, 720, 3000, VIDEO_TIME_BASE)
    image = small.to_ndarray(format="rgb24")
    assert image[:, :460].mean() < 20
    assert image[:, 500:].mean() > 200
    same_size = frame(960, 720)
    assert fitted(same_size) is same_size


def encoded(width: int, height: int, kind: str = "vp8", count: int = 1) -> list[JitterFrame]:
    """What a browser would send."""
    name = "libvpx" if kind == "vp8" else "libx264"
    codec: Any = av.CodecContext.create(name, "w")
    codec.width, codec.height, codec.pix_fmt, codec.time_base = width, height, "yuv420p", VIDEO_TIME_BASE
    codec.options = {"deadline": "realtime", "cpu-used": "-6"} if kind == "vp8" else {"tune": "zerolatency"}
    packets = [packet for n in range(count) for packet in codec.encode(frame(width, height, n * 3000))]
    packets += codec.encode(None)
    return [JitterFrame(data=bytes(packet), timestamp=n * 3000) for n, packet in enumerate(packets)]


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def vp8(clock: Clock | None = None) -> FittingDecoder:
    return FittingDecoder(vpx.Vp8Decoder(), True, clock or Clock())


def sizes(decoder: FittingDecoder, sent: list[JitterFrame]) -> list[tuple[int, int]]:
    return [(decoded.width, decoded.height) for jitter_frame in sent for decoded in decoder.decode(jitter_frame)]  # type: ignore[attr-defined]


def test_the_size_of_a_vp8_picture_is_known_before_it_is_decoded() -> None:
    first, second = encoded(1280, 720, count=2)
    assert vp8_pixels(first.data) == 1280 * 720
    assert vp8_pixels(second.data) is None
    assert vp8_pixels(b"") is None
    assert vp8_pixels(bytes(20)) is None


def test_what_is_decoded_is_no_larger_than_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    gave_way: list[bool] = []
    monkeypatch.setattr(frames, "give_way", lambda _: gave_way.append(True))
    assert sizes(vp8(), encoded(640, 480, count=3)) == [(640, 480)] * 3
    assert gave_way == []
    assert sizes(vp8(), encoded(1920, 1080, count=3)) == [(960, 540)] * 3
    assert gave_way == [True], "once a thread"


def test_what_is_far_too_large_is_not_decoded_until_it_is_small_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "MAX_PIXELS", 1_000_000)
    decoder = vp8()
    decoded: list[JitterFrame] = []
    real = decoder._decoder.decode

    def noted(jitter_frame: JitterFrame) -> Any:
        decoded.append(jitter_frame)
        return real(jitter_frame)

    monkeypatch.setattr(decoder._decoder, "decode", noted)
    assert sizes(decoder, encoded(1280, 800, count=3)) == []
    assert decoded == []
    assert sizes(decoder, encoded(640, 480, count=2)) == [(640, 480)] * 2


@pytest.mark.skipif("libx264" not in av.codecs_available, reason="no encoder of H.264 here")
def test_h264_that_is_far_too_large_is_an_error_of_its_decoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frames, "MAX_PIXELS", 1_000_000)
    sent = encoded(1280, 800, "h264")
    decoder = FittingDecoder(h264.H264Decoder(), False)
    decoded: list[object] = []
    for jitter_frame in sent:
        with contextlib.suppress(av.FFmpegError):
            decoded += decoder.decode(jitter_frame)
    assert decoded == []


def test_frames_come_no_more_often_than_asked_for() -> None:
    clock = Clock()
    decoder = vp8(clock)
    (keyframe,) = encoded(64, 48)
    assert sum(len(decoder.decode(keyframe)) for _ in range(3 * BURST)) == BURST
    count = 0
    for _ in range(240):
        clock.now += 1 / 240
        count += len(decoder.decode(keyframe))
    assert count == pytest.approx(MAX_RATE, abs=2)


def test_aiortc_gets_such_decoders_for_video_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    receiver: Any = rtcrtpreceiver
    monkeypatch.setattr(receiver, "get_decoder", receiver.get_decoder)
    frames.fit_all.cache_clear()
    frames.fit_all()
    get_decoder = receiver.get_decoder
    assert get_decoder is fitting_decoder
    for kind in ("video/VP8", "video/H264"):
        assert isinstance(get_decoder(RTCRtpCodecParameters(mimeType=kind, clockRate=90000)), FittingDecoder)
    audio = get_decoder(RTCRtpCodecParameters(mimeType="audio/opus", clockRate=48000, channels=2))
    assert not isinstance(audio, FittingDecoder)
    assert MAX_PIXELS >= 3840 * 2160
