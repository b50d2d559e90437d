from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import cv2
import pytest

from core.face import Face
from core.images.crop import Image
from core.models.age_guard import AgeGuard
from core.models.ages import AgeReading
from tests import faces
from tests.film import REST, film
from tests.training.conftest import save, write_rows
from training.__main__ import main
from training.data.aged import COLUMNS
from training.errors import DataError
from training.evaluate.film import DEMO_FILM, MIN_LOOKS, film_scores, frames

SIZE = (640, 480)


def filmed(path: Path, pictures: Iterator[Image]) -> Path:
    """A film file of RGB pictures of SIZE."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 30, SIZE)
    for picture in pictures:
        writer.write(cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    writer.release()
    return path


def two_adults(path: Path, seconds: float) -> Path:
    """Two faces side by side, at rest."""
    return filmed(path, (frame for _, frame, _ in film(list(faces.ADULTS[:2]), REST, seconds)))


class Finder:
    """Finds the faces where the film of two_adults shows them."""

    name = "finder"

    def __init__(self) -> None:
        _, _, self.boxes = next(film(list(faces.ADULTS[:2]), REST, 0.1))

    def detect(self, image: Image) -> list[Face]:
        return [Face(box, 1.0) for box in self.boxes]


class Wavers:
    """Ages that lie a number of years above and below 30 by turns, on the left half of the picture alone."""

    views = 2

    def __init__(self, years: float) -> None:
        self.years = years

    def look(self, image: Image, face: Face, view: int = 0) -> AgeReading:
        off = self.years * (-1) ** view if face.box.cx < SIZE[0] / 2 else 0.0
        return AgeReading(30 + off, 0.1 + off / 100)

    def __call__(self, image: Image, face: Face) -> AgeReading:
        return self.look(image, face)


def guard_of(years: float, min_face: int = 32) -> AgeGuard:
    return AgeGuard(Wavers(years), 0.5, 18, min_face)


def test_the_spread_is_that_of_the_looks_at_a_face_and_the_mean_of_the_faces(tmp_path: Path) -> None:
    scores = film_scores(Finder(), guard_of(4.0), two_adults(tmp_path / "film.avi", 0.6))
    assert (scores["faces"], scores["looks"]) == (2, 36)
    # One face wavers by four years, the other does not.
    assert scores["years"] == pytest.approx(2.0, abs=1e-6)
    assert scores["minor"] == pytest.approx(0.02, abs=1e-6)


def test_faces_that_the_guard_does_not_judge_are_not_looked_at(tmp_path: Path) -> None:
    path = two_adults(tmp_path / "film.avi", 0.6)
    with pytest.raises(DataError, match=f"a face in {MIN_LOOKS} frames or more"):
        film_scores(Finder(), guard_of(4.0, min_face=1000), path)


def test_a_face_seen_for_a_moment_does_not_count(tmp_path: Path) -> None:
    path = two_adults(tmp_path / "film.avi", (MIN_LOOKS - 1) / 30)
    with pytest.raises(DataError, match="film that shows a face"):
        film_scores(Finder(), guard_of(4.0), path)


def test_a_face_that_is_expected_but_not_found_is_not_looked_at(tmp_path: Path) -> None:
    class Blinks(Finder):
        """Misses the face on the left in every other frame."""

        seen = 0

        def detect(self, image: Image) -> list[Face]:
            self.seen += 1
            return super().detect(image)[self.seen % 2 :]

    scores = film_scores(Blinks(), guard_of(0.0), two_adults(tmp_path / "film.avi", 0.8))
    assert scores["looks"] == 24 + 12


@pytest.mark.parametrize("content", [None, b"no film"])
def test_what_is_no_film_gets_a_sentence(content: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "film.webm"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match=r"expected a film in .*film\.webm.*--film"):
        next(frames(path))


def test_the_demo_film_can_be_read() -> None:
    time, frame = next(frames(DEMO_FILM))
    assert (time, frame.shape) == (0, (480, 640, 3))


def measured_set(folder: Path) -> list[str]:
    """The arguments for a data folder of one tested adult."""
    truth = faces.truth()[faces.ADULT]
    save(folder / "utkface" / "images" / "a.png", faces.load(faces.ADULT))
    row = ("utkface", "a.png", truth.x, truth.y, truth.w, truth.h, 40, 40, "female", "White", "test")
    write_rows(folder / "aged.csv", [dict(zip(COLUMNS, row, strict=True))])
    return ["--data", str(folder), "--ages", str(folder / "aged.csv")]


def test_the_verb_adds_the_film_that_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data_options = measured_set(tmp_path)
    path = two_adults(tmp_path / "film.avi", 0.6)
    assert main(["evaluate", "guard", *data_options, "--film", str(path)]) == 0
    scores = json.loads(capsys.readouterr().out)
    assert scores["film"]["faces"] == 2
    assert scores["film"]["years"] > 0
    assert sum(row["pictures"] for row in scores["turns"]) == 1
    assert scores["exact"]["pictures"] == 1


def test_a_film_is_for_the_guard_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "mobilenet_v2", "--film", str(tmp_path / "film.avi")]) == 2
    assert "with mobilenet_v2" in capsys.readouterr().err
