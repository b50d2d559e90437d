from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from core.face import Box
from core.images.decode import read_picture
from tests.training.conftest import save
from training.data.labelme import files_in, read_labelme, write_labelme
from training.errors import DataError

WIDTH, HEIGHT = 100, 80


def shape(kind: str, points: list[list[Any]], label: str = "face") -> dict[str, Any]:
    return {"label": label, "points": points, "shape_type": kind, "group_id": None, "flags": {}}


def labelled(folder: Path, shapes: list[Any], **changes: Any) -> Path:
    """a.png and its label file as labelme 6 writes it, with changes."""
    save(folder / "a.png", np.full((HEIGHT, WIDTH, 3), 90, np.uint8))
    content: dict[str, Any] = {
        "version": "6.3.1",
        "flags": {},
        "shapes": shapes,
        "imagePath": "a.png",
        "imageData": None,
        "imageHeight": HEIGHT,
        "imageWidth": WIDTH,
    }
    path = folder / "a.json"
    path.write_text(json.dumps(content | changes))
    return path


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    save(tmp_path / "a.png", np.zeros((HEIGHT, WIDTH, 3), np.uint8))
    boxes = [Box(10.25, 20.5, 30.1, 40.7), Box(float(np.float32(0.1)), 0, 90, HEIGHT)]
    write_labelme(tmp_path / "a.json", "a.png", boxes, ["face", "Gesicht äöü"], WIDTH, HEIGHT)
    back = read_labelme(tmp_path / "a.json")
    assert back.labels == ("face", "Gesicht äöü")
    assert (back.path, back.width, back.height) == (tmp_path / "a.png", WIDTH, HEIGHT)
    for box, read in zip(boxes, back.boxes, strict=True):
        assert (read.x, read.y, read.w, read.h) == pytest.approx((box.x, box.y, box.w, box.h))


def test_the_file_has_what_labelme_asks_for(tmp_path: Path) -> None:
    """labelme 6 refuses a file without these keys, and one whose picture has another size."""
    write_labelme(tmp_path / "a.json", "a.png", [Box(1, 2, 3, 4)], ["face"], WIDTH, HEIGHT)
    content = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert content.keys() == {"version", "flags", "shapes", "imagePath", "imageData", "imageHeight", "imageWidth"}
    assert (content["imagePath"], content["imageData"]) == ("a.png", None)
    assert (content["imageWidth"], content["imageHeight"]) == (WIDTH, HEIGHT)
    (only,) = content["shapes"]
    assert only["points"] == [[1.0, 2.0], [4.0, 6.0]]
    assert (only["label"], only["shape_type"], only["flags"]) == ("face", "rectangle", {})


def test_writing_refuses_what_does_not_fit(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="label for each of 1 boxes"):
        write_labelme(tmp_path / "a.json", "a.png", [Box(1, 2, 3, 4)], [], WIDTH, HEIGHT)
    with pytest.raises(ValueError, match="JSON"):
        write_labelme(tmp_path / "a.json", "a.png", [Box(float("nan"), 2, 3, 4)], ["face"], WIDTH, HEIGHT)
    assert not (tmp_path / "a.json").exists()
    with pytest.raises(DataError, match=r"cannot write the label file.*gone"):
        write_labelme(tmp_path / "gone" / "a.json", "a.png", [], [], WIDTH, HEIGHT)


