"""Writes requirements*.txt from pyproject.toml: every package with its version and the hashes of its files.

python -m tests.package.lock [--upgrade]

Versions stay as they are where pyproject.toml allows it; `--upgrade` takes the newest. Each file names the ones it
builds on and lists only what they lack. Needs uv (`pipx install uv`) and the package index.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from core.output.files import write_file
from core.settings import ROOT

HEAD = "# Written by `make requirements` from pyproject.toml; do not edit it."


@dataclass(frozen=True)
class Lock:
    """One file: what is installed with an extra of pyproject.toml.

    Attributes:
        name: of the file.
        extra: None for what everybody needs.
        base: names of the files that it builds on.
    """

    name: str
    extra: str | None = None
    base: tuple[str, ...] = ()


LOCKS = (
    Lock("requirements.txt"),
    Lock("requirements-train.txt", "train", ("requirements.txt",)),
    Lock("requirements-ray.txt", "ray", ("requirements.txt",)),
    Lock("requirements-test.txt", "test", ("requirements-train.txt",)),
    Lock("requirements-fuzz.txt", "fuzz", ("requirements-test.txt",)),
)
"""In the order in which they are made: a file after those that it builds on."""


def blocks(text: str) -> dict[str, str]:
    """A file's packages: by the line that asks for one, that line with its hashes and what needs it."""
    entries = re.findall(r"^\w.*\n(?:    .*\n)*", text, re.MULTILINE)
    return {block.split("\n", 1)[0].removesuffix(" \\"): block for block in entries}


def included(name: str, folder: Path = ROOT) -> dict[str, str]:
    """The packages of a file and of those that it builds on, as `blocks` has them. folder: of the project."""
    text = (folder / name).read_text(encoding="utf-8")
    packages = blocks(text)
    for base in re.findall(r"^-r (\S+)$", text, re.MULTILINE):
        packages |= included(base, folder)
    return packages


def without(resolution: str, base: dict[str, str]) -> str:
    """What a resolution lists beyond another, as text."""
    return "".join(block for line, block in blocks(resolution).items() if line not in base)


def resolve(uv: str, lock: Lock, upgrade: bool) -> str:
    """All that a file and those it builds on must list, by uv."""
    command = [uv, "pip", "compile", "pyproject.toml", "--quiet", "--universal", "--python-version", "3.11"]
    # One version for all of Python's, where there is one.
    command += ["--fork-strategy", "fewest", "--generate-hashes", "--annotation-style", "line", "--no-header"]
    command += ["--extra", lock.extra] if lock.extra else []
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.txt"
        locked = {} if upgrade else included(lock.name) if (ROOT / lock.name).is_file() else {}
        out.write_text("".join(locked.values()), encoding="utf-8")
        base = Path(folder) / "base.txt"
        base.write_text("".join(f"{line}\n" for name in lock.base for line in included(name)), encoding="utf-8")
        subprocess.run([*command, "--constraints", str(base), "--output-file", str(out)], cwd=ROOT, check=True)
        # Not what came from files of this run only.
        return re.sub(rf"(, )?-c {re.escape(str(base))}", "", out.read_text(encoding="utf-8")).replace(
            "# via , ", "# via "
        )


def write(uv: str, lock: Lock, upgrade: bool) -> None:
    """Write one file."""
    base = {line: block for name in lock.base for line, block in included(name).items()}
    lines = [HEAD, *(f"-r {name}" for name in lock.base)]
    text = without(resolve(uv, lock, upgrade), base)
    write_file(ROOT / lock.name, "\n".join(lines) + "\n" + text)


def main(argv: Sequence[str] | None = None) -> int:
    """Write all files; 2 with a sentence where there is no uv."""
    parser = argparse.ArgumentParser(prog="python -m tests.package.lock", description="Write requirements*.txt.")
    parser.add_argument("--upgrade", action="store_true", help="take the newest versions that pyproject.toml allows")
    arguments = parser.parse_args(argv)
    uv = shutil.which("uv")
    if uv is None:
        print("Expected uv on the PATH; there is none. Get it by: pipx install uv", file=sys.stderr)
        return 2
    for lock in LOCKS:
        write(uv, lock, arguments.upgrade)
    return 0


if __name__ == "__main__":
    sys.exit(main())
