"""Writes a model card for each shipped model, after Mitchell et al., "Model Cards for Model Reporting", FAT* 2019."""

from __future__ import annotations

from core.models.manifest import Card, Kind, ModelCard
from training.export.guard_card import HELD_OUT, guard_lines, markdown_table
from training.models import registry
from training.scores import Scores

USE: dict[Kind, str] = {
    "classifier": (
        "Predicts how a panel of raters would have rated an adult's face in a picture, for research and entertainment. "
        "A rating is one panel's taste, not a fact about anyone. Do not base any decision about a person on it, and "
        "never rate minors: the app's age guard comes first."
    ),
    "landmarks": (
        "Locates the corners of the eyes and the nose in a face rotated by any angle, so that the face can be cropped "
        "upright, and predicts its own error. It does not identify anyone."
    ),
    "guard": (
        "Estimates the apparent age of a face, so that no face that may be a minor's is rated. It does not prove "
        "anyone's age: do not use it to grant or deny access."
    ),
}

LIMITS: dict[Kind, str] = {
    "classifier": (
        "Trained on portraits: ages, angles, lighting and expressions unlike those in them shift the rating. The "
        "source of a photo alone predicts much of the label, so the accuracy within each source is more informative. "
        "Ratings differ by race and gender; the table shows by how much, not which ratings are wrong."
    ),
    "guard": (
        "Trained and evaluated on faces from the web, many of whose age labels are estimates by other people, and on "
        "portraits of Asian people. Some minors pass and some adults are refused, at rates that differ by gender and "
        "race: see the tables."
    ),
    "landmarks": (
        "Trained on mostly frontal faces: for profiles and occluded faces it can at best report a large error. Its "
        "points are only as accurate as the labels it was trained on."
    ),
}
"""Default texts for each kind of model; detectors always have their own."""

KINDS: dict[Kind, str] = {
    "detector": "face detector",
    "classifier": "classifier",
    "guard": "age guard",
    "landmarks": "landmark network",
}

THRESHOLDS: dict[Kind, str] = {
    "detector": "Detection threshold",
    "classifier": "Label threshold",
    "guard": "Threshold of the probability of being under 18",
    "landmarks": "Threshold of the predicted error",
}

NAMES = {
    "pictures": "pictures",
    "faces": "faces",
    "ap": "AP at IoU 0.5",
    "ap_own": "AP with each set's own boxes",
    "recall": "recall",
    "precision": "precision",
    "false_faces_in_100": "false faces per 100 pictures without one",
    "mean_iou": "mean IoU",
    "iou_50": "share with IoU 0.5 or more",
    "face_or_not": "accuracy of face or no face",
    "pearson": "Pearson",
    "spearman": "Spearman",
    "mae": "MAE",
    "rmse": "RMSE",
    "auc": "AUC",
    "accuracy": "accuracy",
    "ece": "ECE",
    "source_alone": "accuracy from the photo source alone",
    "mean": "mean rating",
    "share_above": "share above the threshold",
    "not_found": "no face found",
    "points_off": "normalised mean error (outer eye corners)",
    "roll_off": "median roll error, degrees",
    "roll_off_95": "95th percentile of roll error, degrees",
    "told": "share of faces accepted",
    "nothing_told": "share of non-faces accepted",
}
"""Column titles of the scores shown on a card, in this order; others are only in evaluation.json."""

TITLES = {
    "fddb": "FDDB",
    "wider": "WIDER FACE",
    "helen": "Helen",
    "AF": "Asian women",
    "AM": "Asian men",
    "CF": "Caucasian women",
    "CM": "Caucasian men",
    "Female": "women",
    "Male": "men",
    "Latino_Hispanic": "Latino or Hispanic",
}
"""Display names of names in a report; others are displayed unchanged."""


def display_name(name: str) -> str:
    """Return the display name of a name in a report."""
    return TITLES.get(name, name)


def format_value(value: object) -> str:
    """Format a number for a table; a dash for an unknown one."""
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def score_table(head: str, rows: Scores) -> list[str]:
    """Return a Markdown table of scores by name, in alphabetical order of the names in the report."""
    first = next(iter(rows.values()))
    keys = [key for key in NAMES if key in first]
    return markdown_table(
        [head, *(NAMES[key] for key in keys)],
        [[display_name(name), *(format_value(rows[name].get(key)) for key in keys)] for name in sorted(rows)],
    )


def total_table(scores: Scores) -> list[str]:
    """Return a Markdown table with a report's scalar scores in one row."""
    keys = [key for key in NAMES if isinstance(scores.get(key), (int, float))]
    return markdown_table([NAMES[key] for key in keys], [[format_value(scores[key]) for key in keys]])


def model_card(card: Card, report: Scores) -> str:
    """Return a model's card in Markdown.

    Args:
        card: its entry in the manifest.
        report: the export's measurements: test; for a classifier also other_panel and fairface; for a guard see
            `training.export.guard_card`.
    """
    network = (
        f"input {card.side} x {card.height or card.side} x 3, file `{card.file}`"
        if isinstance(card, ModelCard)
        else f"mean of {', '.join(card.members)}"
    )
    file = next((file for spec in registry.specs() for file in spec.exports if file.name == card.name), None)
    lines = [
        f"# {card.title}",
        "",
        f"`{card.name}`: {KINDS[card.kind]}, {card.parameters:,} parameters, {network}. "
        f"{THRESHOLDS[card.kind]}: {card.threshold:g}"
        + (f"; slope of the label's probability: {card.calibration.slope:g}." if card.calibration else "."),
        "",
        "## Intended use",
        "",
        (file and file.use) or USE[card.kind],
        "",
        "## Training data",
        "",
        card.data,
        "",
        f"Produced by `{card.command}`.",
        "",
        "## Evaluation",
        "",
        *(guard_lines(card, report) if card.kind == "guard" else measurement_lines(report)),
    ]
    limits = (file and file.limits) or LIMITS[card.kind]
    return "\n".join([*lines, "## Limitations", "", limits, "", "## Licence", "", card.licence, ""])


def measurement_lines(report: Scores) -> list[str]:
    """Return the lines of the evaluation section of a detector's, classifier's or landmark network's card."""
    test = report["test"]
    lines = [f"{HELD_OUT}:", "", *total_table(test)]
    for key, head in (
        ("by_set", "data set"),
        ("by_size", "face size, pixels"),
        ("by_source", "photo source"),
        ("by_group", "group"),
        ("by_angle", "rotation, degrees"),
    ):
        if key in test:
            lines += score_table(head, test[key])
    if "other_panel" in report:
        lines += ["Agreement with MEBeauty's raters, on its test pictures:", "", *total_table(report["other_panel"])]
    if "fairface" in report:
        fairness = report["fairface"]
        lines += [
            "## Fairness",
            "",
            f"On {fairness['pictures']:,} adults of FairFace, the mean ratings of the groups by race and gender differ "
            f"by up to {fairness['spread']:.2f}: highest for {fairness['highest']}, lowest for {fairness['lowest']}. "
            "For random groups of the same sizes, the 95th percentile of that difference is "
            f"{fairness['spread_by_chance']['group']:.2f}.",
            "",
            *score_table("race and gender", fairness["by_group"]),
        ]
    return lines