@pytest.mark.parametrize(
    ("kind", "points", "box"),
    [
        ("rectangle", [[10, 20], [40, 60]], (10, 20, 30, 40)),
        ("rectangle", [[40, 20], [10, 60]], (10, 20, 30, 40)),
        ("rectangle", [[40, 60], [10, 20]], (10, 20, 30, 40)),
        ("polygon", [[25, 20], [40, 40.5], [10, 60]], (10, 20, 30, 40)),
        (None, [[25, 20], [40, 40.5], [10, 60]], (10, 20, 30, 40)),
        ("oriented_rectangle", [[25, 20], [40, 40], [25, 60], [10, 40]], (10, 20, 30, 40)),
        ("circle", [[50, 40], [53, 44]], (45, 35, 10, 10)),
        ("mask", [[10, 20], [40, 60]], (10, 20, 30, 40)),
        ("rectangle", [[-5, -7.5], [40, 60]], (0, 0, 40, 60)),
        ("rectangle", [[60, 70], [500, 500]], (60, 70, 40, 10)),
        ("circle", [[0, 0], [0, 12]], (0, 0, 12, 12)),
        ("rectangle", [[10, 20], [40, 20], [40, 60], [10, 60]], (10, 20, 30, 40)),
        ("rotation", [[25, 20], [40, 40], [25, 60], [10, 40]], (10, 20, 30, 40)),
        ("quadrilateral", [[25, 20], [40, 44], [25, 60], [10, 40]], (10, 20, 30, 40)),
        ("Rotated-Rectangle", [[25, 20], [40, 40], [25, 60], [10, 40]], (10, 20, 30, 40)),
        ("bbox", [[10, 20], [40, 60]], (10, 20, 30, 40)),
        ("of a tool to come", [[30, 10], [50, 20], [40, 40], [20, 30]], (20, 10, 30, 30)),
    ],
)
def test_shapes_become_the_boxes_around_them(
    tmp_path: Path, kind: str, points: list[list[float]], box: tuple[float, ...]
) -> None:
    (only,) = read_labelme(labelled(tmp_path, [shape(kind, points)])).boxes
    assert (only.x, only.y, only.w, only.h) == pytest.approx(box)


