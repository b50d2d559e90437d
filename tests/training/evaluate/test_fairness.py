from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pytest

from core.face import Box, Face
from core.images.crop import Image
from core.models.classifier import RatingClassifier, load_classifier
from core.settings import RatingSettings
from tests import faces
from tests.training.conftest import save, write_rows
from training.commands import fairness
from training.errors import DataError
from training.evaluate.fairness import Person, evaluate_fairness, faces_of, fairness_of, spread_by_chance

BOX = Box(5, 5, 40, 50)


class Brightness:
    """Finds a face in every picture that is not black; its rating is the picture's grey over 50."""

    name = "brightness"

    def __init__(self) -> None:
        self.looked = 0

    def detect(self, image: Image) -> list[Face]:
        self.looked += 1
        return [Face(BOX, 0.9), Face(Box(0, 0, 9, 9), 0.5)] if image.mean() > 0 else []

    def __call__(self, image: Image, face: Face) -> float:
        assert face.box == BOX
        return float(image.mean()) / 50


GREYS = [("Black", "Female", 100), ("Black", "Female", 200), ("Black", "Male", 0), ("Black", "Male", 125)]
GREYS += [("East Asian", "Female", 225), ("East Asian", "Male", 125)]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """Six pictures of one grey each, one of them black."""
    rows: list[dict[str, object]] = []
    for number, (race, gender, grey) in enumerate(GREYS):
        name = f"{number}.png"
        save(tmp_path / "fairface" / "images" / name, np.full((64, 64, 3), grey, np.uint8))
        rows.append({"file": name, "age": "20-29", "gender": gender, "race": race})
    write_rows(tmp_path / "fairface" / "labels.csv", rows)
    return tmp_path


def classifier(rater: Brightness, threshold: float) -> RatingClassifier:
    """A classifier that rates by brightness."""
    shipped = load_classifier("sexyness_cnn", RatingSettings())
    return RatingClassifier(rater, shipped.card.model_copy(update={"threshold": threshold}), "Sexy", "Ugly")


def test_means_are_of_the_faces_found(data: Path) -> None:
    stages = Brightness()
    report = evaluate_fairness(classifier(stages, threshold=3.0), faces_of(data, stages))
    assert (report["pictures"], report["not_found"]) == (6, 1)
    women = {"pictures": 2, "not_found": 0, "mean": 3.0, "standard_error": pytest.approx(1.0), "share_above": 0.5}
    assert report["by_group"]["Black Female"] == women
    men = {"pictures": 2, "not_found": 1, "mean": 2.5, "standard_error": None, "share_above": 0.0}
    assert report["by_group"]["Black Male"] == men
    assert report["by_race"]["Black"]["mean"] == pytest.approx((2 + 4 + 2.5) / 3)
    assert report["by_gender"]["Female"]["mean"] == pytest.approx((2 + 4 + 4.5) / 3)
    assert report["by_gender"]["Female"]["share_above"] == pytest.approx(2 / 3)
    assert list(report["by_race"]) == ["Black", "East Asian"]


def test_the_spread_is_between_the_highest_and_the_lowest_mean(data: Path) -> None:
    stages = Brightness()
    report = evaluate_fairness(classifier(stages, threshold=3.0), faces_of(data, stages))
    assert (report["highest"], report["spread"]) == ("East Asian Female", 2.0)
    assert report["lowest"] in ("Black Male", "East Asian Male")
    assert report["spread_by_race"] == pytest.approx(3.5 - 8.5 / 3)
    assert report["spread_by_gender"] == pytest.approx(3.5 - 2.5)


def test_faces_are_found_once_for_every_classifier(data: Path) -> None:
    stages = Brightness()
    people = faces_of(data, stages)
    low = evaluate_fairness(classifier(stages, threshold=2.0), people)
    high = evaluate_fairness(classifier(stages, threshold=4.2), people)
    assert stages.looked == len(GREYS)
    assert (low["by_gender"]["Female"]["share_above"], high["by_gender"]["Female"]["share_above"]) == (2 / 3, 1 / 3)


