from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from core.face import Box, Face, Pose
from core.images.crop import Image, face_window
from core.models.classifier import load_network
from core.models.manifest import ModelCard, load_manifest
from core.models.occlusion import (
    LOWERS,
    MIN_SCALE,
    RAISES,
    RESOLUTION,
    HeatMap,
    legend,
    looked_at,
    mean_map,
    occlusion_map,
    overlay,
)
from core.models.upright import upright_crop
from core.settings import ROOT, RatingSettings
from tests import faces

SIDE = 96
PLAIN = load_manifest(ROOT / "weights").network("mobilenet_v2", "classifier")
FACE = Face(Box(40, 30, 100, 130), 1.0)
WIDTH, HEIGHT = 200, 190


class Synthetic:
    """A network that rates by any rule, and remembers what it said."""

    def __init__(self, rule: Callable[[np.ndarray], float], mirrored: bool = False) -> None:
        self.card: ModelCard = PLAIN.model_copy(update={"side": SIDE, "mirrored": mirrored})
        self.rule = rule
        self.ratings: list[float] = []

    def look(self, pixels: Image) -> float:
        assert pixels.shape == (SIDE, SIDE, 3)
        assert pixels.dtype == np.uint8
        self.ratings.append(self.rule(pixels))
        return self.ratings[-1]


def contrast(pixels: np.ndarray) -> float:
    return 1 + float(pixels.std()) / 32


