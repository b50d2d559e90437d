from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core.crop import Image
from core.face import Box, Face
from core.guard import AgeGuard
from tests import faces
from tests.training.conftest import named, save, write_rows
from training.__main__ import main
from training.data.aged import SHARES, AgedFace
from training.errors import TrainingError
from training.evaluate_guard import MARGIN, SAFE, estimates, evaluate_guard, guard_scores, safe_age


def face(age: int, gender: str = "male", race: str = "White") -> AgedFace:
    return AgedFace(Path("x"), Box(0, 0, 10, 10), age, gender, race, 0)


def test_shares_are_by_labelled_age_and_of_adults_by_gender_and_race() -> None:
    people = [face(5), face(15), face(16), face(17), face(26), face(40, "female", "Asian"), face(41)]
    said = np.array([6, 30, 12, 20, 20, 24, 50])
    scores = guard_scores(said, people, 25)
    assert scores["by_need"]["below 16"] == {"pictures": 2, "refused": 0.5}
    assert scores["by_need"]["16 and 17"] == {"pictures": 2, "refused": 1.0}
    assert scores["by_need"]["25 and over"]["refused"] == pytest.approx(2 / 3)
    assert scores["by_need"]["30 and over"]["refused"] == scores["grown_ups_refused"] == 0.5
    assert scores["minors_refused"] == 0.75
    assert scores["by_age"]["0-12"] == {"pictures": 1, "refused": 1.0}
    assert scores["by_age"]["60-116"] == {"pictures": 0, "refused": 0.0}
    assert scores["adults_by_gender"] == {
        "female": {"pictures": 1, "refused": 1.0},
        "male": {"pictures": 2, "refused": 0.5},
    }
    assert set(scores["adults_by_race"]) == {"Asian", "White"}
    assert scores["years_off"] == pytest.approx(np.mean([1, 15, 4, 3, 6, 16, 9]))


def test_the_safe_age_refuses_enough_of_the_young_and_no_more_than_it_must() -> None:
    rng = np.random.default_rng(0)
    true = np.concatenate([rng.integers(3, 16, 900), rng.integers(16, 18, 400), rng.integers(18, 60, 900)])
    said = true + rng.normal(0, 3, len(true))
    age = safe_age(said, true)
    slack = []
    for low, high, least in SAFE.values():
        young = said[(true >= low) & (true <= high)]
        assert np.mean(young < age) >= least + MARGIN - 1e-9
        slack.append(np.mean(young < age - 0.2) - least - MARGIN)
    assert min(slack) < 0, "a lower age would have done"


def test_a_safe_age_needs_the_young() -> None:
    with pytest.raises(TrainingError, match="people 16 and 17"):
        safe_age(np.array([3.0, 40.0]), np.array([4, 40]))


class Detects:
    """A face in the middle of every picture."""

    name = "detects"

    def detect(self, image: Image) -> list[Face]:
        return [Face(Box(10, 8, 44, 52), 0.9)]


def grey(image: Image, _: Face) -> float:
    """The picture's grey as the age."""
    return float(image.mean())


def test_the_test_part_alone_is_measured(tmp_path: Path) -> None:
    tested, trained = named("t", 4, *SHARES["test"]), named("s", 4, *SHARES["train"])
    rng = np.random.default_rng(1)
    rows: list[dict[str, object]] = []
    for name, age in zip([*tested, *trained], [5, 16, 40, 41, 5, 16, 40, 41], strict=True):
        noise = np.clip(rng.normal(age, 3, (64, 64, 3)), 0, 255).astype(np.uint8)
        save(tmp_path / "utkface" / "images" / name, noise)
        rows.append({"file": name, "age": age, "gender": 0, "race": 0})
    write_rows(tmp_path / "utkface" / "labels.csv", rows)
    scores = evaluate_guard(Detects(), AgeGuard(grey, 25, 32), tmp_path)
    assert scores["pictures"] == 4
    assert (scores["minors_refused"], scores["grown_ups_refused"]) == (1, 0)


def test_an_age_is_estimated_in_the_labelled_box(tmp_path: Path) -> None:
    save(tmp_path / "a.png", np.full((20, 20, 3), 33, np.uint8))
    seen: list[Box] = []

    def ages(image: Image, face: Face) -> float:
        seen.append(face.box)
        return float(image.mean())

    found = estimates(ages, [AgedFace(tmp_path / "a.png", Box(1, 2, 3, 4), 30, "male", "White", 0)])
    assert found.tolist() == [33]
    assert seen == [Box(1, 2, 3, 4)]


def test_the_verb_measures_the_shipped_guard(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (name,) = named("a", 1, *SHARES["test"])
    save(tmp_path / "utkface" / "images" / name, faces.load(faces.ADULT))
    write_rows(tmp_path / "utkface" / "labels.csv", [{"file": name, "age": 40, "gender": 1, "race": 0}])
    assert main(["evaluate", "guard", "--data", str(tmp_path)]) == 0
    scores = json.loads(capsys.readouterr().out)
    assert (scores["pictures"], scores["grown_ups_refused"]) == (1, 0)
