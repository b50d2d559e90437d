"""labelme's JSON for a picture a.png of 64 by 48 pixels."""

from __future__ import annotations

import tempfile
from pathlib import Path

from PIL import Image

from training.data.labelme import is_other_json, read_labelme
from training.errors import DataError

ALLOWED = (DataError,)
WIDTH, HEIGHT = 64, 48
FOLDER = tempfile.TemporaryDirectory()
FILE = Path(FOLDER.name) / "a.json"
Image.new("RGB", (WIDTH, HEIGHT)).save(FILE.with_suffix(".png"))


def fuzz(data: bytes) -> None:
    FILE.write_bytes(data)
    is_other_json(FILE)
    labelled = read_labelme(FILE)
    assert len(labelled.boxes) == len(labelled.labels)
    for box in labelled.boxes:
        assert 0 <= box.x < box.x + box.w <= WIDTH
        assert 0 <= box.y < box.y + box.h <= HEIGHT
