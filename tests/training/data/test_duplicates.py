from __future__ import annotations

import io

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageEnhance

from core.images.crop import Image
from tests import faces
from training.data.duplicates import SAME, fingerprint, group_copies


def as_jpeg(image: Image) -> Image:
    stream = io.BytesIO()
    Pillow.fromarray(image).save(stream, "JPEG", quality=30)
    return np.array(Pillow.open(stream))


COPIES = {
    "quarter": lambda image: cv2.resize(image, (180, 180), interpolation=cv2.INTER_AREA),
    "saved again": as_jpeg,
    "brighter": lambda image: np.array(ImageEnhance.Brightness(Pillow.fromarray(image)).enhance(1.15)),
    "grey": lambda image: np.array(Pillow.fromarray(image).convert("L").convert("RGB")),
    "one percent cut off": lambda image: image[7:-7, 7:-7],
}


@pytest.mark.parametrize("how", COPIES)
def test_each_face_is_grouped_with_its_copy_alone(how: str) -> None:
    """Studio portraits in one light and place: the hardest to tell apart."""
    people = [faces.load(name) for name in sorted(faces.truth())]
    copies = [COPIES[how](image) for image in people]
    groups = group_copies([fingerprint(image) for image in [*people, *copies]])
    assert groups == [[index, index + len(people)] for index in range(len(people))]


def flipped(bits: int) -> np.ndarray:
    """A fingerprint with the first bits set."""
    return np.packbits(np.arange(256) < bits).view(np.uint64)


def test_the_distance_decides_and_copies_of_copies_join() -> None:
    assert group_copies([flipped(0), flipped(SAME)]) == [[0, 1]]
    assert group_copies([flipped(0), flipped(SAME + 1)]) == [[0], [1]]
    assert group_copies([flipped(0), flipped(200), flipped(2 * SAME), flipped(SAME)]) == [[0, 2, 3], [1]]
    assert group_copies([]) == []


def test_groups_equal_a_comparison_of_each_with_each() -> None:
    rng = np.random.default_rng(0)
    bases = rng.integers(0, 2**63, (40, 4), np.uint64)
    every = [bases[number % 40] ^ np.uint64(1 << (number // 40)) for number in range(200)]
    assert sorted(group_copies(every)) == [[base + 40 * copy for copy in range(5)] for base in range(40)]
