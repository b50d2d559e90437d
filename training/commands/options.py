"""Arguments shared by several verbs."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from typing import TYPE_CHECKING

from core.settings import WEIGHTS
from training.data.rated import PANELS
from training.errors import TrainingError
from training.models import registry

if TYPE_CHECKING:
    from training.options import Options

LARGEST_SEED = 2**32 - 1
"""Maximum for NumPy's legacy generator, which Keras seeds, too."""


def add_data(parser: argparse.ArgumentParser) -> None:
    """Add --data DIR."""
    parser.add_argument("--data", type=Path, default=Path("data"), help="the data folder (default: data)")


def add_runs(parser: argparse.ArgumentParser) -> None:
    """Add --runs DIR."""
    parser.add_argument("--runs", type=Path, default=Path("runs"), help="folder of the runs (default: runs)")


def add_weights(parser: argparse.ArgumentParser) -> None:
    """Add --weights DIR."""
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="folder of what ships")


def add_ages(parser: argparse.ArgumentParser) -> None:
    """Add --ages FILE."""
    parser.add_argument(
        "--ages", type=Path, default=Path("runs/aged.csv"), help="the table of `ages` (default: runs/aged.csv)"
    )


def add_training(parser: argparse.ArgumentParser) -> None:
    """Add the training options; by default, the model's own values are used."""
    parser.add_argument("--seed", type=int, default=1, help="of weights, order and augmentation (default: 1)")
    parser.add_argument(
        "--backbone-weights",
        default="imagenet",
        metavar="imagenet|none|PATH",
        help="start of the backbone: Keras's download (default), random, an .npz, or an exported .tflite",
    )
    parser.add_argument("--precision", choices=("mixed_bfloat16", "float32"), help="default: the model's faster one")
    parser.add_argument("--epochs", type=int, help="at most (default: the model's own)")
    parser.add_argument("--batch-size", type=int)
    parser.add_argument("--learning-rate", type=float, help="at its highest, after one epoch of warm-up")
    parser.add_argument("--patience", type=int, help="epochs without improvement before stopping")
    parser.add_argument("--panels", nargs="+", choices=PANELS, default=list(PANELS), help="trained on; default: all")
    parser.add_argument(
        "--all-faces", action="store_true", help="learn from those that look under 18 too, to compare; never ships"
    )
    add_ages(parser)
    parser.add_argument("--teacher", type=Path, help="a file of `teach`, to learn from its ratings too")


def check_range(arguments: argparse.Namespace, **minimums: int) -> None:
    """Reject numbers that are too small; `batch_size` is --batch-size, and missing ones are skipped.

    Raises:
        TrainingError: one is.
    """
    for name, low in minimums.items():
        given = getattr(arguments, name, None)
        if given is not None and given < low:
            raise TrainingError(f"expected --{name.replace('_', '-')} of {low} or more; received {given}.")


def check_seed(arguments: argparse.Namespace) -> None:
    """Reject a seed that the generators do not accept.

    Raises:
        TrainingError: it is one.
    """
    if not 0 <= arguments.seed <= LARGEST_SEED:
        raise TrainingError(f"expected --seed of 0 to {LARGEST_SEED}; received {arguments.seed}.")


def training_options(arguments: argparse.Namespace, name: str, fold: int) -> tuple[Options, str]:
    """Return the training options from the arguments of `add_training` and the model's defaults, and the precision.

    Args:
        arguments: parsed; may contain `samples`.
        name: of a trainable model.
        fold: of SCUT-FBP5500, kept for the test.

    Raises:
        TrainingError: a number is out of range.
    """
    from training.options import Options

    recipe = registry.spec_of(name).recipe
    check_range(arguments, epochs=1, batch_size=1, samples=1, patience=1)
    check_seed(arguments)
    rate = arguments.learning_rate
    if rate is not None and not 0 < rate < math.inf:
        raise TrainingError(f"expected --learning-rate of more than 0; received {rate:g}.")

    def chosen(field: str) -> float:
        given = getattr(arguments, field, None)
        return float(getattr(recipe, field) if given is None else given)

    options = Options(
        data=arguments.data,
        epochs=int(chosen("epochs")),
        batch_size=int(chosen("batch_size")),
        learning_rate=chosen("learning_rate"),
        samples=int(chosen("samples")),
        patience=int(chosen("patience")),
        seed=arguments.seed,
        backbone_weights=arguments.backbone_weights,
        fold=fold,
        panels=tuple(arguments.panels),
        teacher=arguments.teacher,
        ages=arguments.ages,
        adults=not arguments.all_faces,
    )
    return options, arguments.precision or recipe.precision


def models() -> list[str]:
    """Return every shipped model, sorted."""
    return sorted(registry.exported_names())


def trainable() -> list[str]:
    """Return every trainable model, sorted."""
    return sorted(registry.trainable_names())
