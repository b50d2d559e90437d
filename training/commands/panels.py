"""`panels`: fit the line from one panel's scale to the other's."""

from __future__ import annotations

import argparse

from training.commands.options import add_data, add_runs

HELP = "fit how MEBeauty's scores become SCUT-FBP5500's, by a network trained on the latter alone"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments to the parser."""
    add_data(parser)
    add_runs(parser)


def run(arguments: argparse.Namespace) -> None:
    """Print the fitted line and the one in use."""
    from training.data.rated import PANELS
    from training.prepare.panels import fit

    for name, scale in (("fitted", fit(arguments.data, arguments.runs)), ("in use", PANELS["mebeauty"])):
        print(f"{name}: rating = {scale.slope:.3f} x score {scale.offset:+.3f}")
