from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
import pytest

from core.face import Box, Face
from core.models.detector import load_detector
from core.models.facegrid import (
    OVERLAP,
    STRIDES,
    FaceGrid,
    FineFaceGrid,
    cell_centres,
    decode_boxes,
    letterbox,
    nms,
    with_far,
)
from core.settings import RatingSettings
from tests import faces, factories

WIDTH, HEIGHT = 128, 64
CARD = factories.card("facegrid", "detector", threshold=0.5, side=WIDTH, height=HEIGHT, preprocessing="pixels")


def logit(share: float) -> float:
    return float(np.log(share / (1 - share)))


@dataclass
class Says:
    """A network that sees faces, (cell, detection, box) each, in the letterboxed picture, and others from afar."""

    seen: list[tuple[int, float, Box]]
    afar: list[tuple[int, float, Box]] = field(default_factory=list)
    pictures: list[np.ndarray] = field(default_factory=list)

    def __call__(self, pixels: np.ndarray) -> dict[str, np.ndarray]:
        self.pictures.append(pixels)
        cells = cell_centres(HEIGHT, WIDTH)
        seen = self.seen if len(self.pictures) == 1 else self.afar
        face, box = np.full((len(cells), 1), -9.0, np.float32), np.zeros((len(cells), 4), np.float32)
        for cell, detection, true in seen:
            x, y, stride = cells[cell]
            face[cell] = logit(detection)
            box[cell] = np.log(np.array([x - true.x, y - true.y, true.x + true.w - x, true.y + true.h - y]) / stride)
        return {"face": face, "box": box}


def cell_at(x: float, y: float, stride: int) -> int:
    cells = cell_centres(HEIGHT, WIDTH)
    distance = np.abs(cells[:, :2] - (x, y)).max(1) + 1e6 * (cells[:, 2] != stride)
    return int(distance.argmin())


def test_cells_cover_the_picture_row_by_row_the_finest_first() -> None:
    cells = cell_centres(HEIGHT, WIDTH)
    assert len(cells) == sum(HEIGHT // stride * (WIDTH // stride) for stride in STRIDES)
    assert cells[0].tolist() == [4, 4, 8]
    assert cells[1].tolist() == [12, 4, 8]
    assert cells[16].tolist() == [4, 12, 8]
    assert cells[-1].tolist() == [112, 48, 32]


def test_a_box_is_as_far_as_it_reaches() -> None:
    cells = np.array([[20.0, 30.0, 8.0]], np.float32)
    outputs = np.log(np.array([[1.0, 2.0, 0.5, 0.25]]))
    assert decode_boxes(outputs, cells) == pytest.approx(np.array([[12, 14, 24, 32]]))
    assert np.isfinite(decode_boxes(np.full((1, 4), 900.0), cells)).all()


def test_of_boxes_that_overlap_the_surest_stays() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [30, 0, 40, 10]], float)
    assert nms(boxes, np.array([0.6, 0.9, 0.7])).tolist() == [1, 2]
    separate_boxes = np.array([[0, 0, 10, 10], [6, 0, 16, 10]], float)
    assert OVERLAP > (4 * 10) / (16 * 10)
    assert nms(separate_boxes, np.array([0.6, 0.9])).tolist() == [1, 0]
    assert nms(np.empty((0, 4)), np.empty(0)).tolist() == []


@pytest.mark.parametrize(
    ("width", "height", "scale"), [(128, 64, 1), (256, 128, 0.5), (64, 64, 1), (300, 600, 64 / 600)]
)
def test_a_picture_is_scaled_to_fit_into_the_corner(width: int, height: int, scale: float) -> None:
    image = np.full((height, width, 3), 200, np.uint8)
    pixels, applied_scale = letterbox(image, WIDTH, HEIGHT)
    assert pixels.shape == (HEIGHT, WIDTH, 3)
    assert applied_scale == pytest.approx(scale)
    inside = (pixels == 200).all(axis=2)
    assert inside[: round(height * scale), : round(width * scale)].all()
    assert inside.sum() == round(height * scale) * round(width * scale)


def test_every_face_comes_back_in_pixels_of_the_picture_the_surest_first() -> None:
    near, far = Box(8, 8, 40, 48), Box(90, 20, 12, 16)
    network = Says([(cell_at(96, 28, 8), 0.7, far), (cell_at(28, 32, 16), 0.9, near)])
    detected = FaceGrid(network, CARD).detect(np.zeros((128, 256, 3), np.uint8))
    assert [face.detection for face in detected] == pytest.approx([0.9, 0.7], abs=1e-4)
    for face, box in zip(detected, (near, far), strict=True):
        assert face.box.as_list() == pytest.approx([2 * value for value in box.as_list()], abs=0.1)


def test_a_face_seen_by_several_cells_is_one() -> None:
    true = Box(20, 10, 40, 44)
    network = Says([(cell_at(36, 28, 8), 0.8, true), (cell_at(44, 28, 8), 0.9, true), (cell_at(40, 32, 16), 0.7, true)])
    (face,) = FaceGrid(network, CARD).detect(np.zeros((HEIGHT, WIDTH, 3), np.uint8))
    assert face.detection == pytest.approx(0.9, abs=1e-4)


