"""`ages`: write the table of aged faces on which the guard is trained and evaluated."""

from __future__ import annotations

import argparse

from training.commands.options import add_ages, add_data, add_weights

HELP = "find the faces of the aged sets and split them, copies together, into training, validation and test"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments to the parser."""
    add_data(parser)
    add_weights(parser)
    add_ages(parser)
    parser.add_argument(
        "--backbone-weights", required=True, metavar="PATH", help="an .npz of FaceRes, by which copies are found"
    )


def run(arguments: argparse.Namespace) -> None:
    """Write the table and print a line per part."""
    from core.models.detector import load_detector
    from core.settings_reader import load_settings
    from training.data.aged import PARTS, load_aged, prepare, read_labels
    from training.prepare.likeness import Likeness, boxes

    settings = load_settings(weights_dir=arguments.weights).rating
    detector = load_detector(settings.detector, settings)
    likeness = Likeness(arguments.backbone_weights)
    prepare(read_labels(arguments.data), lambda paths: boxes(detector, paths), likeness, arguments.ages)
    for part in PARTS:
        print(f"{part}: {len(load_aged(arguments.data, part, arguments.ages))} faces")
