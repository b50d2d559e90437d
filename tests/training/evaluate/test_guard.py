from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from core.face import Box, Face, Pose
from core.images.crop import Image
from core.models.age_guard import AgeGuard
from core.models.ages import AgeReading
from core.models.pose import load_landmarks
from core.settings import RatingSettings
from tests import faces
from tests.training.conftest import save, write_rows
from training.__main__ import main
from training.data.aged import COLUMNS, AgedFace, Label
from training.errors import TrainingError
from training.evaluate.guard import (
    MARGIN,
    NEEDS,
    Readings,
    by_set,
    by_turn,
    evaluate_guard,
    guard_scores,
    read_ages,
    safe_threshold,
    turn_angles,
)


def face(
    low: int, gender: str = "male", race: str = "White", source: str = "utkface", high: int | None = None
) -> AgedFace:
    label = Label(Path(source) / "images" / "x.png", low, low if high is None else high, gender, race)
    return AgedFace(label, Box(0, 0, 10, 10))


PEOPLE = [face(5), face(15), face(16), face(17), face(26), face(40, "female", "Asian"), face(41)]
READINGS = Readings(np.array([6.0, 30, 12, 20, 20, 24, 50]), np.array([0.99, 0.01, 0.9, 0.4, 0.3, 0.25, 0.0]))


def test_shares_are_by_labelled_age_and_of_adults_by_gender_and_race() -> None:
    scores = guard_scores(READINGS, PEOPLE, 0.2)
    assert scores["by_need"]["below 16"] == {"pictures": 2, "refused": 0.5}
    assert scores["by_need"]["16 and 17"] == {"pictures": 2, "refused": 1.0}
    assert scores["by_need"]["25 to 29"] == {"pictures": 1, "refused": 1.0}
    assert scores["by_need"]["30 and over"]["refused"] == scores["grown_ups_refused"] == 0.5
    assert scores["minors_refused"] == 0.75
    assert scores["by_age"]["0-12"] == {"pictures": 1, "refused": 1.0}
    assert "60-116" not in scores["by_age"], "there are none"
    assert scores["adults_by_gender"] == {
        "female": {"pictures": 1, "refused": 1.0},
        "male": {"pictures": 2, "refused": 0.5},
    }
    assert set(scores["adults_by_group"]) == {"Asian female", "White male"}
    assert scores["years_off"] == pytest.approx(np.mean([1, 15, 4, 3, 6, 16, 9]))


def test_errors_are_reported_by_band_with_their_sign() -> None:
    scores = guard_scores(READINGS, PEOPLE, 0.2)
    assert scores["errors"]["16-17"] == {"pictures": 2, "years_off": 3.5, "bias": -0.5}


def test_whoever_is_exactly_at_the_threshold_passes() -> None:
    assert guard_scores(READINGS, PEOPLE, 0.3)["by_need"]["25 to 29"]["refused"] == 0


def test_an_interval_counts_as_adults_but_not_in_years() -> None:
    people = [face(30, source="fairface_decades", high=39), face(10, source="fairface_decades", high=19)]
    scores = guard_scores(Readings(np.array([20.0, 40]), np.array([0.5, 0.0])), people, 0.2)
    assert scores["years_off"] == 0
    assert scores["adults_by_gender"] == {"male": {"pictures": 1, "refused": 1.0}}
    assert scores["by_need"]["30 and over"]["pictures"] == 0
    assert scores["by_age"]["30-39"]["refused"] == 1


def test_an_interval_counts_at_an_age_only_where_all_of_it_lies() -> None:
    people = [face(10, high=19), face(3, high=9), face(20, high=29), face(30, high=39), face(14)]
    refused = Readings(np.zeros(5), np.array([0.9, 0.9, 0.0, 0.0, 0.9]))
    by_age = guard_scores(refused, people, 0.2)["by_age"]
    assert {name: scores["pictures"] for name, scores in by_age.items()} == dict.fromkeys(
        ("0-12", "10-19", "13-15", "20-29", "30-39"), 1
    )
    assert list(by_age) == ["0-12", "10-19", "13-15", "20-29", "30-39"]


def test_the_estimate_is_reported_by_how_far_a_face_is_turned() -> None:
    people = [face(10), face(30), face(40), face(17), face(30, high=39)]
    readings = Readings(np.array([13.0, 29, 44, 16, 80]), np.array([0.9, 0.5, 0.1, 0.9, 0.9]))
    rows = by_turn(readings, people, np.array([0.0, 0.02, 0.12, 0.9, 0.0]), 0.2)
    ends = [(row["from"], row["to"], row["pictures"]) for row in rows]
    assert ends == [(0.0, 0.05, 2), (0.1, 0.2, 1), (0.3, None, 1)]
    assert (rows[0]["years_off"], rows[0]["bias"]) == (2.0, 1.0)
    assert (rows[0]["adults"], rows[0]["adults_refused"]) == (1, 1.0)
    assert (rows[1]["adults"], rows[1]["adults_refused"]) == (1, 0.0)
    assert (rows[2]["adults"], rows[2]["adults_refused"]) == (0, None), "no adult, so no share of adults"


def test_a_face_turned_away_is_known_to_be_and_either_way_is_the_same(tmp_path: Path) -> None:
    box = faces.truth()[faces.ADULT]
    picture = faces.load(faces.ADULT)
    width = picture.shape[1]
    save(tmp_path / "a.png", picture)
    save(tmp_path / "b.png", np.ascontiguousarray(picture[:, ::-1]))
    straight, mirrored = (
        AgedFace(Label(tmp_path / name, 30, 30, "male", "White"), place)
        for name, place in (("a.png", box), ("b.png", Box(width - box.x - box.w, box.y, box.w, box.h)))
    )
    angles = turn_angles([straight, mirrored], load_landmarks(RatingSettings()))
    assert (angles >= 0).all()
    assert angles[0] == pytest.approx(angles[1], abs=0.05)
    assert angles.max() < 0.2


