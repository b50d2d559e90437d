"""Writes a model card for each shipped model, after Mitchell et al., "Model Cards for Model Reporting", FAT* 2019."""

from __future__ import annotations

from core.models.manifest import Card, Kind, ModelCard
from training.export.guard_card import guard_lines
from training.models import registry
from training.scores import Scores

USE: dict[Kind, str] = {
    "classifier": (
        "Says how a panel would have rated an adult's face in a picture, for research and play. It is one panel's "
        "taste, not a fact about anyone. Never decide anything about a person by it, and never rate minors: the app's "
        "guard comes first."
    ),
    "landmarks": (
        "Says where the corners of the eyes and the nose are in a face that is turned by any angle, so that it can be "
        "cut upright, and how sure that is. It identifies nobody."
    ),
    "guard": (
        "Estimates the apparent age of a face, so that none that may be a minor's is rated. It proves nobody's age: do "
        "not use it to let anyone in or to keep anyone out."
    ),
}

LIMITS: dict[Kind, str] = {
    "classifier": (
        "Learnt from portraits: other ages, angles, light and expressions than theirs move the rating. The kind of "
        "photo gives much of the label away, so read the accuracy within a source. Ratings differ by race and gender; "
        "the table says by how much, and not which of them are wrong."
    ),
    "guard": (
        "Learnt and measured on faces of the web, the ages of many of which others have guessed, and on portraits of "
        "Asian people. Some minors pass and some adults are refused, unevenly by gender and race: see the tables."
    ),
    "landmarks": (
        "Learnt from faces that mostly look into the camera: of profiles and covered faces it says at best that it "
        "cannot tell. Its points are as exact as those it learnt from."
    ),
}
"""Default texts for each kind of model; detectors always have their own."""

NOUNS = {"landmarks": "landmark network"}
"""Nouns for kinds of models whose name is not one."""

NAMES = {
    "pictures": "pictures",
    "faces": "faces",
    "ap": "AP at IoU 0.5",
    "ap_own": "AP against the set's own drawing",
    "recall": "recall",
    "precision": "precision",
    "false_faces_in_100": "false faces in 100 pictures without one",
    "pearson": "Pearson",
    "spearman": "Spearman",
    "mae": "MAE",
    "rmse": "RMSE",
    "auc": "AUC",
    "accuracy": "accuracy",
    "ece": "calibration error",
    "source_alone": "accuracy by the source alone",
    "mean_iou": "mean IoU",
    "iou_50": "IoU 0.5 or more",
    "face_or_not": "face or not",
    "mean": "mean rating",
    "share_above": "share above the threshold",
    "not_found": "no face found",
    "points_off": "points off on average, in distances of the outer corners of the eyes",
    "roll_off": "median degrees off",
    "roll_off_95": "degrees off, 95 in 100",
    "told": "share told",
    "nothing_told": "share told where there is no face",
}
"""Format of the scores shown on a card; others are only in evaluation.json."""


def format_value(value: object) -> str:
    """Format a number for a table; a dash for an unknown one."""
    if value is None:
        return "-"
    return f"{value:.3f}" if isinstance(value, float) else str(value)


def scores_line(scores: Scores) -> str:
    """Return a report's scalar scores in one sentence."""
    return ", ".join(
        f"{name} {format_value(scores[key])}"
        for key, name in NAMES.items()
        if isinstance(scores.get(key), (int, float))
    )


def score_table(head: str, rows: Scores) -> list[str]:
    """Return a Markdown table of scores by name, in alphabetical order."""
    first = next(iter(rows.values()))
    keys = [key for key in NAMES if key in first]
    lines = [f"| {head} | " + " | ".join(NAMES[key] for key in keys) + " |", "|---" * (len(keys) + 1) + "|"]
    return lines + [
        f"| {name} | " + " | ".join(format_value(rows[name].get(key)) for key in keys) + " |" for name in sorted(rows)
    ]


def model_card(card: Card, report: Scores) -> str:
    """Return a model's card in Markdown.

    Args:
        card: its entry in the manifest.
        report: the export's measurements: test; for a classifier also other_panel and fairface; for a guard see
            `training.export.guard_card`.
    """
    size = (
        f"input {card.side} x {card.height or card.side} x 3, {card.file}"
        if isinstance(card, ModelCard)
        else ", ".join(card.members)
    )
    noun = NOUNS.get(card.kind, card.kind)
    file = next((file for spec in registry.specs() for file in spec.exports if file.name == card.name), None)
    lines = [
        f"# {card.title}",
        "",
        f"`{card.name}`, a {noun}: {card.parameters:,} parameters, {size}. Threshold {card.threshold:g}"
        + (f", slope of the probability {card.calibration.slope:g}." if card.calibration else "."),
        "",
        "## Use",
        "",
        (file and file.use) or USE[card.kind],
        "",
        "## Data and training",
        "",
        card.data,
        "",
        f"Made by `{card.command}`.",
        "",
        "## Measured",
        "",
        *(guard_lines(card, report) if card.kind == "guard" else measurement_lines(report)),
    ]
    limits = (file and file.limits) or LIMITS[card.kind]
    return "\n".join([*lines, "## Limits", "", limits, "", "## Licence", "", card.licence, ""])


def measurement_lines(report: Scores) -> list[str]:
    """Return the lines of the measurements section of a detector's or classifier's card."""
    test = report["test"]
    lines = [f"On the test pictures, which nothing was chosen upon: {scores_line(test)}.", ""]
    for key, head in (
        ("by_set", "set"),
        ("by_size", "size, pixels"),
        ("by_source", "photo source"),
        ("by_group", "group"),
        ("by_angle", "degrees"),
    ):
        if key in test:
            lines += [*score_table(head, test[key]), ""]
    if "other_panel" in report:
        lines += [f"Against MEBeauty's raters, on its test pictures: {scores_line(report['other_panel'])}.", ""]
    if "fairface" in report:
        fairness = report["fairface"]
        lines += [
            "## Fairness",
            "",
            f"Mean ratings on {fairness['pictures']:,} adults of FairFace lie {fairness['spread']:.2f} apart between "
            f"the groups of race and gender, highest for {fairness['highest']}, lowest for {fairness['lowest']}; of "
            f"random groups, 95 in 100 lie less than {fairness['spread_by_chance']['group']:.2f} apart.",
            "",
            *score_table("race and gender", fairness["by_group"]),
            "",
        ]
    return lines
