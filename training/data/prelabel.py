"""Writes label files with a detector's boxes, for a person to correct in labelme."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import ImageError
from core.images.decode import read_picture
from core.models.detector import Detector
from core.settings import PictureSettings
from training.data.files import picture_files
from training.data.labelme import FACE, is_other_json, write_labelme


@dataclass(slots=True)
class PrelabelSummary:
    """The outcome for a folder's pictures."""

    written: int = 0
    faceless: int = 0
    """Number of written files in which no face was found."""
    kept: int = 0
    """Pictures whose existing label file was kept."""
    skipped: list[str] = field(default_factory=list)
    """A sentence for each picture that got no label file."""


def prelabel(folder: Path, detector: Detector, settings: PictureSettings, overwrite: bool) -> PrelabelSummary:
    """Write a label file beside each picture of a folder and its subfolders that has none.

    A picture in which no face is found gets one without shapes, which labels it as a negative.

    Args:
        folder: of pictures.
        detector: each of its boxes becomes a rectangle `face`.
        settings: limits for picture files.
        overwrite: also replace existing label files.

    Raises:
        DataError: no such folder, no picture in it, or a label file cannot be written.
    """
    summary = PrelabelSummary()
    owners: dict[Path, Path] = {}
    for picture in picture_files(folder, summary.skipped):
        label_file = picture.with_suffix(".json")
        owner = owners.setdefault(label_file, picture)
        if owner != picture:
            summary.skipped.append(f"{picture} would share {label_file.name} with {owner.name}. Rename one of them.")
        elif os.path.lexists(label_file) and not overwrite:
            summary.kept += 1
        elif is_other_json(label_file):
            summary.skipped.append(f"{picture}: {label_file.name} is no labelme file and stays. Move it away.")
        else:
            try:
                image = read_picture(picture, settings.max_picture_mb, settings.max_megapixels)
            except ImageError as error:
                summary.skipped.append(f"{picture}: {error}")
                continue
            boxes = [face.box for face in detector.detect(image)]
            height, width = image.shape[:2]
            write_labelme(label_file, picture.name, boxes, [FACE] * len(boxes), width, height)
            summary.written += 1
            summary.faceless += not boxes
    return summary
