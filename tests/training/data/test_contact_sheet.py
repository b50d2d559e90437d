from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from core.face import Box
from training.data.augment import Copy
from training.data.contact_sheet import (
    CAPTION,
    COLUMNS,
    FRAMES,
    GAP,
    INK,
    MAX_TILES,
    PAPER,
    TILE,
    Sample,
    arrange_tiles,
    check_sheet,
    text_width,
    tile,
    truncate_start,
    write_sheet,
)
from training.data.pictures import load_rgb
from training.errors import DataError

GREY = np.full((2 * TILE, 2 * TILE, 3), 128, np.uint8)
BOX = Box(40, 60, 200, 240)
FACE = Copy(GREY, (BOX,), ("face",), ())
IGNORED = Copy(GREY, (), (), (BOX,))
NEGATIVE = Copy(GREY, (), (), ())


def where(image: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    same: np.ndarray = np.all(image == colour, axis=2)
    return same


@pytest.mark.parametrize(("copy", "kind"), [(FACE, "face"), (IGNORED, "ignored")])
def test_a_box_is_drawn_where_it_is(copy: Copy, kind: str) -> None:
    drawn = tile("a.jpg", copy)
    assert drawn.shape == (TILE + CAPTION, TILE, 3)
    rows, columns = np.nonzero(where(drawn, FRAMES[kind]))
    assert [columns.min(), rows.min(), columns.max(), rows.max()] == pytest.approx([20, 30, 120, 150], abs=2)
    assert (drawn[90, 70] == 128).all()
    assert not any(where(drawn, FRAMES[other]).any() for other in FRAMES if other != kind)


def test_a_negative_has_an_edge_all_around() -> None:
    red = where(tile("a.jpg", NEGATIVE), FRAMES["negative"])
    assert red[1, 1:-1].all()
    assert red[TILE - 2, 1:-1].all()
    assert red[1 : TILE - 1, 1].all()
    assert red[1 : TILE - 1, TILE - 2].all()
    assert not red[10 : TILE - 10, 10 : TILE - 10].any()


def test_the_name_stands_beneath() -> None:
    assert not where(tile("", NEGATIVE)[TILE:], INK).any()
    drawn = where(tile("anna.007.jpg", NEGATIVE), INK)
    assert drawn[TILE:].any()
    assert not drawn[:TILE].any()


def test_long_names_keep_their_number() -> None:
    assert truncate_start("short.001.jpg", TILE) == "short.001.jpg"
    cut = truncate_start("a_very_long_name_of_a_picture_in_a_folder.017.jpg", TILE)
    assert cut.startswith("...")
    assert cut.endswith(".017.jpg")
    assert text_width(cut) <= TILE


def test_tiles_lie_in_rows_below_the_legend() -> None:
    sheet = arrange_tiles([tile(str(n), FACE) for n in range(COLUMNS + 1)])
    top = CAPTION + 2 * GAP
    assert sheet.shape == (top + 2 * (TILE + CAPTION + GAP), GAP + COLUMNS * (TILE + GAP), 3)
    second = top + TILE + CAPTION + GAP
    assert np.array_equal(sheet[second : second + TILE + CAPTION, GAP : GAP + TILE], tile(str(COLUMNS), FACE))
    assert (sheet[second:, GAP + TILE :] == PAPER).all()
    assert all(where(sheet[:top], colour).any() for colour in FRAMES.values())


def test_the_sample_is_bounded_and_the_same_in_any_order() -> None:
    names = [f"p{n}.jpg" for n in range(3 * MAX_TILES)]
    forwards, backwards = Sample(), Sample()
    for name in names:
        forwards.add(name, FACE)
    for name in reversed(names):
        backwards.add(name, FACE)
    kept = [name for _, name, _ in forwards.kept]
    assert len(set(kept)) == MAX_TILES
    assert sum(name in names[:MAX_TILES] for name in kept) < MAX_TILES / 2
    assert np.array_equal(forwards.sheet(), backwards.sheet())


def test_few_copies_make_a_small_sheet() -> None:
    sample = Sample()
    sample.add("a.jpg", NEGATIVE)
    assert sample.sheet().shape[0] == CAPTION + 2 * GAP + TILE + CAPTION + GAP


def test_a_sheet_is_written_where_nothing_is(tmp_path: Path) -> None:
    path = tmp_path / "new" / "sheet.png"
    check_sheet(path)
    sheet = arrange_tiles([tile("a.jpg", FACE)])
    write_sheet(path, sheet)
    assert np.array_equal(load_rgb(path), sheet)
    with pytest.raises(DataError, match="there already"):
        check_sheet(path)
    with pytest.raises(DataError, match=r"\.png for --sheet"):
        check_sheet(tmp_path / "sheet.txt")
    with pytest.raises(DataError, match="cannot be written"):
        write_sheet(path / "below" / "sheet.png", sheet)
