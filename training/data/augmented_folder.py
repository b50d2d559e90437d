"""Turns a folder of labelled pictures into a data folder of augmented ones, for `train facetracker --data OUT`.

python -m training augment DIR --out OUT

OUT/faces/images/NAME.COPY.jpg   pictures with boxes, each with a labelme file beside it
OUT/faces/boxes.csv              their boxes, as `training.data.faces.load_faces` reads them
OUT/negatives/NAME.COPY.jpg      pictures whose boxes were cropped away, or that had none
"""

from __future__ import annotations

import csv
import itertools
import re
import string
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from core.errors import ImageError
from core.images.decode import read_picture
from core.output.escaping import defuse_formula, escaped
from core.settings import PictureSettings
from training.data.augment import IGNORE, Copy, Source, enlarge, make_copies, save_picture
from training.data.conventions import OWN
from training.data.faces import NEGATIVE_SHARES, VALIDATION_SHARE, in_share
from training.data.files import check_new
from training.data.labelme import LabelledPicture, files_in, read_labelme, write_labelme
from training.errors import DataError

PART_SHARES = {"train": (0.2, 1.0), "validation": (0.1, 0.2), "test": (0.0, 0.1)}
"""The part that each source picture belongs to, by the checksum of its name."""

FACE_SHARES = {"train": (VALIDATION_SHARE, 1.0), "validation": (0.0, VALIDATION_SHARE), "test": (0.0, 1.0)}
"""The checksums of names that `load_faces` assigns to each part, as NEGATIVE_SHARES does for `load_negatives`."""

COLUMNS = ("set", "split", "file", "img_w", "img_h", "x", "y", "w", "h", "ignore")


@dataclass(slots=True)
class Summary:
    """The outcome for a folder's pictures."""

    pictures: int = 0
    """Number of sources that were copied."""
    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Copies by part (a key of PART_SHARES) and kind (of a Copy)."""
    faceless: list[str] = field(default_factory=list)
    """Names of sources that have a face, but whose copies have none."""
    skipped: list[str] = field(default_factory=list)
    """A sentence for each label file that was not used."""
    bare: list[Path] = field(default_factory=list)
    """Pictures without a label file of the same name."""


def augment(
    folder: Path,
    out: Path,
    count: int,
    side: int,
    seed: int,
    settings: PictureSettings,
    show: Callable[[str, Copy], None],
) -> Summary:
    """Write copies of every labelled picture of a folder and its subfolders, one picture at a time.

    Args:
        folder: pictures with labelme files, the boxes in Fairest's convention.
        out: a new or empty folder, not inside `folder`.
        count: copies of each.
        side: of a copy, pixels.
        seed: 0 or more.
        settings: limits for picture files.
        show: called with the file name and the copy after each is written.

    Raises:
        DataError: there is no such folder, no label file in it, or no usable one; or `out` is in use or not writable.
    """
    unread: list[str] = []
    label_files, pictures = files_in(folder, unread)
    if out.resolve().is_relative_to(folder.resolve()):
        raise DataError(f"expected --out outside of {folder}, or copies would be copied again; received {out}.")
    check_new(out)
    labelled_stems = {path.with_suffix("") for path in label_files}
    summary = Summary(bare=[path for path in pictures if path.with_suffix("") not in labelled_stems], skipped=unread)
    for source in read_sources(folder, label_files, side, settings, summary.skipped):
        if not summary.pictures:
            prepare_folder(out)
        kinds = Counter[str]()
        for number, copy in enumerate(make_copies(source, count, side, seed)):
            show(save_copy(out, source.name, number, copy).name, copy)
            kinds[copy.kind] += 1
        part = part_of(source.name)
        summary.kinds.update({(part, kind): number for kind, number in kinds.items()})
        summary.pictures += 1
        if any(label != IGNORE for label in source.labels) and not kinds["face"]:
            summary.faceless.append(source.name)
    if not summary.pictures:
        raise DataError(f"expected labelled pictures in {folder}; none can be used:\n  " + "\n  ".join(summary.skipped))
    return summary


def missing(summary: Summary) -> list[str]:
    """Return, in words, what a face tracker's training needs and the output lacks."""
    needed = (("train", "face"), ("validation", "face"), ("train", "negative"))
    words = {"face": "with a face", "negative": "without a face"}
    return [f"{words[kind]} in {part}" for part, kind in needed if not summary.kinds[part, kind]]


