"""Metrics: how good each shipped model is, from the reports in the weights folder."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from core.errors import FairestError
from core.weights import Card, ModelCard
from webapp import resources
from webapp.reports import (
    LOSS,
    comparison_table,
    confusion_chart,
    curve_chart,
    detector_table,
    fold_table,
    group_table,
    live_table,
    read_frame,
    read_report,
    scatter_chart,
)

SCORES = {
    "mean_iou": ("Mean IoU", "Overlap of the predicted box with the true one, on test pictures with one face."),
    "iou_50": ("IoU 0.5 or more", "Share of those pictures in which the box overlaps the true one by half or more."),
    "face_or_not": ("Face or not", "Share of pictures, with a face and without, told right."),
    "ap_fddb": (
        "AP on FDDB",
        "Average precision at IoU 0.5: 1 when every face is found and nothing else, the surest first.",
    ),
    "ap_wider": ("AP on WIDER FACE", "The same on pictures of crowds, with faces down to a few pixels."),
    "recall": ("Recall", "Share of the labelled faces that are found."),
    "pearson": ("Pearson", "Correlation of predicted with true ratings on faces never trained on; 1 is perfect."),
    "mae": ("Mean error", "Mean absolute error of the rating, on the scale of 1 to 5."),
    "rmse": ("RMSE", "Root mean squared error of the rating."),
    "auc": ("AUC", "Chance that of two faces, one on each side of the median, the right one gets the higher rating."),
    "accuracy": ("Accuracy", "Share of faces that fall on the right side of the training median."),
    "years_off": ("Years off", "Mean distance of the estimated age from the labelled one."),
    "minors_refused": ("Minors refused", "Share of those under 18 that are not rated."),
    "grown_ups_refused": ("Adults refused", "Share of those of 30 and over that are wrongly not rated."),
    "ece": ("Calibration error", "How far the label's probability is from how often it is right, on average."),
}
QUALITIES = {"pearson": "Pearson", "box_iou": "Mean IoU", "years_off": "Years off", "box_loss": "1 - overlap of boxes"}
"""What a training log measures beside the loss, by its column; the first that it has is shown."""


LIVE: dict[str, Any] = {
    **{name: st.column_config.NumberColumn(format="%.1f") for name in ("Received fps", "Analysed fps", "Slowest")},
    **{name: st.column_config.NumberColumn(format="%.0f") for name in ("p50, ms", "p95, ms", "p99, ms", "MB")},
    "First, s": st.column_config.NumberColumn(format="%.1f"),
    "CPU": st.column_config.NumberColumn(format="percent"),
}


def page() -> None:
    """Show the page."""
    st.title("Metrics")
    st.markdown(
        "Measured on pictures that no model was trained, tuned or chosen on, through the files that the app runs."
    )
    try:
        cards = resources.manifest().models
    except FairestError as error:
        st.error(f"There is nothing to show: {error}", icon=":material/error:")
        return
    st.subheader("Classifiers side by side")
    st.dataframe(
        comparison_table([card for card in cards if card.kind == "classifier"], SCORES),
        hide_index=True,
        width="stretch",
    )
    detectors = detector_table(read_report(resources.settings().weights_dir, "", "detectors.json"))
    if not detectors.empty:
        st.subheader("Detectors side by side")
        st.caption(
            "Average precision (AP) at IoU 0.5 on pictures that none of ours has seen: 1 when every face is found and "
            "nothing else, the surest first. All in one run on the same pictures, two threads."
        )
        st.dataframe(detectors, hide_index=True, width="stretch")
    live = live_table(read_report(resources.settings().weights_dir, "", "live.json"))
    if not live.empty:
        st.subheader("Live, under load")
        st.caption(
            "Viewers that send a film with a burned-in clock to the real page and read it back, on the same two cores; "
            "beside it plain echo, and the simplest public pattern: models for each viewer, called in the callback. "
            "Frames a second are each viewer's, in the mean and of the slowest; p50, p95 and p99 are of the time from "
            "sending a frame to having it back, first from START to the first analysed frame; CPU, of one "
            "core, and MB are the server's."
        )
        st.dataframe(live, column_config=LIVE, hide_index=True, width="stretch", placeholder="")
    titles = {card.name: card.title for card in cards}
    chosen = st.selectbox("Model", list(titles), format_func=lambda name: titles[name], key="metrics-model")
    show(next(card for card in cards if card.name == chosen))


def show(card: Card) -> None:
    """One model's figures and charts."""
    weights = resources.settings().weights_dir
    for column, (key, value) in zip(st.columns(max(len(card.scores), 1)), card.scores.items(), strict=False):
        name, meaning = SCORES.get(key, (key, ""))
        column.metric(name, f"{value:.3f}", help=meaning or None)
    history = read_frame(weights, card.name, "history.csv")
    if isinstance(card, ModelCard):
        show_training(history)
    report = read_report(weights, card.name).get("test", {})
    if card.kind == "classifier":
        show_classifier(card, report)
    elif card.kind == "guard":
        show_guard(card, report)
    else:
        show_detector(card, report)
    st.subheader("Model card")
    if isinstance(card, ModelCard):
        made_of = f"input {card.side} x {card.height or card.side}"
    else:
        made_of = f"of {', '.join(card.members)}"
    st.markdown(
        f"**Data.** {card.data}\n\n**Made by** `{card.command}`\n\n**Parameters** {card.parameters:,}, "
        f"{made_of}\n\n**Licence.** {card.licence}"
    )


