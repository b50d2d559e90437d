"""AgeNet from the table of faces to the guard, on a handful of pictures."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from core.evaluation.guard_schemas import Decisions, FilmScores, GuardTests, Kinds, Turns
from core.evaluation.model_report import ModelReport
from core.models.age_guard import GUARD, load_guard
from core.models.manifest import Kind, load_manifest
from core.settings import ROOT, RatingSettings
from tests import faces
from tests.training.conftest import eagerly, named, save, write_rows
from tests.training.evaluate.test_film import two_adults
from tests.training.evaluate.test_guard import face
from tests.training.models.test_faceres import stored
from training.__main__ import main
from training.data.aged import TESTED, VALIDATION
from training.data.wear import KINDS
from training.evaluate.guard import Readings
from training.export.agenet import chosen_threshold, compare_decisions
from training.export.model import enter_card
from training.models import guard as guard_texts
from training.models import registry

pytestmark = pytest.mark.long

AGES = (9, 14, 16, 17, 33, 50)
SMALL = ["--samples", "8", "--batch-size", "4", "--epochs", "1", "--seed", "5"]


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A weights folder with a detector and an AgeNet that was trained for an epoch by the real commands."""
    folder = tmp_path_factory.mktemp("agenet")
    people = sorted(faces.truth())
    rng = np.random.default_rng(0)
    for source, rows in (("utkface", 3), ("aaf", 3), ("fairface_decades", 1)):
        labels: list[dict[str, object]] = []
        shares = [TESTED[source], VALIDATION, (VALIDATION[1], TESTED[source][0])]
        for part, share in enumerate(shares[:rows]):
            for number, name in enumerate(named(f"{source}{part}", len(AGES), *share)):
                x, y = rng.integers(0, 60, 2)
                portrait = faces.load(people[number])[y : y + 660, x : x + 660]
                # Each its own shade, else they were copies of one another.
                shade = rng.integers(0, 60, (6, 6, 3), np.uint8)
                noise = cv2.resize(shade, (128, 128), interpolation=cv2.INTER_NEAREST)
                save(folder / source / "images" / name, cv2.add(cv2.resize(portrait, (128, 128)) // 2, noise))
                if source == "fairface_decades":
                    labels.append({"file": name, "decade": "20-29", "gender": "Male", "race": "White"})
                else:
                    row: dict[str, object] = {"file": name, "age": AGES[number], "gender": number % 2}
                    labels.append(row | ({"race": number % 5, "part": "first"} if source == "utkface" else {}))
        write_rows(folder / source / "labels.csv", labels)
    weights = folder / "weights"
    weights.mkdir()
    manifest = load_manifest(ROOT / "weights")
    models: tuple[tuple[str, Kind], ...] = (
        ("facegrid", "detector"),
        ("facetracker", "detector"),
        ("landmarks", "landmarks"),
    )
    for name, kind in models:
        shutil.copyfile(ROOT / "weights" / f"{name}.tflite", weights / f"{name}.tflite")
        enter_card(weights, manifest.card(name, kind))
    stored(folder / "faceres.npz")
    data_options = ["--data", str(folder), "--ages", str(folder / "aged.csv")]
    start = ["--backbone-weights", str(folder / "faceres.npz")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FAIREST_DETECTOR", "facetracker")
        patch.setattr("training.models.agenet.SIDE", 64)
        # Of random features all faces are alike.
        patch.setattr("training.prepare.likeness.find_alike", lambda _: [])
        assert main(["ages", *data_options, *start, "--weights", str(weights)]) == 0
        runs = ["--runs", str(folder / "runs")]
        with eagerly():
            assert main(["train", "agenet", *data_options, *runs, *start, *SMALL]) == 0
        film = ["--film", str(two_adults(folder / "film.avi", 0.6))]
        patch.setenv("FAIREST_DETECTOR", "facegrid")
        for name in set(registry.guards()) - {"agenet"}:
            shutil.copytree(folder / "runs" / "agenet", folder / "runs" / name)
        for name in (*registry.guards(), GUARD):
            assert main(["export", name, *data_options, *runs, *film, "--weights", str(weights)]) == 0
    return weights


def test_the_threshold_comes_with_the_file(shipped: Path) -> None:
    for name in ("agenet", GUARD):
        card = load_manifest(shipped).card(name, "guard")
        assert 0 < card.threshold < 1
        assert "youngest_passed" in card.scores
    guard = load_guard(RatingSettings(weights_dir=shipped))
    assert guard.max_minor == load_manifest(shipped).card(GUARD, "guard").threshold
    assert guard.ages.views == 4 * len(registry.guards())


def test_the_mean_of_networks_that_are_one_says_what_it_says(shipped: Path) -> None:
    single, mean = (
        json.loads((shipped / "reports" / name / "evaluation.json").read_text()) for name in ("agenet", GUARD)
    )
    # Over a film they take turns, so that other looks count.
    assert set(mean) == set(single) - {"years_from_keras"}
    for part in ("test", "validation", "decisions", "turns"):
        assert mean[part] == single[part]
    assert (
        (shipped / "reports" / GUARD / "README.md")
        .read_text()
        .startswith(f"# {guard_texts.title(len(registry.guards()))}\n")
    )


def test_the_report_tells_of_each_set_and_of_every_kind_of_picture(shipped: Path) -> None:
    report = json.loads((shipped / "reports" / "agenet" / "evaluation.json").read_text())
    assert set(report["test"]) == {"exact", "utkface", "aaf", "fairface_decades"}
    assert report["test"]["exact"]["threshold"] == pytest.approx(
        load_manifest(shipped).network("agenet", "guard").threshold, abs=1e-5
    )
    assert set(report["validation"]) == {"exact", "utkface", "aaf"}
    assert set(report["validation"]["exact"]) == set(KINDS)
    assert report["years_from_keras"] < 1
    assert (shipped / "reports" / "agenet" / "README.md").read_text().startswith("# AgeNet")


def test_every_part_of_the_report_is_as_the_page_reads_it(shipped: Path) -> None:
    model_report = ModelReport(shipped / "reports" / "agenet", load_manifest(shipped).network("agenet", "guard"))
    assert set(model_report.part("test", GuardTests).with_years) == {"utkface", "aaf"}
    assert set(model_report.part("validation", Kinds).root) == {"exact", "utkface", "aaf"}
    assert set(model_report.part("decisions", Decisions).root) == {"probability", "expected_age"}
    pictures = model_report.part("test", GuardTests).root["exact"].pictures
    assert sum(row.pictures for row in model_report.part("turns", Turns).root) == pictures
    # FaceTracker finds one face a picture.
    assert model_report.part("film", FilmScores).faces == 2


def test_the_worst_kind_or_set_sets_the_threshold() -> None:
    people = [face(age, source=source) for source in ("utkface", "aaf") for age in (10, 16, 30)]
    plain = Readings(np.full(6, 20.0), np.array([0.9, 0.8, 0.01, 0.9, 0.7, 0.01]))
    worn = Readings(np.full(6, 20.0), np.array([0.9, 0.6, 0.3, 0.5, 0.4, 0.02]))
    threshold, report = chosen_threshold({"as it is": plain, "grey": worn}, people)
    assert threshold == pytest.approx(0.4, abs=1e-3)
    assert threshold < 0.4, "whoever is as likely a minor as the least of the minors is refused"
    assert report["exact"]["as it is"]["own_threshold"] == pytest.approx(0.7, abs=1e-3)
    assert report["utkface"]["every kind"]["own_threshold"] == pytest.approx(0.6, abs=1e-3)
    assert report["aaf"]["every kind"]["own_threshold"] == threshold
    assert report["exact"]["grey"]["16_and_17"] == 1
    assert report["exact"]["grey"]["30_and_over"] == 0


def test_both_ways_to_decide_are_compared_at_as_many_minors_refused() -> None:
    people = [face(age) for age in (10, 16, 26, 40)]
    readings = Readings(np.array([12.0, 25, 24, 40]), np.array([0.9, 0.6, 0.1, 0.0]))
    comparison = compare_decisions(readings, people)
    assert comparison["probability"]["25_to_29"] == 0
    assert comparison["expected_age"]["25_to_29"] == 1
