"""Prepares class folders, as collected from an image search, for training.

    python -m training faces DIR --labels sexy ugly

No original file is moved or deleted: good pictures are copied, and a report says why each of the rest was rejected.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.batch.files import files_below, is_picture_name
from core.errors import ImageError
from core.images.crop import Image
from core.images.decode import read_picture
from core.models.age_guard import MAY_BE_MINOR, Guard
from core.models.detector import Detector
from core.output.escaping import CsvWriter
from core.output.files import atomic_write_text
from core.settings import PictureSettings
from training.data.duplicates import fingerprint, group_copies
from training.data.files import check_new, visible_files
from training.errors import DataError

UNREADABLE = "unreadable"
NO_FACE = "no face"
DUPLICATE = "duplicate"
CONTRADICTION = "contradiction"

COLUMNS = ("file", "class", "kept", "reason", "duplicate_of")
REPORT = "faces.csv"


@dataclass(frozen=True, slots=True)
class InspectedFile:
    """One file by itself. file: relative to the collection. problem: why it must be rejected, or None; detail: more."""

    file: str
    label: str
    problem: str | None
    detail: str = ""
    pixels: int = 0
    hashed: np.ndarray | None = None
    """The result of `duplicates.fingerprint`; None if the file is unreadable."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision on one file. reason: None if it is kept. copy_of: the file that the reason refers to, or ""."""

    file: str
    label: str
    reason: str | None
    detail: str = ""
    copy_of: str = ""


def class_files(folder: Path, labels: Sequence[str]) -> dict[str, list[Path]]:
    """Return the visible files of each class folder, whatever their names, in the order of the labels.

    Raises:
        DataError: fewer than two labels, a duplicate label, or a folder that is missing or empty.
    """
    if len(labels) < 2:
        raise DataError(f"expected two labels or more; received {', '.join(labels) or 'none'}.")
    if len({label.casefold() for label in labels}) < len(labels):
        raise DataError(f"expected each label once; received {', '.join(labels)}.")
    if not os.path.isdir(folder):
        raise DataError(f"expected a folder with one folder a class; {folder} is none.")
    folder_names = sorted(path.name for path in folder.glob("*") if path.is_dir() and not path.name.startswith("."))
    files_by_label: dict[str, list[Path]] = {}
    for label in labels:
        if label not in folder_names:
            raise DataError(f"expected a folder {label} in {folder}; there are: {', '.join(folder_names) or 'none'}.")
        files_by_label[label] = list(visible_files(folder / label))
        if not files_by_label[label]:
            raise DataError(f"expected pictures in {folder / label}; it is empty.")
    return files_by_label


def unread_files(folder: Path, labels: Sequence[str]) -> list[InspectedFile]:
    """Return the unreadable pictures and subfolders of the class folders."""
    return [
        InspectedFile(Path(entry.path).relative_to(folder).as_posix(), label, UNREADABLE, entry.error)
        for label in labels
        for entry in files_below(str(folder / label))
        if entry.folder or (entry.error and is_picture_name(entry.path))
    ]


def check_out(out: Path, folder: Path, labels: Sequence[str]) -> None:
    """Refuse to write to a folder that is in use, or where the next call would look for pictures.

    Raises:
        DataError: see check_new; or `out` is in a class folder.
    """
    check_new(out)
    if any(out.resolve().is_relative_to((folder / label).resolve()) for label in labels):
        raise DataError(f"expected a folder to copy to outside the class folders; {out} is in one. Give another --out.")


def inspect_file(
    path: Path, file: str, label: str, detector: Detector, guard: Guard, settings: PictureSettings
) -> InspectedFile:
    """Open one file and determine its problem, if any."""
    try:
        image = read_picture(path, settings.max_picture_mb, settings.max_megapixels)
    except ImageError as error:
        return InspectedFile(file, label, UNREADABLE, str(error))
    pixels = image.shape[0] * image.shape[1]
    return InspectedFile(file, label, refusal(image, detector, guard), "", pixels, fingerprint(image))


def refusal(image: Image, detector: Detector, guard: Guard) -> str | None:
    """Return why a picture has no usable face, or None: one face that may be a minor's rules it out."""
    faces = guard.check(image, detector.detect(image))
    reasons = [face.refused for face in faces]
    if MAY_BE_MINOR in reasons:
        return MAY_BE_MINOR
    if None in reasons:
        return None
    return reasons[0] if reasons else NO_FACE


