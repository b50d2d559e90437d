"""`gen_results`: write each classifier's predictions."""

from __future__ import annotations

import argparse
from pathlib import Path

from training.commands.options import add_data, add_weights, check_range, check_seed
from training.models import registry
from training.models.ensemble import spell_number

HELP = "write each shipped classifier's predictions on faces not learnt from, a CSV a model"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments to the parser."""
    count = spell_number(len(registry.members()))
    parser.add_argument("models", nargs="*", metavar="MODEL", help=f"default: the ensemble's {count}")
    add_data(parser)
    add_weights(parser)
    parser.add_argument("--out", type=Path, default=Path("results"), help="folder of the results (default: results)")
    parser.add_argument(
        "--part",
        choices=("test", "validation"),
        default="test",
        help="of SCUT-FBP5500; the validation part to choose members upon (default: test)",
    )
    parser.add_argument(
        "--views", type=int, default=0, help="test-time augmentation: moved boxes a face, averaged (default: 0)"
    )
    parser.add_argument("--seed", type=int, default=1, help="of how they are moved (default: 1)")


def run(arguments: argparse.Namespace) -> None:
    """Write the files and print each model's scores."""
    from core.evaluation.metrics import mae, pearson
    from core.evaluation.results import ratings_of, scores_of
    from training.gen_results import gen_results

    check_range(arguments, views=0)
    check_seed(arguments)
    for name in arguments.models or registry.members():
        rows = gen_results(
            name,
            arguments.data,
            arguments.weights,
            arguments.out,
            arguments.views,
            arguments.seed,
            arguments.part,
        )
        truth, predicted = scores_of(rows), ratings_of(rows)
        path = arguments.out / f"{name}.csv"
        print(f"{path}: {len(rows)} faces, Pearson {pearson(truth, predicted):.4f}, MAE {mae(truth, predicted):.4f}")
