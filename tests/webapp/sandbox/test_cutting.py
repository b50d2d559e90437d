from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageCms

from core.face import Box, Face
from core.images.decode import decode_picture
from tests import faces
from tests.core.images import profiles
from webapp.sandbox import cutting


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    assert picture.format == "JPEG"
    assert not picture.getexif()
    assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    return picture


def test_a_large_picture_is_made_small_before_it_is_drawn() -> None:
    image = np.full((3000, 4000, 3), 200, np.uint8)
    face = Face(Box(1000, 500, 800, 1000), 0.9, refused="too small")
    picture = np.asarray(opened(cutting.draw_faces(image, [face], "Sexy", {})))
    assert picture.shape == (960, 1280, 3)
    scale = 1280 / 4000
    assert np.ptp(picture[round(700 * scale), :, 0]) > 5
    left = next(x for x in range(1280) if abs(int(picture[round(1000 * scale), x, 0]) - 200) > 5)
    assert left == pytest.approx(1000 * scale, abs=4)
    assert (image == 200).all()


def test_a_drawn_picture_looks_as_the_original() -> None:
    """It holds no profile: its pixels are sRGB, as who shows it takes them to be."""
    portrait = faces.load(faces.ADULT)
    in_p3 = Image.fromarray(portrait)
    to_p3 = ImageCms.profileToProfile(
        in_p3, ImageCms.createProfile("sRGB"), ImageCms.ImageCmsProfile(io.BytesIO(profiles.DISPLAY_P3))
    )
    assert to_p3 is not None
    stream = io.BytesIO()
    to_p3.save(stream, "PNG", icc_profile=profiles.DISPLAY_P3)
    shown = np.asarray(opened(cutting.draw_faces(decode_picture(stream.getvalue(), 25, 40), [], "Sexy", {})))
    assert np.abs(shown.astype(int) - portrait).mean() < 2


def test_a_small_picture_keeps_its_size() -> None:
    assert opened(cutting.draw_faces(np.zeros((40, 60, 3), np.uint8), [], "Sexy", {})).size == (60, 40)


def test_captions_are_as_asked_for() -> None:
    image = np.full((400, 400, 3), 90, np.uint8)
    face = Face(Box(100, 150, 120, 150), 0.9, refused="too small")
    assert cutting.draw_faces(image, [face], "Sexy", {}) != cutting.draw_faces(
        image, [face], "Sexy", {"too small": "мелко"}
    )


@pytest.mark.parametrize("scale", [1, 3])
def test_a_patch_shows_the_face_where_it_says(scale: int, adult: np.ndarray) -> None:
    image = np.asarray(Image.fromarray(adult).resize((720 * scale, 720 * scale)))
    box = faces.truth()[faces.ADULT]
    box = cutting.scaled(box, scale, scale)
    data, local = cutting.patch(image, box)
    patch = opened(data)
    assert max(patch.size) <= cutting.PATCH_SIDE
    in_picture = Image.fromarray(image).crop((round(box.x), round(box.y), round(box.x + box.w), round(box.y + box.h)))
    in_patch = patch.crop((round(local.x), round(local.y), round(local.x + local.w), round(local.y + local.h)))
    difference = np.asarray(in_picture.resize((64, 64))).astype(int) - np.asarray(in_patch.resize((64, 64)))
    assert np.abs(difference).mean() < 5


def test_a_patch_has_room_around_the_face() -> None:
    data, local = cutting.patch(np.zeros((1000, 1000, 3), np.uint8), Box(450, 440, 100, 120))
    assert opened(data).size == (240, 240)
    assert (local.cx, local.cy) == pytest.approx((120, 120), abs=1)


@pytest.mark.parametrize(
    "box", [Box(0, 0, 30, 30), Box(590, 390, 10, 10), Box(0, 0, 600, 400), Box(599.5, 399.5, 0.5, 0.5)]
)
def test_a_patch_at_the_edge_is_clipped(box: Box) -> None:
    data, local = cutting.patch(np.zeros((400, 600, 3), np.uint8), box)
    width, height = opened(data).size
    assert 1 <= width <= 640
    assert 1 <= height <= 640
    assert local.x >= 0
    assert local.y >= 0
    assert local.x + local.w <= width + 1
    assert local.y + local.h <= height + 1
