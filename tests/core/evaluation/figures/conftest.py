"""Figures are drawn with the project's look, without LaTeX."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from core.evaluation.figures.style import apply_style


@pytest.fixture(autouse=True)
def look() -> Iterator[None]:
    with apply_style(latex=False):
        yield
