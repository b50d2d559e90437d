from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.analyzer import Analyzer
from core.face import Box, Face
from core.images.crop import Image
from tests import faces
from tests.training.conftest import save
from training.data.faces import Picture
from training.evaluate.views import HEIGHT, UPRIGHT, VIEWS, WIDTH, View, evaluate_views, render_view


def painted() -> tuple[Image, Box]:
    """A black picture with a white face in it."""
    image = np.zeros((200, 300, 3), np.uint8)
    image[60:140, 100:160] = 255
    return image, Box(100, 60, 60, 80)


@pytest.mark.parametrize("view", [View(), View(size=240), View(outside=0.4), View(size=560), View(outside=0.2)])
@pytest.mark.parametrize("mirrored", [False, True])
def test_the_box_goes_where_the_face_goes(view: View, mirrored: bool) -> None:
    image, box = render_view(*painted(), view, mirrored)
    assert image.shape == (HEIGHT, WIDTH, 3)
    rows, columns = np.nonzero(image[..., 0] > 200)
    left, top = int(columns.min()), int(rows.min())
    painted_box = Box(left, top, int(columns.max()) + 1 - left, int(rows.max()) + 1 - top)
    assert box.iou(painted_box) > 0.95


def test_a_share_of_the_width_is_outside() -> None:
    whole, cut = (render_view(*painted(), View(outside=share), mirrored=False)[1] for share in (0.0, 0.4))
    assert cut.x == 0
    assert cut.w == pytest.approx(0.6 * whole.w, rel=0.02)


def one_picture(folder: Path) -> list[Picture]:
    box = faces.truth()[faces.ADULT]
    path = folder / "adult.png"
    save(path, faces.load(faces.ADULT))
    return [Picture(path, "helen", (box,), (box,), ())]


def test_a_real_face_is_found_and_rated_alike_however_it_leans(tmp_path: Path, analyzer: Analyzer) -> None:
    report = evaluate_views(analyzer.detector, analyzer.guard, analyzer.classifier, one_picture(tmp_path))
    assert set(report) == set(VIEWS)
    assert report[UPRIGHT] == {"faces": 1, "found": 1.0, "refused": 0.0, "rating_moved": 0.0}
    assert report["leaning by 20 degrees"]["found"] == 1
    assert report["leaning by 20 degrees"]["rating_moved"] < 0.5


def test_what_is_not_found_is_neither_refused_nor_rated(tmp_path: Path, analyzer: Analyzer) -> None:
    class Blind:
        name = "blind"

        def detect(self, image: Image) -> list[Face]:
            return []

    report = evaluate_views(Blind(), analyzer.guard, analyzer.classifier, one_picture(tmp_path))
    assert {(view["found"], view["refused"], view["rating_moved"]) for view in report.values()} == {(0.0, 0.0, 0.0)}
