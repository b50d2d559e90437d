from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import UnknownModelError
from core.evaluation.metrics import pearson
from core.evaluation.results import ratings_of, read_results
from core.settings import ROOT
from training.gen_results import gen_results

WEIGHTS = ROOT / "weights"


def test_rows_hold_the_faces_their_targets_and_their_classes(data: Path, tmp_path: Path) -> None:
    rows = gen_results("sexyness_cnn", data, WEIGHTS, tmp_path)
    assert [row.file for row in rows] == sorted(row.file for row in rows)
    assert len(rows) == 4
    assert {row.label for row in rows} | {row.predicted for row in rows} <= {"Sexy", "Ugly"}
    assert read_results(tmp_path / "sexyness_cnn.csv")[2].rating == pytest.approx(rows[2].rating, abs=1e-4)


def test_views_follow_from_the_seed_and_the_picture_alone(data: Path, tmp_path: Path) -> None:
    plain = ratings_of(gen_results("sexyness_cnn", data, WEIGHTS, tmp_path))
    moved = ratings_of(gen_results("sexyness_cnn", data, WEIGHTS, tmp_path, views=3, seed=7))
    assert (moved != plain).all()
    assert (ratings_of(gen_results("sexyness_cnn", data, WEIGHTS, tmp_path, views=3, seed=7)) == moved).all()
    assert (ratings_of(gen_results("sexyness_cnn", data, WEIGHTS, tmp_path, views=3, seed=8)) != moved).any()
    # Another model between changes nothing, and the views of one picture do not depend on those before it.
    gen_results("vgg16", data, WEIGHTS, tmp_path, views=3, seed=7)
    assert (ratings_of(gen_results("sexyness_cnn", data, WEIGHTS, tmp_path, views=3, seed=7)) == moved).all()
    assert pearson(plain, moved) > 0.9


def test_what_cannot_be_run_is_refused(data: Path, tmp_path: Path) -> None:
    with pytest.raises(UnknownModelError, match="nobody"):
        gen_results("nobody", data, WEIGHTS, tmp_path)
    with pytest.raises(ValueError, match="views"):
        gen_results("sexyness_cnn", data, WEIGHTS, tmp_path, views=-1)
    assert not list(tmp_path.iterdir())


def test_members_are_chosen_on_faces_that_are_not_tested(data: Path, tmp_path: Path) -> None:
    tested = {row.file for row in gen_results("sexyness_cnn", data, WEIGHTS, tmp_path)}
    chosen_upon = {row.file for row in gen_results("sexyness_cnn", data, WEIGHTS, tmp_path, part="validation")}
    assert chosen_upon
    assert not chosen_upon & tested
