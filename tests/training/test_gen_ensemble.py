from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.errors import ReportError, UnknownModelError
from core.evaluation.align_predictions import Members
from core.evaluation.results import Row, write_results
from core.models.manifest import Calibration, EnsembleCard, Manifest, ModelCard
from tests import factories
from training.errors import DataError, TrainingError
from training.gen_ensemble import (
    Classes,
    calibration_of,
    classes_of,
    common_threshold,
    compare,
    label_probability,
    mean_rows,
    read_members,
    subset_scores,
)
from training.scores import Scores

THRESHOLD = 2.8
CLASSES = Classes(THRESHOLD, "Sexy", "Ugly")


def row(file: str, score: float, rating: float) -> Row:
    """A face of one group and source, labelled by the threshold."""
    return Row(file, "AF", "lab", score, CLASSES.of(score), rating, CLASSES.of(rating), 0.75)


def noisy(seed: int, noise: float, faces: int = 150) -> list[Row]:
    """Results of a model that errs at random, by `noise` rating points."""
    scores = np.linspace(1.2, 4.8, faces)
    ratings = scores + np.random.default_rng(seed).normal(0, noise, faces)
    return [row(f"{number}.png", float(scores[number]), float(ratings[number])) for number in range(faces)]


def three() -> Members:
    """Three models whose errors have nothing in common; the second is the best."""
    return {"one": noisy(1, 0.6), "two": noisy(2, 0.5), "three": noisy(3, 0.7)}


def compared(members: Members, resamples: int = 100, seed: int = 1) -> Scores:
    """The report on the members and their mean."""
    return compare(members, mean_rows(members, CLASSES, abs), CLASSES, resamples, seed)


def card(name: str, threshold: float = THRESHOLD, slope: float | None = 4.0) -> ModelCard:
    """A network's entry in the manifest."""
    calibration = None if slope is None else Calibration(slope=slope)
    return factories.card(name, "classifier", threshold=threshold, calibration=calibration)


def ensemble_card(members: list[str], threshold: float = THRESHOLD) -> EnsembleCard:
    """An ensemble's entry in the manifest, with slope 9."""
    return factories.ensemble(members, threshold=threshold, calibration=Calibration(slope=9.0))


def test_the_mean_is_plain_and_keeps_what_is_known_of_a_face() -> None:
    members = {"one": [row("a.png", 3.0, 2.0), row("b.png", 2.0, 3.0)], "two": [row("a.png", 3.0, 4.0)] * 2}
    first, second = mean_rows(members, CLASSES, lambda rating: rating / 5)
    assert first == Row("a.png", "AF", "lab", 3.0, "Sexy", 3.0, "Sexy", 0.6)
    assert (second.file, second.rating, second.label, second.predicted) == ("b.png", 3.5, "Ugly", "Sexy")


def test_a_mean_on_the_threshold_is_below() -> None:
    members = {"one": [row("a.png", 3.0, 2.0)], "two": [row("a.png", 3.0, 3.0)]}
    assert mean_rows(members, Classes(2.5, "up", "down"), abs)[0].predicted == "down"
    assert mean_rows(members, Classes(2.499, "up", "down"), abs)[0].predicted == "up"


def test_results_are_read_and_brought_into_one_order(tmp_path: Path) -> None:
    rows = noisy(1, 0.5, faces=9)
    write_results(tmp_path / "one.csv", rows)
    write_results(tmp_path / "two.csv", rows[::-1])
    members = read_members(tmp_path, ["one", "two"])
    assert members["one"] == members["two"]
    assert [result.file for result in members["two"]] == [result.file for result in rows]
    with pytest.raises(ReportError, match=r"missing.csv"):
        read_members(tmp_path, ["one", "missing"])


@pytest.mark.parametrize("names", [[], ["one"], ["one", "one", "two"], ["one", "ensemble"]])
def test_one_model_has_no_mean(tmp_path: Path, names: list[str]) -> None:
    with pytest.raises(TrainingError, match="two or more different models"):
        read_members(tmp_path, names)


def test_labels_tell_which_class_is_above() -> None:
    assert classes_of(three(), THRESHOLD) == CLASSES


@pytest.mark.parametrize("moved", [-4e-6, 0, 4e-6])
@pytest.mark.parametrize("label", ["Sexy", "Ugly"])
def test_a_score_on_the_threshold_may_have_been_on_either_side_before_it_was_written(moved: float, label: str) -> None:
    tie = replace(row("t.png", THRESHOLD + moved, 3.0), label=label)
    assert classes_of({"one": [*noisy(1, 0.5), tie]}, THRESHOLD) == CLASSES


def test_auc_goes_by_the_label() -> None:
    rows = [row("a.png", 1.0, 2.0), row("b.png", THRESHOLD, 2.5), row("c.png", 3.0, 2.2), row("d.png", 4.0, 4.0)]
    others = [replace(result, label="Sexy") if result.file == "b.png" else result for result in rows]
    assert compared({"one": rows, "two": rows})["models"]["one"]["auc"]["value"] == 0.75
    assert compared({"one": others, "two": others})["models"]["one"]["auc"]["value"] == 1


def test_another_threshold_than_the_labels_is_refused() -> None:
    with pytest.raises(DataError, match=r"threshold 3.3 and another for the rest; received Sexy above and Sexy, Ugly"):
        classes_of(three(), 3.3)
    with pytest.raises(DataError, match="both sides of the threshold 5"):
        classes_of(three(), 5.0)


