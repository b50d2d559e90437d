"""Folds of a handful of pictures, trained and measured one after another."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from core.evaluation.history import HISTORY
from core.evaluation.metrics import pearson
from core.evaluation.model_report import read_form
from core.evaluation.schemas import Folds
from core.models.classifier import load_rater
from core.models.manifest import load_manifest
from core.settings import ROOT, RatingSettings
from training.__main__ import main
from training.data.rated import PANELS, SPLIT_60_40, load_scut
from training.errors import TrainingError
from training.evaluate.rate import predict_ratings
from training.export.model import enter_card
from training.fit.callbacks import BEST_WEIGHTS
from training.folds import FoldRun, save_scores, ships, summary
from training.options import Options
from training.scores import Scores

pytestmark = pytest.mark.long

SMALL = ["--precision", "float32", "--batch-size", "4", "--seed", "5", "--epochs", "2"]


REPORT = Path("weights") / "reports" / "sexyness_cnn" / "folds.json"


@pytest.fixture(scope="module", autouse=True)
def threads() -> Iterator[None]:
    """TensorFlow keeps the threads that it began with: other tests have used it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("intra", "inter"):
            patch.setattr(tf.config.threading, f"set_{name}_op_parallelism_threads", lambda _: None)
        yield


def call(data: Path, place: Path, *arguments: str) -> list[str]:
    folders = ["--data", str(data), "--runs", str(place / "runs"), "--weights", str(place / "weights")]
    return ["folds", "--models", "sexyness_cnn", *folders, *SMALL, *arguments]


