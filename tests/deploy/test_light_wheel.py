from __future__ import annotations

import base64
import csv
import hashlib
import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from core.settings import ROOT
from deploy.light_wheel import lighten, main

NAME = "fairest-1.0-py3-none-any.whl"
INFO = "fairest-1.0.dist-info"


def digest(text: str) -> str:
    """As a wheel records it."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """One with a module, a manifest and two models."""
    files = {
        "core/__init__.py": "",
        "core/weights/manifest.json": "{}",
        "core/weights/reports/a/README.md": "a",
        "core/weights/a.tflite": "a",
        "core/weights/b.tflite": "b",
        f"{INFO}/METADATA": "Metadata-Version: 2.4\nName: fairest\nVersion: 1.0\n",
        f"{INFO}/WHEEL": "Wheel-Version: 1.0\nGenerator: hand\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    with zipfile.ZipFile(tmp_path / NAME, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
        lines = [f"{name},sha256={digest(text)},{len(text)}\n" for name, text in files.items()]
        archive.writestr(f"{INFO}/RECORD", "".join([*lines, f"{INFO}/RECORD,,\n"]))
    return tmp_path / NAME


def test_all_but_the_models_is_in_it_and_recorded(wheel: Path) -> None:
    before = wheel.read_bytes()
    lightened = lighten(wheel)
    assert lightened.name == "fairest-1.0-0light-py3-none-any.whl"
    assert wheel.read_bytes() == before
    with zipfile.ZipFile(lightened) as archive:
        names = set(archive.namelist())
        record = archive.read(f"{INFO}/RECORD").decode()
    assert {name for name in names if not name.startswith(INFO)} == {
        *("core/__init__.py", "core/weights/manifest.json", "core/weights/reports/a/README.md")
    }
    assert {row[0] for row in csv.reader(io.StringIO(record))} == names


def test_it_is_a_command(wheel: Path) -> None:
    command = [sys.executable, str(ROOT / "deploy" / "light_wheel.py"), str(wheel)]
    stdout = subprocess.run(command, cwd=wheel.parent, capture_output=True, text=True, check=True).stdout
    assert Path(stdout.strip()).is_file()


@pytest.mark.parametrize("content", [None, b"no wheel"])
def test_what_is_no_wheel_gets_a_sentence(
    tmp_path: Path, content: bytes | None, capsys: pytest.CaptureFixture[str]
) -> None:
    if content is not None:
        (tmp_path / NAME).write_bytes(content)
    assert main([str(tmp_path / NAME)]) == 2
    assert capsys.readouterr().err.startswith("light_wheel: expected a wheel; ")


def test_one_without_models_is_reported(wheel: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lightened = lighten(wheel)
    assert main([str(lightened)]) == 2
    assert "expected models (core/weights/*.tflite)" in capsys.readouterr().err


def test_its_help_lists_its_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert capsys.readouterr().err.startswith("usage:")
