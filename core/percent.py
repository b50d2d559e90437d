"""How shares are written, the same everywhere."""

from __future__ import annotations


def percent(share: float, digits: int = 0) -> str:
    """Return a share in [0, 1] as text, "81 %", with so many decimals."""
    return f"{100 * share:.{digits}f} %"
