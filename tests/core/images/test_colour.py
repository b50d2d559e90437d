from __future__ import annotations

import io
import struct
import time
import zlib

import numpy as np
import pytest
from PIL import Image, ImageCms

from core.images import cicp, colour
from core.images.decode import decode_picture
from tests.core.images import profiles
from tests.core.images.encoding import encode

NOISE = np.random.default_rng(0).integers(0, 256, (96, 80, 3), np.uint8)


def by_lcms(pixels: np.ndarray, profile: bytes, mode: str = "RGB") -> np.ndarray:
    """What LittleCMS, another reader of profiles, makes of it."""
    picture = Image.frombytes(mode, pixels.shape[1::-1], pixels.tobytes())
    source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    converted = ImageCms.profileToProfile(picture, source, ImageCms.createProfile("sRGB"), outputMode="RGB")
    return np.asarray(converted).astype(int)


def decode(data: bytes) -> np.ndarray:
    return decode_picture(data, 25, 40).astype(int)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF", "WEBP", "AVIF"])
@pytest.mark.parametrize("name", ["DISPLAY_P3", "ADOBE_RGB", "PROPHOTO_RGB", "P3_BY_TABLES"])
def test_pixels_become_srgb_by_their_profile(kind: str, name: str) -> None:
    profile: bytes = getattr(profiles, name)
    smooth = Image.fromarray(NOISE).resize((320, 240), Image.Resampling.BICUBIC)
    options = {"lossless": True} if kind == "WEBP" else {}
    plain = np.asarray(decode(encode(smooth, kind, **options)), np.uint8)
    converted = decode(encode(smooth, kind, icc_profile=profile, **options))
    expected = by_lcms(plain, profile)
    assert np.abs(converted - plain).mean() > 2
    assert np.abs(converted - expected).mean() < 0.3
    assert np.abs(converted - expected).max() <= 6


def test_transparency_is_laid_on_white_after_the_colours_were_made_right() -> None:
    clear = Image.fromarray(np.dstack([NOISE, np.full(NOISE.shape[:2], 100, np.uint8)]))
    converted = decode(encode(clear, "PNG", icc_profile=profiles.DISPLAY_P3))
    expected = by_lcms(NOISE, profiles.DISPLAY_P3) * 100 / 255 + 155
    assert np.abs(converted - expected).max() <= 2


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_a_grey_profile(kind: str) -> None:
    grey = Image.fromarray(np.full((40, 60), 55, np.uint8))
    converted = decode(encode(grey, kind, icc_profile=profiles.grey(1.0)))
    assert converted[5, 5].tolist() == pytest.approx([128] * 3, abs=2)


def test_a_grey_profile_of_sixteen_bits() -> None:
    grey = Image.fromarray(np.tile(np.array([55 * 257, 65535], np.uint16), (40, 30)))
    assert decode(encode(grey, "PNG", icc_profile=profiles.grey(1.0)))[5, 4].tolist() == pytest.approx([128] * 3, abs=2)


def test_a_grey_picture_with_the_profile_of_a_screen() -> None:
    grey = Image.fromarray(np.full((40, 60), 55, np.uint8))
    profile = profiles.screen(cicp.to_xyz(cicp.PRIMARIES[1]), profiles.power(1.0))
    assert decode(encode(grey, "JPEG", icc_profile=profile))[5, 5].tolist() == pytest.approx([128] * 3, abs=2)


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_a_cmyk_profile(kind: str) -> None:
    inks = np.random.default_rng(1).integers(0, 256, (12, 10, 4), np.uint8).repeat(16, axis=0).repeat(16, axis=1)
    picture = Image.frombytes("CMYK", (160, 192), inks.tobytes())
    converted = decode(
        encode(picture, kind, icc_profile=profiles.press(), **({"quality": 100} if kind == "JPEG" else {}))
    )
    expected = by_lcms(inks, profiles.press(), "CMYK")
    assert np.abs(converted - expected).mean() < 2
    assert np.abs(converted - np.asarray(picture.convert("RGB"))).mean() > 3


def test_a_large_cmyk_picture_is_quick_and_on_average_the_same() -> None:
    inks = np.random.default_rng(1).integers(0, 256, (5, 6, 4), np.uint8).repeat(64, axis=0).repeat(64, axis=1)
    conversion = colour.of_profile(profiles.press(), "CMYK", large=True)
    assert conversion is not None
    assert conversion.convert is not None
    difference = conversion.convert(inks).astype(int) - by_lcms(inks, profiles.press(), "CMYK")
    assert np.abs(difference.reshape(5, 64, 6, 64, 3).mean(axis=(1, 3))).max() < 5
    large = np.tile(inks, (8, 4, 1))
    begin = time.process_time()
    conversion.convert(large)
    assert (time.process_time() - begin) / large[..., 0].size < 100e-9


