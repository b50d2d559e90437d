from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path

import pytest

from core.settings import ROOT
from tests.factories import weights
from training.commands import report


def call(*arguments: str) -> None:
    parser = argparse.ArgumentParser()
    report.add_arguments(parser)
    report.run(parser.parse_args(arguments))


def test_the_files_are_printed_and_what_is_missing_goes_to_stderr(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = weights(tmp_path / "weights")
    (folder / "reports" / "finder" / "history.csv").unlink()
    out = tmp_path / "out" / "finder"
    call("finder", "--weights", str(folder), "--out", str(tmp_path / "out"), "--latex", "no")
    printed = capsys.readouterr()
    assert printed.out.splitlines() == [str(out / "overlap_by_set.pdf"), str(out / "overlap_by_set.png")]
    assert printed.err.startswith("python -m training: finder, without training_curves: expected a training log")


def test_without_latex_the_figures_are_drawn_and_it_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("core.evaluation.figures.style.shutil.which", lambda _: None)
    # A name that no other test draws: what is known about LaTeX is kept.
    folder = weights(tmp_path / "weights")
    (folder / "reports" / "finder").rename(folder / "reports" / "unnamed")
    path = folder / "reports" / "unnamed" / "evaluation.json"
    path.write_text(path.read_text().replace("fddb", "unseen"))
    call("finder", "unnamed", "--weights", str(folder), "--out", str(tmp_path / "out"))
    printed = capsys.readouterr()
    assert len(printed.out.splitlines()) == 2
    assert "LaTeX does not set the text: latex and dvipng and kpsewhich cannot be found" in printed.err


def test_no_tensorflow_is_loaded(tmp_path: Path) -> None:
    folder = weights(tmp_path / "weights")
    code = (
        "import argparse, sys\n"
        "from training.commands import report\n"
        "parser = argparse.ArgumentParser()\n"
        "report.add_arguments(parser)\n"
        f"report.run(parser.parse_args(['finder', '--latex', 'no', '--weights', {str(folder)!r}, "
        f"'--out', {str(tmp_path / 'out')!r}]))\n"
        "assert not {'tensorflow', 'keras', 'matplotlib.pyplot'} & set(sys.modules)\n"
    )
    completed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (completed.returncode, completed.stderr) == (0, "")
    assert len(completed.stdout.splitlines()) == 4