def test_the_curve_trades_minors_passed_for_adults_refused() -> None:
    rng = np.random.default_rng(0)
    true = np.concatenate([rng.integers(5, 18, 400), rng.integers(25, 50, 400)])
    minor = 1 / (1 + np.exp((true - 18 + rng.normal(0, 6, 800)) / 2))
    curve = guard_scores(Readings(true.astype(float), minor), [face(int(age)) for age in true], 0.2)["curve"]
    passed, refused = ([point[key] for point in curve] for key in ("minors_passed", "adults_refused"))
    assert passed == sorted(passed)
    assert refused == sorted(refused, reverse=True)
    assert passed[0] == 0
    assert passed[-1] == pytest.approx(0.2, abs=0.01)


def test_sets_are_distinguished_and_those_with_years_together() -> None:
    people = [face(30), face(40, source="aaf"), face(20, source="fairface_decades", high=29)]
    scores = by_set(Readings(np.array([30.0, 42, 25]), np.zeros(3)), people, 0.2)
    assert {name: set_scores["pictures"] for name, set_scores in scores.items()} == {
        "exact": 2,
        "aaf": 1,
        "fairface_decades": 1,
        "utkface": 1,
    }


def test_the_safe_threshold_refuses_enough_of_the_young_and_no_more_than_it_must() -> None:
    rng = np.random.default_rng(0)
    true = np.concatenate([rng.integers(3, 16, 900), rng.integers(16, 18, 400), rng.integers(18, 60, 900)])
    minor = 1 / (1 + np.exp((true - 18 + rng.normal(0, 3, len(true))) / 2))
    threshold = safe_threshold(minor, true)
    slack = []
    for low, high, min_share in NEEDS.values():
        young = minor[(true >= low) & (true <= high)]
        assert np.mean(young > threshold) >= min_share + MARGIN - 1e-9
        slack.append(np.mean(young > threshold * 1.02) - min_share - MARGIN)
    assert min(slack) < 0, "a higher threshold would have done"


def test_a_safe_threshold_needs_the_young() -> None:
    with pytest.raises(TrainingError, match="people 16 and 17"):
        safe_threshold(np.array([0.9, 0.1]), np.array([4, 40]))


class Grey:
    """The picture's grey as the age; a minor below 18."""

    views = 1

    def look(self, image: Image, face: Face, view: int = 0) -> AgeReading:
        return AgeReading(float(image.mean()), float(image.mean() < 18))

    def __call__(self, image: Image, face: Face) -> AgeReading:
        return self.look(image, face)


def aged_table(folder: Path, rows: list[tuple[str, str, int, str]]) -> Path:
    """A table of grey pictures (set, file, age and grey, part)."""
    for source, name, age, _ in rows:
        save(folder / source / "images" / name, np.full((64, 64, 3), age, np.uint8))
    table = folder / "aged.csv"
    write_rows(
        table,
        [
            dict(zip(COLUMNS, (source, name, 10, 8, 44, 52, age, age, "male", "White", part), strict=True))
            for source, name, age, part in rows
        ],
    )
    return table


def test_the_test_part_alone_is_measured(tmp_path: Path) -> None:
    rows = [("utkface", f"{part}{age}.png", age, part) for part in ("test", "train") for age in (5, 16, 40, 41)]
    table = aged_table(tmp_path, rows)
    report = evaluate_guard(AgeGuard(Grey(), 0.5, 18, 32), load_landmarks(RatingSettings()), tmp_path, table)
    assert sum(row["pictures"] for row in report["turns"]) == 4
    scores = report["exact"]
    assert scores["pictures"] == 4
    assert (scores["minors_refused"], scores["grown_ups_refused"]) == (1, 0)


class Leaning:
    """Tells of every face that it leans by 50 degrees."""

    def pose(self, image: Image, box: Box, quarters: int = 0) -> Pose:
        return Pose(roll=50.0, turn=0.0, eyes=0.4)


def test_an_age_is_read_in_the_labelled_box_righted_by_its_pose(tmp_path: Path) -> None:
    save(tmp_path / "a.png", np.full((20, 20, 3), 33, np.uint8))
    seen: list[Face] = []

    def ages(image: Image, face: Face) -> AgeReading:
        seen.append(face)
        return AgeReading(float(image.mean()), 0.25)

    labelled = AgedFace(Label(tmp_path / "a.png", 30, 30, "male", "White"), Box(1, 2, 3, 4))
    readings = read_ages(ages, [labelled], Leaning())
    assert (readings.age.tolist(), readings.minor.tolist()) == ([33], [0.25])
    assert read_ages(ages, [labelled], Leaning(), lambda _, image: image + 7).age.tolist() == [40]
    assert [(face.box, face.pose and face.pose.roll) for face in seen] == [(Box(1, 2, 3, 4), 50.0)] * 2


def test_the_verb_measures_the_shipped_guard(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    truth = faces.truth()[faces.ADULT]
    save(tmp_path / "utkface" / "images" / "a.png", faces.load(faces.ADULT))
    table = tmp_path / "aged.csv"
    row = ("utkface", "a.png", truth.x, truth.y, truth.w, truth.h, 40, 40, "female", "White", "test")
    write_rows(table, [dict(zip(COLUMNS, row, strict=True))])
    assert main(["evaluate", "guard", "--data", str(tmp_path), "--ages", str(table)]) == 0
    scores = json.loads(capsys.readouterr().out)["exact"]
    assert (scores["pictures"], scores["grown_ups_refused"]) == (1, 0)
