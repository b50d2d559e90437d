from __future__ import annotations

import pytest

from webapp.live.pictures import VP8, begins_whole, whole

H264 = "video/H264"


def test_whole_pictures_are_known_by_their_codec() -> None:
    assert whole(VP8, b"\x10\0")
    assert not whole(VP8, b"\x11\0")
    assert not whole(VP8, b"")
    assert whole(H264, b"\0\0\0\1\x67\1\0\0\0\1\x65\2")
    assert not whole(H264, b"\0\0\0\1\x41\1")


@pytest.mark.parametrize(
    ("codec", "payload", "begins"),
    [
        (VP8, b"\x10\0", True),
        (VP8, b"\x90\x80\x85\x10\0", True),  # with a picture's number
        (VP8, b"\x10\1", False),  # builds on another
        (VP8, b"\0\0", False),  # goes on
        (VP8, b"\x11\0", False),  # begins another partition
        (VP8, b"\x90", False),
        (VP8, b"", False),
        (H264, b"\x65\2", True),
        (H264, b"\x67\2", True),
        (H264, b"\x41\2", False),
        (H264, b"\x78\0\4\x67\1\1\1", True),  # parameters first, of several
        (H264, b"\x78\0\4\x41\1\1\1", False),
        (H264, b"\x78", False),
        (H264, b"\x7c\x85\1", True),  # a part, the first
        (H264, b"\x7c\x05\1", False),
        (H264, b"\x7c", False),
        (H264, b"", False),
    ],
)
def test_the_first_packet_of_a_whole_picture_is_known(codec: str, payload: bytes, begins: bool) -> None:
    assert begins_whole(codec, payload) == begins
