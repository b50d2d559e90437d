from __future__ import annotations

import subprocess
import sys

import pytest

from core.settings import ROOT

CODE = """
import io, sys
import numpy as np
from PIL import Image
from core.errors import ImageError
from core.images.decode import decode_picture
from tests import faces
from tests.core.images.tiffs import tiff

pixels = np.random.default_rng(0).integers(0, 255, (90, 120, 3), np.uint8)
files = [(faces.DATA / "pictures" / "turned.heic").read_bytes(), tiff(pixels, 2, more={259: 50001})]
for kind, options in (
    ("JPEG", {}), ("PNG", {}), ("WEBP", {}), ("AVIF", {}), ("GIF", {}), ("TIFF", {"compression": "tiff_lzw"}),
    ("TIFF", {"compression": "tiff_adobe_deflate"}), ("TIFF", {"compression": "jpeg"}), ("TIFF", {}),
):
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, kind, **options)
    files.append(stream.getvalue())
random = np.random.default_rng(3)
errors = 0
for data in files:
    for number in range(12):
        changed = bytearray(data)
        for _ in range(number):
            changed[int(random.integers(8, min(len(data), 2000)))] = int(random.integers(0, 256))
        for end in (len(data), len(data) * 2 // 3):
            try:
                decode_picture(bytes(changed[:end]), 25, 2)
            except ImageError:
                errors += 1
print(errors)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="libtiff is out of reach there")
def test_decoders_say_nothing() -> None:
    completed = subprocess.run([sys.executable, "-c", CODE], cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(completed.stdout) > 100
    assert completed.stderr == ""
