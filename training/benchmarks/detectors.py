"""Tables about the detectors and the landmarks."""

from __future__ import annotations

from core.evaluation.schemas import FaceAp
from core.percent import percent
from training.benchmarks.markdown import number
from training.benchmarks.reports import Reports
from training.export.guard_card import markdown_table
from training.export.model_card import display_name, measurement_lines
from training.scores import Scores


def one_face(reports: Reports) -> list[str]:
    """Return single-face detectors' overlap with the labelled box, by set."""
    lines: list[str] = []
    for card, test in reports.with_part("detector", "test", "mean_iou"):
        evaluation = reports.evaluation(card)
        lines += markdown_table(
            [card.title, "pictures", "mean IoU", "IoU 0.5 or more", "mean IoU with each set's own boxes"],
            [
                overlap_row("all", test, test.get("own_drawing")),
                *(
                    overlap_row(display_name(name), scores, test.get("own_drawing", {}).get("by_set", {}).get(name))
                    for name, scores in test.get("by_set", {}).items()
                ),
                *(
                    [overlap_row("without the second pass on a closer crop", evaluation["single_look"], None)]
                    * ("single_look" in evaluation)
                ),
            ],
        )
        if "face_or_not" in test:
            lines += [
                f"Whether there is a face is decided correctly for {percent(test['face_or_not'], 1)} of these pictures "
                f"and {test['negatives']} without one: {percent(test['faces_found'], 1)} of the faces are found, and "
                f"{percent(test['negatives_silent'], 1)} of the others give no detection.",
                "",
            ]
        if "export_difference" in evaluation:
            lines += [f"int8 against float: {evaluation['export_difference']['mean_iou']:+.4f} in mean IoU.", ""]
    return lines


def overlap_row(name: str, scores: Scores, own_scores: Scores | None) -> list[str]:
    """Return one detector's row of the table."""
    return [
        name,
        str(scores["pictures"]),
        number(scores["mean_iou"]),
        percent(scores["iou_50"], 1),
        number(own_scores["mean_iou"] if own_scores else None),
    ]


def every_face(reports: Reports) -> list[str]:
    """Return every detector, Fairest's and public ones, on the same pictures in one run."""
    scores_by_title = reports.overview.detectors.root
    sets = list(dict.fromkeys(name for scores in scores_by_title.values() for name in scores.by_set))
    sizes = list(dict.fromkeys(name for scores in scores_by_title.values() for name in scores.by_size))
    return markdown_table(
        [
            "detector",
            *(f"AP, {display_name(name)}" for name in sets),
            *(f"AP, {name} px" for name in sizes),
            "recall",
            "precision",
            "false faces per 100 pictures without one",
            "ms",
        ],
        [
            [
                title,
                *(precision_of(scores.by_set.get(name)) for name in sets),
                *(precision_of(scores.by_size.get(name)) for name in sizes),
                percent(scores.recall, 1),
                percent(scores.precision, 1),
                f"{scores.false_faces_in_100:.2f}",
                f"{scores.ms:.1f}",
            ]
            for title, scores in scores_by_title.items()
        ],
    )


def precision_of(faces: FaceAp | None) -> str:
    """Format average precision for a table; in brackets, against the set's own boxes."""
    if faces is None:
        return "-"
    return number(faces.ap) + ("" if faces.ap_own is None else f" ({number(faces.ap_own)})")


def views(reports: Reports) -> list[str]:
    """Return results on faces in other views: a row per view, two columns per detector."""
    views_by_title = reports.overview.views.root
    names = list(dict.fromkeys(name for scores_by_view in views_by_title.values() for name in scores_by_view))
    head = ["view", *(f"{title}: {column}" for title in views_by_title for column in ("found", "rating moved"))]
    rows = []
    for name in names:
        row = [name]
        for scores_by_view in views_by_title.values():
            scores = scores_by_view.get(name)
            row += [percent(scores.found, 1), f"{scores.rating_moved:.2f}"] if scores else ["-", "-"]
        rows.append(row)
    return markdown_table(head, rows)


def landmarks(reports: Reports) -> list[str]:
    """Return the scores on the landmark network's card."""
    return [
        line
        for card, _ in reports.with_part("landmarks", "test")
        for line in measurement_lines(reports.evaluation(card))
    ]
