from __future__ import annotations

from pathlib import Path

import pytest

from core.errors import ReportError
from core.evaluation.results import ratings_of, read_results, scores_of, write_results
from tests.factories import rows


def test_what_was_written_is_read(tmp_path: Path) -> None:
    write_results(tmp_path / "new" / "a.csv", rows(5))
    results = read_results(tmp_path / "new" / "a.csv")
    assert [row.file for row in results] == [row.file for row in rows(5)]
    assert scores_of(results) == pytest.approx(scores_of(rows(5)), abs=1e-4)
    assert ratings_of(results) == pytest.approx(ratings_of(rows(5)), abs=1e-4)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("file,group\na,b\n", "missing: source, score, label"),
        ("file,group,source,score,label,rating,predicted,probability\na,b,c,high,d,1,e,1\n", "line 2"),
    ],
)
def test_other_files_get_a_sentence(tmp_path: Path, content: str, sentence: str) -> None:
    (tmp_path / "a.csv").write_text(content)
    with pytest.raises(ReportError, match=sentence):
        read_results(tmp_path / "a.csv")


@pytest.mark.parametrize("content", [b"\xff\xfe", b"file,group\n\xc4,b\n"])
def test_a_file_that_is_no_text_gets_a_sentence(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(ReportError, match=r"a CSV in UTF-8 in .*a\.csv|missing"):
        read_results(tmp_path / "a.csv")


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match=r"a\.csv; it does not exist"):
        read_results(tmp_path / "a.csv")
