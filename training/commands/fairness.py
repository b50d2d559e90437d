"""`fairness`: measure differences in classifiers' ratings by race and gender."""

from __future__ import annotations

import argparse
import json

from training.commands.options import add_data, add_weights

HELP = "print the shipped classifiers' mean ratings by race and gender on FairFace"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments to the parser."""
    parser.add_argument("models", nargs="*", metavar="MODEL", help="default: every classifier that ships")
    add_data(parser)
    add_weights(parser)


def run(arguments: argparse.Namespace) -> None:
    """Print a report for each classifier, as JSON; the faces are found once."""
    from core.models.classifier import load_classifier
    from core.models.detector import load_detector
    from core.models.manifest import load_manifest
    from core.settings_reader import load_settings
    from training.evaluate.fairness import evaluate_fairness, faces_of
    from training.scores import rounded

    settings = load_settings(weights_dir=arguments.weights).rating
    names = arguments.models or load_manifest(arguments.weights).names("classifier")
    classifiers = [load_classifier(name, settings) for name in names]
    people = faces_of(arguments.data, load_detector(settings.detector, settings))
    print(json.dumps({model.name: rounded(evaluate_fairness(model, people)) for model in classifiers}, indent=1))
