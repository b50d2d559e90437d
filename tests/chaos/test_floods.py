from __future__ import annotations

from dataclasses import asdict

import pytest

from tests.chaos.floods.measure import AT_THE_DOOR, MIN_KEPT, Row, kept, measure_all, report, table
from tests.chaos.floods.strangers import ADDRESSES, FLOODS


def row(share: float) -> Row:
    return Row("offers", 5.0, 30.0, 30.0 * share, share, share, (250, 260), {"429": 100}, 1.0)


def test_each_flood_is_compared_with_the_whiles_around_it() -> None:
    # The machine is half as fast from the third window on.
    assert kept([30, 30, 15, 15], [30, 22.5, 15]) == pytest.approx(1.0)
    assert kept([30, 30, 30, 30], [15, 15, 30]) == pytest.approx(0.5)


def test_enough_is_what_was_asked_for() -> None:
    assert row(MIN_KEPT).enough
    assert not row(MIN_KEPT - 0.01).enough
    assert report([row(1.0)])["least_kept"] == MIN_KEPT
    earlier = [{"flood": "uploads"}, {"flood": "offers"}]
    assert report([row(1.0)], earlier)["floods"] == [asdict(row(1.0)), {"flood": "uploads"}]
    assert "offers" in table([row(1.0)])


def test_strangers_are_on_loopback_and_floods_are_known_by_name() -> None:
    assert all(address.startswith("127.0.") for address in ADDRESSES)
    assert len(ADDRESSES) == len(set(ADDRESSES))
    assert FLOODS.keys() >= AT_THE_DOOR
    with pytest.raises(ValueError, match="floods of"):
        measure_all(1, ["deluge"])