def judge_files(inspected_files: Sequence[InspectedFile]) -> list[Verdict]:
    """Decide on every file, in the same order.

    A file's own problem takes precedence. Of copies in one class, the one with the most pixels is kept; copies in
    several classes are contradictory and all rejected; if one copy may be a minor's, all are treated as such.
    """
    verdicts = {
        inspected.file: Verdict(inspected.file, inspected.label, inspected.problem, inspected.detail)
        for inspected in inspected_files
    }
    readable = [inspected for inspected in inspected_files if inspected.hashed is not None]
    for indices in group_copies([inspected.hashed for inspected in inspected_files if inspected.hashed is not None]):
        copies = [readable[index] for index in indices]
        for inspected in copies:
            if inspected.problem is None:
                verdicts[inspected.file] = among_copies(inspected, copies)
    return [verdicts[inspected.file] for inspected in inspected_files]


def among_copies(inspected: InspectedFile, copies: Sequence[InspectedFile]) -> Verdict:
    """Return the verdict on a file that has no problem of its own; `copies` includes it."""
    minors = [copy for copy in copies if copy.problem == MAY_BE_MINOR]
    others = [copy for copy in copies if copy.label != inspected.label]
    best = max((copy for copy in copies if copy.problem is None), key=lambda copy: copy.pixels)
    if minors:
        return Verdict(inspected.file, inspected.label, MAY_BE_MINOR, copy_of=minors[0].file)
    if others:
        return Verdict(inspected.file, inspected.label, CONTRADICTION, copy_of=others[0].file)
    if best is not inspected:
        return Verdict(inspected.file, inspected.label, DUPLICATE, copy_of=best.file)
    return Verdict(inspected.file, inspected.label, None)


def write_out(out: Path, folder: Path, verdicts: Sequence[Verdict]) -> None:
    """Write the report `faces.csv` and copy the kept files to `out`, by class and under their own names.

    Raises:
        DataError: something cannot be written.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        with atomic_write_text(out / REPORT) as stream:
            writer = CsvWriter(stream)
            writer.writerow(COLUMNS)
            for verdict in verdicts:
                reason = f"{verdict.reason or ''}{': ' if verdict.detail else ''}{verdict.detail}"
                writer.writerow([verdict.file, verdict.label, int(verdict.reason is None), reason, verdict.copy_of])
        for verdict in verdicts:
            if verdict.reason is None:
                target = out / verdict.file
                target.parent.mkdir(parents=True, exist_ok=True)
                # The target's file system may not distinguish names that differ in case only.
                with (folder / verdict.file).open("rb") as source, target.open("xb") as copy:
                    shutil.copyfileobj(source, copy)
    except OSError as error:
        raise DataError(f"cannot write to {out} ({error.strerror}). Make room, or give another --out.") from error


def summary(verdicts: Sequence[Verdict]) -> str:
    """Return a line per class: files, kept, and how many were rejected for each reason."""
    lines = []
    for label in dict.fromkeys(verdict.label for verdict in verdicts):
        of_label = [verdict for verdict in verdicts if verdict.label == label]
        dropped = Counter(verdict.reason for verdict in of_label if verdict.reason is not None)
        reasons = "".join(f", {count} {reason}" for reason, count in dropped.most_common())
        lines.append(f"{label}: {len(of_label)} files, {len(of_label) - dropped.total()} kept{reasons}")
    return "\n".join(lines)


def collect(
    folder: Path, labels: Sequence[str], out: Path, detector: Detector, guard: Guard, settings: PictureSettings
) -> list[Verdict]:
    """Sort a collection: copy the good pictures to `out`, with a report on every file.

    Args:
        folder: contains one folder per class; read-only.
        labels: the class folders' names, two or more.
        out: a new or empty folder: gets `faces.csv` and a folder per class.
        detector: finds faces.
        guard: refuses faces.
        settings: limits for picture files.

    Raises:
        DataError: see class_files, check_out and write_out.
    """
    files = class_files(folder, labels)
    check_out(out, folder, labels)
    inspected_files = [
        inspect_file(path, path.relative_to(folder).as_posix(), label, detector, guard, settings)
        for label, paths in files.items()
        for path in paths
    ]
    inspected_files += unread_files(folder, labels)
    verdicts = judge_files(inspected_files)
    write_out(out, folder, verdicts)
    return verdicts
