"""`train`: fit a model."""

from __future__ import annotations

import argparse
from pathlib import Path

from training.commands.options import add_data, add_runs, trainable
from training.data.rated import FOLDS, PANELS

HELP = "fit a model; goes on where a killed run stopped"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The verb's command line; what is not given is the model's own."""
    parser.add_argument("model", choices=trainable())
    add_data(parser)
    add_runs(parser)
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
    parser.add_argument("--samples", type=int, help="pictures an epoch, where they are drawn at random")
    parser.add_argument("--patience", type=int, help="epochs without improvement before stopping")
    parser.add_argument(
        "--fold", type=int, choices=FOLDS, default=1, help="of SCUT-FBP5500, kept for the test (default: 1)"
    )
    parser.add_argument("--panels", nargs="+", choices=PANELS, default=list(PANELS), help="default: both")
    parser.add_argument("--teacher", type=Path, help="a file of `teach`, to learn from its ratings too")


def run(arguments: argparse.Namespace) -> None:
    """Fit, then say where the log and the weights lie."""
    from training.tasks import RECIPES, Options
    from training.train import run_name, train

    recipe = RECIPES[arguments.model]

    def chosen(name: str) -> float:
        given = getattr(arguments, name)
        return float(getattr(recipe, name) if given is None else given)

    options = Options(
        data=arguments.data,
        epochs=int(chosen("epochs")),
        batch_size=int(chosen("batch_size")),
        learning_rate=chosen("learning_rate"),
        samples=int(chosen("samples")),
        patience=int(chosen("patience")),
        seed=arguments.seed,
        backbone_weights=arguments.backbone_weights,
        fold=arguments.fold,
        panels=tuple(arguments.panels),
        teacher=arguments.teacher,
    )
    history = train(arguments.model, options, arguments.runs, arguments.precision or recipe.precision)
    epochs = len(history.get("loss", []))
    run = arguments.runs / run_name(arguments.model, options.fold, options.panels)
    print(f"{arguments.model}: {epochs} epochs, log and weights in {run}")
