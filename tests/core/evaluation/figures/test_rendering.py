from __future__ import annotations

import io
import logging
import re

import numpy as np
import pytest
from matplotlib.backends.backend_pdf import PdfFile
from PIL import Image

from core.evaluation.figures.confusion import plot_confusion_matrix
from core.evaluation.figures.rendering import render, reproducible_output, subset_prefix
from core.evaluation.figures.style import apply_style, latex_fault
from tests.factories import ABOVE, BELOW

COUNTS = np.array([[40, 3], [5, 52]])


def pdf() -> bytes:
    return render(plot_confusion_matrix(COUNTS, [BELOW, ABOVE], normalised=True), "pdf", "Confusion")


def test_fonts_are_embedded_as_truetype_and_none_as_type_3() -> None:
    content = pdf()
    assert b"/Type3" not in content
    assert b"/FontFile2" in content
    assert re.search(rb"/FontName /[A-Z]{6}\+Cmr10", content)


def test_the_same_figure_gives_the_same_bytes_and_no_date() -> None:
    content = pdf()
    assert content == pdf()
    assert b"CreationDate" not in content
    assert b"/Title (Confusion)" in content


def test_latex_gives_type_1_fonts_and_the_same_bytes_too() -> None:
    if latex_fault(f"{BELOW} {ABOVE}"):
        pytest.skip(latex_fault(f"{BELOW} {ABOVE}"))
    with apply_style(latex=True):
        content = pdf()
        assert content == pdf()
    assert b"/Type3" not in content
    assert b"/FontFile " in content
    assert b"/Subtype /Type1" in content


def test_type_1_fonts_are_named_by_the_steady_prefix(monkeypatch: pytest.MonkeyPatch) -> None:
    if latex_fault(f"{BELOW} {ABOVE}"):
        pytest.skip(latex_fault(f"{BELOW} {ABOVE}"))
    monkeypatch.setattr("core.evaluation.figures.rendering.subset_prefix", lambda _: "STEADY+")
    with apply_style(latex=True):
        names = re.findall(rb"/FontName /(\S+)", pdf())
    assert names
    assert all(name.startswith(b"STEADY+") for name in names)


def test_the_prefix_of_a_font_follows_from_its_glyphs_alone() -> None:
    assert subset_prefix({"a": 1, "b": 2}.values()) == subset_prefix([2, 1])
    assert subset_prefix([1, 2]) != subset_prefix([1, 3])
    assert re.fullmatch(r"[A-Z]{6}\+", subset_prefix([]))


def test_matplotlib_is_left_as_it_was() -> None:
    original = PdfFile._get_subset_prefix
    logger = logging.getLogger("fontTools")
    level = logger.level
    with reproducible_output():
        assert PdfFile._get_subset_prefix is subset_prefix
    assert PdfFile._get_subset_prefix is original
    assert logger.level == level


def test_both_kinds_are_for_print() -> None:
    with Image.open(io.BytesIO(render(plot_confusion_matrix(COUNTS, ["a", "b"]), "png", "Größe"))) as image:
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.1)
        assert image.size[0] == pytest.approx(8.5 / 2.54 * 300, abs=1)
