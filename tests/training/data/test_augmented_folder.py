from __future__ import annotations

import errno
import json
import os
import shutil
from collections import Counter
from pathlib import Path
from unittest.mock import Mock

import cv2
import numpy as np
import pytest

from core.face import Box
from core.settings import PictureSettings
from training.data.augment import IGNORE, Copy, save_picture
from training.data.augmented_folder import FACE_SHARES, PART_SHARES, Summary, augment, copy_name, missing, part_of
from training.data.conventions import OWN, to_fairest
from training.data.csv_cells import read_cells
from training.data.faces import NEGATIVE_SHARES, in_share, load_faces, load_negatives
from training.data.labelme import read_labelme, write_labelme
from training.data.pictures import load_rgb
from training.errors import DataError

SIDE = 48
PARTS = ("train", "validation", "test")


def put(folder: Path, stem: str, *boxes: Box, width: int = 96, height: int = 64, label: str = "face") -> Path:
    """A black picture with a white rectangle for each box, and its label file; returns the label file."""
    image = np.zeros((height, width, 3), np.uint8)
    for box in boxes:
        image[int(box.y) : int(box.y + box.h), int(box.x) : int(box.x + box.w)] = 255
    path = folder / f"{stem}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), image)
    write_labelme(path.with_suffix(".json"), path.name, boxes, [label] * len(boxes), width, height)
    return path.with_suffix(".json")


def run(folder: Path, out: Path, count: int = 4, seed: int = 1) -> Summary:
    shown: dict[str, Copy] = {}
    return augment(folder, out, count, SIDE, seed, PictureSettings(max_megapixels=4), shown.__setitem__)


def contents(out: Path) -> dict[str, bytes]:
    """Every picture and label file of a data folder."""
    return {path.name: path.read_bytes() for path in out.rglob("*") if path.suffix in (".jpg", ".json")}


