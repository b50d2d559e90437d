from __future__ import annotations

import pytest

from core.errors import ReportError
from core.evaluation.curves import wilson_interval
from core.evaluation.figures.refused import plot_adults_refused, plot_refused_by_age, plot_tradeoff
from core.evaluation.guard_schemas import GuardTests
from tests import factories
from tests.core.evaluation.figures.figure_data import xs, ys


def guard_tests(**sets: bool) -> GuardTests:
    """Sets by name, and whether they label years."""
    return GuardTests.model_validate({name: factories.guard_test(exact) for name, exact in sets.items()})


def test_each_set_has_its_shares_and_their_intervals() -> None:
    figure = plot_refused_by_age(guard_tests(exact=True, utkface=True, a_b=True, decades=False))
    years, decades = figure.axes
    line, _, (bars,) = years.containers[0]
    assert ys(line) == [0.99, 0.7, 0.1]
    assert bars.get_segments()[1][:, 1] == pytest.approx(wilson_interval(0.7, 100))
    assert [label.get_text() for label in years.get_xticklabels()] == ["0 to 12", "18 to 20", "30 to 39"]
    assert [label.get_text() for label in decades.get_xticklabels()] == ["0 to 12", "10 to 19", "30 to 39"]
    labels = [label.get_text() for label in figure.legends[0].get_texts()]
    assert labels == ["UTKFace", r"a$\_$b", "decades"], "all together are not drawn beside each"
    colours = {axes.containers[0][0].get_color() for axes in figure.axes} | {years.containers[1][0].get_color()}
    assert len(colours) == 3


def test_ages_follow_each_other_whatever_the_order_of_the_report() -> None:
    scores = factories.guard_test() | {"by_age": dict(reversed(factories.guard_test()["by_age"].items()))}
    (axes,) = plot_refused_by_age(GuardTests.model_validate({"utkface": scores})).axes
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0 to 12", "18 to 20", "30 to 39"]
    assert sorted(zip(xs(axes.containers[0][0]), ys(axes.containers[0][0]), strict=True)) == [
        (0, 0.99),
        (1, 0.7),
        (2, 0.1),
    ]


def test_adults_have_a_point_a_race_and_gender() -> None:
    figure = plot_adults_refused(guard_tests(utkface=True, decades=False))
    axes, below = figure.axes
    assert (axes.get_title(loc="left"), below.get_title(loc="left")) == ("UTKFace", "decades")
    women, men = (xs(container[0]) for container in axes.containers)
    assert (women, men) == ([0.3, 0.2], [0.2, 0.1]), "the race refused least is on top"
    assert [label.get_text() for label in axes.get_yticklabels()] == ["Asian ($n = 100$)", "Black ($n = 100$)"]


def test_the_curve_has_a_ring_where_the_guard_stands() -> None:
    (axes,) = plot_tradeoff(guard_tests(utkface=True)).axes
    curve, ring = axes.lines
    assert (xs(curve), ys(curve)) == ([0.0, 0.1], [0.5, 0.05])
    assert xs(ring) == pytest.approx([0.03])
    assert ys(ring) == pytest.approx([0.2])


def test_what_was_not_measured_is_not_drawn() -> None:
    with pytest.raises(ReportError, match="curve over thresholds"):
        plot_tradeoff(guard_tests(decades=False))
    without_groups = {"utkface": factories.guard_test() | {"adults_by_group": {}}}
    with pytest.raises(ReportError, match="race and gender"):
        plot_adults_refused(GuardTests.model_validate(without_groups))
