"""`gen_ensemble`: evaluate the mean of several models' ratings together with each of them."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from core.batch.inputs import check_result
from core.output.escaping import CsvWriter
from core.output.files import atomic_write_text, write_file
from training.commands.options import add_weights
from training.errors import TrainingError
from training.gen_ensemble import RESAMPLES, SEED
from training.models import registry
from training.scores import Scores, rounded

HELP = "average the ratings that gen_results wrote, and measure the mean beside each model"

MEASURES = {"pearson": "Pearson", "mae": "MAE", "rmse": "RMSE", "auc": "AUC", "accuracy": "accuracy"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments to the parser."""
    parser.add_argument("models", nargs="*", metavar="MODEL", help=f"default: {' '.join(registry.members())}")
    parser.add_argument("--results", type=Path, default=Path("results"), help="folder of MODEL.csv (default: results)")
    add_weights(parser)
    parser.add_argument("--threshold", type=float, help="rating that parts the classes (default: the manifest's)")
    parser.add_argument("--resamples", type=int, default=RESAMPLES, help=f"of the bootstrap (default: {RESAMPLES})")
    parser.add_argument("--seed", type=int, default=SEED, help=f"of the bootstrap (default: {SEED})")
    parser.add_argument("--subsets", action="store_true", help="measure the mean of every subset of the models too")
    parser.add_argument("--out", type=Path, help="CSV of the subsets (default: RESULTS/ensemble_subsets.csv)")


def run(arguments: argparse.Namespace) -> None:
    """Print the table; write ensemble.csv and ensemble.json beside the results, and the subsets if requested.

    Raises:
        TrainingError: results do not belong together, or --out without --subsets.
    """
    from core.evaluation.results import write_results
    from core.models.manifest import load_manifest
    from training.gen_ensemble import (
        calibration_of,
        classes_of,
        common_threshold,
        compare,
        label_probability,
        mean_rows,
        read_members,
        subset_scores,
    )

    if arguments.out and not arguments.subsets:
        raise TrainingError("expected --subsets beside --out, which says where their table goes; received --out alone.")
    names = arguments.models or registry.members()
    if arguments.out:
        check_result(arguments.out, [arguments.results / f"{name}.csv" for name in (*names, "ensemble")])
    members = read_members(arguments.results, names)
    manifest = load_manifest(arguments.weights)
    threshold = common_threshold(manifest, names) if arguments.threshold is None else arguments.threshold
    classes = classes_of(members, threshold)
    mean = mean_rows(members, classes, label_probability(calibration_of(manifest, names), threshold))
    report = compare(members, mean, classes, arguments.resamples, arguments.seed)
    print("\n".join(table(report)))
    if arguments.subsets:
        report["subsets"] = subset_scores(members, classes)
        print("\n".join(subset_lines(report["subsets"])))
        write_subsets(arguments.out or arguments.results / "ensemble_subsets.csv", report["subsets"])
    write_results(arguments.results / "ensemble.csv", mean)
    written = json.dumps(rounded(report), indent=1) + "\n"
    write_file(arguments.results / "ensemble.json", written)


def table(report: Scores) -> list[str]:
    """Return a line for each model and the mean, and one for the mean's gain; brackets contain 95 % intervals."""
    lines = [
        f"{report['faces']} faces, threshold {report['threshold']:g}, "
        f"[95 % interval over {report['resamples']} paired resamples]",
        f"{'':<20}" + "".join(f"{title:<21}" for title in MEASURES.values()),
    ]
    for name, measured in report["models"].items():
        cells = (measured[measure] for measure in MEASURES)
        written = (f"{cell['value']:.3f} [{cell['low']:.3f} {cell['high']:.3f}]" for cell in cells)
        lines.append(f"{name:<20}" + "".join(f"{cell:<21}" for cell in written))
    gain = report["gain"]["pearson"]
    lines.append(
        f"mean minus the best single model ({report['gain']['over']}), Pearson: "
        f"{gain['value']:+.4f} [{gain['low']:+.4f} {gain['high']:+.4f}]"
    )
    return [line.rstrip() for line in lines]


def subset_lines(subsets: list[Scores]) -> list[str]:
    """Return a line for each subset."""
    lines = [f"{'models':<7}" + "".join(f"{title:<9}" for title in MEASURES.values())]
    for scores in subsets:
        cells = "".join(f"{scores[measure]:<9.4f}" for measure in MEASURES)
        lines.append(f"{scores['size']:<7}{cells} {' '.join(scores['models'])}")
    return [line.rstrip() for line in lines]


def write_subsets(path: Path, subsets: list[Scores]) -> None:
    """Write a CSV with a row for each subset, its models separated by spaces. Creates the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = ["size", *MEASURES, "models"]
    with atomic_write_text(path) as stream:
        writer = CsvWriter(stream)
        writer.writerow(columns)
        for scores in subsets:
            row = {**rounded(scores), "models": " ".join(scores["models"])}
            writer.writerow([row[column] for column in columns])
