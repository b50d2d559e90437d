"""Pools for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from core.settings import PhotosSettings, ServerSettings, Settings
from tests.webapp.sandbox.pools import faulty_pool
from webapp.sandbox.pool import Pool
from webapp.sandbox.worker_settings import WorkerSettings


@pytest.fixture(scope="module")
def faulty() -> Iterator[Pool]:
    """One for all tests of a module."""
    secret_settings = Settings(server=ServerSettings(password=SecretStr("not for workers")))
    with faulty_pool(WorkerSettings.of(secret_settings)) as pool:
        yield pool


@pytest.fixture
def passing() -> Iterator[Pool]:
    """One that a test may close, with two workers that end when they have been idle for a moment."""
    with faulty_pool(WorkerSettings(photos=PhotosSettings(photo_workers=2)), idle=0.1) as pool:
        yield pool
