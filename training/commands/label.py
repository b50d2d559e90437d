"""`label`: draw boxes with labelme (GPL-3), which is run as a separate program and never imported."""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from training.data.files import picture_files
from training.errors import TrainingError

HELP = "open a folder of pictures in labelme, if it is installed"

SAVES_BY_ITSELF = 6
"""First version of labelme that saves automatically and stores no picture in its files; its flags differ."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments to the parser."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="folder of pictures")
    parser.add_argument("--labels", nargs="+", default=["face"], help="the labels to choose from (default: face)")


def run(arguments: argparse.Namespace) -> None:
    """Start labelme and wait until it is closed."""
    unread: list[str] = []
    picture_files(arguments.folder, unread)
    for sentence in unread:
        print(f"skipped {sentence}", file=sys.stderr)
    if not all(label.strip() for label in arguments.labels):
        raise TrainingError(f"expected labels with a letter in them; received {arguments.labels}.")
    program = shutil.which("labelme")
    if program is None:
        raise TrainingError(
            "expected the program labelme; it is not installed. Install it with: pipx install labelme "
            "(or: python -m venv labelme-env, then labelme-env/bin/pip install labelme, and put its bin on the PATH)."
        )
    call = command(program, major_version(program), arguments.folder, arguments.labels)
    print("labelme saves as you draw. Save (Ctrl+S) a picture without a shape too: it is a negative.", flush=True)
    try:
        status = subprocess.run(call, check=False).returncode
    except OSError as error:
        raise TrainingError(f"{program} cannot be started ({error.strerror}). Install labelme anew.") from error
    except KeyboardInterrupt:
        status = 0
    if status:
        raise TrainingError(f"labelme ended with status {status}. It needs a display; what it says is above.")
    print("labelme was closed; its files lie beside the pictures.")


def command(program: str, major: int, folder: Path, labels: Sequence[str]) -> list[str]:
    """Return the command that opens a folder, accepting only these labels and storing no pictures in label files."""
    # The trailing comma: labelme would take a single label for the name of a label list if such a file exists.
    chosen = ["--labels", ",".join(labels) + ","]
    if major >= SAVES_BY_ITSELF:
        return [program, str(folder.resolve()), *chosen, "--validate-label", "exact"]
    return [program, str(folder.resolve()), *chosen, "--validatelabel", "exact", "--nodata", "--autosave"]


def major_version(program: str) -> int:
    """Return the major version from `labelme --version`; the current one's if it is not printed."""
    try:
        output = subprocess.run([program, "--version"], check=False, capture_output=True, timeout=60).stdout
    except (OSError, subprocess.TimeoutExpired):
        return SAVES_BY_ITSELF
    number = re.search(rb"(\d+)\.\d", output)
    return int(number[1]) if number else SAVES_BY_ITSELF
