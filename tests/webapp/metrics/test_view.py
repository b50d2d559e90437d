"""The metrics page: every part and every model, in both languages, with whole reports and with damaged ones."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.evaluation.figures.registry import OVERVIEW, figure_specs
from core.evaluation.model_report import Overview
from core.models.manifest import Card, ModelCard, load_manifest, without_guard_networks
from core.settings import ROOT
from tests import factories
from tests.factories import weights
from tests.webapp.page_harness import texts, view
from webapp.common import resources
from webapp.common.i18n import LANGUAGES, catalogue
from webapp.metrics.scores import formatted
from webapp.metrics.view import KINDS, PARTS

CARDS = load_manifest(ROOT / "weights").models
PART_OF = {kind: part for part, kind in KINDS.items()}


@pytest.fixture(autouse=True)
def fresh_caches() -> Iterator[None]:
    for cached in (resources.settings, resources.manifest):
        cached.clear()
    yield
    for cached in (resources.settings, resources.manifest):
        cached.clear()


def opened(part: str, language: str = "en") -> AppTest:
    """A part of the page."""
    return view("metrics", language, {"metrics-part": part})


def charts(app: AppTest) -> int:
    return len(app.get("vega_lite_chart"))


def printed(app: AppTest, name: str) -> set[str]:
    """The figures for print that are offered of a model, or of all."""
    begin = f"metrics-print-{name}-"
    keys = [str(button.key) for button in app.get("download_button")]
    return {key.removeprefix(begin) for key in keys if key.startswith(begin)}


def served_from(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIREST_WEIGHTS_DIR", str(folder))
    for cached in (resources.settings, resources.manifest):
        cached.clear()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("part", PARTS)
def test_every_part_is_whole_in_every_language(part: str, language: str) -> None:
    app = opened(part, language)
    assert not app.exception
    assert not app.info
    assert not app.error
    assert charts(app) > 1
    assert app.title[0].value == catalogue(language).gettext("Metrics")
    headings = [element.value for element in [*app.header, *app.subheader]]
    assert len(headings) > 3
    if language == "ru":
        assert all(re.search("[а-я]", heading) for heading in headings)
        assert all(re.search("[а-я]", caption.value) for caption in app.caption)


GUARD_NETWORKS = [card for card in CARDS if card not in without_guard_networks(CARDS)]
SHOWN = [card for card in without_guard_networks(CARDS) if card.kind in PART_OF]


def test_networks_of_the_guard_are_not_offered_but_their_training_curves_are_shown() -> None:
    assert GUARD_NETWORKS
    app = opened(PART_OF["guard"])
    assert not {card.title for card in GUARD_NETWORKS} & set(app.selectbox(key="metrics-model").options)
    headings = [element.value for element in app.subheader]
    for card in GUARD_NETWORKS:
        assert f"Training curves of {card.title}" in headings


@pytest.mark.parametrize("card", SHOWN, ids=lambda card: card.name)
def test_every_model_has_its_scores_and_charts(card: Card) -> None:
    app = opened(PART_OF[card.kind])
    app.selectbox(key="metrics-model").set_value(card.name).run()
    assert not app.exception
    assert not app.info
    shown = [metric.value for metric in app.metric]
    assert shown[: len(card.scores)] == [formatted(*score) for score in card.scores.items()]
    assert charts(app) > 1
    assert f"**Licence.** {card.licence}" in texts(app)
    assert printed(app, card.name)
    assert printed(app, card.name) <= set(figure_specs(card))


def test_the_first_part_shows_every_classifier() -> None:
    app = view("metrics")
    assert set(app.dataframe[0].value["Model"]) == {card.title for card in CARDS if card.kind == "classifier"}


def test_it_says_which_classifier_is_measured_by_one_output_of_several() -> None:
    several = [card.title for card in CARDS if isinstance(card, ModelCard) and card.heads]
    captions = [caption.value for caption in opened("classifiers").caption if "one output per panel" in caption.value]
    assert [sentence.partition(" has ")[0] for sentence in captions] == several


def test_every_figure_of_all_models_that_is_offered_can_be_drawn() -> None:
    assert set().union(*(printed(opened(part), "fairest") for part in PARTS)) == set(OVERVIEW)


def test_the_viewer_picks_what_is_averaged() -> None:
    app = view("metrics")
    ensemble = next(card for card in CARDS if card.name == "ensemble")
    count = len(ensemble.scores) - 1
    scores = {metric.label: metric.value for metric in app.metric[-count:]}
    assert scores["Pearson"] == f"{ensemble.scores['pearson']:.3f}"
    app.pills(key="metrics-members").set_value(["vgg16"]).run()
    alone = next(card for card in CARDS if card.name == "vgg16")
    assert app.metric[-count].value == f"{alone.scores['pearson']:.3f}"
    app.pills(key="metrics-members").set_value([]).run()
    assert not app.exception
    assert "at least one" in app.info[0].value


@pytest.mark.parametrize("measure", ["mae", "accuracy"])
def test_the_viewer_chooses_the_measure(measure: str) -> None:
    app = view("metrics", state={"metrics-measure": measure})
    assert not app.exception
    assert not app.info


@pytest.mark.parametrize("part", PARTS)
def test_small_reports_of_other_models_are_shown_too(
    part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served_from(weights(tmp_path / "weights"), monkeypatch)
    app = opened(part)
    assert not app.exception
    assert charts(app) > 1


def test_the_guard_is_measured_by_commands_and_told_by_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served_from(weights(tmp_path / "weights"), monkeypatch)
    app = opened("guard")
    assert not app.info
    assert printed(app, "keeper") == set(figure_specs(factories.card("keeper", "guard")))
    # Refused by age twice, adults of three sets, years off, turns and training curves by two, the curve.
    assert charts(app) == 2 + 3 + 2 + 2 + 2 + 1
    needs, decisions, kinds = (table.value for table in app.dataframe)
    assert list(needs["Data set"]) == ["both together", "UTKFace", "All-Age-Faces"]
    assert list(needs["below 16"]) == [98.0] * 3
    assert list(decisions["Rule"]) == ["Probability of being under 18", "Expected age"]
    assert list(kinds["Kind of picture"]) == ["as it is", "grey"]
    assert {"1.25", "2.00 %", "3", "500"} <= {metric.value for metric in app.metric}
    commands = [caption.value for caption in app.caption if "python -m training" in caption.value]
    assert len(commands) == 9, "all but the training curves, whose command the card tells"
    assert len([text for text in commands if "--film webapp/demo/faces.webm" in text]) == 1


@pytest.mark.parametrize("part", ["test", "validation", "decisions", "turns", "film"])
def test_a_part_that_the_guards_report_lacks_costs_no_other(
    part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = weights(tmp_path / "weights")
    path = folder / "reports" / "keeper" / "evaluation.json"
    report = json.loads(path.read_text())
    del report[part]
    path.write_text(json.dumps(report))
    served_from(folder, monkeypatch)
    app = opened("guard")
    assert not app.exception
    # By age, by need, adults, curve and years off are of the test.
    assert len(app.info) == (5 if part == "test" else 1)
    assert charts(app) >= 4


@pytest.mark.parametrize("damage", ["missing", "empty", "[]", '{"test": {}}', "\x00"])
@pytest.mark.parametrize("part", PARTS)
def test_damaged_reports_get_sentences(part: str, damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = weights(tmp_path / "weights")
    if damage == "missing":
        shutil.rmtree(folder / "reports")
    else:
        for path in (folder / "reports").rglob("*.*"):
            path.write_text("" if damage == "empty" else damage)
    served_from(folder, monkeypatch)
    app = opened(part)
    assert not app.exception
    assert charts(app) == 0
    assert len(app.info) > 1
    assert {info.value for info in app.info} == {"There is nothing to show here: the report is missing or damaged."}
    assert str(tmp_path) not in texts(app)


@pytest.mark.parametrize("part", KINDS)
def test_a_manifest_without_models_gets_a_sentence(part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = weights(tmp_path / "weights")
    (folder / "manifest.json").write_text('{"models": []}')
    served_from(folder, monkeypatch)
    app = opened(part)
    assert not app.exception
    assert len(app.info) == 1


def test_what_is_drawn_and_what_is_printed_is_the_same_report() -> None:
    overview = Overview(ROOT / "weights" / "reports", tuple(CARDS))
    best = overview.subsets[0]
    app = view("metrics")
    table = app.dataframe[-1].value
    assert table["Pearson, best"].max() == pytest.approx(best.measures["pearson"])
