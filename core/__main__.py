"""Rate the faces of picture files.

    python -m core PATH... [--detector NAME] [--classifier NAME] [--format jsonl|csv] [--out FILE]
    python -m core --list

Exit status: 0 when all pictures were read, 1 when some were not, 2 when the call itself was wrong.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TextIO

from core.analyzer import Analyzer, load_analyzer
from core.errors import FairestError, ImageError
from core.images import SUFFIXES, read_picture
from core.settings import Settings, load_settings
from core.sinks import SINKS, Result
from core.weights import load_manifest


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(prog="python -m core", description="Find and rate the faces of picture files.")
    made.add_argument("paths", nargs="*", metavar="PATH", help="pictures, and folders of pictures")
    made.add_argument("--detector", metavar="NAME", help="who finds the faces (see --list)")
    made.add_argument("--classifier", metavar="NAME", help="who rates them (see --list)")
    made.add_argument("--format", choices=sorted(SINKS), default="jsonl", help="jsonl (default) or csv")
    made.add_argument("--out", metavar="FILE", type=Path, help="write here instead of to standard output")
    made.add_argument("--list", action="store_true", help="print the detectors and classifiers with their scores")
    return made


def pictures(paths: list[str]) -> Iterator[Path]:
    """The picture files of a list of files and folders, in the order given; a folder's own in order of name."""
    for given in paths:
        path = Path(given)
        if path.is_dir():
            yield from sorted(p for p in path.rglob("*") if p.is_file() and p.suffix.lower() in SUFFIXES)
        else:
            yield path


def analyzed(path: Path, analyzer: Analyzer, settings: Settings) -> Result:
    """One file's result; a file that cannot be read gives one with an error."""
    begin = time.perf_counter()
    try:
        image = read_picture(path, settings.max_picture_mb, settings.max_megapixels)
    except ImageError as error:
        return Result(str(path), None, None, str(error), None, [])
    faces = analyzer.analyze(image)
    height, width = image.shape[:2]
    return Result(str(path), width, height, None, (time.perf_counter() - begin) * 1000, faces)


def print_models(settings: Settings, stream: TextIO) -> None:
    """A line for each detector and classifier: kind, name, scores."""
    for card in (card for card in load_manifest(settings.weights_dir).models if card.kind != "guard"):
        scores = ", ".join(f"{name} {value:.4g}" for name, value in card.scores.items())
        print(f"{card.kind:<11} {card.name:<18} {scores}", file=stream)


def run(arguments: argparse.Namespace, settings: Settings) -> int:
    """Carry out a valid call; returns 0 or 1."""
    analyzer = load_analyzer(
        arguments.detector or settings.photo_detector, arguments.classifier or settings.classifier, settings
    )
    analyzer.warm_up()
    status = 0
    with contextlib.ExitStack() as stack:
        stream: TextIO = sys.stdout
        if arguments.out:
            stream = stack.enter_context(arguments.out.open("w", encoding="utf-8", newline=""))
        sink = SINKS[arguments.format](stream)
        for path in pictures(arguments.paths):
            result = analyzed(path, analyzer, settings)
            status = 1 if result.error else status
            sink.write(result)
    return status


def main(argv: list[str] | None = None) -> int:
    """Parse, run, and turn a wrong call into one sentence and status 2."""
    options = parser()
    arguments = options.parse_args(argv)
    try:
        settings = load_settings()
        if arguments.list:
            print_models(settings, sys.stdout)
            return 0
        if not arguments.paths:
            options.error("expected at least one picture or folder; received none")
        return run(arguments, settings)
    except FairestError as error:
        print(f"python -m core: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"python -m core: cannot write {error.filename or 'the output'}: {error.strerror}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
