"""Real training on a handful of pictures: resumed after a kill, exported, measured, shipped."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.evaluation.history import HISTORY, read_history
from core.face import Box, Face
from core.models.classifier import Mean, RatingClassifier, load_classifier
from core.models.detector import load_detector
from core.models.manifest import Card, load_manifest
from core.settings import ROOT, RatingSettings
from tests.patience import until
from training.__main__ import main
from training.data.csv_cells import read_cells
from training.data.rated import PANELS, SPLIT_60_40, load_scut
from training.export.classifier import measure
from training.fit.callbacks import BEST_WEIGHTS, EpochSeed
from training.options import Options
from training.scores import Scores
from training.train import run_name, stopped_early, train

pytestmark = pytest.mark.long

SMALL = ["--precision", "float32", "--batch-size", "4", "--seed", "5"]


def options(data: Path, epochs: int, **changes: object) -> Options:
    values: dict[str, object] = {"batch_size": 4, "learning_rate": 1e-3, "samples": 8, "patience": 50, "seed": 5}
    values |= {"fold": 1, "panels": tuple(PANELS), "teacher": None, "backbone_weights": "none"}
    return Options(data=data, epochs=epochs, **(values | changes))  # type: ignore[arg-type]


def test_a_killed_run_goes_on_where_it_stopped(data: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "training", "train", "sexyness_cnn", "--data", str(data), "--epochs", "60", *SMALL]
    log = tmp_path / "sexyness_cnn" / HISTORY
    process = subprocess.Popen([*command, "--runs", str(tmp_path)], cwd=ROOT, stdout=subprocess.DEVNULL)

    def begun() -> bool:
        assert process.poll() is None, "the run ended before it was killed"
        return len(read_history(log).get("loss", [])) >= 3

    until(begun, "three epochs")
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = read_history(log)["loss"]
    epochs = len(before)
    assert 3 <= epochs < 60
    resumed = train("sexyness_cnn", options(data, epochs=epochs + 2), tmp_path, "float32")
    assert len(resumed["loss"]) == epochs + 2
    assert resumed["loss"][: epochs - 1] == before[: epochs - 1]
    assert (tmp_path / "sexyness_cnn" / BEST_WEIGHTS).is_file()
    assert list((tmp_path / "sexyness_cnn" / "tensorboard").rglob("events.*"))


class StopsError(Exception):
    """Ends a run as a kill would, between two epochs."""


def test_an_interrupted_run_ends_like_a_whole_one(data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    uninterrupted = train("sexyness_cnn", options(data, epochs=6), tmp_path / "whole", "float32")
    with monkeypatch.context() as patch:

        def stop(self: EpochSeed, epoch: int, logs: object = None) -> None:
            if epoch == 3:
                raise StopsError(logs)
            begin(self, epoch)

        begin = EpochSeed.on_epoch_begin
        patch.setattr(EpochSeed, "on_epoch_begin", stop)
        with pytest.raises(StopsError):
            train("sexyness_cnn", options(data, epochs=6), tmp_path / "parts", "float32")
    parts = train("sexyness_cnn", options(data, epochs=6), tmp_path / "parts", "float32")
    # The optimiser's memory, the schedule's step and the augmentation all go on: not only the weights.
    assert parts == uninterrupted


def test_a_finished_run_is_left_as_it_is(data: Path, tmp_path: Path) -> None:
    first = train("sexyness_cnn", options(data, epochs=2), tmp_path, "float32")
    assert train("sexyness_cnn", options(tmp_path / "no data", epochs=2), tmp_path, "float32") == first


def test_a_run_that_stopped_early_is_left_as_it_is(data: Path, tmp_path: Path) -> None:
    first = train("sexyness_cnn", options(data, epochs=9, patience=1, learning_rate=0.0), tmp_path, "float32")
    assert len(first["loss"]) == 2
    assert train("sexyness_cnn", options(data, epochs=9, patience=1), tmp_path, "float32") == first


def test_early_stops_are_recognised_in_the_log() -> None:
    assert not stopped_early([], "max", 1)
    assert not stopped_early([1, 3, 2], "max", 2)
    assert stopped_early([1, 3, 2, 3], "max", 2)
    assert stopped_early([3, 1, 2, 2], "min", 2)


def test_history_keeps_the_later_of_two_rows(tmp_path: Path) -> None:
    assert read_history(tmp_path / HISTORY) == {}
    (tmp_path / HISTORY).write_text("epoch,loss\n0,3\n1,9\n1,2\n")
    assert read_history(tmp_path / HISTORY)["loss"] == [3, 2]


@pytest.fixture(scope="module", autouse=True)
def detector() -> Iterator[None]:
    """The weights folders here hold no other."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FAIREST_DETECTOR", "facetracker")
        yield


