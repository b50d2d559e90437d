"""Picture files as Pillow writes them."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image


def encode(picture: Image.Image, kind: str, **options: Any) -> bytes:
    """A file of one of Pillow's formats; options: those of its `save`."""
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()