def test_classes_of_other_names_are_refused() -> None:
    members = three()
    members["two"] = [replace(members["two"][0], predicted="Plain"), *members["two"][1:]]
    with pytest.raises(DataError, match=r"results of two; 0.png has 'Ugly' and 'Plain'"):
        classes_of(members, THRESHOLD)


def test_the_threshold_is_the_members_own() -> None:
    manifest = Manifest(models=[card("one"), card("two"), card("odd", threshold=3.0)])
    assert common_threshold(manifest, ["one", "two"]) == THRESHOLD
    with pytest.raises(TrainingError, match=r"one threshold for all models; received one 2.8, odd 3\."):
        common_threshold(manifest, ["one", "odd"])
    with pytest.raises(UnknownModelError, match="nobody"):
        common_threshold(manifest, ["one", "nobody"])
    odd_ensemble = Manifest(models=[card("one"), card("two"), ensemble_card(["one", "two"], threshold=2.9)])
    with pytest.raises(TrainingError, match=r"ensemble 2\.9"):
        common_threshold(odd_ensemble, ["one", "two"])


def test_the_calibration_is_the_ensembles_or_the_members_mean() -> None:
    cards = [card("one", slope=4.0), card("two", slope=6.0), card("none", slope=None), card("other", slope=50.0)]
    assert calibration_of(Manifest(models=[*cards]), ["one", "two"]).slope == 5.0
    assert calibration_of(Manifest(models=[*cards]), ["one", "two", "none"]).slope == 5.0
    both = Manifest(models=[*cards, ensemble_card(["two", "one"])])
    assert calibration_of(both, ["one", "two"]).slope == 9.0
    assert calibration_of(both, ["one", "two", "other"]).slope == 20.0
    with pytest.raises(TrainingError, match="a calibration of none in the manifest"):
        calibration_of(both, ["none"])


def test_the_probability_is_a_coins_at_the_threshold_and_the_same_on_both_sides() -> None:
    probability = label_probability(Calibration(slope=2.0), 3.0)
    assert probability(3.0) == 0.5
    assert probability(3.5) == pytest.approx(1 / (1 + math.exp(-1)))
    assert probability(2.5) == probability(3.5)


def test_the_mean_of_independent_errors_is_better_than_each() -> None:
    members = three()
    report = compared(members, resamples=400)
    models = report["models"]
    assert list(models) == ["one", "two", "three", "ensemble"]
    for name in members:
        assert models["ensemble"]["pearson"]["value"] > models[name]["pearson"]["value"]
        assert models["ensemble"]["rmse"]["value"] < models[name]["rmse"]["value"]
    assert models["two"]["rmse"]["value"] == pytest.approx(0.5, rel=0.15)
    for table in models.values():
        assert all(cell["low"] < cell["value"] < cell["high"] for cell in table.values())
    assert report["gain"]["over"] == "two"
    gain = report["gain"]["pearson"]
    assert gain["value"] == models["ensemble"]["pearson"]["value"] - models["two"]["pearson"]["value"]
    assert 0 < gain["low"] < gain["value"] < gain["high"]


def test_models_are_paired_face_by_face() -> None:
    members = {"one": noisy(1, 0.6), "copy": noisy(1, 0.6)}
    report = compared(members)
    assert report["gain"]["pearson"] == {"value": pytest.approx(0), "low": pytest.approx(0), "high": pytest.approx(0)}
    assert report["models"]["one"] == report["models"]["copy"]


def test_accuracy_compares_predicted_class_and_label() -> None:
    members = three()
    members["one"] = [replace(result, predicted=result.label) for result in members["one"]]
    members["two"] = [replace(result, predicted="Sexy") for result in members["two"]]
    report = compared(members)
    above = np.mean([result.label == "Sexy" for result in members["two"]])
    assert report["models"]["one"]["accuracy"] == {"value": 1, "low": 1, "high": 1}
    assert report["models"]["two"]["accuracy"]["value"] == pytest.approx(above)


def test_a_seed_gives_the_same_intervals_again() -> None:
    members = three()
    first = compared(members, seed=1)
    assert first == compared(members, seed=1)
    assert first["models"] != compared(members, seed=2)["models"]


@pytest.mark.parametrize(("resamples", "seed"), [(99, 1), (100, -1)])
def test_too_few_resamples_and_negative_seeds_are_refused(resamples: int, seed: int) -> None:
    with pytest.raises(TrainingError, match=f"received {resamples} resamples and seed {seed}"):
        compared(three(), resamples, seed)


def test_every_subset_is_measured_best_first() -> None:
    members = three()
    subsets = subset_scores(members, CLASSES)
    assert len(subsets) == 7
    assert sorted(scores["size"] for scores in subsets) == [1, 1, 1, 2, 2, 2, 3]
    assert len({tuple(scores["models"]) for scores in subsets}) == 7
    correlations = [scores["pearson"] for scores in subsets]
    assert correlations == sorted(correlations, reverse=True)
    report = compared(members)
    for scores in subsets:
        name = scores["models"][0] if scores["size"] == 1 else "ensemble"
        if scores["size"] in (1, 3):
            table = report["models"][name]
            assert {key: scores[key] for key in table} == {key: cell["value"] for key, cell in table.items()}
