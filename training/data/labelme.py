"""Reads and writes labelme's JSON files: boxes that a person drew, or is to correct.

The format is that of labelme 6 (https://github.com/wkentaro/labelme), shared by versions 4 and 5. Points are pixels of
the upright picture: labelme applies EXIF orientation when it opens one, as `core.images.decode` does. Other tools write
the same files with shapes of their own (AnyLabeling and X-AnyLabeling: `rotation`, and rectangles of four points). A
shape's kind is read if its name is known, and inferred from its points otherwise. Nothing of these tools is imported.

A picture is used only if every shape in it is understood: a face that is not read would be learnt as background.
"""

from __future__ import annotations

import json
import logging
import math
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PureWindowsPath
from typing import Any

from core.batch.files import is_picture_name
from core.errors import ImageError
from core.face import Box
from core.images.decode import EXPECTED, read_size
from core.output.escaping import json_text
from core.output.files import write_file
from training.data.files import visible_files
from training.data.pictures import limits
from training.errors import DataError

VERSION = "6.3.1"
"""The version of labelme whose format is written."""

MIN_POINTS = {"rectangle": 2, "circle": 2, "mask": 2, "polygon": 3, "turned_rectangle": 4}
"""Shapes that enclose an area, and their minimum number of points."""

SYNONYMS = {
    "box": "rectangle",
    "bbox": "rectangle",
    "rect": "rectangle",
    "square": "rectangle",
    "oriented_rectangle": "turned_rectangle",
    "rotated_rectangle": "turned_rectangle",
    "rotated_rect": "turned_rectangle",
    "rotated_box": "turned_rectangle",
    "rotation": "turned_rectangle",
    "quadrilateral": "turned_rectangle",
    "rbox": "turned_rectangle",
    "obb": "turned_rectangle",
}
"""Other tools' names for the shapes of MIN_POINTS."""

OPEN = frozenset({"point", "points", "line", "lines", "linestrip", "polyline"})
"""Shapes that enclose nothing: marks within a face, or a face drawn with the wrong tool."""

FACE = "face"
"""The default label of a face."""

