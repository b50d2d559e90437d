"""How models come to be.

    python -m training train MODEL [--data DIR] [--backbone-weights imagenet|none|PATH] ...
    python -m training export [MODEL] [--data DIR]
    python -m training evaluate MODEL|guard [--data DIR]
    python -m training conventions [--data DIR]

Exit status: 0 when done, 2 when the call was wrong or something is missing, with a sentence that says what.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from core.errors import FairestError
from core.settings import ROOT
from training.errors import TrainingError

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


def parser(models: list[str]) -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(prog="python -m training", description="Train, export and measure models.")
    verbs = made.add_subparsers(dest="verb", required=True, metavar="VERB")
    for verb, text in (
        ("train", "fit a model; goes on where a killed run stopped"),
        ("export", "write the trained model's LiteRT file, its report and its entry in the manifest"),
        ("evaluate", "measure the shipped model on its test split and print the scores"),
    ):
        sub = verbs.add_parser(verb, help=text, description=text)
        if verb == "export":
            sub.add_argument("model", choices=models, nargs="?", help="default: every model that was trained")
        else:
            sub.add_argument("model", choices=[*models, "guard"] if verb == "evaluate" else models)
        sub.add_argument("--data", type=Path, default=Path("data"), help="the data folder (default: data)")
        if verb != "evaluate":
            sub.add_argument("--runs", type=Path, default=Path("runs"), help="folder of the runs (default: runs)")
        if verb != "train":
            sub.add_argument("--weights", type=Path, default=ROOT / "weights", help="folder of what ships")
    verbs.choices["evaluate"].add_argument("--most", type=int, default=300, help="guard: pictures an age band")
    text = "measure how each data set draws its face boxes, in eye distances"
    conventions = verbs.add_parser("conventions", help=text, description=text)
    conventions.add_argument("--data", type=Path, default=Path("data"), help="the data folder (default: data)")
    conventions.add_argument("--most", type=int, default=350, help="pictures a set (default: 350)")
    train = verbs.choices["train"]
    train.add_argument("--seed", type=int, default=1, help="of weights, order and augmentation (default: 1)")
    train.add_argument(
        "--backbone-weights",
        default="imagenet",
        metavar="imagenet|none|PATH",
        help="start of a pretrained backbone: Keras's download (default), random, or a local .npz",
    )
    train.add_argument("--precision", choices=("mixed_bfloat16", "float32"), default="mixed_bfloat16")
    train.add_argument("--epochs", type=int, help="at most (default: the model's own)")
    train.add_argument("--batch-size", type=int)
    train.add_argument("--learning-rate", type=float, help="at its highest, after one epoch of warm-up")
    train.add_argument("--samples", type=int, help="pictures an epoch, where they are drawn at random")
    train.add_argument("--patience", type=int, help="epochs without improvement before stopping")
    return made


def run_train(arguments: argparse.Namespace) -> None:
    """`train`: fit, then say how the best epoch did."""
    from training.tasks import RECIPES, Options
    from training.train import train

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
    )
    history = train(arguments.model, options, arguments.runs, arguments.precision)
    epochs = len(history.get("loss", []))
    print(f"{arguments.model}: {epochs} epochs, log and weights in {arguments.runs / arguments.model}")


def run_export(arguments: argparse.Namespace) -> None:
    """`export`: one model, or every one that was trained; prints the reports."""
    from training.export import export, trained

    names = [arguments.model] if arguments.model else trained(arguments.runs)
    if not names:
        raise TrainingError(f"expected a trained model in {arguments.runs}; there is none. Train one first.")
    for name in names:
        report = export(name, arguments.data, arguments.runs, arguments.weights)
        print(json.dumps({name: report}, indent=1))


def run_evaluate(arguments: argparse.Namespace) -> dict[str, object]:
    """`evaluate`: the scores of a shipped model, or of the guard."""
    from core.detect import load_detector
    from core.guard import load_guard
    from core.settings import Settings
    from training.evaluate import evaluate, rounded
    from training.evaluate_guard import evaluate_guard

    if arguments.model != "guard":
        return evaluate(arguments.model, arguments.data, arguments.weights)
    settings = Settings(weights_dir=arguments.weights)
    detector = load_detector(settings.detector, settings)
    return dict(rounded(evaluate_guard(detector, load_guard(settings), arguments.data, arguments.most)))


def run_conventions(arguments: argparse.Namespace) -> None:
    """`conventions`: a line for each data set."""
    from training.data.conventions import DRAWINGS
    from training.data.measure_conventions import measure

    for source in DRAWINGS:
        drawing, count = measure(arguments.data, source, arguments.most, seed=0)
        shape = f"top {drawing.top:+.2f}  bottom {drawing.bottom:+.2f}  width {drawing.width:.2f}"
        print(f"{source:<13} {count:>4} faces  {shape}")


def main(argv: list[str] | None = None) -> int:
    """Run one verb; returns the exit status."""
    from training.cards import CARDS

    arguments = parser(sorted(CARDS)).parse_args(argv)
    try:
        if arguments.verb == "train":
            run_train(arguments)
        elif arguments.verb == "export":
            run_export(arguments)
        elif arguments.verb == "evaluate":
            print(json.dumps(run_evaluate(arguments), indent=1))
        else:
            run_conventions(arguments)
    except (FairestError, TrainingError) as error:
        print(f"python -m training: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
