from __future__ import annotations

import pytest

from core.evaluation.curves import wilson_interval
from core.evaluation.schemas import Accuracies, FairFaceScores
from tests import factories
from tests.webapp.metrics.charts.charted import column, described, rows
from webapp.metrics.charts.fairness import accuracy_chart, ratings_by_race_chart


def test_each_group_has_its_accuracy_and_interval_beside_the_source_alone() -> None:
    test = Accuracies.model_validate(factories.classifier_test())
    chart = accuracy_chart(test.by_source, test.source_alone, 0.4, str.upper)
    assert column(chart, "group") == ["LAB", "WEB"]
    lab_row = rows(chart, "group")[0]
    assert (lab_row["low"], lab_row["high"]) == pytest.approx(wilson_interval(0.9, 40))
    assert column(chart, "alone") == [0.75]
    assert described(chart) == "Accuracy by group: LAB 90.0 %, WEB 80.0 %."


def test_each_race_and_gender_has_its_mean_and_the_races_are_sorted() -> None:
    report = factories.fairface()
    report["by_group"]["Black Male"] |= {"standard_error": 0.1, "not_found": 10}
    chart = ratings_by_race_chart(FairFaceScores.model_validate(report), 3.0, str)
    by_group = {(row["race"], row["gender"]): row for row in rows(chart, "race")}
    assert by_group["Black", "Male"]["low"] == pytest.approx(2.8 - 0.196)
    assert by_group["Black", "Male"]["faces"] == 100
    assert by_group["Latino_Hispanic", "Female"]["mean"] == 3.0
    assert column(chart, "threshold") == [3.0]
    (order,) = {tuple(layer["encoding"]["y"]["sort"]) for layer in chart.to_dict()["layer"] if "y" in layer["encoding"]}
    assert order == ("Black", "Latino_Hispanic")


def test_a_group_without_a_rating_is_not_drawn() -> None:
    report = factories.fairface()
    report["by_group"]["Black Male"] |= {"mean": None}
    chart = ratings_by_race_chart(FairFaceScores.model_validate(report), None, str)
    assert ("Black", "Male") not in {(row["race"], row["gender"]) for row in rows(chart, "race")}
    assert column(chart, "threshold") == []


def test_people_without_any_rating_leave_the_chart_empty() -> None:
    report = factories.fairface()
    for table in ("by_group", "by_race", "by_gender"):
        report[table] = {name: people | {"mean": None} for name, people in report[table].items()}
    assert column(ratings_by_race_chart(FairFaceScores.model_validate(report), None, str), "race") == []
