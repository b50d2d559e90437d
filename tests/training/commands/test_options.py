from __future__ import annotations

import argparse
from pathlib import Path

from training.commands.options import add_data, add_training, training_options
from training.models.registry import spec_of


def parsed(*arguments: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    add_data(parser)
    add_training(parser)
    return parser.parse_args(arguments)


def test_what_is_not_given_is_the_models_own() -> None:
    for name in ("vgg16", "mobilenet_v2", "facetracker"):
        options, precision = training_options(parsed(), name, 3)
        recipe = spec_of(name).recipe
        assert precision == recipe.precision
        for field in ("epochs", "batch_size", "learning_rate", "samples", "patience"):
            assert getattr(options, field) == getattr(recipe, field)
        assert (options.fold, options.seed, options.backbone_weights, options.teacher) == (3, 1, "imagenet", None)


def test_what_is_given_counts() -> None:
    given = ["--epochs", "3", "--batch-size", "5", "--learning-rate", "0.5", "--patience", "2", "--seed", "9"]
    given += ["--precision", "float32", "--panels", "mebeauty", "--teacher", "t.csv", "--backbone-weights", "none"]
    arguments = parsed(*given, "--data", "pictures")
    arguments.samples = 7
    options, precision = training_options(arguments, "vgg16", 1)
    assert precision == "float32"
    assert (options.epochs, options.batch_size, options.learning_rate) == (3, 5, 0.5)
    assert (options.samples, options.patience, options.seed) == (7, 2, 9)
    assert (options.panels, options.teacher, options.backbone_weights) == (("mebeauty",), Path("t.csv"), "none")
    assert (options.data, options.fold) == (Path("pictures"), 1)