def stems(paths: list[Path]) -> set[str]:
    """The sources that copies come from."""
    return {path.name.split(".")[0] for path in paths}


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty labelled pictures, in two folders, each with a face at its left edge."""
    folder = tmp_path_factory.mktemp("many")
    for number in range(40):
        put(folder, f"{'left' if number % 2 else 'right'}/p{number}", Box(2, 20, 24, 30))
    return folder


@pytest.fixture(scope="module")
def written(many: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Summary]:
    out = tmp_path_factory.mktemp("written") / "out"
    return out, run(many, out)


def test_our_set_draws_as_fairest_does() -> None:
    assert to_fairest(Box(1, 2, 3, 4), OWN) == Box(1, 2, 3, 4)


def test_the_loaders_take_it_and_no_picture_sits_in_two_parts(written: tuple[Path, Summary]) -> None:
    out, summary = written
    assert summary.pictures == 40
    faces = {part: load_faces(out, part) for part in PARTS}
    negatives = {part: load_negatives(out, part) for part in PARTS}
    sources = {part: stems([p.path for p in faces[part]] + negatives[part]) for part in PARTS}
    assert all(sources.values())
    assert sum(map(len, sources.values())) == 40
    assert sources["train"] | sources["validation"] | sources["test"] == {
        f"{'left' if n % 2 else 'right'}_p{n}" for n in range(40)
    }
    for part in PARTS:
        kinds = Counter("face" if picture.boxes else "ignored" for picture in faces[part])
        kinds["negative"] = len(negatives[part])
        assert kinds == {kind: summary.kinds[part, kind] for kind in ("face", "ignored", "negative")}
    assert sum(summary.kinds.values()) == 160
    assert missing(summary) == []


def test_rows_label_files_and_pixels_agree(written: tuple[Path, Summary]) -> None:
    out, _ = written
    rows = [cells for _, cells in read_cells(out / "faces" / "boxes.csv")]
    assert {row["ignore"] for row in rows} == {"0", "1"}
    for row in rows:
        labelled = read_labelme((out / "faces" / "images" / row["file"]).with_suffix(".json"))
        assert (labelled.width, labelled.height) == (int(row["img_w"]), int(row["img_h"])) == (SIDE, SIDE)
        assert labelled.labels == (IGNORE if row["ignore"] == "1" else "face",)
        box = labelled.boxes[0]
        assert [float(row[key]) for key in "xywh"] == pytest.approx([box.x, box.y, box.w, box.h], abs=0.051)
        lit = load_rgb(labelled.path).mean(axis=2) > 104
        columns = np.flatnonzero(lit.any(axis=0))
        assert [box.x, box.x + box.w] == pytest.approx([columns[0], columns[-1] + 1], abs=1.5)


def test_only_pictures_lie_with_the_negatives(written: tuple[Path, Summary]) -> None:
    out, summary = written
    paths = list((out / "negatives").iterdir())
    assert {path.suffix for path in paths} == {".jpg"}
    assert len(paths) == sum(summary.kinds[part, "negative"] for part in PARTS) > 10
    # A strip of less than a twentieth may be left.
    assert all((load_rgb(path).mean(axis=2) > 104).mean() < 0.05 * 24 * 30 / SIDE**2 for path in paths)


def test_other_pictures_and_their_order_change_nothing(
    many: Path, written: tuple[Path, Summary], tmp_path: Path
) -> None:
    folder = tmp_path / "few" / "left"
    shutil.copytree(many / "left", folder, ignore=shutil.ignore_patterns("p1*", "p2*", "p3?.*"))
    put(folder, "a_first_one", Box(5, 5, 20, 20))
    run(folder.parent, tmp_path / "out")
    alone, among = contents(tmp_path / "out"), contents(written[0])
    shared = [name for name in alone if not name.startswith("left_a_first")]
    assert len({name.split(".")[0] for name in shared}) == 4
    assert all(alone[name] == among[name] for name in shared)
    run(folder.parent, tmp_path / "other", seed=2)
    assert contents(tmp_path / "other") != alone


def test_bad_pictures_are_named_and_cost_nothing_else(tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    put(folder, "good", Box(30, 20, 20, 30))
    noise = np.random.default_rng(0).integers(0, 256, (64, 96, 3), np.uint8)
    half = cv2.imencode(".jpg", noise)[1].tobytes()[:3000]
    put(folder, "cut", Box(30, 20, 20, 30)).with_suffix(".png").write_bytes(half)
    put(folder, "gone", Box(30, 20, 20, 30)).with_suffix(".png").unlink()
    (folder / "other.json").write_text("{}")
    twice = json.loads((folder / "good.json").read_text())
    (folder / "twice.json").write_text(json.dumps(twice))
    put(folder, "sub/x", Box(30, 20, 20, 30))
    put(folder, "sub_x", Box(30, 20, 20, 30))
    put(folder, "strip", Box(0, 0, 20, 16), width=60_000, height=16)
    cv2.imwrite(str(folder / "bare.jpg"), np.zeros((64, 64, 3), np.uint8))
    summary = run(folder, out)
    assert summary.pictures == 2
    assert len(summary.skipped) == 6
    for name, why in {
        "cut.png": "damaged",
        "gone.json": "gone.png",
        "other.json": "shapes",
        "twice.json": "same picture",
        "sub_x.json": "named like",
        "strip.png": "megapixels",
    }.items():
        assert any(name in sentence and why in sentence for sentence in summary.skipped), (name, summary.skipped)
    assert summary.bare == [folder / "bare.jpg"]
    assert {name.split(".")[0] for name in contents(out)} == {"good", "sub_x"}


def test_nothing_is_left_behind_when_no_picture_can_be_used(tmp_path: Path) -> None:
    label = put(tmp_path / "in", "only", Box(30, 20, 20, 30))
    label.with_suffix(".png").write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"only\.png"):
        run(tmp_path / "in", tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_folders_that_will_not_do(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    with pytest.raises(DataError, match="folder of pictures"):
        run(folder, tmp_path / "out")
    folder.mkdir()
    with pytest.raises(DataError, match=r"labelme files .* there are none"):
        run(folder, tmp_path / "out")
    put(folder, "a", Box(30, 20, 20, 30))
    with pytest.raises(DataError, match="outside"):
        run(folder, folder / "out")
    used = tmp_path / "used"
    used.mkdir()
    (used / "mine.txt").write_text("precious")
    for out in (used, used / "mine.txt"):
        with pytest.raises(DataError, match="in use"):
            run(folder, out)
    with pytest.raises(DataError, match="cannot be made"):
        run(folder, used / "mine.txt" / "below")
    assert [path.name for path in used.iterdir()] == ["mine.txt"]
    (tmp_path / "empty").mkdir()
    assert run(folder, tmp_path / "empty").pictures == 1


def test_a_folder_that_may_not_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "in", "a", Box(30, 20, 20, 30))
    (tmp_path / "locked").mkdir()
    monkeypatch.setattr(Path, "iterdir", Mock(side_effect=PermissionError(errno.EACCES, "Permission denied")))
    with pytest.raises(DataError, match=r"locked: Permission denied"):
        run(tmp_path / "in", tmp_path / "locked")


def test_a_full_disk_is_reported_in_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path / "in", "a", Box(30, 20, 20, 30))

    full = Mock(side_effect=OSError(errno.ENOSPC, "No space left on device"))
    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(DataError, match=r"a\.000.*No space left"):
        run(tmp_path / "in", tmp_path / "out")


def test_what_was_written_is_shown(tmp_path: Path) -> None:
    put(tmp_path / "in", "a", Box(30, 20, 20, 30))
    shown: dict[str, Copy] = {}
    augment(tmp_path / "in", tmp_path / "out", 6, SIDE, 1, PictureSettings(), shown.__setitem__)
    assert set(shown) == {path.name for path in (tmp_path / "out").rglob("*.jpg")}
    assert len(shown) == 6
    for name, copy in shown.items():
        assert (tmp_path / "out" / "negatives" / name).exists() == (copy.kind == "negative")


def test_pictures_whose_faces_never_fit_are_named(tmp_path: Path) -> None:
    put(tmp_path / "in", "huge", Box(0, 0, 400, 300), width=400, height=300)
    put(tmp_path / "in", "fits", Box(30, 20, 20, 30))
    put(tmp_path / "in", "void")
    put(tmp_path / "in", "marked", Box(30, 20, 20, 30), label=IGNORE)
    summary = run(tmp_path / "in", tmp_path / "out")
    assert summary.faceless == ["huge"]
    assert summary.pictures == 4


def test_what_training_would_lack_is_named() -> None:
    summary = Summary()
    summary.kinds.update({("train", "face"): 3, ("test", "negative"): 2})
    assert missing(summary) == ["with a face in validation", "without a face in train"]


@pytest.mark.parametrize("shares", [*FACE_SHARES.values(), *NEGATIVE_SHARES.values()])
def test_names_fall_into_their_share_and_never_meet(shares: tuple[float, float]) -> None:
    names = [copy_name(stem, number, *shares) for stem in ("anna", "bert") for number in range(200)]
    assert all(in_share(name, *shares) for name in names)
    assert len(set(names)) == 400
    assert all(name.split(".")[1].startswith(f"{n % 200:03}") for n, name in enumerate(names))


def test_parts_are_of_the_size_they_should_be() -> None:
    counts = Counter(part_of(f"session/{n}") for n in range(3000))
    for part, (low, high) in PART_SHARES.items():
        assert counts[part] / 3000 == pytest.approx(high - low, abs=0.03)


@pytest.mark.parametrize("stem", [os.fsdecode(b"\xff\xd4"), "=1+1", "@SUM(A1);=2", "фото"])
def test_names_of_any_kind_reach_every_output(tmp_path: Path, stem: str) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    label_file = put(folder, "plain", Box(20, 20, 24, 30))
    (folder / "plain.png").rename(folder / f"{stem}.png")
    write_labelme(label_file, f"{stem}.png", [Box(20, 20, 24, 30)], ["face"], 96, 64)
    label_file.rename(folder / f"{stem}.json")
    summary = run(folder, out)
    assert (summary.pictures, summary.skipped) == (1, [])
    for row in [cells for _, cells in read_cells(out / "faces" / "boxes.csv")]:
        assert row["file"][0] not in "=+-@"
        assert (out / "faces" / "images" / row["file"]).is_file()


def test_a_copy_never_takes_the_place_of_a_file(tmp_path: Path) -> None:
    save_picture(tmp_path / "a.jpg", np.zeros((20, 20, 3), np.uint8))
    before = (tmp_path / "a.jpg").read_bytes()
    with pytest.raises(FileExistsError):
        save_picture(tmp_path / "a.jpg", np.ones((20, 20, 3), np.uint8))
    assert (tmp_path / "a.jpg").read_bytes() == before
