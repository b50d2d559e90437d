"""`evaluate`: score the shipped models."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from core.models.age_guard import GUARD
from training.commands.options import add_ages, add_data, add_weights, models
from training.models.ensemble import ENSEMBLE

HELP = "measure the shipped model on its test split and print the scores"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments to the parser."""
    parser.add_argument("model", choices=[*models(), ENSEMBLE, GUARD])
    add_data(parser)
    add_weights(parser)
    add_ages(parser)
    parser.add_argument(
        "--film", type=Path, metavar="FILE", help="of the guard: tell the spread of its estimate over this film, too"
    )


def run(arguments: argparse.Namespace) -> None:
    """Score a shipped model, or the guard."""
    from core.models.age_guard import load_guard
    from core.models.orientation import load_any_way_up
    from core.models.pose import load_landmarks
    from core.settings_reader import load_settings
    from training.errors import TrainingError
    from training.evaluate.film import film_scores
    from training.evaluate.guard import evaluate_guard
    from training.evaluate.model import evaluate
    from training.scores import rounded

    if arguments.film is not None and arguments.model != GUARD:
        raise TrainingError(f"expected no --film, which tells how steady the guard is, with {arguments.model}.")
    if arguments.model == GUARD:
        settings = load_settings(weights_dir=arguments.weights).rating
        guard = load_guard(settings)
        steady = {}
        if arguments.film is not None:
            # First, since an unusable film makes it fail early.
            steady["film"] = film_scores(load_any_way_up(settings.detector, settings), guard, arguments.film)
        scores = rounded(evaluate_guard(guard, load_landmarks(settings), arguments.data, arguments.ages) | steady)
    else:
        scores = evaluate(arguments.model, arguments.data, arguments.weights)
    print(json.dumps(scores, indent=1))
