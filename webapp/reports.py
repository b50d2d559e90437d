"""The evaluation reports of the shipped models, read from the weights folder and made into charts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import altair as alt
import pandas as pd

from core.weights import Card

LOSS = {"loss": "training", "val_loss": "validation"}


def read_report(weights: Path, name: str, file: str = "evaluation.json") -> dict[str, Any]:
    """A JSON file of a model's report, or of all models' with an empty name; {} when there is none or it is damaged."""
    try:
        report = json.loads((weights / "reports" / name / file).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return report if isinstance(report, dict) else {}


def read_frame(weights: Path, name: str, file: str) -> pd.DataFrame:
    """A CSV of a model's report, empty when there is none or it is damaged."""
    try:
        return pd.read_csv(weights / "reports" / name / file)
    except (OSError, ValueError):
        return pd.DataFrame()


def curve_chart(history: pd.DataFrame, columns: dict[str, str], title: str, log: bool = False) -> Any:
    """An Altair chart of values over epochs, a line for each column that the log has; None when it has none."""
    present = [column for column in columns if column in history]
    if not present or "epoch" not in history:
        return None
    long = history.assign(epoch=history["epoch"] + 1).melt("epoch", present, "which", "value")
    long["which"] = long["which"].map(columns)
    return (
        alt.Chart(long)
        .mark_line(point=True)
        .encode(
            x=alt.X("epoch:Q", title="Epoch", axis=alt.Axis(tickMinStep=1, format="d")),
            y=alt.Y("value:Q", title=title, scale=alt.Scale(type="log" if log else "linear", zero=False, nice=not log)),
            color=alt.Color("which:N", title=None, legend=alt.Legend(orient="top")),
            tooltip=["epoch", "which", alt.Tooltip("value", format=".4f")],
        )
        .properties(height=280)
    )


def confusion_chart(counts: list[list[int]], below: str, above: str) -> Any:
    """A confusion matrix: rows the panel's label, columns the model's; each cell with its count."""
    names = [below, above]
    cells = pd.DataFrame(
        [
            {"panel": names[row], "model": names[column], "faces": counts[row][column]}
            for row in range(2)
            for column in range(2)
        ]
    )
    base = alt.Chart(cells).encode(
        x=alt.X("model:N", title="The model says", sort=names, axis=alt.Axis(labelAngle=0)),
        y=alt.Y("panel:N", title="The panel says", sort=names),
    )
    half = max(max(row) for row in counts) / 2
    return alt.layer(
        base.mark_rect().encode(color=alt.Color("faces:Q", scale=alt.Scale(scheme="teals"), legend=None)),
        base.mark_text(fontSize=20).encode(
            text="faces:Q", color=alt.condition(f"datum.faces > {half}", alt.value("white"), alt.value("black"))
        ),
    ).properties(height=280)


def scatter_chart(predictions: pd.DataFrame) -> Any:
    """Predicted against true rating, a point a test face, coloured by face group."""
    scale = alt.Scale(domain=[1, 5])
    return (
        alt.Chart(predictions)
        .mark_circle(size=18, opacity=0.5)
        .encode(
            x=alt.X("score:Q", title="Panel's mean rating", scale=scale),
            y=alt.Y("rating:Q", title="Predicted rating", scale=scale),
            color=alt.Color("group:N", title="Group"),
            tooltip=["group", "source", "score", alt.Tooltip("rating", format=".2f")],
        )
        .properties(height=320)
    )


COLUMNS = {
    "pictures": "Pictures",
    "faces": "Faces",
    "ap": "AP",
    "ap_own": "AP, own drawing",
    "recall": "Recall",
    "precision": "Precision",
    "refused": "Share refused",
    "pearson": "Pearson",
    "mae": "Mean error",
    "rmse": "RMSE",
    "accuracy": "Accuracy",
    "other_panel": "Other panel (Spearman)",
    "mean_iou": "Mean IoU",
    "iou_50": "IoU 0.5 or more",
    "found": "Share found",
    "rating_moved": "Rating moved by",
}


DATA_SETS = {"fddb": "FDDB", "wider": "WIDER FACE"}


def group_table(groups: dict[str, dict[str, float]], of: str) -> pd.DataFrame:
    """Scores by group, set or source, one row each; `of` heads the column of their names."""
    return pd.DataFrame.from_dict(groups, orient="index").rename(columns=COLUMNS).rename_axis(of).reset_index()


def fold_table(report: dict[str, Any]) -> pd.DataFrame:
    """Scores fold by fold and their mean, one row each; empty when the report has none."""
    if not {"folds", "mean"} <= report.keys():
        return pd.DataFrame()
    rows = {str(fold["fold"]): {key: fold[key] for key in COLUMNS if key in fold} for fold in report["folds"]}
    return group_table(rows | {"mean": report["mean"]}, "Fold")


DETECTOR_COLUMNS = {
    "false_faces_in_100": "False faces in 100 pictures without one",
    "ms": "Milliseconds a picture",
}


def detector_table(report: dict[str, Any]) -> pd.DataFrame:
    """A row a detector, ours and public ones, with its average precision by set; empty when there is no report."""
    rows = [
        {"Detector": name}
        | {f"AP on {DATA_SETS.get(key, key)}": of["ap"] for key, of in scores["by_set"].items()}
        | {heading: scores[key] for key, heading in DETECTOR_COLUMNS.items()}
        for name, scores in report.items()
    ]
    return pd.DataFrame(rows)


LIVE_APPS = {
    "echo": "Plain echo, no model",
    "fairest": "Fairest",
    "simplest": "Simplest pattern, same networks",
    "simplest-seed": "Simplest pattern, FaceTracker and seed",
}


def live_table(report: dict[str, Any]) -> pd.DataFrame:
    """A row an app and number of viewers, as `python -m tests.bench live` measured them; empty without a report."""
    rows = []
    for name, apps in report.items():
        for app, row in apps.items():
            analysed = row["analysed"]
            rows.append(
                {
                    "Viewers": name,
                    "Server": LIVE_APPS.get(app, app),
                    "Received fps": _mean(row["received"]),
                    "Analysed fps": _mean(analysed),
                    "Slowest": min(analysed, default=None),
                    **{f"{share}, ms": row["latency"][share] for share in ("p50", "p95", "p99")},
                    "First, s": row["first"],
                    "CPU": row["cpu"],
                    "MB": row["memory_mb"][-1],
                }
            )
    return pd.DataFrame(rows)


def _mean(values: Sequence[float]) -> float | None:
    return sum(values) / len(values) if values else None


def comparison_table(cards: Sequence[Card], headings: dict[str, tuple[str, str]]) -> pd.DataFrame:
    """A row a model with its title and its scores, the best first.

    Args:
        cards: of the models.
        headings: score name to (heading, explanation).
    """
    rows = [
        {"Model": card.title} | {headings.get(name, (name, ""))[0]: value for name, value in card.scores.items()}
        for card in sorted(cards, key=lambda card: -card.scores.get("pearson", 0.0))
    ]
    return pd.DataFrame(rows)
