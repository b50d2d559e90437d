from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from tests.factories import weights
from training.commands import confusion_matrix
from training.errors import DataError


def call(*arguments: str) -> None:
    parser = argparse.ArgumentParser()
    confusion_matrix.add_arguments(parser)
    confusion_matrix.run(parser.parse_args([*arguments, "--latex", "no"]))


@pytest.mark.parametrize(("more", "stem"), [([], "confusion_counts"), (["--normalised"], "confusion_percent")])
def test_only_the_matrix_asked_for_is_drawn(tmp_path: Path, more: list[str], stem: str) -> None:
    folder = weights(tmp_path / "weights")
    call("rater", *more, "--weights", str(folder), "--out", str(tmp_path / "out"))
    assert {path.name for path in (tmp_path / "out" / "rater").iterdir()} == {f"{stem}.pdf", f"{stem}.png"}


def test_a_detector_has_none(tmp_path: Path) -> None:
    folder = weights(tmp_path / "weights")
    with pytest.raises(DataError, match="for finder; received confusion_counts"):
        call("finder", "--weights", str(folder), "--out", str(tmp_path / "out"))
