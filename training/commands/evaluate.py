"""`evaluate`: the scores of what ships."""

from __future__ import annotations

import argparse
import json

from training.cards import ENSEMBLE
from training.commands.options import add_ages, add_data, add_weights, models

HELP = "measure the shipped model on its test split and print the scores"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's command line."""
    parser.add_argument("model", choices=[*models(), ENSEMBLE, "guard"])
    add_data(parser)
    add_weights(parser)
    add_ages(parser)


def run(arguments: argparse.Namespace) -> None:
    """A shipped model, or the guard."""
    from core.guard import load_guard
    from core.settings import Settings
    from training.evaluate import evaluate
    from training.evaluate_guard import evaluate_guard
    from training.scores import rounded

    if arguments.model == "guard":
        guard = load_guard(Settings(weights_dir=arguments.weights))
        scores = rounded(evaluate_guard(guard, arguments.data, arguments.ages))
    else:
        scores = evaluate(arguments.model, arguments.data, arguments.weights)
    print(json.dumps(scores, indent=1))
