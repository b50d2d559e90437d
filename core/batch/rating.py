"""One process's warm analyzer, and the result of each picture that it is given."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Protocol

from core.analyzer import load_analyzer
from core.batch.listing import Picture
from core.batch.reading import Reader
from core.errors import ImageError
from core.output.sinks import Result
from core.settings import PictureSettings, RatingSettings


@dataclass(frozen=True, slots=True)
class Models:
    """The models, by name, and settings that pictures are rated with; small, so that they can be sent to processes."""

    detector: str
    classifier: str
    rating: RatingSettings
    pictures: PictureSettings

    def for_one_core(self) -> Models:
        """Return the same with one thread: with one process per core, more threads would only compete."""
        return replace(self, rating=self.rating.model_copy(update={"threads": 1}))


class PictureRater(Protocol):
    """Rates pictures."""

    def rate(self, picture: Picture) -> Result:
        """Rate one picture."""
        ...


RaterFactory = Callable[[], PictureRater]
"""Creates a process's rater; small, so that it can be sent to the process."""


class Rater:
    """Rates pictures one after another."""

    def __init__(self, models: Models) -> None:
        """Raises:
        UnknownModelError: no such model. WeightsError: a file is missing or damaged.
        """
        self._analyzer = load_analyzer(models.detector, models.classifier, models.rating)
        self._analyzer.warm_up()
        self._reader = Reader(models.pictures)

    def rate(self, picture: Picture) -> Result:
        """Rate one picture; if it cannot be read or analysed, the result has an error."""
        begin = time.perf_counter()
        try:
            image = self._reader.read(picture)
            faces = self._analyzer.analyze(image)
        except ImageError as error:
            return failed_result(picture, str(error))
        except Exception as error:  # one picture must not stop the others
            return failed_result(picture, f"Expected a picture that can be analysed; this one failed: {error!r}")
        height, width = image.shape[:2]
        return Result(picture.file, width, height, None, (time.perf_counter() - begin) * 1000, faces)


def failed_result(picture: Picture, error: str) -> Result:
    """Return the result of a picture that could not be rated."""
    return Result(picture.file, None, None, error, None, [])
