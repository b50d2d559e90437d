"""The settings sent to a worker: whole groups, none of which contains a secret."""

from __future__ import annotations

from core.settings import PhotosSettings, PictureSettings, RatingSettings, Settings, SettingsGroup


class WorkerSettings(SettingsGroup):
    """Groups by their names in Settings."""

    rating: RatingSettings = RatingSettings()
    pictures: PictureSettings = PictureSettings()
    photos: PhotosSettings = PhotosSettings()

    @classmethod
    def of(cls, settings: Settings) -> WorkerSettings:
        """Return the server's settings, with an absolute path to the models, since a worker runs in another folder."""
        values = {name: getattr(settings, name) for name in cls.model_fields}
        weights = settings.rating.weights_dir.resolve()
        return cls(**values | {"rating": settings.rating.model_copy(update={"weights_dir": weights})})
