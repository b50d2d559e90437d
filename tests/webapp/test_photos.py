from __future__ import annotations

import csv
import io

import numpy as np
import pytest

from core.analyzer import Analyzer
from core.settings import Settings
from tests import faces
from webapp.photos import SHOWN_SIDE, as_csv, rate_upload, shrunk, summary


def adult() -> bytes:
    return (faces.FOLDER / faces.ADULT).read_bytes()


def test_a_photo_is_rated_and_drawn(analyzer: Analyzer, settings: Settings) -> None:
    rated = rate_upload("me.jpg", adult(), analyzer, settings)
    (face,) = rated.result.faces
    assert face.rating is not None
    assert rated.drawn is not None
    assert rated.drawn.shape == (720, 720, 3)
    assert summary(rated) == "1 face found."


def test_a_photo_without_a_face_says_so(analyzer: Analyzer, settings: Settings) -> None:
    import cv2

    data = cv2.imencode(".png", np.full((200, 200, 3), 180, np.uint8))[1].tobytes()
    rated = rate_upload("wall.png", data, analyzer, settings)
    assert rated.result.faces == []
    assert "No face was found" in summary(rated)


@pytest.mark.parametrize("data", [b"", b"<script>alert(1)</script>", adult()[:2000]])
def test_a_bad_file_gets_a_sentence_and_no_picture(data: bytes, analyzer: Analyzer, settings: Settings) -> None:
    rated = rate_upload("bad.jpg", data, analyzer, settings)
    assert rated.drawn is None
    assert rated.result.error is not None
    assert summary(rated).startswith("Expected")


def test_refused_faces_are_counted(analyzer: Analyzer, settings: Settings) -> None:
    from dataclasses import replace

    rated = rate_upload("me.jpg", adult(), analyzer, settings)
    refused = replace(rated.result.faces[0], refused="may be under 18")
    result = replace(rated.result, faces=[refused, rated.result.faces[0]])
    assert summary(replace(rated, result=result)) == "2 faces found, 1 not rated."


def test_csv_holds_every_file(analyzer: Analyzer, settings: Settings) -> None:
    both = [rate_upload("me.jpg", adult(), analyzer, settings), rate_upload("bad.jpg", b"", analyzer, settings)]
    rows = list(csv.DictReader(io.StringIO(as_csv(both))))
    assert [row["file"] for row in rows] == ["me.jpg", "bad.jpg"]
    assert float(rows[0]["rating"]) > 1
    assert rows[1]["error"]


def test_large_pictures_are_shown_smaller() -> None:
    assert shrunk(np.zeros((2000, 1000, 3), np.uint8)).shape == (SHOWN_SIDE, SHOWN_SIDE // 2, 3)
    small = np.zeros((20, 10, 3), np.uint8)
    assert shrunk(small) is small
