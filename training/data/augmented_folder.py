"""A folder of labelled pictures in, a data folder of augmented ones out: `train facetracker --data OUT` takes it.

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
from core.escaping import defuse_formula, escaped
from core.images.decode import read_picture
from core.settings import PictureSettings
from training.data.augment import IGNORE, Copy, Source, enlarge, make_copies, save_picture
from training.data.conventions import OWN
from training.data.faces import NEGATIVE_SHARES, VALIDATION_SHARE, in_share
from training.data.files import check_new
from training.data.labelme import LabelledPicture, files_in, read_labelme, write_labelme
from training.errors import DataError

PART_SHARES = {"train": (0.2, 1.0), "validation": (0.1, 0.2), "test": (0.0, 0.1)}
"""Which source pictures each part of the data gets, by the checksum of their names."""

FACE_SHARES = {"train": (VALIDATION_SHARE, 1.0), "validation": (0.0, VALIDATION_SHARE), "test": (0.0, 1.0)}
"""Where `load_faces` wants the checksum of a picture's name, as NEGATIVE_SHARES tells for `load_negatives`."""

COLUMNS = ("set", "split", "file", "img_w", "img_h", "x", "y", "w", "h", "ignore")


@dataclass(slots=True)
class Summary:
    """What became of a folder's pictures."""

    pictures: int = 0
    """Sources that were copied."""
    kinds: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Copies by part (a key of PART_SHARES) and kind (of a Copy)."""
    faceless: list[str] = field(default_factory=list)
    """Names of the sources with a face of which no copy has one."""
    skipped: list[str] = field(default_factory=list)
    """A sentence for each label file that was not used."""
    bare: list[Path] = field(default_factory=list)
    """Pictures without a label file of their name."""


def augment(
    folder: Path,
    out: Path,
    count: int,
    side: int,
    seed: int,
    settings: PictureSettings,
    show: Callable[[str, Copy], None],
) -> Summary:
    """Write copies of every labelled picture of a folder and the folders in it, one picture at a time.

    Args:
        folder: pictures with labelme files, the boxes in Fairest's convention.
        out: a new or empty folder, not inside of `folder`.
        count: copies of each.
        side: of a copy, pixels.
        seed: 0 or more.
        settings: the limits of a picture file.
        show: is called with the file name and the copy after each was written.

    Raises:
        DataError: no such folder, no label file in it, none that can be used, or `out` is in use or cannot be written.
    """
    unread: list[str] = []
    found, pictures = files_in(folder, unread)
    if out.resolve().is_relative_to(folder.resolve()):
        raise DataError(f"expected --out outside of {folder}, or copies would be copied again; received {out}.")
    check_new(out)
    named = {path.with_suffix("") for path in found}
    done = Summary(bare=[path for path in pictures if path.with_suffix("") not in named], skipped=unread)
    for source in read_sources(folder, found, side, settings, done.skipped):
        if not done.pictures:
            prepare_folder(out)
        kinds = Counter[str]()
        for number, copy in enumerate(make_copies(source, count, side, seed)):
            show(save_copy(out, source.name, number, copy).name, copy)
            kinds[copy.kind] += 1
        part = part_of(source.name)
        done.kinds.update({(part, kind): number for kind, number in kinds.items()})
        done.pictures += 1
        if any(label != IGNORE for label in source.labels) and not kinds["face"]:
            done.faceless.append(source.name)
    if not done.pictures:
        raise DataError(f"expected labelled pictures in {folder}; none can be used:\n  " + "\n  ".join(done.skipped))
    return done


def missing(done: Summary) -> list[str]:
    """What a face tracker cannot be trained without and did not come out, in words."""
    needed = (("train", "face"), ("validation", "face"), ("train", "negative"))
    words = {"face": "with a face", "negative": "without a face"}
    return [f"{words[kind]} in {part}" for part, kind in needed if not done.kinds[part, kind]]


def read_sources(
    folder: Path, found: Sequence[Path], side: int, settings: PictureSettings, skipped: list[str]
) -> Iterator[Source]:
    """The pictures of label files, one at a time; a sentence for each that cannot be used is added to `skipped`.

    The second of two files that label the same picture is not used, or copies of one could sit in two parts of the
    data; nor is one whose copies would be named like another's.
    """
    names: dict[str, Path] = {}
    pictures: dict[Path, Path] = {}
    for path in found:
        # A name that is no UTF-8 would reach neither the CSV nor a checksum.
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
    """Open a labelled picture and enlarge it where it is smaller than a copy.

    Raises:
        DataError: the picture cannot be used; the sentence names it.
    """
    try:
        image = read_picture(labelled.path, settings.max_picture_mb, settings.max_megapixels)
        return enlarge(Source(name, image, labelled.boxes, labelled.labels), side, settings.max_megapixels)
    except (ImageError, DataError) as error:
        raise DataError(f"{labelled.path}: {error}") from error


def flat_name(name: str) -> str:
    """A name without folders, since `load_negatives` looks into one folder only, that reaches a CSV as it is: one that
    a spreadsheet would take for a formula gets another beginning.
    """
    name = name.replace("/", "_")
    return name if defuse_formula(f"{name}.jpg") == f"{name}.jpg" else "_" + re.sub(r"[;\s]", "_", name)


def part_of(name: str) -> str:
    """The part of the data, a key of PART_SHARES, that all copies of a source belong to."""
    return next(part for part, (low, high) in PART_SHARES.items() if in_share(name, low, high))


def copy_name(stem: str, number: int, low: float, high: float) -> str:
    """STEM.NUMBER.jpg, with letters after the number where its checksum would fall out of a share.

    The loaders split pictures by the checksum of their own names, so the name decides which part a copy belongs to.
    """
    letters = string.ascii_lowercase
    tails = ("".join(tail) for length in itertools.count() for tail in itertools.product(letters, repeat=length))
    names = (f"{stem}.{number:03}{tail}.jpg" for tail in tails)
    return next(name for name in names if in_share(name, low, high))


def prepare_folder(out: Path) -> None:
    """Make the folders of a data folder and a faces/boxes.csv that holds the header.

    Raises:
        DataError: they cannot be made.
    """
    try:
        (out / "faces" / "images").mkdir(parents=True)
        (out / "negatives").mkdir()
        append_rows(out, [COLUMNS])
    except OSError as error:
        raise DataError(f"expected a folder to write to; {out} cannot be made ({error.strerror}).") from error


def append_rows(out: Path, rows: Sequence[Sequence[object]]) -> None:
    """Add lines to faces/boxes.csv of a data folder."""
    with (out / "faces" / "boxes.csv").open("a", newline="", encoding="utf-8") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)


def save_copy(out: Path, name: str, number: int, copy: Copy) -> Path:
    """Write a copy into a data folder that `prepare_folder` made; returns the picture's path.

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
            append_rows(out, [(*head, *box.as_list(), int(at >= len(copy.faces))) for at, box in enumerate(boxes)])
    except OSError as error:
        raise DataError(f"expected to write {path}; it cannot be written ({error.strerror}).") from error
    return path