def test_several_shapes_keep_their_labels_and_lines_are_left_out(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shapes = [
        shape("rectangle", [[1, 1], [9, 9]], "one"),
        shape("line", [[1, 1], [9, 9]], "nose"),
        shape("rectangle", [[20, 20], [30, 40]], "two"),
    ]
    with caplog.at_level(logging.WARNING):
        picture = read_labelme(labelled(tmp_path, shapes))
    assert picture.labels == ("one", "two")
    assert [box.w for box in picture.boxes] == [8, 10]
    (message,) = (record.getMessage() for record in caplog.records)
    assert "a.json, shape 2 (nose): a line" in message


def test_windows_paths_embedded_pictures_and_missing_sizes(tmp_path: Path) -> None:
    (tmp_path / "labels").mkdir()
    labelled(tmp_path, [])
    path = tmp_path / "labels" / "a.json"
    content = json.loads((tmp_path / "a.json").read_text())
    del content["imageWidth"]
    path.write_text(json.dumps(content | {"imagePath": "..\\a.png", "imageData": "iVBORw0KGgo=", "imageHeight": None}))
    picture = read_labelme(path)
    assert picture.path.resolve() == (tmp_path / "a.png").resolve()
    assert (picture.width, picture.height) == (WIDTH, HEIGHT)


@pytest.mark.parametrize("ending", ["jpg", "png", "webp"])
@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_turned_picture_has_the_size_that_core_reads(tmp_path: Path, ending: str, orientation: int) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    name = f"a.{ending}"
    Pillow.new("RGB", (WIDTH, HEIGHT)).save(tmp_path / name, exif=exif)
    height, width = read_picture(tmp_path / name, 1, 1).shape[:2]
    assert (width, height) == ((HEIGHT, WIDTH) if orientation > 4 else (WIDTH, HEIGHT))
    write_labelme(tmp_path / "a.json", name, [Box(0, 0, width, height)], ["face"], width, height)
    assert read_labelme(tmp_path / "a.json").boxes == (Box(0, 0, width, height),)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"imagePath": "gone.png"}, "there is no .*gone.png"),
        ({"imagePath": "."}, "cannot be opened"),
        ({"imagePath": "a.json"}, "cannot be opened"),
        ({"imagePath": None}, "imagePath"),
        ({"shapes": None}, "list of shapes"),
        ({"imageWidth": 50}, "50 x 80 .* has 100 x 80"),
        ({"imageWidth": HEIGHT, "imageHeight": WIDTH}, "80 x 100 .* has 100 x 80"),
        ({"imageWidth": "100"}, "imageWidth"),
        ({"imageHeight": True}, "imageHeight"),
        ({"shapes": ["face"]}, "shape 1"),
        ({"shapes": [{"label": "face", "shape_type": "rectangle"}]}, "shape 1"),
        ({"shapes": [shape("rectangle", [[1, 2, 3], [4, 5, 6]])]}, "shape 1"),
        ({"shapes": [shape("rectangle", [[1, "2"], [3, 4]])]}, r"shape 1 \(face\)"),
        ({"shapes": [shape("rectangle", [[1, True], [3, 4]])]}, r"shape 1 \(face\)"),
        ({"shapes": [shape("rectangle", [[1, float("nan")], [3, 4]])]}, r"finite.*shape 1 \(face\)"),
        ({"shapes": [shape("rectangle", [[1, 10**400], [3, 4]])]}, r"finite.*shape 1 \(face\)"),
        ({"shapes": [shape("rectangle", [[1, 2]])]}, "2 points or more"),
        ({"shapes": [shape("polygon", [[1, 2], [3, 4]])]}, "3 points or more"),
        ({"shapes": [shape("rectangle", [[5, 5], [5, 50]])]}, "an area"),
        ({"shapes": [shape("circle", [[5, 5], [5, 5]])]}, "an area"),
        ({"shapes": [shape("rectangle", [[200, 200], [250, 250]])]}, "an area"),
        ({"shapes": [shape("rectangle", [[1, 2], [3, 4]]) | {"label": 7}]}, "texts as label"),
        ({"shapes": [shape("rotation", [[1, 2], [30, 40]])]}, "4 points or more"),
        ({"shapes": [shape("line", [[1, 2], [30, 40]])]}, r"shape 1 \(face\); a line encloses nothing.*as a rectangle"),
        ({"shapes": [shape("line", [[1, 2], [30, 40]], "nose")]}, r"shape 1 \(nose\); a line encloses nothing"),
        ({"shapes": [shape("point", [[1, 2]])]}, "a point encloses nothing"),
        ({"shapes": [shape("points", [[1, 2], [30, 40]])]}, "a points encloses nothing"),
        ({"shapes": [shape("linestrip", [[1, 2], [30, 40], [9, 9]])]}, "a linestrip encloses nothing"),
        ({"shapes": [shape("cuboid", [[1, 2], [3, 4]] * 4)]}, r"shape 1 \(face\); received 'cuboid' with 8 points"),
        ({"shapes": [shape("ellipse", [[1, 2], [30, 40]])]}, "received 'ellipse' with 2 points"),
        ({"shapes": [shape("kite", [[1, 2], [30, 5], [60, 70], [5, 30]])]}, "received 'kite' with 4 points"),
        ({"shapes": [shape("dot", [[1, 2]] * 4)]}, "received 'dot' with 4 points"),
        ({"shapes": [shape("rectangle", [[1, 2], [9, 9]]), shape("cuboid", [[3, 4]] * 8, "nose")]}, "shape 2"),
        (
            {"shapes": [shape("line", [[1, 2], [9, 9]], "one"), shape("rectangle", [[1, 2], [9, 9]], "one")]},
            r"shape 1 \(one\); a line encloses nothing",
        ),
        (
            {"shapes": [shape("rectangle", [[1, 2], [9, 9]], "one"), shape("line", [[1, 2], [9, 9]], "face")]},
            r"shape 2 \(face\); a line encloses nothing",
        ),
    ],
)
def test_what_cannot_be_used_is_named(tmp_path: Path, changes: dict[str, Any], says: str) -> None:
    path = labelled(tmp_path, [])
    path.write_text(json.dumps(json.loads(path.read_text()) | changes))
    with pytest.raises(DataError, match=says) as caught:
        read_labelme(path)
    assert "a.json" in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe\x00", b"[" * 100_000, b"[1, 2]", b'{"boxes": []}'])
def test_other_files_are_not_labelmes(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.json"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"expected a labelme file.*a\.json"):
        read_labelme(path)


def test_the_label_files_and_pictures_of_a_folder(tmp_path: Path) -> None:
    image = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    for name in ("b.png", "sub/a.png", "c.PNG", ".trash/d.png"):
        save(tmp_path / name, image)
    for name in ("b.json", "sub/a.JSON", ".trash/d.json"):
        (tmp_path / name).touch()
    labels, pictures = files_in(tmp_path)
    assert [path.relative_to(tmp_path).as_posix() for path in labels] == ["b.json", "sub/a.JSON"]
    assert [path.relative_to(tmp_path).as_posix() for path in pictures] == ["b.png", "c.PNG", "sub/a.png"]


def test_a_folder_without_labels_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="expected a folder"):
        files_in(tmp_path / "gone")
    with pytest.raises(DataError, match=r"there are none.*training label"):
        files_in(tmp_path)
