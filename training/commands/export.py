"""`export`: make the shipped files of a trained model."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from core.models.age_guard import GUARD
from training.commands.options import add_ages, add_data, add_runs, add_weights, models
from training.errors import TrainingError
from training.models.ensemble import ENSEMBLE

HELP = "write the trained model's LiteRT file, its report and its entry in the manifest"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments to the parser."""
    parser.add_argument(
        "model", choices=[*models(), GUARD, ENSEMBLE], nargs="?", help="default: every model that was trained"
    )
    add_data(parser)
    add_runs(parser)
    add_weights(parser)
    add_ages(parser)
    parser.add_argument(
        "--film", type=Path, metavar="FILE", help="on which the guard's steadiness is measured (default: the demo film)"
    )


def run(arguments: argparse.Namespace) -> None:
    """Export one model, or all trained ones; print the reports."""
    from training.evaluate.film import DEMO_FILM
    from training.export.model import export, trained_exports
    from training.export.paths import ExportPaths

    names = [arguments.model] if arguments.model else trained_exports(arguments.runs)
    if not names:
        raise TrainingError(f"expected a trained model in {arguments.runs}; there is none. Train one first.")
    film = arguments.film or DEMO_FILM
    paths = ExportPaths(arguments.data, arguments.runs, arguments.weights, arguments.ages, film)
    for name in names:
        report = export(name, paths)
        print(json.dumps({name: report}, indent=1))