@pytest.fixture(scope="module")
def three(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three folds, trained and measured beside a weights folder that ships nothing."""
    place = tmp_path_factory.mktemp("three")
    assert main(call(data, place, "--folds", "1-3")) == 0
    return place


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """The shipped seed classifier in a folder of its own."""
    weights = tmp_path / "weights"
    weights.mkdir()
    shutil.copyfile(ROOT / "weights" / "sexyness_cnn.tflite", weights / "sexyness_cnn.tflite")
    enter_card(weights, load_manifest(ROOT / "weights").card("sexyness_cnn", "classifier"))
    return weights


def fold_run(tmp_path: Path, fold: int, panels: tuple[str, ...] = tuple(PANELS)) -> FoldRun:
    options = Options(tmp_path, 1, 4, 1e-3, 8, 5, 5, "none", fold, panels, None)
    return FoldRun("vgg16", options, "float32", tmp_path / "runs", tmp_path / "weights", False)


def scores(fold: int, value: float) -> Scores:
    return {"fold": fold, "pictures": 9} | dict.fromkeys(("pearson", "mae", "rmse", "accuracy", "other_panel"), value)


def test_each_fold_is_trained_and_measured_and_goes_into_the_report(three: Path) -> None:
    assert [fold["fold"] for fold in json.loads((three / REPORT).read_text())["folds"]] == [1, 2, 3]
    for name in ("sexyness_cnn", "sexyness_cnn-fold2", "sexyness_cnn-fold3"):
        assert (three / "runs" / name / BEST_WEIGHTS).is_file()


def test_what_is_trained_is_measured_anew_but_not_trained_again(
    data: Path, three: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = (three / REPORT).read_text()
    logs = {path: path.read_text() for path in three.rglob(HISTORY)}
    (three / REPORT).unlink()
    assert main(call(data, three, "--folds", "1-3")) == 0
    assert (three / REPORT).read_text() == report
    assert {path: path.read_text() for path in three.rglob(HISTORY)} == logs
    out, parsed = capsys.readouterr().out, json.loads(report)
    assert out.count("begins") == 3
    assert f"sexyness_cnn, fold 2: Pearson {parsed['folds'][1]['pearson']:.4f}" in out
    assert f"sexyness_cnn, mean of 1, 2, 3: Pearson {parsed['mean']['pearson']:.4f}" in out


def test_a_training_does_not_depend_on_those_before_it(data: Path, three: Path, tmp_path: Path) -> None:
    assert main(call(data, tmp_path, "--folds", "3")) == 0
    log = Path("runs") / "sexyness_cnn-fold3" / HISTORY
    assert (tmp_path / log).read_text() == (three / log).read_text()
    alone, all_three = (json.loads((place / REPORT).read_text())["folds"] for place in (tmp_path, three))
    assert alone == all_three[2:]


def test_the_first_fold_is_rated_by_what_ships(
    data: Path, tmp_path: Path, copied: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(call(data, tmp_path, "--folds", "1")) == 0
    faces = load_scut(data, "test")
    rater = load_rater("sexyness_cnn", load_manifest(copied), RatingSettings(weights_dir=copied))
    expected = pearson(np.array([face.score for face in faces]), predict_ratings(rater, faces))
    assert f"sexyness_cnn, fold 1: Pearson {expected:.4f}" in capsys.readouterr().out
    assert not (tmp_path / "runs").exists()


def test_ships_is_of_the_manifests_networks_on_the_first_fold(tmp_path: Path, copied: Path) -> None:
    assert ships("sexyness_cnn", 1, tuple(PANELS), copied)
    assert not ships("sexyness_cnn", 2, tuple(PANELS), copied)
    assert not ships("sexyness_cnn", 1, ("scut_fbp5500",), copied)
    assert not ships("vgg16", 1, tuple(PANELS), copied)
    assert not ships("sexyness_cnn", 1, tuple(PANELS), tmp_path / "nowhere")


def test_a_report_does_not_tell_in_which_order_the_folds_were_measured(tmp_path: Path) -> None:
    values = {1: 0.1234564, 2: 0.2345675, 3: 0.3456785}
    for order in ((1, 2, 3), (3, 1, 2)):
        for fold in order:
            save_scores(fold_run(tmp_path / str(order), fold), scores(fold, values[fold]))
    path = Path("weights") / "reports" / "vgg16" / "folds.json"
    text = (tmp_path / "(1, 2, 3)" / path).read_text()
    assert text == (tmp_path / "(3, 1, 2)" / path).read_text()
    assert json.loads(text) == summary([scores(fold, value) for fold, value in values.items()])


def test_a_fold_measured_again_takes_its_old_place(tmp_path: Path) -> None:
    for value in (0.1, 0.5):
        save_scores(fold_run(tmp_path, 2), scores(2, value))
    report = json.loads((tmp_path / "weights" / "reports" / "vgg16" / "folds.json").read_text())
    assert report == summary([scores(2, 0.5)])


def test_the_60_40_split_stands_beside_the_folds_and_is_not_in_their_mean(tmp_path: Path) -> None:
    measured = {SPLIT_60_40: 0.5, 2: 0.1, 3: 0.3}
    for order in ((0, 2, 3), (2, 3, 0)):
        for fold in order:
            save_scores(fold_run(tmp_path / str(order), fold), scores(fold, measured[fold]))
        (path,) = (tmp_path / str(order)).rglob("folds.json")
        report = read_form(path, Folds)
        assert report.split_60_40 is not None
        assert report.mean is not None
        assert [of_fold.fold for of_fold in report.folds] == [2, 3]
        assert (report.split_60_40.pearson, report.mean.pearson) == (0.5, 0.2)


def test_the_60_40_split_alone_is_a_report(tmp_path: Path) -> None:
    save_scores(fold_run(tmp_path, SPLIT_60_40), scores(SPLIT_60_40, 0.5))
    (path,) = tmp_path.rglob("folds.json")
    assert (read_form(path, Folds).folds, read_form(path, Folds).mean) == ([], None)


@pytest.mark.parametrize("content", ["", "{", "[]", '{"folds": 3}', '{"folds": [{"pearson": 1}]}'])
def test_a_damaged_report_is_named_and_kept(tmp_path: Path, content: str) -> None:
    save_scores(fold_run(tmp_path, 2), scores(2, 0.5))
    (path,) = tmp_path.rglob("folds.json")
    path.write_text(content)
    with pytest.raises(TrainingError, match=r"folds\.json; it is damaged"):
        save_scores(fold_run(tmp_path, 3), scores(3, 0.5))
    assert path.read_text() == content


def test_networks_of_one_panel_leave_no_report(tmp_path: Path) -> None:
    save_scores(fold_run(tmp_path, 2, ("scut_fbp5500",)), scores(2, 0.5))
    assert not (tmp_path / "weights").exists()