def read_sources(
    folder: Path, label_files: Sequence[Path], side: int, settings: PictureSettings, skipped: list[str]
) -> Iterator[Source]:
    """Yield the pictures of label files; append a sentence to `skipped` for each that cannot be used.

    If two files label the same picture, the second is not used, since its copies could end up in two parts of the data;
    nor is a file whose copies would have the same names as another's.
    """
    names: dict[str, Path] = {}
    pictures: dict[Path, Path] = {}
    for path in label_files:
        # A name that is not UTF-8 could not be written to the CSV or used for a checksum.
        name = escaped(path.relative_to(folder).with_suffix("").as_posix())
        try:
            first = names.setdefault(flat_name(name), path)
            if first != path:
                raise DataError(f"{path}: its copies would be named like those of {first}. Rename it and its picture.")
            labelled = read_labelme(path)
            first = pictures.setdefault(labelled.path.resolve(), path)
            if first != path:
                raise DataError(f"{path}: {first} labels the same picture. Delete one of the two.")
            source = read_source(labelled, name, side, settings)
        except DataError as error:
            skipped.append(str(error))
            continue
        yield source


def read_source(labelled: LabelledPicture, name: str, side: int, settings: PictureSettings) -> Source:
    """Open a labelled picture and upscale it if it is smaller than a copy.

    Raises:
        DataError: the picture cannot be used; the message names it.
    """
    try:
        image = read_picture(labelled.path, settings.max_picture_mb, settings.max_megapixels)
        return enlarge(Source(name, image, labelled.boxes, labelled.labels), side, settings.max_megapixels)
    except (ImageError, DataError) as error:
        raise DataError(f"{labelled.path}: {error}") from error


def flat_name(name: str) -> str:
    """Return a name without folders that is safe in a CSV.

    `load_negatives` reads a single folder; the start of a name that a spreadsheet would take for a formula is changed.
    """
    name = name.replace("/", "_")
    return name if defuse_formula(f"{name}.jpg") == f"{name}.jpg" else "_" + re.sub(r"[;\s]", "_", name)


def part_of(name: str) -> str:
    """Return the part of the data, a key of PART_SHARES, that all copies of a source belong to."""
    return next(part for part, (low, high) in PART_SHARES.items() if in_share(name, low, high))


def copy_name(stem: str, number: int, low: float, high: float) -> str:
    """Return STEM.NUMBER.jpg, with letters after the number if necessary to bring its checksum into a share.

    The loaders split pictures by the checksum of their own names, so the name decides which part a copy belongs to.
    """
    letters = string.ascii_lowercase
    tails = ("".join(tail) for length in itertools.count() for tail in itertools.product(letters, repeat=length))
    names = (f"{stem}.{number:03}{tail}.jpg" for tail in tails)
    return next(name for name in names if in_share(name, low, high))


def prepare_folder(out: Path) -> None:
    """Create a data folder's subfolders and a faces/boxes.csv with its header.

    Raises:
        DataError: they cannot be created.
    """
    try:
        (out / "faces" / "images").mkdir(parents=True)
        (out / "negatives").mkdir()
        append_rows(out, [COLUMNS])
    except OSError as error:
        raise DataError(f"expected a folder to write to; {out} cannot be made ({error.strerror}).") from error


def append_rows(out: Path, rows: Sequence[Sequence[object]]) -> None:
    """Append rows to faces/boxes.csv of a data folder."""
    with (out / "faces" / "boxes.csv").open("a", newline="", encoding="utf-8") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)


def save_copy(out: Path, name: str, number: int, copy: Copy) -> Path:
    """Write a copy into a data folder created by `prepare_folder`; return the picture's path.

    Args:
        out: the data folder.
        name: of the source.
        number: of the copy.
        copy: the picture and its boxes. One without boxes goes to negatives, without a labelme file: `load_negatives`
            takes every file there for a picture.

    Raises:
        DataError: a file cannot be written.
    """
    part, negative = part_of(name), copy.kind == "negative"
    folder = out / "negatives" if negative else out / "faces" / "images"
    low, high = (NEGATIVE_SHARES if negative else FACE_SHARES)[part]
    path = folder / copy_name(flat_name(name), number, low, high)
    try:
        save_picture(path, copy.image)
        if not negative:
            height, width = copy.image.shape[:2]
            boxes = (*copy.faces, *copy.ignored)
            labels = (*copy.labels, *[IGNORE] * len(copy.ignored))
            write_labelme(path.with_suffix(".json"), path.name, boxes, labels, width, height)
            head = (OWN, "val" if part == "test" else "train", path.name, width, height)
            append_rows(
                out, [(*head, *box.as_list(), int(index >= len(copy.faces))) for index, box in enumerate(boxes)]
            )
    except OSError as error:
        raise DataError(f"expected to write {path}; it cannot be written ({error.strerror}).") from error
    return path
