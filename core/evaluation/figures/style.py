"""The common style of all figures: Computer Modern, set by LaTeX if that works and by matplotlib alone otherwise."""

from __future__ import annotations

import functools
import io
import shutil
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import matplotlib
from cycler import cycler
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font

from core.errors import FigureError
from core.percent import percent

CENTIMETRE = 1 / 2.54
COLUMN = 8.5
"""Width of every figure in centimetres: one column of a printed page."""

BLUE, VERMILION, GREEN, PURPLE = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
ORANGE, SKY, BLACK = "#E69F00", "#56B4E9", "#000000"
PALETTE = (BLUE, VERMILION, GREEN, PURPLE, ORANGE, SKY, BLACK)
"""Distinguishable for colour-blind readers (Okabe and Ito 2008), without their yellow, which is too faint on paper."""

MARKERS = ("o", "s", "^", "D", "v", "P", "X", "<")
GREY = "0.45"

LOOK: dict[str, Any] = {
    "font.size": 8,
    "axes.labelsize": 8,
    "axes.titlesize": 8,
    "xtick.labelsize": 7,
    "ytick.labelsize": 7,
    "legend.fontsize": 7,
    "legend.frameon": False,
    "legend.handlelength": 1.6,
    "axes.linewidth": 0.6,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "lines.linewidth": 1.2,
    "lines.markersize": 3.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.prop_cycle": cycler(color=PALETTE),
    "axes.formatter.use_mathtext": True,
    "pdf.fonttype": 42,
    "savefig.dpi": 300,
}

LATEX_FONTS: dict[str, Any] = {
    "text.usetex": True,
    "font.family": ["serif"],
    "font.serif": ["Computer Modern Roman"],
    "font.sans-serif": ["Computer Modern Sans Serif"],
    "font.monospace": ["Computer Modern Typewriter"],
}

COMPUTER_MODERN: dict[str, Any] = {"font.family": ["cmr10"], "mathtext.fontset": "cm"}
OTHER_SCRIPTS: dict[str, Any] = {"font.family": ["DejaVu Serif", "DejaVu Sans"], "mathtext.fontset": "dejavuserif"}

PROGRAMS = ("latex", "dvipng", "kpsewhich")
"""Programs that matplotlib calls to set text with LaTeX."""

FOR_LATEX = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\{",
        "}": r"\}",
        "$": r"\$",
        "&": r"\&",
        "%": r"\%",
        "#": r"\#",
        "_": r"\_",
        "^": r"\textasciicircum{}",
        "~": r"\textasciitilde{}",
        "<": "${<}$",
        ">": "${>}$",
        "|": "$|$",
        '"': "''",
    }
)

# cmr10 has other glyphs at these code points: a dot for the underscore, an inverted exclamation mark for "<".
FOR_MATHTEXT = str.maketrans(
    {
        "\\": r"$\backslash$",
        "{": r"$\{$",
        "}": r"$\}$",
        "$": r"\$",
        "_": r"$\_$",
        "~": r"${\sim}$",
        "<": "${<}$",
        ">": "${>}$",
        "|": "$|$",
    }
)


def escape(words: str) -> str:
    """Escape text for a figure, so that neither LaTeX nor mathtext interprets it as markup."""
    table = FOR_LATEX if matplotlib.rcParams["text.usetex"] else FOR_MATHTEXT
    return " ".join(words.split()).translate(table)


def wrap(words: str, width: int, lines: int = 2) -> str:
    """Escape text and break it into up to `lines` lines of up to `width` characters, with dots for any remainder."""
    wrapped = textwrap.wrap(" ".join(words.split()), width, max_lines=lines, placeholder="...")
    return "\n".join(escape(line) for line in wrapped)


def number(value: float, digits: int = 2) -> str:
    """Format a number for a figure, with a true minus sign."""
    return f"${value:.{digits}f}$"


def escaped_percent(share: float, digits: int = 0) -> str:
    """Format a share in [0, 1] as a percentage for a figure."""
    return escape(percent(share, digits))


def new_figure(height: float) -> Figure:
    """Create an empty figure one column wide and `height` centimetres high, not attached to a window."""
    figure = Figure(figsize=(COLUMN * CENTIMETRE, height * CENTIMETRE), layout="constrained")
    FigureCanvasAgg(figure)
    return figure


def plain_fonts(words: str) -> dict[str, Any]:
    """Return the font settings without LaTeX: matplotlib's Computer Modern lacks characters beyond ASCII."""
    return COMPUTER_MODERN if words.isascii() else OTHER_SCRIPTS


def missing_glyphs(words: str) -> str:
    """Return the characters of a text that no font has when LaTeX is not used, sorted."""
    covered: set[int] = set(map(ord, " \t\n"))
    for family in plain_fonts(words)["font.family"]:
        covered.update(get_font(findfont(family)).get_charmap())
    return "".join(sorted({character for character in words if ord(character) not in covered}))


@contextmanager
def apply_style(latex: bool, words: str = "") -> Iterator[None]:
    """Apply the style within the context; the user's matplotlib settings are neither used nor changed.

    Args:
        latex: whether LaTeX sets the text.
        words: all names that will be drawn, which determine the font if LaTeX is not used.
    """
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(LOOK | (LATEX_FONTS if latex else plain_fonts(words)))
        yield


@functools.cache
def latex_fault(words: str) -> str:
    """Return why LaTeX cannot set a text, or an empty string if it can: tried for PDF and for PNG."""
    missing = [program for program in PROGRAMS if shutil.which(program) is None]
    if missing:
        return f"{' and '.join(missing)} cannot be found"
    with apply_style(latex=True):
        figure = new_figure(1.0)
        figure.text(0.1, 0.5, escape(f"Rating {words}") + number(-1))
        try:
            for kind in ("pdf", "png"):
                figure.savefig(io.BytesIO(), format=kind)
        except (RuntimeError, OSError, LookupError, ValueError) as error:
            lines = str(error).splitlines() or [type(error).__name__]
            return next((line[1:] for line in lines if line.startswith("!")), lines[0]).strip(" .:")
    return ""


def use_latex(wish: str, words: str) -> tuple[bool, str]:
    """Return (whether LaTeX sets the text, why not if it was requested but fails; else empty).

    Args:
        wish: "auto" (if it works), "yes" (it must) or "no".
        words: all names that will be drawn.

    Raises:
        FigureError: the wish is "yes" and LaTeX fails.
    """
    if wish == "no":
        return False, ""
    fault = latex_fault(words)
    if fault and wish == "yes":
        raise FigureError(
            "expected a LaTeX that matplotlib can use; {fault}. "
            "Install latex, dvipng, type1cm and cm-super, or use --latex auto.",
            fault=fault,
        )
    return not fault, f"LaTeX does not set the text: {fault}. matplotlib itself does." if fault else ""
