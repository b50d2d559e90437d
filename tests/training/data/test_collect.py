from __future__ import annotations

import csv
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.face import Box, Face
from core.images.crop import Image
from core.settings import PictureSettings
from tests.locked import lock
from tests.training.conftest import save
from training.data.collect import (
    COLUMNS,
    InspectedFile,
    Verdict,
    check_out,
    class_files,
    collect,
    judge_files,
    refusal,
    summary,
)
from training.errors import DataError

ODD = os.fsdecode(b"\xff.jpg")

SETTINGS = PictureSettings(max_picture_mb=1, max_megapixels=1)
MINOR = "may be under 18"


def pattern(seed: int, side: int = 64) -> Image:
    """A picture like no other seed's, at any size."""
    coarse = np.random.default_rng(seed).integers(40, 256, (16, 16, 1), np.uint8)
    return np.repeat(np.kron(coarse[..., 0], np.ones((side // 16, side // 16), np.uint8))[..., np.newaxis], 3, axis=2)


class Scripted:
    """The top left pixel tells: black, no face; darker than 10, a child's; darker than 20, too small."""

    name = "scripted"

    def detect(self, image: Image) -> list[Face]:
        return [] if image[0, 0].max() == 0 else [Face(Box(5, 5, 40, 50), 0.9)]

    def check(self, image: Image, faces: list[Face]) -> list[Face]:
        corner = image[0, 0].max()
        refused = MINOR if corner < 10 else "too small" if corner < 20 else None
        return [replace(face, refused=refused) for face in faces]


def marked(image: Image, corner: int) -> Image:
    changed = image.copy()
    changed[:2, :2] = corner
    return changed


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two classes with something of everything."""
    root = tmp_path / "mine"
    save(root / "sexy" / "a.PNG", pattern(1))
    save(root / "sexy" / "deep" / "larger.png", pattern(1, 128))
    save(root / "sexy" / "both.png", pattern(2))
    save(root / "sexy" / "faceless.png", marked(pattern(3), 0))
    save(root / "sexy" / "child.png", marked(pattern(4), 5))
    (root / "sexy" / "notes.txt").write_text("no picture")
    (root / "sexy" / ".DS_Store").write_text("hidden")
    save(root / "ugly" / "both.png", pattern(2, 128))
    save(root / "ugly" / "small.png", marked(pattern(5), 15))
    save(root / "ugly" / "good.png", pattern(6))
    save(root / "ugly" / "childs_copy.png", pattern(4))
    (root / "ugly" / "cut.png").write_bytes((root / "ugly" / "good.png").read_bytes()[:200])
    save(root / "other" / "x.png", pattern(7))
    return root


def test_the_good_ones_are_copied_and_every_file_is_accounted_for(folder: Path, tmp_path: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*")}
    out = tmp_path / "out"
    stages = Scripted()
    verdicts = collect(folder, ["sexy", "ugly"], out, stages, stages, SETTINGS)
    with (out / "faces.csv").open(newline="", encoding="utf-8") as stream:
        reader = csv.DictReader(stream)
        rows = {row["file"]: row for row in reader}
    assert tuple(reader.fieldnames or ()) == COLUMNS
    outcomes = {name: (row["kept"], row["reason"].split(":")[0], row["duplicate_of"]) for name, row in rows.items()}
    assert outcomes == {
        "sexy/a.PNG": ("0", "duplicate", "sexy/deep/larger.png"),
        "sexy/deep/larger.png": ("1", "", ""),
        "sexy/both.png": ("0", "contradiction", "ugly/both.png"),
        "sexy/faceless.png": ("0", "no face", ""),
        "sexy/child.png": ("0", MINOR, ""),
        "sexy/notes.txt": ("0", "unreadable", ""),
        "ugly/both.png": ("0", "contradiction", "sexy/both.png"),
        "ugly/small.png": ("0", "too small", ""),
        "ugly/good.png": ("1", "", ""),
        "ugly/childs_copy.png": ("0", MINOR, "sexy/child.png"),
        "ugly/cut.png": ("0", "unreadable", ""),
    }
    assert rows["ugly/cut.png"]["class"] == "ugly"
    assert "truncated" in rows["ugly/cut.png"]["reason"]
    copied = sorted(path.relative_to(out).as_posix() for path in out.rglob("*.*") if path.suffix != ".csv")
    assert copied == ["sexy/deep/larger.png", "ugly/good.png"]
    assert (out / "ugly" / "good.png").read_bytes() == (folder / "ugly" / "good.png").read_bytes()
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*")} == before
    lines = summary(verdicts).splitlines()
    assert lines[0].startswith("sexy: 6 files, 1 kept, 1 ")
    assert lines[1] == "ugly: 5 files, 1 kept, 1 contradiction, 1 may be under 18, 1 unreadable, 1 too small"


def seen(file: str, label: str, bits: int, pixels: int = 100, problem: str | None = None) -> InspectedFile:
    """A file whose fingerprint has its first bits set: two are copies when theirs are close."""
    return InspectedFile(file, label, problem, "", pixels, np.packbits(np.arange(256) < bits).view(np.uint64))


def test_the_largest_good_copy_stays() -> None:
    verdicts = judge_files(
        [seen("a", "x", 0), seen("b", "x", 2, 400), seen("c", "x", 4, 900, "no face"), seen("d", "x", 200)]
    )
    assert verdicts == [
        Verdict("a", "x", "duplicate", copy_of="b"),
        Verdict("b", "x", None),
        Verdict("c", "x", "no face"),
        Verdict("d", "x", None),
    ]


def test_of_equal_copies_the_first_stays() -> None:
    assert [v.reason for v in judge_files([seen("a", "x", 0), seen("b", "x", 0), seen("c", "x", 0)])] == [
        None,
        "duplicate",
        "duplicate",
    ]


def test_a_contradiction_counts_though_one_copy_is_too_small_to_keep() -> None:
    verdicts = judge_files([seen("a", "x", 0), seen("b", "y", 2, 9, "too small")])
    assert verdicts[0] == Verdict("a", "x", "contradiction", copy_of="b")
    assert verdicts[1].reason == "too small"


def test_a_face_refused_once_is_refused_in_every_copy() -> None:
    verdicts = judge_files([seen("a", "x", 0, 900), seen("b", "x", 2, 100, MINOR)])
    assert verdicts[0] == Verdict("a", "x", MINOR, copy_of="b")


def test_nothing_readable_is_nothing_kept() -> None:
    only = InspectedFile("a", "x", "unreadable", "Expected a picture.")
    assert judge_files([only]) == [Verdict("a", "x", "unreadable", "Expected a picture.")]


@pytest.mark.parametrize(
    ("refused", "expected"),
    [
        ([], "no face"),
        ([None], None),
        ([None, "too small"], None),
        (["too small", "too small"], "too small"),
        ([None, MINOR], MINOR),
        (["too small", MINOR], MINOR),
    ],
)
def test_one_possible_minor_refuses_the_picture(refused: list[str | None], expected: str | None) -> None:
    class Fixed:
        name = "fixed"

        def detect(self, image: Image) -> list[Face]:
            return [Face(Box(0, 0, 9, 9), 0.9) for _ in refused]

        def check(self, image: Image, faces: list[Face]) -> list[Face]:
            return [replace(face, refused=reason) for face, reason in zip(faces, refused, strict=True)]

    assert refusal(pattern(0), Fixed(), Fixed()) == expected


@pytest.mark.parametrize(
    ("labels", "says"),
    [
        (["sexy"], "two labels or more; received sexy"),
        (["sexy", "ugly", "Sexy"], "each label once"),
        (["sexy", "pretty"], "a folder pretty in .*; there are: empty, other, sexy, ugly"),
        (["sexy", ".."], "a folder .. in"),
        (["sexy", "empty"], "empty; it is empty"),
    ],
)
def test_labels_that_cannot_be_used(folder: Path, labels: list[str], says: str) -> None:
    (folder / "empty").mkdir()
    (folder / "empty" / ".hidden.png").touch()
    with pytest.raises(DataError, match=says):
        class_files(folder, labels)


def test_a_missing_folder_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"one folder a class; .*gone is none"):
        class_files(tmp_path / "gone", ["sexy", "ugly"])


def test_nothing_is_written_over_or_into_the_classes(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for out in (folder, tmp_path / "file", folder / "sexy"):
        with pytest.raises(DataError, match="new or an empty folder"):
            check_out(out, folder, ["sexy", "ugly"])
    with pytest.raises(DataError, match="outside the class folders"):
        check_out(folder / "sexy" / "new", folder, ["sexy", "ugly"])
    check_out(folder / "new", folder, ["sexy", "ugly"])


def test_a_place_that_cannot_be_written_to(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    stages = Scripted()
    with pytest.raises(DataError, match=r"cannot write to .*in it"):
        collect(folder, ["other", "ugly"], tmp_path / "file" / "in it", stages, stages, SETTINGS)


def test_what_cannot_be_looked_at_and_names_of_any_kind_reach_the_report(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "mine"
    for label in ("=sexy", "ugly"):
        save(root / label / "a.png", pattern(len(label)))
    (root / "ugly" / "a.png").rename(root / "ugly" / ODD)
    (root / "ugly" / "gone.jpg").symlink_to(root / "nothing")
    (root / "ugly" / "Thumbs.db").touch()
    (root / "ugly" / "locked").mkdir()
    lock(monkeypatch, "locked")
    out = tmp_path / "out"
    collect(root, ["=sexy", "ugly"], out, Scripted(), Scripted(), SETTINGS)
    rows = {row["file"]: row for row in csv.DictReader((out / "faces.csv").open(newline="", encoding="utf-8"))}
    assert set(rows) == {"'=sexy/a.png", "ugly/\\udcff.jpg", "ugly/gone.jpg", "ugly/locked"}
    assert rows["ugly/gone.jpg"]["reason"] == "unreadable: No such file or directory"
    assert rows["ugly/locked"]["reason"] == "unreadable: Permission denied"
    assert (out / "ugly" / ODD).is_file()
