"""`losses`: compare loss functions for a classifier."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from training.commands.options import add_data, add_weights

HELP = "compare losses by linear heads on FaceRes's features, on the validation parts"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_data(parser)
    parser.add_argument("--backbone-weights", type=Path, required=True, metavar="FILE", help="FaceRes's, an .npz")
    add_weights(parser)


def run(arguments: argparse.Namespace) -> None:
    """Write and print the report.

    Raises:
        TrainingError: the backbone weights are missing or do not fit. DataError: data is missing.
    """
    from core.evaluation.model_report import LOSSES
    from training.evaluate.losses import evaluate_losses
    from training.scores import rounded, write_report

    report = evaluate_losses(arguments.data, arguments.backbone_weights)
    write_report(arguments.weights, LOSSES, report)
    print(json.dumps(rounded(report), indent=1))
