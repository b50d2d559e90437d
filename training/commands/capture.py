"""`capture`: save pictures from a camera or a video."""

from __future__ import annotations

import argparse
import contextlib
import os
from pathlib import Path

HELP = "take pictures from a camera or a video file"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the verb's arguments to the parser."""
    parser.add_argument(
        "--source", default="0", metavar="NUMBER|VIDEO", help="a camera's number or a video file (default: 0)"
    )
    parser.add_argument("--count", type=int, default=30, help="pictures to take (default: 30)")
    parser.add_argument(
        "--every", type=float, default=0.5, metavar="SECONDS", help="between two; of a video, its own (default: 0.5)"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write to")


def run(arguments: argparse.Namespace) -> None:
    """Capture the pictures, then print how many there are."""
    # Silences OpenCV and FFmpeg: a failing source is reported in a sentence.
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    import cv2

    from training.data.capture import check_wishes, describe_outcome, take_frames
    from training.data.devices import PictureFolder, Preview, frames_of, interrupts

    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    check_wishes(arguments.count, arguments.every)
    with interrupts() as pressed, frames_of(arguments.source) as frames:
        folder = PictureFolder(arguments.out)
        with contextlib.closing(Preview()) as preview:
            result = take_frames(
                frames, arguments.count, arguments.every, folder.save, lambda frame: preview.show(frame) or pressed()
            )
    print(describe_outcome(result, arguments.count, arguments.source, arguments.out))
