"""`folds`: a classifier's scores on the five folds."""

from __future__ import annotations

import argparse

from training.cards import MEMBERS
from training.commands.options import add_data, add_runs, add_weights
from training.data.rated import FOLDS, PANELS

HELP = "measure the networks trained with --fold, each on the fold that it never saw"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's command line."""
    parser.add_argument("model", choices=MEMBERS)
    add_data(parser)
    add_runs(parser)
    add_weights(parser)
    parser.add_argument("--folds", type=int, nargs="+", choices=FOLDS, default=list(FOLDS), help="default: all five")
    parser.add_argument("--panels", nargs="+", choices=PANELS, default=list(PANELS), help="trained on; default: both")


def run(arguments: argparse.Namespace) -> None:
    """A line a fold and their mean."""
    from training.folds import folds

    report = folds(
        arguments.model,
        arguments.data,
        arguments.runs,
        arguments.weights,
        arguments.folds,
        tuple(arguments.panels),
    )
    rows = [(f"fold {scores['fold']}", scores) for scores in report["folds"]]
    for name, scores in [*rows, ("mean", report["mean"])]:
        print(
            f"{name}: Pearson {scores['pearson']:.4f}, MAE {scores['mae']:.4f}, RMSE {scores['rmse']:.4f}, "
            f"accuracy {scores['accuracy']:.4f}, other panel {scores['other_panel']:.4f}"
        )
