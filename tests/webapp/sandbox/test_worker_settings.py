from __future__ import annotations

from pathlib import Path

import pytest

from core.settings import ROOT, PhotosSettings, RatingSettings, Settings, holds_secret
from webapp.sandbox.worker_settings import WorkerSettings


def test_no_secret_is_reported() -> None:
    assert not holds_secret(WorkerSettings)
    assert holds_secret(Settings)


def test_they_come_over_as_the_server_has_them() -> None:
    rating, photos = RatingSettings(label_above="Hot", min_face=40), PhotosSettings(max_pictures=7)
    worker_settings = WorkerSettings.of(Settings(rating=rating, photos=photos))
    assert WorkerSettings.model_validate(worker_settings.model_dump(mode="json")) == worker_settings
    assert (worker_settings.rating, worker_settings.photos) == (rating, photos)


def test_a_worker_elsewhere_finds_the_models(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT / "core")
    worker_settings = WorkerSettings.of(Settings(rating=RatingSettings(weights_dir=Path("../weights"))))
    assert worker_settings.rating.weights_dir == ROOT / "weights"
