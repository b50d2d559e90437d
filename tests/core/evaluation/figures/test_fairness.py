from __future__ import annotations

import pytest

from core.errors import ReportError
from core.evaluation.figures.fairness import plot_fairness
from core.evaluation.schemas import FairFaceScores
from tests.factories import fairface


def test_each_group_is_a_point_in_the_line_of_its_race() -> None:
    figure = plot_fairness(FairFaceScores.model_validate(fairface()), 2.9)
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        "Latino$\\_$Hispanic ($n = 220$)",
        "Black ($n = 220$)",
    ]
    women, men = (container[0].get_xdata() for container in axes.containers)
    assert list(women) == [3.0, 3.2]
    assert list(men) == [2.7, 2.8]
    labels = [label.get_text() for label in figure.legends[0].get_texts()]
    assert labels == ["between the classes", "race's mean", "Female, mean $3.10$", "Male, mean $2.75$"]


def test_the_spread_is_named() -> None:
    title = plot_fairness(FairFaceScores.model_validate(fairface()), None).get_suptitle()
    assert title == "Spread $0.50$: highest Black Female ($3.20$),\nlowest Latino$\\_$Hispanic Male ($2.70$)"


def test_what_chance_gives_and_how_sure_a_mean_is_are_shown_when_known() -> None:
    scores = fairface() | {"spread_by_chance": {"group": 0.21}}
    scores["by_group"]["Black Male"] |= {"standard_error": 0.1}
    figure = plot_fairness(FairFaceScores.model_validate(scores), None)
    assert figure.get_suptitle().endswith("95 of 100 random groupings stay below $0.21$")
    _, men = figure.axes[0].containers
    ends = men[2][0].get_segments()[1][:, 0]
    assert ends == pytest.approx([2.8 - 0.196, 2.8 + 0.196])


def test_people_without_a_rating_are_not_counted_and_their_groups_not_drawn() -> None:
    scores = fairface()
    scores["by_group"]["Black Male"] = {"pictures": 110, "not_found": 110, "mean": None}
    scores["by_race"]["Black"] |= {"not_found": 110}
    (axes,) = plot_fairness(FairFaceScores.model_validate(scores), None).axes
    assert axes.get_yticklabels()[1].get_text() == "Black ($n = 110$)"
    assert list(axes.containers[1][0].get_xdata()) == [2.7]


def test_an_unknown_extreme_gets_a_sentence() -> None:
    with pytest.raises(ReportError, match="received 'nobody'"):
        plot_fairness(FairFaceScores.model_validate(fairface() | {"lowest": "nobody"}), None)