def corner(pixels: np.ndarray) -> float:
    """Looks at the lower left corner only."""
    return contrast(pixels[-SIDE // 4 :, : SIDE // 4])


def noise(height: int = HEIGHT, width: int = WIDTH) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (height, width, 3), np.uint8)


def peak(values: np.ndarray) -> tuple[float, float]:
    """Column and row of the largest value."""
    row, column = np.unravel_index(values.argmax(), values.shape)
    return float(column), float(row)


def square(values: np.ndarray, window: Box | None = None) -> HeatMap:
    return HeatMap(values.astype(np.float32), window or Box(20, 20, 64, 64), 0.0, 3.0)


def test_what_looks_at_one_corner_has_its_peak_there() -> None:
    heat = occlusion_map(noise(), FACE, Synthetic(corner))
    column, row = peak(heat.values)
    assert column < RESOLUTION / 4
    assert row > RESOLUTION * 3 / 4
    assert heat.values.max() > 0.2
    assert np.abs(heat.values[: RESOLUTION // 2, RESOLUTION // 2 :]).max() < 1e-6


def test_covering_what_lowers_the_rating_gives_negative_values() -> None:
    heat = occlusion_map(noise(), FACE, Synthetic(lambda pixels: 5 - corner(pixels)))
    assert heat.values.min() < -0.2
    assert heat.values.max() <= 0


@pytest.mark.parametrize("mirrored", [False, True])
def test_values_are_means_of_what_covering_did(mirrored: bool) -> None:
    network = Synthetic(contrast, mirrored)
    heat = occlusion_map(noise(), FACE, network, places=5)
    looks = np.array(network.ratings).reshape(26, -1)
    assert looks.shape[1] == (2 if mirrored else 1)
    uncovered, *covered = looks.mean(axis=1)
    drops = uncovered - np.array(covered)
    assert heat.rating == uncovered
    assert heat.values.shape == (RESOLUTION, RESOLUTION)
    assert heat.values.dtype == np.float32
    assert drops.min() - 1e-6 <= heat.values.min() <= heat.values.max() <= drops.max() + 1e-6
    assert heat.values.mean() == pytest.approx(drops.mean(), rel=0.1)


def test_a_rating_that_never_moves_gives_zeros_and_no_colour() -> None:
    picture = noise()
    heat = occlusion_map(picture, FACE, Synthetic(lambda _: 3.2))
    assert np.array_equal(heat.values, np.zeros((RESOLUTION, RESOLUTION)))
    assert heat.scale == MIN_SCALE
    drawn = overlay(picture, heat).astype(int)
    assert (np.ptp(drawn, axis=2) == 0).all()


def test_mirrored_looks_give_a_map_that_is_not_mirrored() -> None:
    picture = np.full((HEIGHT, WIDTH, 3), 128, np.uint8)
    window, _ = looked_at(FACE)
    middle = int(window.cx)
    picture[:, :middle] = noise()[:, :middle]
    heat = occlusion_map(picture, FACE, Synthetic(contrast, mirrored=True))
    left, right = heat.values[:, : RESOLUTION // 2], heat.values[:, -RESOLUTION // 3 :]
    assert left.max() > 0.05
    assert np.abs(right).max() < 0.1 * left.max()


def test_the_same_face_has_the_same_map_and_the_picture_stays(settings: RatingSettings, adult: np.ndarray) -> None:
    face = Face(faces.truth()[faces.ADULT], 1.0)
    before = adult.copy()
    network = load_network(load_manifest(settings.weights_dir).network("sexyness_cnn", "classifier"), settings)
    first, second = (occlusion_map(adult, face, network) for _ in range(2))
    assert np.array_equal(first.values, second.values)
    assert first.rating == network(adult, face)
    assert np.array_equal(adult, before)


def test_a_shipped_network_looks_at_the_face_not_at_the_corners(settings: RatingSettings, adult: np.ndarray) -> None:
    network = load_network(load_manifest(settings.weights_dir).network("mobilenet_v2", "classifier"), settings)
    heat = np.abs(occlusion_map(adult, Face(faces.truth()[faces.ADULT], 1.0), network).values)
    fifth = RESOLUTION // 5
    ends = (slice(fifth), slice(-fifth, None))
    corners = np.mean([heat[rows, columns] for rows in ends for columns in ends])
    assert heat[fifth:-fifth, fifth:-fifth].mean() > 2 * corners


@pytest.mark.parametrize("roll", [0.0, 6.0, 25.0, -40.0, 170.0])
@pytest.mark.parametrize("box", [FACE.box, Box(-20, 50, 90, 120)], ids=["inside", "over-the-edge"])
def test_the_window_is_what_the_networks_see(roll: float, box: Box) -> None:
    x, y = np.meshgrid(np.arange(WIDTH), np.arange(HEIGHT))
    places = np.stack([x, y, np.full_like(x, 255)], axis=2).astype(np.uint8)
    face = Face(box, 1.0, pose=Pose(roll, 0.0, 0.4))
    seen = upright_crop(places, face, face_window, SIDE).astype(float)
    window, turned = looked_at(face)
    across = (np.arange(SIDE) + 0.5) / SIDE
    values = np.stack(np.meshgrid(across, across), axis=2)
    cos, sin = np.cos(np.radians(turned)), np.sin(np.radians(turned))
    offset = (values - 0.5) * window.w @ np.array([[cos, sin], [-sin, cos]])
    expected = offset + np.array([window.cx - 0.5, window.cy - 0.5])
    inside = seen[..., 2] > 254.5
    assert inside.sum() > 0.3 * SIDE**2
    assert np.abs(seen[..., :2] - expected)[inside].mean() < 0.6


@pytest.mark.parametrize("roll", [0.0, 30.0, -40.0])
def test_the_map_of_a_leaning_face_lies_where_it_belongs_in_the_picture(roll: float) -> None:
    face = Face(Box(45, 40, 100, 100), 1.0, pose=Pose(roll, 0.0, 0.4))
    picture = np.full((HEIGHT, WIDTH, 3), 128, np.uint8)
    picture[60:74, 110:124] = noise(14, 14)
    heat = occlusion_map(picture, face, Synthetic(contrast))
    placed = heat.in_picture(WIDTH, HEIGHT)
    assert placed.shape == (HEIGHT, WIDTH)
    column, row = peak(placed)
    assert column == pytest.approx(117, abs=6)
    assert row == pytest.approx(67, abs=6)
    window, _ = looked_at(face)
    y, x = np.mgrid[:HEIGHT, :WIDTH]
    beyond = np.hypot(x - window.cx, y - window.cy) > window.w * 0.75
    assert not placed[beyond].any()


def test_values_lie_on_the_pixels_that_they_belong_to() -> None:
    values = noise(64, 64)[..., 0].astype(np.float32)
    placed = square(values, Box(20, 30, 64, 64)).in_picture(WIDTH, HEIGHT)
    assert placed[30:94, 20:84] == pytest.approx(values, abs=0.01)
    assert placed[:26].max() == placed[:, 90:].max() == 0


def test_an_ensembles_map_is_the_mean_of_its_members() -> None:
    maps = [square(np.full((4, 4), value)) for value in (0.1, 0.3)]
    heat = mean_map(maps)
    assert heat.values == pytest.approx(np.full((4, 4), 0.2))
    assert heat.values.dtype == np.float32
    with pytest.raises(ValueError, match="one window"):
        mean_map([maps[0], square(np.zeros((4, 4)), Box(0, 0, 9, 9))])
    with pytest.raises(ValueError, match="one window"):
        mean_map([])


@pytest.mark.parametrize(("largest", "scale"), [(0.0, 0.05), (0.31, 0.35), (0.3, 0.3), (-0.21, 0.25), (0.04, 0.05)])
def test_the_scale_is_the_same_on_both_sides(largest: float, scale: float) -> None:
    values = np.zeros((4, 4))
    values[1, 2] = largest
    assert square(values).scale == pytest.approx(scale)


def test_what_raises_is_orange_and_what_lowers_is_blue() -> None:
    values = np.zeros((RESOLUTION, RESOLUTION))
    values[:20, :20], values[-20:, -20:] = 0.4, -0.4
    picture = noise(110, 110)
    drawn = overlay(picture, square(values)).astype(int)
    assert drawn.shape == picture.shape
    red, blue = drawn[..., 0], drawn[..., 2]
    assert (red[22:38, 22:38] > blue[22:38, 22:38] + 60).all()
    assert (blue[66:82, 66:82] > red[66:82, 66:82] + 60).all()
    for untouched in (drawn[:18], drawn[:, 90:], drawn[22:38, 66:82]):
        assert (np.ptp(untouched, axis=2) == 0).all()


def test_the_legend_runs_from_blue_over_grey_to_orange() -> None:
    bar = legend(101, 5).astype(int)
    assert bar.shape == (5, 101, 3)
    assert (np.ptp(bar[:, 50], axis=1) == 0).all()
    for pixel, end in ((bar[0, 0], LOWERS), (bar[0, -1], RAISES)):
        assert np.abs(pixel - end).max() < 30
