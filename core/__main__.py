"""Rate the faces of picture files.

    python -m core PATH... [--detector NAME] [--classifier NAME] [--format jsonl|csv|parquet] [--out FILE|FOLDER]
                           [--processes N] [--engine ray [--address auto]] [--server URL]
    python -m core --list

A PATH is a picture, a folder, a Parquet table with a column of pictures, or the address of one, as
`s3://bucket/folder`. Exit status: 0 when all pictures were read, 1 when some were not, 2 when the call itself was
wrong, 130 when stopped by Ctrl-C.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from core.batch.console import PLAIN, PROGRAM, Console
from core.batch.rate import Order, rate_all
from core.batch.rating import Models
from core.batch.remote import KEY, Server
from core.errors import FairestError
from core.models.age_guard import min_age_note
from core.models.manifest import load_manifest
from core.output.escaping import escape_unencodable_output
from core.settings import Settings
from core.settings_reader import load_settings

FORMATS = ("jsonl", "csv", "parquet")


def build_parser(program: str = PROGRAM) -> argparse.ArgumentParser:
    """Return the parser of the command line. program: the command as the caller typed it."""
    parser = argparse.ArgumentParser(prog=program, description="Find and rate the faces in picture files.")
    parser.add_argument(
        "paths", nargs="*", metavar="PATH", help="pictures, folders, Parquet tables of pictures, or their URLs"
    )
    parser.add_argument("--detector", metavar="NAME", help="model that finds the faces (see --list)")
    parser.add_argument("--classifier", metavar="NAME", help="model that rates them (see --list)")
    parser.add_argument(
        "--format",
        choices=FORMATS,
        help="jsonl, csv (into a file only) or parquet (into a folder only); default: jsonl, or with Ray parquet",
    )
    parser.add_argument(
        "--out",
        metavar="FILE|FOLDER",
        help="write here instead of to standard output; a folder (one that exists, a name ending in /, or with "
        "--engine ray a name without extension) gets part files, and repeating the same call resumes a stopped run",
    )
    parser.add_argument(
        "--processes",
        type=_count,
        metavar="N",
        help="number of processes (default: one per core, or fewer for few pictures)",
    )
    parser.add_argument(
        "--engine", choices=("pool", "ray"), default="pool", help="pool (default), or ray for a Ray cluster"
    )
    parser.add_argument("--address", help="address of the Ray cluster, or auto (default: a cluster on this machine)")
    parser.add_argument(
        "--server", metavar="URL", help=f"rate on this Fairest server; its API key, if any, is read from {KEY}"
    )
    parser.add_argument("--list", action="store_true", help="print the detectors and classifiers with their scores")
    return parser


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"expected a number of 1 or more; received {text!r}")
    return int(text)


def build_order(arguments: argparse.Namespace, settings: Settings) -> Order:
    """Turn the parsed arguments into an order.

    Raises:
        FairestError: the arguments contradict each other.
    """
    if arguments.engine == "ray" and arguments.processes:
        raise FairestError("Expected --processes or --engine ray, not both: Ray uses the cores of its cluster.")
    if arguments.engine != "ray" and arguments.address:
        raise FairestError("Expected --address only with --engine ray.")
    if arguments.server and (arguments.engine == "ray" or arguments.processes):
        raise FairestError(
            "Expected --server without --engine and --processes: the pictures are rated on the server's machine."
        )
    into_folder = is_folder(arguments.out, arguments.format, arguments.engine)
    if into_folder and arguments.server:
        raise FairestError(
            "Expected a file, or no --out at all, with --server; received the folder {out}.", out=arguments.out
        )
    if into_folder and arguments.format == "csv":
        raise FairestError("Expected jsonl or parquet for a folder; received csv.")
    if arguments.format == "parquet" and not into_folder:
        raise FairestError("Expected --out FOLDER for parquet; received {out}.", out=arguments.out or "none")
    models = Models(
        arguments.detector or settings.rating.photo_detector,
        arguments.classifier or settings.rating.classifier,
        settings.rating,
        settings.pictures,
    )
    form = arguments.format or ("parquet" if into_folder and arguments.engine == "ray" else "jsonl")
    server = None
    if arguments.server:
        server = Server(arguments.server, os.environ.get(KEY), arguments.detector, arguments.classifier)
    return Order(
        arguments.paths, models, form, arguments.out, into_folder, arguments.processes, arguments.engine == "ray",
        arguments.address, server,
    )  # fmt: skip


def is_folder(out: str | None, form: str | None, engine: str) -> bool:
    """Whether results go into a folder of part files."""
    if not out:
        return False
    path = Path(out)
    return form == "parquet" or path.is_dir() or out.endswith("/") or (engine == "ray" and not path.suffix)


def main(argv: list[str] | None = None, console: Console = PLAIN) -> int:
    """Parse the arguments and run; an invalid call prints one sentence and returns status 2.

    Args:
        argv: the command-line arguments; sys.argv[1:] by default.
        console: how messages and progress are printed.
    """
    escape_unencodable_output(sys.stdout, sys.stderr)
    options = build_parser(console.program)
    arguments = options.parse_args(argv)
    try:
        settings = load_settings()
        if arguments.list:
            cards = load_manifest(settings.rating.weights_dir).models
            console.models([card for card in cards if card.kind in ("detector", "classifier")], sys.stdout)
            return 0
        if not arguments.paths:
            options.error("expected at least one picture or folder; received none")
        order = build_order(arguments, settings)
        if note := min_age_note(settings.rating):
            console.note(note)
        return 1 if rate_all(order, sys.stdout, console) else 0
    except FairestError as error:
        return report_early_end(2, str(error), error, console)
    except OSError as error:
        return report_early_end(
            2, f"cannot write {error.filename or 'the output'}: {error.strerror or error}", error, console
        )
    except KeyboardInterrupt as stop:
        return report_early_end(130, "stopped.", stop, console)


def report_early_end(status: int, sentence: str, error: BaseException, console: Console) -> int:
    """Print why a run ended early and where its partial output is; return the exit status."""
    for line in (sentence, *getattr(error, "__notes__", ())):
        console.note(line)
    return status


if __name__ == "__main__":
    sys.exit(main())