def show_training(history: pd.DataFrame) -> None:
    """A network's curves over the epochs."""
    loss = curve_chart(history, LOSS, "Loss (logarithmic)", log=True)
    measure = next((name for name in QUALITIES if name in history), "pearson")
    columns = {measure: "training", f"val_{measure}": "validation"}
    quality = curve_chart(history, columns, QUALITIES[measure])
    for column, heading, chart in zip(st.columns(2), ("Loss", "Quality by epoch"), (loss, quality), strict=True):
        column.subheader(heading)
        if chart is None:
            column.info("The training log of this model is not in the weights folder.")
        else:
            column.altair_chart(chart, width="stretch")


def show_detector(card: Card, report: dict[str, Any]) -> None:
    """How a detector does by kind of picture, size of the face and view of it."""
    left, right = st.columns(2)
    if "by_set" in report:
        left.subheader("By data set")
        left.dataframe(group_table(report["by_set"], "Data set"), hide_index=True)
    if "by_size" in report:
        right.subheader("By size of the face, pixels")
        right.dataframe(group_table(report["by_size"], "Size"), hide_index=True)
    views = read_report(resources.settings().weights_dir, "", "views.json").get(card.title)
    if views:
        st.subheader("Leaning, large and cut faces")
        st.caption(
            "The same test faces shown in a camera's frame: how many are found, how many of these are refused as too "
            "small or turned away, and how far the rating is on average from that of the face upright."
        )
        st.dataframe(group_table(views, "View"), hide_index=True)


GUARDED = {
    "by_need": ("Age", "Of whom the guard must refuse as many as it can, and of whom as few."),
    "by_age": ("Years", "The same in finer steps."),
    "adults_by_gender": ("Gender", "Adults of 25 and over, as UTKFace labels them."),
    "adults_by_race": ("Race", "Adults of 25 and over, as UTKFace labels them."),
}


def show_guard(card: Card, report: dict[str, Any]) -> None:
    """Whom the guard refuses."""
    st.subheader("Who is refused")
    st.caption(f"Faces that look younger than {card.threshold:.1f} are not rated.")
    for column, (key, (of, meaning)) in zip(2 * st.columns(2), GUARDED.items(), strict=True):
        if key in report:
            column.caption(meaning)
            column.dataframe(group_table(report[key], of), hide_index=True)


def show_classifier(card: Card, report: dict[str, Any]) -> None:
    """Confusion matrix, scatter and the tables by group and source."""
    settings = resources.settings()
    left, right = st.columns(2)
    if "confusion" in report:
        left.subheader("Confusion matrix")
        left.altair_chart(
            confusion_chart(report["confusion"], settings.label_below, settings.label_above), width="stretch"
        )
        left.caption(f"The line between the labels is the training set's median rating, {card.threshold:.2f}.")
    predictions = read_frame(settings.weights_dir, card.name, "predictions.csv")
    if not predictions.empty:
        right.subheader("Predicted against true")
        right.altair_chart(scatter_chart(predictions), width="stretch")
        right.caption("Each point is a test face; on the diagonal the prediction is right.")
    if "by_group" in report:
        left.subheader("By group")
        left.caption("Asian or Caucasian (A, C), female or male (F, M), as the data set names them.")
        left.dataframe(group_table(report["by_group"], "Group"), hide_index=True)
    if "by_source" in report:
        right.subheader("By photo source")
        right.caption(
            "Knowing only a photo's source, and nothing of the face, gives an accuracy of "
            f"{report['source_alone']:.3f}."
        )
        right.dataframe(group_table(report["by_source"], "Source"), hide_index=True)
    folds = fold_table(read_report(settings.weights_dir, card.name, "folds.json"))
    if not folds.empty:
        st.subheader("Five folds")
        st.caption("Each fold of the rated faces by a network trained on the other four; fold 1's is the one in use.")
        st.dataframe(folds, hide_index=True)
