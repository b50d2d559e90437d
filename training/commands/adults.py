"""`adults`: list the rated faces that look under 18."""

from __future__ import annotations

import argparse
from pathlib import Path

from training.commands.options import add_data, add_weights

HELP = "pass the rated faces through the guard; no classifier learns from those that look under 18"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments to the parser."""
    add_data(parser)
    add_weights(parser)
    parser.add_argument("--out", type=Path, help="the list (default: the one that training reads)")


def run(arguments: argparse.Namespace) -> None:
    """Write the list and print a line per set."""
    from core.batch.inputs import check_result
    from core.models.age_guard import load_guard
    from core.models.detector import load_detector
    from core.settings import ADULT
    from core.settings_reader import load_settings
    from training.data.adults import judge_faces
    from training.data.refused import LIST, write_list

    if arguments.out:
        check_result(arguments.out, [arguments.data, arguments.weights])
    settings = load_settings(weights_dir=arguments.weights).rating
    judged_sets = judge_faces(arguments.data, load_guard(settings), load_detector(settings.detector, settings))
    write_list([row for judged in judged_sets for row in judged.refused], arguments.out or LIST)
    for judged in judged_sets:
        print(
            f"{judged.name}: {len(judged.refused)} of {len(judged.faces)} look under {ADULT} and are not learnt from."
        )
