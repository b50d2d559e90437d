"""What goes into the wheel, by the rules that build it; tests/scale/test_package.py builds and installs it."""

from __future__ import annotations

import subprocess

from hatchling.builders.wheel import WheelBuilder

from core.settings import ROOT

CLIENT = "core/client/fairest/"
FOLDERS = {"core": "core", "training": "training", "webapp": "webapp", "weights": "core/weights"}
"""Of the repository, and where they lie in the wheel."""


def in_wheel() -> set[str]:
    """The paths of its files."""
    return {file.distribution_path for file in WheelBuilder(str(ROOT)).recurse_included_files()}


def test_every_file_of_the_packages_and_the_models_is_in_the_wheel_and_no_other() -> None:
    expected = {"webapp/.streamlit/config.toml"}
    for folder, place in FOLDERS.items():
        completed = subprocess.run(["git", "ls-files", folder], cwd=ROOT, capture_output=True, text=True, check=True)
        expected |= {place + name.removeprefix(folder) for name in completed.stdout.splitlines()}
    # The client moves to the package's own name.
    expected = {f"fairest/{name.removeprefix(CLIENT)}" if name.startswith(CLIENT) else name for name in expected}
    assert in_wheel() == expected


def test_types_are_there_for_whoever_uses_the_packages() -> None:
    assert {f"{name}/py.typed" for name in ("core", "training", "webapp", "fairest")} <= in_wheel()
