"""Shared fixtures: the shipped models, loaded once, and real faces."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
import pylibsrtp  # noqa: F401  First: loaded after TensorFlow, whose OpenSSL symbols it then takes, it crashes.
import pytest

from core.analyzer import Analyzer, load_analyzer
from core.settings import RatingSettings
from tests import faces


@pytest.fixture(autouse=True)
def main_module() -> Iterator[None]:
    """AppTest leaves its script in the place of this program, and processes that a later test starts would run it."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture(scope="session")
def settings() -> RatingSettings:
    """What a picture is rated by, as shipped."""
    return RatingSettings()


@pytest.fixture(scope="session")
def analyzer(settings: RatingSettings) -> Analyzer:
    """The shipped analyzer with the default models."""
    return load_analyzer(settings.detector, settings.classifier, settings)


@pytest.fixture(scope="session")
def adult() -> np.ndarray:
    """A real adult's portrait, RGB uint8 (720, 720, 3)."""
    return faces.load(faces.ADULT)
