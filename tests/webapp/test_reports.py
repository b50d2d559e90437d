from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from core.settings import ROOT
from core.weights import Card, ModelCard, load_manifest
from webapp.reports import (
    LOSS,
    confusion_chart,
    curve_chart,
    fold_table,
    group_table,
    live_table,
    read_frame,
    read_report,
    scatter_chart,
)

WEIGHTS = ROOT / "weights"


@pytest.mark.parametrize("card", load_manifest(WEIGHTS).models, ids=lambda card: card.name)
def test_every_shipped_model_has_its_log_and_its_report(card: Card) -> None:
    report = read_report(WEIGHTS, card.name)
    for key, value in card.scores.items():
        assert report["test"][key] == pytest.approx(value), "the manifest and the report disagree"
    trained = isinstance(card, ModelCard)
    assert (curve_chart(read_frame(WEIGHTS, card.name, "history.csv"), LOSS, "Loss") is not None) == trained


def test_missing_and_damaged_reports_are_empty(tmp_path: Path) -> None:
    assert read_report(tmp_path, "m") == {}
    assert read_frame(tmp_path, "m", "history.csv").empty
    folder = tmp_path / "reports" / "m"
    folder.mkdir(parents=True)
    (folder / "evaluation.json").write_text("[")
    (folder / "history.csv").write_text("")
    assert read_report(tmp_path, "m") == {}
    assert read_frame(tmp_path, "m", "history.csv").empty
    assert curve_chart(pd.DataFrame(), LOSS, "Loss") is None


def test_curves_have_a_line_a_column() -> None:
    history = pd.DataFrame({"epoch": [0, 1], "loss": [3.0, 2.0], "val_loss": [4.0, 3.0]})
    chart = curve_chart(history, LOSS, "Loss").to_dict()
    values = next(iter(chart["datasets"].values()))
    assert {(row["epoch"], row["which"], row["value"]) for row in values} == {
        (1, "training", 3.0),
        (2, "training", 2.0),
        (1, "validation", 4.0),
        (2, "validation", 3.0),
    }


def test_the_confusion_matrix_keeps_rows_for_the_truth() -> None:
    chart = confusion_chart([[5, 1], [2, 7]], "Ugly", "Sexy").to_dict()
    values = next(iter(chart["datasets"].values()))
    assert {"panel": "Ugly", "model": "Sexy", "faces": 1} in values
    assert {"panel": "Sexy", "model": "Ugly", "faces": 2} in values


def test_scatter_and_table() -> None:
    predictions = pd.DataFrame({"group": ["AF"], "source": ["lab"], "score": [3.0], "rating": [3.2]})
    assert scatter_chart(predictions).to_dict()["mark"]["type"] == "circle"
    assert group_table({"AF": {"pearson": 0.8}, "CM": {"pearson": 0.7}}, "Group")["Group"].tolist() == ["AF", "CM"]


def test_the_folds_come_in_order_with_their_mean_last() -> None:
    scores = {"pearson": 0.9, "mae": 0.2, "rmse": 0.3, "accuracy": 0.8}
    folds = [{"fold": fold, "pictures": 1100, **scores} for fold in (1, 2)]
    table = fold_table({"folds": folds, "mean": scores})
    assert list(table["Fold"]) == ["1", "2", "mean"]
    assert list(table["Mean error"]) == [0.2] * 3
    assert fold_table({}).empty


def test_the_live_table_has_a_row_an_app() -> None:
    measured = {
        "received": [30.0, 29.0],
        "analysed": [11.0, 10.5],
        "latency": {"p50": 50.0, "p95": 70.0, "p99": 90.123},
        "first": 0.5,
        "cpu": 1.4,
        "memory_mb": [500.0, 510.0],
    }
    report = {"2 at 640x480, 30 fps, 20 s": {"echo": measured | {"analysed": []}, "fairest": measured}}
    table = live_table(report)
    assert table["Server"].tolist() == ["Plain echo, no model", "Fairest"]
    assert table.loc[1, "Analysed fps"] == 10.75
    assert table.loc[1, "Slowest"] == 10.5
    assert table.loc[1, "MB"] == 510
    assert pd.isna(table.loc[0, "Analysed fps"])
    assert live_table({}).empty