def people(groups: list[str]) -> list[Person]:
    """People of these groups whose faces were found."""
    return [Person(Path("x"), Face(BOX, 0.9), *group.split()) for group in groups]


def test_a_group_in_which_no_face_was_found_has_no_mean() -> None:
    report = fairness_of(people(["A F", "B F", "B M"]), np.array([np.nan, 2.0, 3.0]), 2.5)
    empty = {"pictures": 1, "not_found": 1, "mean": None, "standard_error": None, "share_above": None}
    assert report["by_group"]["A F"] == report["by_race"]["A"] == empty
    assert (report["highest"], report["lowest"], report["spread"]) == ("B M", "B F", 1.0)
    assert report["spread_by_race"] == 0


def test_chance_alone_spreads_means_of_many_groups() -> None:
    groups = np.repeat([f"group {number}" for number in range(14)], 110)
    ratings = np.random.default_rng(0).normal(3, 0.5, len(groups))
    chance = spread_by_chance(groups, ratings)
    # The range of 14 means, each with a standard error of 0.5 / sqrt(110), passes 4.74 of them one time in twenty.
    assert chance == pytest.approx(4.74 * 0.5 / np.sqrt(110), rel=0.05)
    assert spread_by_chance(groups, ratings) == chance
    assert spread_by_chance(groups, np.full(len(groups), 3.0)) == pytest.approx(0)


def test_a_real_difference_stands_out_of_chance() -> None:
    rng = np.random.default_rng(0)
    groups = [f"{race} {gender}" for race in "ABC" for gender in "FM"] * 50
    ratings = rng.normal(3, 0.3, len(groups)) + np.array([0.5 * group.startswith("A") for group in groups])
    report = fairness_of(people(groups), ratings, 3.0)
    assert report["spread_by_race"] > 2 * report["spread_by_chance"]["race"]
    assert report["spread_by_gender"] < report["spread_by_chance"]["gender"]
    assert report["spread"] > report["spread_by_chance"]["group"]


def test_pictures_without_any_face_are_no_report() -> None:
    with pytest.raises(DataError, match="none was found in 2"):
        fairness_of(people(["A F", "B F"]), np.array([np.nan, np.nan]), 2.5)


def test_labels_that_lack_a_column_are_named(data: Path) -> None:
    write_rows(data / "fairface" / "labels.csv", [{"file": "0.png", "race": "Black"}])
    with pytest.raises(DataError, match=r"columns file, race and gender in .*; received file, race\."):
        faces_of(data, Brightness())
    (data / "fairface" / "labels.csv").write_text("file,race,gender\n")
    with pytest.raises(DataError, match="received no row"):
        faces_of(data, Brightness())
    with pytest.raises(DataError, match=r"expected labels\.csv"):
        faces_of(data / "elsewhere", Brightness())


def test_the_verb_measures_what_ships(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    rows: list[dict[str, object]] = []
    for number, name in enumerate(sorted(faces.truth())[:2]):
        save(tmp_path / "fairface" / "images" / f"{number}.png", faces.load(name))
        rows.append({"file": f"{number}.png", "age": "30-39", "gender": ("Female", "Male")[number], "race": "White"})
    write_rows(tmp_path / "fairface" / "labels.csv", rows)
    parser = argparse.ArgumentParser()
    fairness.add_arguments(parser)
    fairness.run(parser.parse_args(["sexyness_cnn", "--data", str(tmp_path)]))
    report = json.loads(capsys.readouterr().out)["sexyness_cnn"]
    assert (report["pictures"], report["not_found"]) == (2, 0)
    assert 1 < report["by_group"]["White Female"]["mean"] < 5
    difference = report["by_group"]["White Female"]["mean"] - report["by_group"]["White Male"]["mean"]
    assert report["spread"] == pytest.approx(abs(difference), abs=2e-4)
