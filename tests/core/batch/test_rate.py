from __future__ import annotations

import io
import json
import os
import shutil
import signal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from core.batch import console, progress, rate
from core.batch.rate import Order, rate_all
from core.batch.rating import Models
from core.output.sinks import Result
from core.settings import PictureSettings, RatingSettings
from tests import faces
from tests.core.batch.factories import table

MODELS = Models("facetracker", "sexyness_cnn", RatingSettings(), PictureSettings())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    input_folder = tmp_path / "in"
    input_folder.mkdir()
    for name in ("a.jpg", "b.jpg", "c.jpg"):
        shutil.copyfile(faces.FOLDER / faces.ADULT, input_folder / name)
    (input_folder / "bad.jpg").write_bytes(b"no picture")
    return input_folder


def order(path: Path, out: Path | None = None, form: str = "jsonl", processes: int = 1) -> Order:
    return Order([str(path)], MODELS, form, None if out is None else str(out), out is not None, processes, False, None)


def rows(text: str) -> list[dict[str, object]]:
    return [json.loads(line) | {"ms": 0} for line in text.splitlines()]


def test_a_pool_gives_the_same_rows_as_one_process(folder: Path) -> None:
    alone, pooled = io.StringIO(), io.StringIO()
    assert rate_all(order(folder), alone) == rate_all(order(folder, processes=2), pooled) == 1
    assert rows(alone.getvalue()) == rows(pooled.getvalue())
    assert len(rows(alone.getvalue())) == 4


def test_a_folder_of_parts_goes_on_where_it_stopped(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    original = progress.show_progress

    def stopped(results, pictures, before):  # type: ignore[no-untyped-def]
        for number, result in enumerate(original(results, pictures, before)):
            if number == 2:
                # As a cluster's or a desktop's scheduler does.
                os.kill(os.getpid(), signal.SIGTERM)
            yield result

    monkeypatch.setattr(console, "show_progress", stopped)
    with pytest.raises(KeyboardInterrupt):
        rate_all(order(folder, out, "parquet"), io.StringIO())
    monkeypatch.setattr(console, "show_progress", original)
    assert len(pq.read_table(out / "results")) == 2
    assert signal.getsignal(signal.SIGTERM) == signal.SIG_DFL
    requested: list[str] = []
    rated = rate._rated

    def noted(wanted: Order, listed):  # type: ignore[no-untyped-def]
        requested.extend(Path(picture.file).name for picture in listed)
        return rated(wanted, listed)

    monkeypatch.setattr(rate, "_rated", noted)
    assert rate_all(order(folder, out, "parquet"), io.StringIO()) == 1
    assert requested == ["bad.jpg", "c.jpg"]
    files = [Path(name).name for name in pq.read_table(out / "results")["file"].to_pylist()]
    assert sorted(files) == ["a.jpg", "b.jpg", "c.jpg"]
    assert rate_all(order(folder, out, "parquet"), io.StringIO()) == 1
    assert len(requested) == 2


def test_pictures_of_a_table(tmp_path: Path) -> None:
    data = (faces.FOLDER / faces.ADULT).read_bytes()
    path = table(tmp_path / "t.parquet", [data, b"none", data], ["x", "y", "z"], struct=True)
    out = io.StringIO()
    assert rate_all(order(path), out) == 1
    results = rows(out.getvalue())
    assert [row["file"] for row in results] == ["x", "y", "z"]
    assert results[0]["faces"] == results[2]["faces"] != []


def test_one_that_cannot_be_analysed_stops_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from core.analyzer import Analyzer

    original = Analyzer.analyze
    calls: list[int] = []

    def analyze(self: Analyzer, image: object) -> object:
        calls.append(1)
        if len(calls) == 3:  # the first is the warm-up
            raise ValueError("odd")
        return original(self, image)  # type: ignore[arg-type]

    monkeypatch.setattr(Analyzer, "analyze", analyze)
    out = io.StringIO()
    assert rate_all(order(folder), out) == 2
    assert "odd" in str(rows(out.getvalue())[1]["error"])


def test_nothing_to_rate_is_no_fault(tmp_path: Path) -> None:
    out = io.StringIO()
    assert rate_all(order(tmp_path), out) == 0
    assert out.getvalue() == ""


def test_a_result_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    results = [Result("a", 1, 1, None, 1.0, []), Result("b", None, None, "bad", None, [])]
    assert list(progress.show_progress(results, 2, before=3)) == results
    assert capsys.readouterr().err == ""
