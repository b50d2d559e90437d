"""`train`: train a model."""

from __future__ import annotations

import argparse

from training.commands.options import add_data, add_runs, add_training, trainable, training_options
from training.data.rated import FOLDS

HELP = "fit a model; goes on where a killed run stopped"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments; by default, the model's own values are used."""
    parser.add_argument("model", choices=trainable())
    add_data(parser)
    add_runs(parser)
    add_training(parser)
    parser.add_argument("--samples", type=int, help="pictures an epoch, where they are drawn at random")
    parser.add_argument(
        "--fold", type=int, choices=FOLDS, default=1, help="of SCUT-FBP5500, kept for the test (default: 1)"
    )


def run(arguments: argparse.Namespace) -> None:
    """Train, then print the paths of log and weights."""
    from training.train import run_name, train

    options, precision = training_options(arguments, arguments.model, arguments.fold)
    history = train(arguments.model, options, arguments.runs, precision)
    epochs = len(history.get("loss", []))
    run = arguments.runs / run_name(arguments.model, options.fold, options.panels, options.adults)
    print(f"{arguments.model}: {epochs} epochs, log and weights in {run}")