@pytest.fixture(scope="module")
def shipped(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A weights folder with both models, trained for an epoch or two by the real commands."""
    folder = tmp_path_factory.mktemp("shipped")
    common = ["--data", str(data), "--runs", str(folder / "runs")]
    tracker = ["--samples", "8", "--epochs", "1", "--backbone-weights", "none"]
    assert main(["train", "facetracker", *common, *SMALL, *tracker]) == 0
    assert main(["train", "sexyness_cnn", *common, *SMALL, "--epochs", "2"]) == 0
    assert main(["export", *common, "--weights", str(folder / "weights")]) == 0
    return folder / "weights"


def test_what_was_exported_runs_in_the_app(shipped: Path) -> None:
    manifest = load_manifest(shipped)
    assert [card.name for card in manifest.models] == ["facetracker", "sexyness_cnn"]
    settings = RatingSettings(weights_dir=shipped)
    image = np.full((90, 120, 3), 99, np.uint8)
    assert len(load_detector("facetracker", settings).detect(image)) <= 1
    (face,) = load_classifier("sexyness_cnn", settings).rate(image, [Face(Box(20, 10, 60, 70), 1.0)])
    assert face.label in ("Sexy", "Ugly")


def test_reports_hold_what_the_metrics_page_reads(shipped: Path) -> None:
    tracker = json.loads((shipped / "reports" / "facetracker" / "evaluation.json").read_text())
    assert tracker["test"]["pictures"] == 4
    assert set(tracker["test"]["by_set"]) == {"fddb", "helen"}
    assert abs(tracker["export_difference"]["mean_iou"]) < 0.1
    assert tracker["export_difference"]["box_agreement"] > 0.9
    rating = json.loads((shipped / "reports" / "sexyness_cnn" / "evaluation.json").read_text())
    assert np.sum(rating["test"]["confusion"]) == rating["test"]["pictures"] == 4
    assert rating["export_difference"]["rating_most"] < 0.1
    for name in ("facetracker", "sexyness_cnn"):
        assert len(read_history(shipped / "reports" / name / HISTORY)["loss"]) >= 1
    assert (shipped / "reports" / "sexyness_cnn" / "predictions.csv").read_text().count("\n") == 5
    assert {"other_panel", "fairface"} <= set(rating)
    text = (shipped / "reports" / "sexyness_cnn" / "README.md").read_text()
    assert f"| {rating['test']['pictures']} | {rating['test']['pearson']:.3f} |" in text
    assert "| Black Female |" in text


def test_exporting_again_replaces_the_entry(shipped: Path, data: Path) -> None:
    runs = shipped.parent / "runs"
    arguments = ["export", "sexyness_cnn", "--data", str(data), "--runs", str(runs), "--weights", str(shipped)]
    assert main(arguments) == 0
    assert len(load_manifest(shipped).models) == 2


def test_an_ensemble_of_twins_scores_as_each_of_them(
    shipped: Path, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(shipped, tmp_path / "weights")
    folders = ["--data", str(data), "--runs", str(tmp_path), "--weights", str(tmp_path / "weights")]
    assert main(["export", "ensemble", *folders]) == 2
    assert "vgg16" in capsys.readouterr().err
    monkeypatch.setattr("training.models.registry.members", lambda: ["sexyness_cnn", "sexyness_cnn"])
    assert main(["export", "ensemble", *folders]) == 0
    manifest = load_manifest(tmp_path / "weights")
    assert [card.name for card in manifest.models] == ["facetracker", "sexyness_cnn", "ensemble"]
    ensemble, alone = manifest.card("ensemble", "classifier"), manifest.card("sexyness_cnn", "classifier")
    assert ensemble.scores == pytest.approx(alone.scores, abs=1e-3)
    assert ensemble.parameters == 2 * 5_562_401
    assert (tmp_path / "weights" / "reports" / "ensemble" / "predictions.csv").is_file()
    # Again with one more: it is measured itself, not the one that the manifest holds.
    seen = []

    def watched(classifier: RatingClassifier, *given: Any) -> tuple[Card, Scores]:
        seen.append(classifier.rater)
        return measure(classifier, *given)

    monkeypatch.setattr("training.export.classifier.measure", watched)
    monkeypatch.setattr("training.models.registry.members", lambda: ["sexyness_cnn"] * 3)
    assert main(["export", "ensemble", *folders]) == 0
    assert [len(rater.raters) for rater in seen if isinstance(rater, Mean)] == [3]


def test_a_teacher_is_written_and_learnt_from(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("training.models.registry.teachers", lambda: ["sexyness_cnn"])
    out = tmp_path / "teacher.csv"
    teach = ["teach", "--data", str(data), "--weights", str(ROOT / "weights"), "--out", str(out)]
    assert main([*teach, "--views", "5"]) == 0
    assert "5 views" in capsys.readouterr().out
    rows = [cells for _, cells in read_cells(out)]
    assert {row["panel"] for row in rows} == {"scut_fbp5500", "mebeauty", "utkface"}
    assert [row["file"] for row in rows if row["panel"] == "utkface"] == ["0.png", "1.png"]
    assert not {row["file"] for row in rows} & {face.path.name for face in load_scut(data, "test")}
    call = ["train", "sexyness_cnn", "--data", str(data), "--runs", str(tmp_path), *SMALL, "--epochs", "1"]
    assert main([*call, "--teacher", str(out)]) == 0
    out.with_suffix(".npz").unlink()
    fresh_call = [*call, "--runs", str(tmp_path / "anew")]
    assert main([*fresh_call, "--teacher", str(out)]) == 2
    assert "teacher.npz" in capsys.readouterr().err
    assert main([*teach, "--views", "-1"]) == 2
    assert main([*fresh_call, "--teacher", str(tmp_path / "none.csv")]) == 2
    assert "none.csv" in capsys.readouterr().err


@pytest.mark.parametrize("given", [["--teacher", "teacher.csv"], ["--backbone-weights", "weights/vgg16.tflite"]])
def test_no_fold_learns_from_networks_that_have_seen_it(
    given: list[str], data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    call = ["train", "resnet18", "--data", str(data), "--runs", str(tmp_path), "--fold", "2", *given]
    assert main(call) == 2
    assert "expected fold 1 with --teacher or an exported .tflite" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_an_export_that_strays_from_its_model_changes_nothing(
    shipped: Path, data: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("training.export.classifier.MAX_RATING_DIFFERENCE", -1.0)
    before = {path: path.read_bytes() for path in shipped.rglob("*") if path.is_file()}
    runs = shipped.parent / "runs"
    arguments = ["export", "sexyness_cnn", "--data", str(data), "--runs", str(runs), "--weights", str(shipped)]
    assert main(arguments) == 2
    assert "Nothing was exported" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in shipped.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("name", ["facetracker", "sexyness_cnn"])
def test_evaluate_prints_the_reports_scores(
    shipped: Path, data: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", name, "--data", str(data), "--weights", str(shipped)]) == 0
    printed = json.loads(capsys.readouterr().out)
    report = json.loads((shipped / "reports" / name / "evaluation.json").read_text())
    assert printed == report["test"]


@pytest.mark.parametrize("call", [["train", "sexyness_cnn"], ["export", "sexyness_cnn"], ["export"]])
def test_what_is_missing_gets_a_sentence(call: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([*call, "--data", str(tmp_path), "--runs", str(tmp_path)]) == 2
    assert "expected" in capsys.readouterr().err


def test_runs_that_differ_from_what_ships_have_folders_of_their_own() -> None:
    assert run_name("vgg16") == "vgg16"
    assert run_name("vgg16", fold=3) == "vgg16-fold3"
    assert run_name("vgg16", SPLIT_60_40) == "vgg16-60-40"
    assert run_name("vgg16", panels=("mebeauty",)) == "vgg16-mebeauty"
    assert run_name("vgg16", 2, ("scut_fbp5500",)) == "vgg16-fold2-scut_fbp5500"


def test_a_loss_that_explodes_is_reported(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["train", "sexyness_cnn", "--data", str(data), "--runs", str(tmp_path), *SMALL]
    assert main([*arguments, "--epochs", "6", "--learning-rate", "1e30"]) == 2
    assert "NaN" in capsys.readouterr().err
