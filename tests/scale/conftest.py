"""What the tests at scale share with others: the tiny data folder of training, and Playwright."""

from __future__ import annotations

from tests.browser.conftest import playwright
from tests.training.conftest import data

__all__ = ["data", "playwright"]
