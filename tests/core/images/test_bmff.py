from __future__ import annotations

import io
import struct

import numpy as np
import pytest
from PIL import Image

from core.errors import ImageError
from core.images import bmff
from core.images.decode import decode_picture
from tests import faces
from tests.core.images import profiles
from tests.core.images.test_colour import by_lcms

HEIC = (faces.DATA / "pictures" / "turned.heic").read_bytes()


def avif() -> bytes:
    stream = io.BytesIO()
    noise = np.random.default_rng(0).integers(0, 256, (60, 80, 3), np.uint8)
    Image.fromarray(noise).resize((160, 120), Image.Resampling.BICUBIC).save(stream, "AVIF", quality=90)
    return stream.getvalue()


def recoloured(data: bytes, primaries: int) -> bytes:
    """The file, saying that it has other colour primaries and the transfer function of sRGB."""
    offset = data.index(b"colrnclx") + 8
    return data[:offset] + struct.pack(">HH", primaries, 13) + data[offset + 4 :]


def box(name: bytes, *contents: bytes) -> bytes:
    content = b"".join(contents)
    return struct.pack(">I", 8 + len(content)) + name + content


def described(kind: bytes, *colours: bytes, brand: bytes = b"mif1") -> bytes:
    """A file whose main picture, without pixels, is of this kind and has these colours."""
    infe = box(b"infe", b"\2\0\0\0", struct.pack(">HH", 1, 0), kind, b"\0")
    associations = b"".join(bytes([0x80 | (2 + n)]) for n in range(len(colours)))
    meta = box(
        b"meta",
        bytes(4),
        box(b"pitm", bytes(4), struct.pack(">H", 1)),
        box(b"iinf", bytes(4), struct.pack(">H", 1), infe),
        box(
            b"iprp",
            box(b"ipco", box(b"ispe", bytes(12)), *(box(b"colr", colour) for colour in colours)),
            box(b"ipma", bytes(4), struct.pack(">IHB", 1, 1, 1 + len(colours)), b"\1", associations),
        ),
    )
    return box(b"ftyp", brand, bytes(4), b"mif1") + meta


def test_an_avif_says_its_colours_by_code_points() -> None:
    plain = decode_picture(avif(), 25, 40)
    converted = decode_picture(recoloured(avif(), 12), 25, 40)
    assert np.abs(converted - by_lcms(plain, profiles.DISPLAY_P3)).max() <= 2


def test_a_heic_says_its_colours_by_code_points(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = decode_picture(HEIC, 25, 40)
    primary = bmff.primary_item(described(b"hvc1", b"nclx" + struct.pack(">HHHB", 12, 13, 6, 0x80)))
    monkeypatch.setattr(bmff, "primary_item", lambda _data: primary)
    converted = decode_picture(HEIC, 25, 40)
    assert np.abs(converted - by_lcms(plain, profiles.DISPLAY_P3)).max() <= 2
    assert converted.flags.writeable


def test_a_profile_is_found() -> None:
    item = bmff.primary_item(
        described(b"hvc1", b"prof" + profiles.DISPLAY_P3, b"nclx" + struct.pack(">HHHB", 9, 16, 9, 0))
    )
    assert item is not None
    assert item.kind == b"hvc1"
    assert item.colour.icc == profiles.DISPLAY_P3
    assert item.colour.codes == (9, 16)


def test_heic_that_says_only_that_it_is_heif_opens() -> None:
    renamed = HEIC[:8] + HEIC[8:64].replace(b"heic", b"mif1").replace(b"heix", b"mif1") + HEIC[64:]
    assert renamed != HEIC
    assert (decode_picture(renamed, 25, 40) == decode_picture(HEIC, 25, 40)).all()


@pytest.mark.parametrize(("kind", "name"), [(b"avc1", "H.264"), (b"unci", "no codec"), (b"zzzz", "another codec")])
def test_other_codecs_are_reported_by_name(kind: bytes, name: str) -> None:
    with pytest.raises(ImageError, match=f"unsupported kind: HEIF coded by {name}"):
        decode_picture(described(kind) + bytes(100), 25, 40)


def test_damage_is_none() -> None:
    assert bmff.primary_item(b"") is None
    for length in range(0, 400, 3):
        bmff.primary_item(described(b"hvc1", b"nclx\0\1\0\1")[:length])
    assert bmff.primary_item(box(b"meta", bytes(4), box(b"pitm", b"\0"))) is None