@pytest.mark.parametrize("profile", [profiles.SRGB, ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()])
def test_srgb_changes_nothing(profile: bytes) -> None:
    picture = Image.fromarray(NOISE)
    assert (decode(encode(picture, "PNG", icc_profile=profile)) == NOISE).all()


def hostile() -> list[bytes]:
    """Profiles that are damaged, say nothing of such pixels, or would leave nothing of a picture."""
    valid = profiles.DISPLAY_P3
    black = profiles.screen(cicp.to_xyz(cicp.PRIMARIES[12]), b"curv" + bytes(4) + struct.pack(">I4H", 4, 0, 0, 0, 0))
    link = valid[:12] + b"link" + valid[16:]
    curve_entry = valid.index(b"rTRC")
    far_tag = valid[:curve_entry] + struct.pack(">4sII", b"rTRC", 0xFFFFFFF0, 0xFFFFFFF0) + valid[curve_entry + 12 :]
    many_tags = valid[:128] + b"\xff\xff\xff\xff" + valid[132:]
    return [
        b"x",
        bytes(500),
        valid[:200],
        valid[:-60],
        black,
        profiles.screen(np.zeros((3, 3))),
        profiles.screen(np.full((3, 3), 0.3)),
        link,
        far_tag,
        many_tags[:300],
        profiles.press(),
        profiles.grey(1.0),
        profiles.P3_BY_TABLES[:5000],
        np.random.default_rng(0).bytes(3000),
        valid + bytes(colour.MAX_PROFILE),
    ]


@pytest.mark.parametrize("number", range(len(hostile())))
def test_a_profile_that_cannot_be_used_counts_as_none(number: int) -> None:
    data = encode(Image.fromarray(NOISE), "PNG", icc_profile=hostile()[number])
    assert (decode(data) == NOISE).all()


def test_bits_that_are_wrong_in_a_profile_break_nothing() -> None:
    random = np.random.default_rng(5)
    for profile in (profiles.DISPLAY_P3, profiles.P3_BY_TABLES, profiles.press(5)):
        for _ in range(40):
            changed = bytearray(profile)
            for _ in range(int(random.integers(1, 12))):
                changed[int(random.integers(0, min(len(changed), 400)))] = int(random.integers(0, 256))
            for mode, channels in (("RGB", 3), ("CMYK", 4)):
                conversion = colour.of_profile(bytes(changed), mode)
                if conversion and conversion.convert:
                    assert conversion.convert(np.zeros((2, 3, channels), np.uint8)).shape == (2, 3, 3)


def with_chunks(*chunks: tuple[bytes, bytes]) -> bytes:
    """The noise as a PNG with chunks before its pixels."""
    data = encode(Image.fromarray(NOISE), "PNG")
    packed = [
        struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
        for name, content in chunks
    ]
    return data[:33] + b"".join(packed) + data[33:]


def test_a_png_says_its_colours_by_code_points() -> None:
    converted = decode(with_chunks((b"cICP", bytes([12, 13, 0, 1]))))
    assert np.abs(converted - by_lcms(NOISE, profiles.DISPLAY_P3)).max() <= 2


def test_a_png_says_its_colours_by_gamma_and_chromaticities() -> None:
    xy = (*profiles.ADOBE[6:], *profiles.ADOBE[:6])
    chromaticities = struct.pack(">8I", *(round(value * 100_000) for value in xy))
    converted = decode(with_chunks((b"gAMA", struct.pack(">I", 55_556)), (b"cHRM", chromaticities)))
    expected = by_lcms(NOISE, profiles.screen(cicp.to_xyz(profiles.ADOBE), profiles.power(1.8)))
    assert np.abs(converted - expected).max() <= 3
    assert (decode(with_chunks((b"gAMA", struct.pack(">I", 45_455)))) == NOISE).all()
    assert (decode(with_chunks((b"sRGB", b"\0"), (b"gAMA", struct.pack(">I", 100_000)))) == NOISE).all()
    assert (decode(with_chunks((b"gAMA", struct.pack(">I", 55_556)), (b"cHRM", bytes(32)))) == NOISE).all()


@pytest.mark.parametrize("transfer", [cicp.PQ, cicp.HLG])
def test_high_dynamic_range_is_shown_bright_and_without_a_cut(transfer: int) -> None:
    light = cicp.of_codes(9, transfer).linear[:, 0]
    assert (np.diff(light) >= 0).all()
    assert light[0] == 0
    paper_white = np.interp(0.58 if transfer == cicp.PQ else 0.75, np.arange(256) / 255, light)
    assert 0.3 < paper_white < 0.75
    assert light[200] > 0.5


def test_what_is_not_said_is_srgb() -> None:
    assert colour.Description(codes=(2, 2)).to_srgb("RGB", 1) is None
    assert colour.Description(codes=(1, 1)).to_srgb("RGB", 1) is None
    assert colour.SRGB.to_srgb("RGB", 1) is None
