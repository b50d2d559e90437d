"""`augment`: make many pictures from each labelled one."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from training.errors import DataError

HELP = "crop, mirror and relight labelled pictures, boxes included, into a data folder to train on"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments to the parser."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="pictures with labelme files")
    parser.add_argument("--out", type=Path, required=True, help="a new or empty folder; train takes it as --data")
    parser.add_argument("--copies", type=int, default=60, help="of each picture (default: 60)")
    parser.add_argument("--seed", type=int, default=1, help="of crops, flips and light (default: 1)")
    parser.add_argument("--side", type=int, default=450, help="of a copy, pixels; more than a face has (default: 450)")
    parser.add_argument("--sheet", type=Path, help="a JPEG or PNG with a sample (default: OUT/contact_sheet.jpg)")


def check(arguments: argparse.Namespace) -> None:
    """Reject numbers that are out of range.

    Raises:
        DataError: one is.
    """
    from core.images.decode import MIN_SIDE

    for name, minimum in (("copies", 1), ("seed", 0), ("side", MIN_SIDE)):
        if getattr(arguments, name) < minimum:
            raise DataError(f"expected --{name} of {minimum} or more; received {getattr(arguments, name)}.")


def run(arguments: argparse.Namespace) -> None:
    """Write the copies and the sheet; print what was skipped, and counts."""
    from core.settings_reader import load_settings
    from training.data.augmented_folder import PART_SHARES, augment, missing
    from training.data.contact_sheet import Sample, check_sheet, write_sheet

    check(arguments)
    sheet = arguments.sheet or arguments.out / "contact_sheet.jpg"
    if arguments.sheet:
        check_sheet(sheet)
    sample = Sample()
    summary = augment(
        arguments.folder,
        arguments.out,
        arguments.copies,
        arguments.side,
        arguments.seed,
        load_settings().pictures,
        show=sample.add,
    )
    write_sheet(sheet, sample.sheet())
    for sentence in summary.skipped:
        print(f"skipped {sentence}", file=sys.stderr)
    if summary.bare:
        print(
            f"{len(summary.bare)} pictures have no label file, {summary.bare[0]} is the first. Label them.",
            file=sys.stderr,
        )
    for name in summary.faceless:
        print(
            f"{name}: no copy shows half of a face. Where faces are larger than {arguments.side} pixels, "
            "choose a larger --side.",
            file=sys.stderr,
        )
    print(f"{summary.pictures} pictures, {len(summary.skipped)} skipped; copies in {arguments.out}, sample in {sheet}:")
    for part in PART_SHARES:
        face, ignored, negative = (summary.kinds[part, kind] for kind in ("face", "ignored", "negative"))
        print(f"{part:<10} {face:>6} with a face {ignored:>6} with ignored faces only {negative:>6} without")
    lacking = missing(summary)
    if lacking:
        print(f"To train on these alone, add pictures: there are none {', none '.join(lacking)}.")
    else:
        print(f"To train on them: python -m training train facetracker --data {arguments.out}")