SQUARE = 0.05
"""Tolerance for the corners of a rectangle of four points, as a share of its sides."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LabelledPicture:
    """A picture and the boxes that a person drew on it; without boxes it is a negative.

    boxes: pixels of the upright picture, inside it, as drawn (in no data set's convention). labels: one per box, in the
    same order. width, height: pixels of the upright picture.
    """

    path: Path
    boxes: tuple[Box, ...]
    labels: tuple[str, ...]
    width: int
    height: int


def files_in(folder: Path, unread: list[str] | None = None) -> tuple[list[Path], list[Path]]:
    """Return (the label files, the pictures) of a folder and its subfolders, in path order, without hidden ones.

    Args:
        unread: see `training.data.files.visible_files`.

    Raises:
        DataError: no such folder, or no label file in it.
    """
    if not os.path.isdir(folder):
        raise DataError(f"expected a folder of pictures and labelme files; {folder} is none.")
    files = list(visible_files(folder, unread))
    labels = [path for path in files if path.suffix.lower() == ".json"]
    if not labels:
        raise DataError(f"expected labelme files (.json) in {folder}; there are none. Run: python -m training label")
    return labels, [path for path in files if is_picture_name(path)]


def read_labelme(path: Path) -> LabelledPicture:
    """Read one label file.

    Rectangles (also rotated ones), polygons, circles and masks become their bounding boxes, clipped to the picture.
    Points and lines besides these are ignored with a warning if their label is not a face's, such as a nose's.

    Raises:
        DataError: the file cannot be read, or is not JSON or not labelme's; its picture is missing, cannot be opened or
            has another size than when it was labelled; a number is not finite; a shape is of an unknown kind, or
            encloses nothing within the picture.
    """
    content = read_label_file(path)
    picture = path.parent / content["imagePath"]
    if not os.path.lexists(picture):
        picture = path.parent / PureWindowsPath(content["imagePath"]).as_posix()
    width, height = upright_size(path, picture)
    labelled = (content.get("imageWidth"), content.get("imageHeight"))
    if None not in labelled and labelled != (width, height):
        raise DataError(
            f"expected the picture of {labelled[0]:g} x {labelled[1]:g} pixels that {path} labels; {picture.name} has "
            f"{width} x {height}. Label it anew, or put the picture back as it was."
        )
    boxes: list[Box] = []
    labels: list[str] = []
    marks: list[tuple[int, str, str]] = []
    for number, shape in enumerate(content["shapes"], 1):
        label, name, points = shape_fields(path, number, shape)
        kind = kind_of(name, points)
        if kind in MIN_POINTS:
            boxes.append(bounding_box(f"{path}, shape {number} ({label})", kind, points, width, height))
            labels.append(label)
        elif kind in OPEN:
            marks.append((number, label, name))
        else:
            raise not_understood(path, number, label, f"received {name!r} with {len(points)} points")
    for number, label, name in marks:
        if not boxes or label in {*labels, FACE}:
            raise not_understood(path, number, label, f"a {name} encloses nothing")
        log.warning("%s, shape %d (%s): a %s encloses nothing and is left out.", path, number, label, name)
    return LabelledPicture(picture, tuple(boxes), tuple(labels), width, height)


def not_understood(path: Path, number: int, label: str, why: str) -> DataError:
    """Return the error for a shape that may be a face but cannot be read."""
    return DataError(
        f"expected {', '.join(kind.replace('_', ' ') for kind in MIN_POINTS)} as shapes in {path}, shape {number} "
        f"({label}); {why}. Draw it anew as a rectangle, or delete it."
    )


def kind_of(name: str, points: Sequence[tuple[float, float]]) -> str:
    """Return a key of MIN_POINTS or one of OPEN for a tool's shape name; the name itself if it is unknown."""
    word = re.sub(r"[^a-z]+", "_", name.casefold())
    kind = SYNONYMS.get(word, word)
    unknown = kind not in MIN_POINTS and kind not in OPEN
    return "turned_rectangle" if unknown and is_rectangle(points) else kind


def is_rectangle(points: Sequence[tuple[float, float]]) -> bool:
    """Whether four points, in order, are the corners of a rectangle, rotated or not."""
    if len(points) != 4:
        return False
    sides = [(x1 - x0, y1 - y0) for (x0, y0), (x1, y1) in zip(points, [*points[1:], points[0]], strict=True)]
    lengths = [math.hypot(*side) for side in sides]
    if min(lengths) == 0:
        return False
    corners = zip(sides, [*sides[1:], sides[0]], lengths, [*lengths[1:], lengths[0]], strict=True)
    return all(abs(ax * bx + ay * by) <= SQUARE * a * b for (ax, ay), (bx, by), a, b in corners)


def read_label_file(path: Path) -> dict[str, Any]:
    """Return the content of a label file, with the common fields checked and all numbers as floats."""
    try:
        content = json.loads(path.read_bytes(), parse_int=float)
    except OSError as error:
        raise DataError(f"expected a labelme file; {path} cannot be read ({error.strerror}).") from error
    except (ValueError, RecursionError) as error:
        raise DataError(f"expected a labelme file; {path} is no JSON ({error}).") from error
    if not isinstance(content, dict) or not isinstance(content.get("shapes"), list):
        raise DataError(f"expected a labelme file, with a list of shapes; {path} is some other JSON.")
    if not isinstance(content.get("imagePath"), str) or not content["imagePath"]:
        raise DataError(f"expected a labelme file, with the name of its picture as imagePath; {path} has none.")
    for name in ("imageWidth", "imageHeight"):
        if not (content.get(name) is None or isinstance(content[name], float)):
            raise DataError(f"expected a number of pixels as {name} in {path}; received {content[name]!r}.")
    return content


def is_other_json(path: Path) -> bool:
    """Whether a file is another program's JSON, such as a photo service's metadata."""
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return not (isinstance(content, dict) and "shapes" in content)


def shape_fields(path: Path, number: int, shape: Any) -> tuple[str, str, list[tuple[float, float]]]:
    """Return (label, kind, points) of one shape."""
    try:
        label, kind = shape["label"], shape.get("shape_type") or "polygon"
        points = [(x, y) for x, y in shape["points"]]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DataError(
            f"expected a label and points of x, y in {path}, shape {number}; they are not there."
        ) from error
    if not isinstance(label, str) or not isinstance(kind, str):
        raise DataError(
            f"expected texts as label and shape_type in {path}, shape {number}; received {label!r}, {kind!r}."
        )
    if not all(isinstance(value, float) and math.isfinite(value) for point in points for value in point):
        raise DataError(f"expected finite numbers as points in {path}, shape {number} ({label}); received {points}.")
    return label, kind, points


def bounding_box(where: str, kind: str, points: list[tuple[float, float]], width: int, height: int) -> Box:
    """Return a shape's bounding box, clipped to a picture of width x height."""
    if len(points) < MIN_POINTS[kind]:
        raise DataError(f"expected {MIN_POINTS[kind]} points or more in {where}; received {len(points)}.")
    if kind == "circle":
        (cx, cy), edge = points[0], points[1]
        radius = math.dist((cx, cy), edge)
        points = [(cx - radius, cy - radius), (cx + radius, cy + radius)]
    left, top = (min(values) for values in zip(*points, strict=True))
    right, bottom = (max(values) for values in zip(*points, strict=True))
    box = Box(left, top, right - left, bottom - top).clip(width, height)
    if box.area <= 0:
        raise DataError(
            f"expected a shape with an area inside the picture of {width} x {height} in {where}; received {points}. "
            "Open it in labelme and draw or delete it."
        )
    return box


def upright_size(path: Path, picture: Path) -> tuple[int, int]:
    """Return (width, height) in pixels of a label file's picture, upright, as the app opens it; no pixel is decoded."""
    if not picture.exists():
        raise DataError(
            f"expected the picture that {path} labels; there is no {picture}. Put it back or delete the label file."
        )
    settings = limits()
    try:
        return read_size(picture, settings.max_picture_mb, settings.max_megapixels)
    except ImageError as error:
        raise DataError(f"expected {EXPECTED} for {path}; {picture} cannot be opened. {error}") from error


def write_labelme(
    path: Path, image_name: str, boxes: Sequence[Box], labels: Sequence[str], width: int, height: int
) -> None:
    """Write a label file that labelme can open; an existing one is replaced.

    Args:
        path: the file, named like its picture with the suffix .json, or labelme does not find it.
        image_name: the picture's path relative to the label file.
        boxes: rectangles, pixels of the upright picture.
        labels: one per box.
        width: pixels of the upright picture.
        height: likewise.

    Raises:
        ValueError: there are not as many labels as boxes, or a number is not finite.
        DataError: the file cannot be written.
    """
    if len(boxes) != len(labels):
        raise ValueError(f"expected a label for each of {len(boxes)} boxes; received {len(labels)}")
    shapes: list[dict[str, Any]] = [
        {
            "label": label,
            "points": [[float(box.x), float(box.y)], [float(box.x + box.w), float(box.y + box.h)]],
            "group_id": None,
            "description": "",
            "shape_type": "rectangle",
            "flags": {},
            "mask": None,
        }
        for box, label in zip(boxes, labels, strict=True)
    ]
    content: dict[str, Any] = {
        "version": VERSION,
        "flags": {},
        "shapes": shapes,
        "imagePath": image_name,
        "imageData": None,
        "imageHeight": int(height),
        "imageWidth": int(width),
    }
    text = json_text(content, indent=2, allow_nan=False)
    try:
        write_file(path, text)
    except OSError as error:
        raise DataError(f"cannot write the label file {path} ({error.strerror}).") from error
