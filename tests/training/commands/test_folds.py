from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from training import engines
from training.__main__ import build_parser as command_line
from training.__main__ import main
from training.commands.folds import CORES, cores_of, fold_runs, folds_of
from training.data.rated import SPLIT_60_40
from training.engines import Outcome
from training.folds import FoldRun


@pytest.mark.parametrize(
    ("text", "folds"),
    [
        ("3", [3]),
        ("1-5", [1, 2, 3, 4, 5]),
        ("1,3-5", [1, 3, 4, 5]),
        ("2,2", [2, 2]),
        ("60/40", [SPLIT_60_40]),
        ("1,60/40", [1, SPLIT_60_40]),
    ],
)
def test_folds_are_read(text: str, folds: list[int]) -> None:
    assert folds_of(text) == folds


@pytest.mark.parametrize(
    "text", ["", "0", "6", "60-40", "60/50", "1-6", "4-2", "2-", "-3", "x", "1;2", "1,", "1-2-3", "1.5"]
)
def test_what_is_no_fold_is_refused(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="such as 3, 2-4 or 1,3-5"):
        folds_of(text)


@pytest.mark.parametrize("text", ["0", "-1", "x", "1.5", ""])
def test_cores_are_counted_from_one(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError, match="1 core or more"):
        cores_of(text)


def call(tmp_path: Path, *arguments: str) -> list[str]:
    folders = ["--data", str(tmp_path), "--runs", str(tmp_path / "runs"), "--weights", str(tmp_path / "weights")]
    return ["folds", *folders, *arguments]


def made(tmp_path: Path, *arguments: str) -> list[FoldRun]:
    return fold_runs(command_line().parse_args(call(tmp_path, *arguments)))


def test_every_fold_of_every_model_is_run_once(tmp_path: Path) -> None:
    twice = ["--models", "vgg16", "sexyness_cnn", "vgg16", "--folds", "3", "1-2", "2"]
    assert [str(run) for run in made(tmp_path, *twice)] == [
        *(f"vgg16, fold {fold}" for fold in (1, 2, 3)),
        *(f"sexyness_cnn, fold {fold}" for fold in (1, 2, 3)),
    ]
    assert [run.options.fold for run in made(tmp_path, "--models", "vgg16")] == [1, 2, 3, 4, 5]


def test_other_processes_are_told_whole_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    line = ["folds", "--models", "vgg16", "--data", "d", "--runs", "r", "--weights", "w", "--folds", "1"]
    (run,) = fold_runs(command_line().parse_args([*line, "--teacher", "t.csv", "--backbone-weights", "b.npz"]))
    assert (run.options.data, run.runs, run.weights) == (tmp_path / "d", tmp_path / "r", tmp_path / "w")
    assert (run.options.teacher, run.options.backbone_weights) == (tmp_path / "t.csv", str(tmp_path / "b.npz"))
    (run,) = fold_runs(command_line().parse_args(line))
    assert run.options.backbone_weights == "imagenet"


def test_no_fold_learns_from_networks_that_have_seen_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(call(tmp_path, "--models", "vgg16", "--teacher", "t.csv")) == 2
    assert "received fold 2" in capsys.readouterr().err
    assert main(call(tmp_path, "--models", "vgg16", "--teacher", "t.csv", "--folds", "60/40")) == 2
    assert "received 60/40 split" in capsys.readouterr().err


def test_an_address_is_rays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(call(tmp_path, "--models", "vgg16", "--address", "head:6379")) == 2
    assert "expected --engine ray with --address" in capsys.readouterr().err


def outcomes(runs: Sequence[FoldRun]) -> Iterator[Outcome]:
    """Fold 2 of the first model fails, all else is measured."""
    for run in runs:
        if str(run) == "vgg16, fold 2":
            yield Outcome(run, None, "no pictures")
        else:
            means = dict.fromkeys(("pearson", "mae", "rmse", "accuracy", "other_panel"), run.options.fold / 10)
            yield Outcome(run, {"fold": run.options.fold, "pictures": 9, **means}, None)


def test_a_fold_that_fails_is_named_when_all_others_are_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(engines, "in_turn", lambda runs, _: outcomes(runs))
    assert main(call(tmp_path, "--models", "vgg16", "sexyness_cnn", "--folds", "2-3")) == 2
    printed = capsys.readouterr()
    assert "vgg16, fold 2: failed: no pictures\n" in printed.err
    assert "expected 4 networks to be trained and measured; failed: vgg16, fold 2." in printed.err
    assert "vgg16, mean of 3: Pearson 0.3000" in printed.out
    assert "sexyness_cnn, mean of 2, 3: Pearson 0.2500" in printed.out
    for name, folds in (("vgg16", [3]), ("sexyness_cnn", [2, 3])):
        report = json.loads((tmp_path / "weights" / "reports" / name / "folds.json").read_text())
        assert [fold["fold"] for fold in report["folds"]] == folds


def test_ray_is_told_the_cores_and_the_cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[tuple[int, str | None]] = []

    def through_ray(runs: Sequence[FoldRun], cores: int, address: str | None) -> Iterator[Outcome]:
        calls.append((cores, address))
        return outcomes(runs)

    monkeypatch.setattr(engines, "through_ray", through_ray)
    ray = call(tmp_path, "--models", "sexyness_cnn", "--folds", "3", "--engine", "ray")
    assert main(ray) == 0
    assert main([*ray, "--address", "head:6379", "--cores", "7"]) == 0
    assert calls == [(CORES, None), (7, "head:6379")]
