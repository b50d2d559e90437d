"""The settings that a worker is told: whole groups, none of which holds a secret."""

from __future__ import annotations

from core.settings import PhotosSettings, PictureSettings, RatingSettings, Settings, SettingsGroup


class WorkerSettings(SettingsGroup):
    """Groups by their names in Settings."""

    rating: RatingSettings = RatingSettings()
    pictures: PictureSettings = PictureSettings()
    photos: PhotosSettings = PhotosSettings()

    @classmethod
    def of(cls, settings: Settings) -> WorkerSettings:
        """Those of the server; the folder of the models is named from the root, since a worker starts elsewhere."""
        told = {name: getattr(settings, name) for name in cls.model_fields}
        weights = settings.rating.weights_dir.resolve()
        return cls(**told | {"rating": settings.rating.model_copy(update={"weights_dir": weights})})
