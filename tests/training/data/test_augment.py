from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from core.face import Box
from core.images.crop import Image
from core.settings import ROOT
from training.data.augment import (
    FACE_SHARE,
    GONE_SHARE,
    IGNORE,
    Copy,
    Source,
    augment_once,
    copy_generator,
    enlarge,
    make_copies,
    pipeline,
    save_picture,
)
from training.data.pictures import load_rgb
from training.errors import DataError

LIT = 104
"""The strongest light leaves white above this and black below it, also after brightness, gamma and shift together."""


def black(width: int, height: int) -> Image:
    return np.zeros((height, width, 3), np.uint8)


def rectangle(name: str, width: int, height: int, box: Box) -> Source:
    """One white rectangle, whole pixels, on black."""
    image = black(width, height)
    image[int(box.y) : int(box.y + box.h), int(box.x) : int(box.x + box.w)] = 255
    return Source(name, image, (box,), ("face",))


def drawn_at_random(seed: int, side: int) -> Source:
    """A rectangle anywhere in a picture of any size, small ones included, ready to be cropped."""
    rng = np.random.default_rng(seed)
    width, height = (int(length) for length in rng.integers(side // 3, 3 * side, 2))
    w, h = (int(rng.integers(length // 4, length)) for length in (width, height))
    box = Box(int(rng.integers(0, width - w + 1)), int(rng.integers(0, height - h + 1)), w, h)
    return enlarge(rectangle(f"r{seed}", width, height, box), side, 40)


def bounds(lit: np.ndarray) -> Box:
    """The box around the pixels that are set."""
    rows, columns = np.flatnonzero(lit.any(axis=1)), np.flatnonzero(lit.any(axis=0))
    return Box(columns[0], rows[0], columns[-1] - columns[0] + 1, rows[-1] - rows[0] + 1)


def corners(box: Box) -> list[float]:
    return [box.x, box.y, box.x + box.w, box.y + box.h]


def same(copy: Copy, other: Copy) -> bool:
    return np.array_equal(copy.image, other.image) and (copy.faces, copy.ignored) == (other.faces, other.ignored)


def test_boxes_sit_where_the_pixels_are_and_are_judged_by_what_is_left() -> None:
    side, kinds = 96, Counter[str]()
    for seed in range(150):
        source = drawn_at_random(seed, side)
        for copy in make_copies(source, 4, side, seed):
            lit = copy.image.mean(axis=2) > LIT
            share = lit.sum() / source.boxes[0].area
            assert copy.image.shape == (side, side, 3)
            boxes = copy.faces + copy.ignored
            for box in boxes:
                assert corners(box) == pytest.approx(corners(bounds(lit)), abs=1.5)
                assert corners(box.clip(side, side)) == pytest.approx(corners(box))
            # At a limit half a pixel of rounding may decide.
            if min(abs(share - FACE_SHARE), abs(share - GONE_SHARE)) > 0.03:
                assert copy.kind == ("face" if share > FACE_SHARE else "ignored" if share > GONE_SHARE else "negative")
            assert len(boxes) == (copy.kind != "negative")
            kinds[copy.kind] += 1
    assert min(kinds[kind] for kind in ("face", "ignored", "negative")) > 30


def test_several_boxes_keep_their_labels() -> None:
    image = black(300, 200)
    image[20:90, 30:80], image[60:160, 180:250] = (255, 0, 0), (0, 0, 255)
    source = Source("two", image, (Box(30, 20, 50, 70), Box(180, 60, 70, 100)), ("red", "blue"))
    label_counts = Counter[tuple[str, ...]]()
    for copy in make_copies(source, 200, 180, seed=1):
        label_counts[copy.labels] += 1
        red, _, blue = np.moveaxis(copy.image.astype(int), 2, 0)
        masks = {"red": red - blue > 80, "blue": blue - red > 80}
        for box, label in zip(copy.faces, copy.labels, strict=True):
            assert corners(box) == pytest.approx(corners(bounds(masks[label])), abs=1.5)
    assert set(label_counts) >= {("red",), ("blue",), ("red", "blue")}


@pytest.mark.parametrize(("width", "height"), [(40, 40), (64, 30), (20, 90), (449, 451)])
def test_small_pictures_are_enlarged_with_their_boxes(width: int, height: int) -> None:
    small = rectangle("small", width, height, Box(width // 4, height // 5, width // 2, height // 2))
    large = enlarge(small, 450, 40)
    assert min(large.image.shape[:2]) == 450
    assert large.image.shape[1] / large.image.shape[0] == pytest.approx(width / height, rel=0.01)
    assert corners(large.boxes[0]) == pytest.approx(corners(bounds(large.image[..., 0] > 127)), abs=1.5)
    assert all(copy.image.shape == (450, 450, 3) for copy in make_copies(large, 3, 450, seed=0))


def test_large_pictures_are_left_alone_and_endless_ones_refused() -> None:
    fits = rectangle("fits", 500, 450, Box(0, 0, 10, 10))
    assert enlarge(fits, 450, 40) is fits
    with pytest.raises(DataError, match="5000 x 20"):
        enlarge(rectangle("strip", 5000, 20, Box(0, 0, 10, 10)), 450, 40)


def test_the_transforms_are_the_notebooks() -> None:
    steps = [
        (type(step).__name__, step.p, getattr(step, "width", None), getattr(step, "height", None))
        for step in pipeline(450).transforms
    ]
    assert steps == [
        ("RandomCrop", 1.0, 450, 450),
        ("HorizontalFlip", 0.5, None, None),
        ("RandomBrightnessContrast", 0.2, None, None),
        ("RandomGamma", 0.2, None, None),
        ("RGBShift", 0.2, None, None),
        ("VerticalFlip", 0.5, None, None),
    ]


def test_each_transform_is_drawn_for_itself() -> None:
    source, transforms = rectangle("one", 40, 40, Box(5, 5, 20, 20)), pipeline(32)
    fired = []
    for number in range(600):
        augment_once(transforms, source, copy_generator(1, "one", number))
        fired.append([bool(step.params) for step in transforms.transforms[1:]])
    table = np.array(fired)
    assert table.mean(axis=0) == pytest.approx([0.5, 0.2, 0.2, 0.2, 0.5], abs=0.06)
    between = np.corrcoef(table.T)[np.triu_indices(5, 1)]
    assert np.abs(between).max() < 0.15
    assert len({tuple(row) for row in fired}) > 20


def test_a_copy_follows_from_seed_name_and_number_alone() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (60, 90, 3), np.uint8)
    box = (Box(20, 10, 40, 30),)
    source = Source("a", noise.copy(), box, ("face",))
    once = list(make_copies(source, 40, 48, seed=3))
    list(make_copies(Source("z", noise[::-1].copy(), (), ()), 7, 48, seed=3))
    again = list(make_copies(source, 60, 48, seed=3))
    assert all(same(*pair) for pair in zip(once, again[:40], strict=True))
    assert np.array_equal(source.image, noise)
    for copies in (
        make_copies(source, 40, 48, seed=4),
        make_copies(Source("b", noise, box, ("face",)), 40, 48, seed=3),
    ):
        assert sum(same(*pair) for pair in zip(once, copies, strict=True)) < 4
    assert sum(same(once[0], copy) for copy in once) < 4


def test_ignored_boxes_never_become_faces_nor_negatives() -> None:
    source = Source("i", rectangle("i", 100, 100, Box(30, 30, 40, 40)).image, (Box(30, 30, 40, 40),), (IGNORE,))
    for copy in make_copies(source, 20, 90, seed=0):
        assert copy.kind == "ignored"
        assert corners(copy.ignored[0]) == pytest.approx(corners(bounds(copy.image.mean(axis=2) > LIT)), abs=1.5)


def test_a_picture_without_boxes_gives_negatives() -> None:
    assert {copy.kind for copy in make_copies(Source("n", black(80, 80), (), ()), 5, 48, seed=0)} == {"negative"}


@pytest.mark.parametrize(("name", "off"), [("a.png", 0), ("a.jpg", 12)])
def test_saved_pictures_keep_their_colours(tmp_path: Path, name: str, off: int) -> None:
    picture = np.full((32, 32, 3), (200, 90, 30), np.uint8)
    save_picture(tmp_path / name, picture)
    loaded = load_rgb(tmp_path / name)
    assert np.abs(loaded.astype(int) - picture).max() <= off


def test_albumentations_calls_no_host() -> None:
    code = (
        "import sys; calls = []\n"
        "sys.addaudithook(lambda name, given: name.startswith('socket.') and calls.append((name, given)))\n"
        "import training.data.augment; assert not calls, calls"
    )
    environment = {key: value for key, value in os.environ.items() if key != "NO_ALBUMENTATIONS_UPDATE"}
    command = [sys.executable, "-c", code]
    completed = subprocess.run(command, check=False, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert completed.returncode == 0, completed.stderr
