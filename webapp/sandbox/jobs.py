"""A worker's jobs by name: each takes the workbench, a message's header and its blobs, and returns the answer."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TypeAlias

from core.images.decode import decode_picture
from webapp.sandbox import archive, cutting, insight
from webapp.sandbox.wire import FORGET, LIST, RATE, WARM, Message
from webapp.sandbox.workbench import Workbench

Job: TypeAlias = Callable[[Workbench, dict[str, Any], tuple[bytes, ...]], Message]


def warm(bench: Workbench, header: dict[str, Any], _blobs: tuple[bytes, ...]) -> Message:
    """Load and run the models `detector` and `classifier` once, so that the first picture does not have to wait."""
    bench.analyzer(header["detector"], header["classifier"]).warm_up()
    return Message({})


def rate(bench: Workbench, header: dict[str, Any], blobs: tuple[bytes, ...]) -> Message:
    """Rate a picture: the only blob, or entry number `entry` of the archive `archive`.

    Header: detector, classifier: names. refusals: caption by reason for not rating a face.

    Answer: width, height, ms; faces: Faces as plain data; boxes: [x, y, w, h] of each face in its patch. Blobs: the
    drawn picture, then each face's patch; JPEG.

    Raises:
        FairestError: the picture cannot be opened, or the models cannot be loaded.
    """
    analyzer = bench.analyzer(header["detector"], header["classifier"])
    begin = time.perf_counter()
    limits = bench.settings.pictures
    unpacked = limits.max_picture_mb * 1_000_000 if "archive" in header else 0
    with bench.opening(extra_bytes=unpacked):
        if "archive" in header:
            data = archive.content(bench.archives[header["archive"]], header["entry"], limits.max_picture_mb)
        else:
            (data,) = blobs
        image = decode_picture(data, limits.max_picture_mb, limits.max_megapixels)
    faces = analyzer.analyze(image)
    ms = (time.perf_counter() - begin) * 1000
    drawn = cutting.draw_faces(image, faces, bench.settings.rating.label_above, header["refusals"])
    patches = [cutting.patch(image, face.box) for face in faces]
    height, width = image.shape[:2]
    return Message(
        {
            "width": width,
            "height": height,
            "ms": ms,
            "faces": [asdict(face) for face in faces],
            "boxes": [[box.x, box.y, box.w, box.h] for _, box in patches],
        },
        (drawn, *(data for data, _ in patches)),
    )


def list_archive(bench: Workbench, header: dict[str, Any], _blobs: tuple[bytes, ...]) -> Message:
    """List the archive `archive`. Answer: entries: [index, name, bytes]; refused: [name, error as plain data]."""
    pictures, photos = bench.settings.pictures, bench.settings.photos
    with bench.opening():
        listing = archive.list_entries(
            bench.archives[header["archive"]], photos.max_pictures, pictures.max_picture_mb, photos.max_archive_mb
        )
    return Message(
        {
            "entries": [[entry.index, entry.name, entry.size] for entry in listing.entries],
            "refused": [[refusal.name, refusal.error.text, refusal.error.values] for refusal in listing.refused],
        }
    )


def forget(_bench: Workbench, _header: dict[str, Any], _blobs: tuple[bytes, ...]) -> Message:
    """Do nothing beyond what every job does: drop the archives named in `forget`."""
    return Message({})


JOBS: dict[str, Job] = {
    RATE: rate,
    LIST: list_archive,
    WARM: warm,
    FORGET: forget,
    insight.EXPLAIN: insight.explain,
    insight.COMPARE: insight.compare,
}
