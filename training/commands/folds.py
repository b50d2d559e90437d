"""`folds`: train classifiers by cross-validation and evaluate each on its held-out fold."""

from __future__ import annotations

import argparse
import os
import re
import sys
from typing import TYPE_CHECKING

from training.commands.options import add_data, add_runs, add_training, add_weights, training_options
from training.data.rated import FOLDS, SPLIT_60_40
from training.errors import TrainingError
from training.models import registry
from training.scores import Scores

if TYPE_CHECKING:
    from training.folds import FoldRun

HELP = "train classifiers on the folds and measure each on the one that it never saw; goes on where it was stopped"

SPLIT = "60/40"

ENGINES = ("sequential", "ray")
RANGE = re.compile(r"(\d+)(?:-(\d+))?")
CORES = min(4, os.cpu_count() or 1)


def folds_of(text: str) -> list[int]:
    """Parse folds: "3", "2-4" or "1,3-5"; "60/40" is the data set's other split.

    Raises:
        ArgumentTypeError: the text is malformed, or a fold does not exist.
    """
    chosen_folds: list[int] = []
    for part in text.split(","):
        if part == SPLIT:
            chosen_folds.append(SPLIT_60_40)
            continue
        ends = RANGE.fullmatch(part)
        folds = range(int(ends[1]), int(ends[2] or ends[1]) + 1) if ends else range(0)
        if not folds or not set(folds) <= set(FOLDS):
            raise argparse.ArgumentTypeError(
                f"expected folds of {FOLDS[0]} to {FOLDS[-1]} such as 3, 2-4 or 1,3-5, or {SPLIT}; received {text!r}"
            )
        chosen_folds += folds
    return chosen_folds


def cores_of(text: str) -> int:
    """Parse a number of cores.

    Raises:
        ArgumentTypeError: it is not one.
    """
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"expected 1 core or more; received {text!r}")
    return int(text)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments to the parser."""
    names = registry.classifiers()
    parser.add_argument("--models", nargs="+", choices=names, required=True, metavar="MODEL", help=", ".join(names))
    parser.add_argument(
        "--folds",
        type=folds_of,
        nargs="+",
        default=[list(FOLDS)],
        metavar="FOLDS",
        help=f"such as 3, 2-4 or 1,3-5, or {SPLIT}, the data set's other split (default: all five)",
    )
    parser.add_argument("--engine", choices=ENGINES, default=ENGINES[0], help="one after another (default) or Ray")
    parser.add_argument("--address", help="of a Ray cluster (default: this machine alone)")
    parser.add_argument(
        "--cores",
        type=cores_of,
        default=CORES,
        help=f"of each training; they decide the last digits of what comes out (default: {CORES})",
    )
    add_data(parser)
    add_runs(parser)
    add_weights(parser)
    add_training(parser)


def fold_runs(arguments: argparse.Namespace) -> list[FoldRun]:
    """Return what to train and evaluate, each model's folds in order; paths are absolute, for other processes.

    Raises:
        TrainingError: a network would be trained from others that have seen its fold. WeightsError: the manifest is
            malformed.
    """
    from training.folds import FoldRun, ships
    from training.train import check_unseen

    for place in ("data", "runs", "weights", "teacher"):
        if getattr(arguments, place) is not None:
            setattr(arguments, place, getattr(arguments, place).resolve())
    if arguments.backbone_weights not in ("imagenet", "none"):
        arguments.backbone_weights = os.path.abspath(arguments.backbone_weights)
    runs = []
    for name in dict.fromkeys(arguments.models):
        for fold in sorted({fold for folds in arguments.folds for fold in folds}):
            shipped = not arguments.all_faces and ships(name, fold, arguments.panels, arguments.weights)
            options, precision = training_options(arguments, name, fold)
            check_unseen(options)
            runs.append(FoldRun(name, options, precision, arguments.runs, arguments.weights, shipped))
    return runs


def line(scores: Scores) -> str:
    """Format the scores of a fold, or their means, in a line."""
    return (
        f"Pearson {scores['pearson']:.4f}, MAE {scores['mae']:.4f}, RMSE {scores['rmse']:.4f}, "
        f"accuracy {scores['accuracy']:.4f}, other panel {scores['other_panel']:.4f}"
    )


def run(arguments: argparse.Namespace) -> None:
    """Print a line when a training starts and one when it is evaluated, then each model's mean."""
    from training.engines import in_turn, through_ray
    from training.folds import save_scores, summary

    if arguments.address is not None and arguments.engine != "ray":
        raise TrainingError("expected --engine ray with --address, which is a Ray cluster's.")
    runs = fold_runs(arguments)
    if arguments.engine == "ray":
        outcomes = through_ray(runs, arguments.cores, arguments.address)
    else:
        outcomes = in_turn(runs, arguments.cores)
    measured: dict[str, list[Scores]] = {name: [] for name in dict.fromkeys(arguments.models)}
    failed = []
    for outcome in outcomes:
        if outcome.scores is None:
            failed.append(str(outcome.run))
            print(f"{outcome.run}: failed: {outcome.problem}", file=sys.stderr, flush=True)
        else:
            save_scores(outcome.run, outcome.scores)
            measured[outcome.run.name].append(outcome.scores)
            print(f"{outcome.run}: {line(outcome.scores)}", flush=True)
    for name, scores in measured.items():
        report = summary(scores)
        if report["folds"]:
            fold_list = ", ".join(str(fold) for fold in sorted(of_fold["fold"] for of_fold in report["folds"]))
            print(f"{name}, mean of {fold_list}: {line(report['mean'])}")
    if failed:
        raise TrainingError(
            f"expected {len(runs)} networks to be trained and measured; failed: {'; '.join(failed)}. "
            "Put right what was said of them and give the same command: it goes on where it stopped."
        )
