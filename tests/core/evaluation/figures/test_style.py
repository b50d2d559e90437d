from __future__ import annotations

import io
import warnings
from collections.abc import Iterator

import matplotlib
import numpy as np
import pytest
from PIL import Image

from core.errors import FigureError
from core.evaluation.figures.style import (
    COLUMN,
    apply_style,
    escape,
    escaped_percent,
    latex_fault,
    missing_glyphs,
    new_figure,
    number,
    use_latex,
    wrap,
)

ODD = r"""a_b & 50% #1 $x$ {y} \z ~^<>|"'"""


@pytest.fixture
def forgetful() -> Iterator[None]:
    """What was found out about LaTeX is forgotten before and after."""
    latex_fault.cache_clear()
    yield
    latex_fault.cache_clear()


def drawn(words: str) -> np.ndarray:
    """Where drawn words are dark, bool, shape (height, width)."""
    figure = new_figure(2.0)
    figure.text(0.1, 0.5, words)
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=200)
    with Image.open(stream) as image:
        return np.asarray(image.convert("L")) < 128


def ink(words: str) -> int:
    """Dark pixels of drawn words."""
    return int(drawn(words).sum())


def lowest_row(words: str) -> int:
    """The lowest row with a dark pixel, counted from the top."""
    return int(np.flatnonzero(drawn(words).any(axis=1)).max())


def test_mathtext_takes_no_word_for_markup() -> None:
    assert escape(ODD) == (r"""a$\_$b & 50% #1 \$x\$ $\{$y$\}$ $\backslash$z ${\sim}$^${<}$${>}$$|$"'""")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert ink(escape(ODD)) > ink("a") > 0


def test_latex_takes_no_word_for_markup() -> None:
    with apply_style(latex=True):
        assert escape(ODD) == (
            r"a\_b \& 50\% \#1 \$x\$ \{y\} \textbackslash{}z \textasciitilde{}\textasciicircum{}${<}$${>}$$|$'''"
        )


def test_an_underscore_is_not_the_dot_that_computer_modern_has_in_its_place() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(matplotlib.rcParams, "font.size", 30)
        dot, line = (lowest_row(words) for words in ("_", escape("_")))
    assert line > dot + 20


def test_names_are_on_one_line_or_on_short_ones() -> None:
    assert escape(" two\n words ") == "two words"
    assert wrap("Latino_Hispanic people", 15) == "Latino$\\_$Hispanic\npeople"
    assert wrap("x" * 24, 10, lines=3) == f"{'x' * 10}\n{'x' * 10}\nxxxx"
    assert wrap("a long name of a source", 10) == "a long\nname of..."


def test_a_minus_sign_shows() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert ink(number(-1)) > ink(number(1)) + 8
        figure = new_figure(3.0)
        figure.add_subplot().plot([-1, 1], [-2, 2])
        figure.savefig(io.BytesIO(), format="pdf")


def test_numbers_and_shares() -> None:
    assert number(0.12345, 3) == "$0.123$"
    assert escaped_percent(0.845, 1) == "84.5 %"
    with apply_style(latex=True):
        assert escaped_percent(0.845, 1) == r"84.5 \%"


def test_the_look_neither_stays_nor_takes_in_what_others_set() -> None:
    with matplotlib.rc_context({"font.size": 33, "lines.linestyle": "--"}):
        with apply_style(latex=False):
            assert matplotlib.rcParams["font.size"] == 8
            assert matplotlib.rcParams["lines.linestyle"] == "-"
            assert matplotlib.rcParams["pdf.fonttype"] == 42
        assert matplotlib.rcParams["font.size"] == 33


def test_a_figure_is_one_column_wide() -> None:
    assert new_figure(5.0).get_size_inches() * 2.54 == pytest.approx([COLUMN, 5.0])


def test_letters_that_computer_modern_lacks_are_drawn_by_another_font() -> None:
    assert missing_glyphs("Größe, Łódź") == ""
    assert missing_glyphs("美 a") == "美"
    with apply_style(latex=False, words="Ä"):
        umlaut = ink("Ä")
        assert umlaut > ink("A") > 0
    assert ink("Ä") < umlaut / 2, "Computer Modern has two dots in its place"


def test_latex_is_not_asked_for_when_it_is_not_wished_for() -> None:
    assert use_latex("no", "a") == (False, "")


@pytest.mark.usefixtures("forgetful")
def test_without_latex_matplotlib_sets_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    latex_used, note = use_latex("auto", "a")
    assert not latex_used
    assert "latex and dvipng and kpsewhich cannot be found" in note
    with pytest.raises(FigureError, match=r"latex and dvipng.*cannot be found.*cm-super"):
        use_latex("yes", "a")


@pytest.mark.usefixtures("forgetful")
def test_a_latex_that_fails_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.evaluation.figures.style.shutil.which", lambda program: f"/nowhere/{program}")
    monkeypatch.setattr(
        "matplotlib.texmanager.TexManager.make_dvi",
        lambda *_: (_ for _ in ()).throw(RuntimeError("latex failed\n! Package x Error: Missing cm-super.\nmore")),
    )
    latex_used, note = use_latex("auto", "a")
    assert not latex_used
    assert "Package x Error: Missing cm-super." in note


def test_latex_sets_odd_names_where_it_is_installed() -> None:
    if latex_fault("a"):
        pytest.skip(latex_fault("a"))
    assert use_latex("yes", f"{ODD} Größe") == (True, "")
    latex_used, note = use_latex("auto", "美")
    assert not latex_used
    assert "美" in note