def test_boxes_end_at_the_pictures_edge_and_doubtful_ones_are_left_out() -> None:
    network = Says([(cell_at(8, 8, 16), 0.9, Box(-20, -10, 50, 40)), (cell_at(100, 40, 8), 0.4, Box(90, 30, 20, 20))])
    (face,) = FaceGrid(network, CARD).detect(np.zeros((HEIGHT, WIDTH, 3), np.uint8))
    assert face.box.as_list() == [0, 0, 30, 30]
    assert FaceGrid(Says([]), CARD).detect(np.zeros((HEIGHT, WIDTH, 3), np.uint8)) == []


def test_a_box_in_the_filled_part_is_no_face() -> None:
    network = Says([(cell_at(112, 48, 32), 0.9, Box(90, 40, 30, 20))])
    assert FaceGrid(network, CARD).detect(np.zeros((64, 64, 3), np.uint8)) == []


def test_pixels_go_in_as_they_are() -> None:
    network = Says([])
    FaceGrid(network, CARD).detect(np.full((HEIGHT, WIDTH, 3), 77, np.uint8))
    first, afar = network.pictures
    assert first.dtype == np.uint8
    assert (first == 77).all()
    assert (afar[: HEIGHT // 2, : WIDTH // 2] == 77).all()
    assert (afar == 77).all(axis=2).sum() == HEIGHT * WIDTH / 4


def test_a_face_too_large_for_the_first_look_is_seen_from_afar(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.models.facegrid.MIN_FAR_SIZE", 20)
    large, part, small = Box(4, 2, 26, 28), Box(30, 10, 24, 30), Box(40, 4, 9, 10)
    doubtful = (cell_at(42, 25, 16), 0.6, part)
    network = Says([doubtful], [(cell_at(17, 16, 32), 0.9, large), (cell_at(44, 9, 8), 0.9, small)])
    (face,) = FaceGrid(network, CARD).detect(np.zeros((HEIGHT, WIDTH, 3), np.uint8))
    assert face.box.as_list() == pytest.approx([2 * value for value in large.as_list()], abs=0.1)
    sure = Says([(cell_at(42, 25, 16), 0.8, part)], [(cell_at(17, 16, 32), 0.9, large)])
    (face,) = FaceGrid(sure, CARD).detect(np.zeros((HEIGHT, WIDTH, 3), np.uint8))
    assert face.box.iou(part) > 0.99
    assert len(sure.pictures) == 1, "a sure face is enough"


def test_of_a_face_seen_from_afar_parts_are_dropped_and_other_faces_kept() -> None:
    far = Face(Box(10, 10, 100, 120), 0.8)
    part, beside, surer = (
        Face(Box(60, 20, 55, 60), 0.7),
        Face(Box(90, 90, 50, 60), 0.7),
        Face(Box(20, 20, 30, 30), 0.9),
    )
    assert with_far([part, beside, surer], [far]) == [surer, far, beside]
    assert with_far([part], []) == [part]


def test_the_fine_one_asks_the_coarse_one_for_large_faces_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.models.facegrid.MAX_FINE_SIZE", 40)
    monkeypatch.setattr("core.models.facegrid.MIN_COARSE_SIZE", 30)
    small, medium, large = Box(100, 10, 14, 16), Box(60, 10, 30, 40), Box(4, 4, 50, 56)
    fine = Says(
        [(cell_at(108, 20, 8), 0.8, small), (cell_at(80, 32, 16), 0.9, medium), (cell_at(32, 32, 32), 0.6, large)]
    )
    coarse = Says(
        [(cell_at(108, 20, 8), 0.9, small), (cell_at(80, 32, 16), 0.7, medium), (cell_at(32, 32, 32), 0.8, large)]
    )
    both = FineFaceGrid(FaceGrid(coarse, CARD), FaceGrid(fine, CARD.model_copy(update={"name": "facegrid_fine"})))
    detected = both.detect(np.zeros((HEIGHT, WIDTH, 3), np.uint8))
    assert [round(face.detection, 2) for face in detected] == [0.9, 0.8, 0.8]
    assert detected[0].box.iou(medium) > 0.99
    assert {round(face.box.w) for face in detected[1:]} == {14, 50}
    assert both.name == "facegrid_fine"
    assert (
        FineFaceGrid(FaceGrid(Says([]), CARD), FaceGrid(Says([]), CARD)).detect(np.zeros((64, 64, 3), np.uint8)) == []
    )


def test_a_large_picture_is_looked_at_as_a_halved_one(settings: RatingSettings) -> None:
    detector = load_detector("facegrid_fine", settings)
    image, truth = faces.in_frame(faces.ADULT)
    large = cv2.resize(image, (3200, 2400), interpolation=cv2.INTER_CUBIC)
    (seen,), (face,) = detector.detect(image), detector.detect(large)
    assert face.box.iou(Box(5 * truth.x, 5 * truth.y, 5 * truth.w, 5 * truth.h)) > 0.8
    assert face.box.iou(Box(5 * seen.box.x, 5 * seen.box.y, 5 * seen.box.w, 5 * seen.box.h)) > 0.85
