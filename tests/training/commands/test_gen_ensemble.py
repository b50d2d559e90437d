from __future__ import annotations

import argparse
import csv
import json
from pathlib import Path

import numpy as np
import pytest

from core.errors import ReportError
from core.evaluation.results import Row, read_results, write_results
from core.models.manifest import Calibration, Manifest
from tests import factories
from training.commands import gen_ensemble
from training.errors import TrainingError
from training.models import registry

FACES = 60
MEMBERS = registry.members()


def label(rating: float) -> str:
    return "Sexy" if rating > 3 else "Ugly"


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Results of the seven, each with errors of its own, and the manifest that they come from."""
    scores = np.linspace(1.5, 4.5, FACES)
    cards = []
    for number, name in enumerate(MEMBERS):
        ratings = scores + np.random.default_rng(number).normal(0, 0.5, FACES)
        rows = [
            Row(f"{face}.png", "CF", "lab", score, label(score), rating, label(rating), 0.8)
            for face, (score, rating) in enumerate(zip(scores.tolist(), ratings.tolist(), strict=True))
        ]
        write_results(tmp_path / "results" / f"{name}.csv", rows)
        cards.append(factories.card(name, "classifier", calibration=Calibration(slope=2.0 + number)))
    (tmp_path / "manifest.json").write_text(Manifest(models=[*cards]).model_dump_json(), encoding="utf-8")
    return tmp_path / "results"


def call(results: Path, *arguments: str) -> None:
    """The verb, with the fixture's folders."""
    parser = argparse.ArgumentParser()
    gen_ensemble.add_arguments(parser)
    shared = ["--results", str(results), "--weights", str(results.parent), "--resamples", "100"]
    gen_ensemble.run(parser.parse_args([*arguments, *shared]))


def test_the_seven_are_averaged_and_written(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call(results)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("60 faces, threshold 3, [95 % interval over 100 paired resamples]")
    assert [line.split()[0] for line in lines[2:-1]] == [*MEMBERS, "ensemble"]
    assert lines[-1].startswith("mean minus the best single model (")
    members = [read_results(results / f"{name}.csv") for name in MEMBERS]
    mean = read_results(results / "ensemble.csv")
    for face, rows in enumerate(zip(*members, strict=True)):
        assert mean[face].file == f"{face}.png"
        assert mean[face].rating == pytest.approx(np.mean([row.rating for row in rows]), rel=1e-5)
        assert mean[face].predicted == label(mean[face].rating)
        assert mean[face].label == rows[0].label
        slope = 2.0 + 3  # the mean of 2 to 8
        assert mean[face].probability == pytest.approx(1 / (1 + np.exp(-slope * abs(mean[face].rating - 3))), rel=1e-4)
    report = json.loads((results / "ensemble.json").read_text())
    assert report["members"] == MEMBERS
    assert (report["faces"], report["threshold"], report["seed"]) == (60, 3.0, 1)
    pearson = report["models"]["ensemble"]["pearson"]
    assert f"{pearson['value']:.3f} [{pearson['low']:.3f} {pearson['high']:.3f}]" in lines[-2]
    assert "subsets" not in report
    assert not (results / "ensemble_subsets.csv").exists()


def test_the_same_seed_writes_the_same_files(results: Path) -> None:
    call(results, "--seed", "4")
    first = [(results / name).read_bytes() for name in ("ensemble.csv", "ensemble.json")]
    call(results, "--seed", "4")
    assert first == [(results / name).read_bytes() for name in ("ensemble.csv", "ensemble.json")]


def test_subsets_are_printed_and_written_best_first(results: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call(results, "--subsets")
    printed = capsys.readouterr().out.splitlines()[-127:]
    with (results / "ensemble_subsets.csv").open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 127
    correlations = [float(row["pearson"]) for row in rows]
    assert correlations == sorted(correlations, reverse=True)
    for line, row in zip(printed, rows, strict=True):
        assert line.split()[0] == row["size"] == str(len(row["models"].split()))
        assert line.endswith(row["models"])
    assert json.loads((results / "ensemble.json").read_text())["subsets"][0]["models"] == rows[0]["models"].split()


def test_some_of_the_models_and_another_place_for_the_subsets(results: Path, tmp_path: Path) -> None:
    call(results, "vgg16", "resnet18", "--subsets", "--out", str(tmp_path / "new" / "table.csv"))
    with (tmp_path / "new" / "table.csv").open(newline="") as stream:
        assert {row["models"] for row in csv.DictReader(stream)} == {"vgg16", "resnet18", "vgg16 resnet18"}
    assert json.loads((results / "ensemble.json").read_text())["members"] == ["vgg16", "resnet18"]


def test_a_threshold_stands_in_for_the_manifests(results: Path) -> None:
    call(results, "vgg16", "resnet18", "--threshold", "3.01")
    assert json.loads((results / "ensemble.json").read_text())["threshold"] == 3.01
    with pytest.raises(TrainingError, match="made with another threshold"):
        call(results, "vgg16", "resnet18", "--threshold", "2")


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        (["--out", "table.csv"], "expected --subsets beside --out"),
        (["--resamples", "3"], "received 3 resamples"),
        (["vgg16"], "two or more different models"),
        (["vgg16", "nothing"], "Run: python -m training gen_results"),
    ],
)
def test_a_wrong_call_writes_nothing(results: Path, more: list[str], sentence: str) -> None:
    parser = argparse.ArgumentParser()
    gen_ensemble.add_arguments(parser)
    with pytest.raises((TrainingError, ReportError), match=sentence):
        gen_ensemble.run(parser.parse_args(["--results", str(results), "--weights", str(results.parent), *more]))
    assert not list(results.glob("ensemble*"))


@pytest.mark.parametrize("column", ["score", "rating", "probability"])
@pytest.mark.parametrize("value", ["nan", "inf"])
def test_numbers_that_are_none_are_averaged_into_nothing(results: Path, column: str, value: str) -> None:
    path = results / f"{MEMBERS[1]}.csv"
    with path.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    rows[3][column] = value
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    with pytest.raises(TrainingError, match=rf"finite numbers in .*{path.name}; received .*{value}.* for 3\.png"):
        call(results)
    assert not (results / "ensemble.csv").exists()
