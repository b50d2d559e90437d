"""`detectors`: compare Fairest's detectors with public ones."""

from __future__ import annotations

import argparse

from training.commands.options import add_data, add_weights

HELP = "measure every detector that ships beside public ones, on the same pictures"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments to the parser."""
    add_data(parser)
    add_weights(parser)


def run(arguments: argparse.Namespace) -> None:
    """Print a line per detector."""
    from training.evaluate.peers import compare

    for name, scores in compare(arguments.data, arguments.weights).items():
        by_set = ", ".join(
            f"{set_name} {set_scores['ap']:.3f} (own drawing {set_scores['ap_own']:.3f})"
            for set_name, set_scores in scores["by_set"].items()
        )
        print(
            f"{name}: AP {by_set}; {scores['false_faces_in_100']:.2f} false faces in 100 pictures without one; "
            f"{scores['ms']:.1f} ms"
        )
