"""Handle rating requests: read the pictures and rate them in turn, or return the heat map of a face."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from pydantic import ValidationError
from starlette.requests import Request

from core.errors import FairestError
from core.models.manifest import Manifest
from core.output.sinks import Result
from core.settings import Settings
from webapp.api import pictures
from webapp.api.house import House
from webapp.api.pictures import Picture
from webapp.api.problems import ProblemError, invalid_options, problem_of
from webapp.api.schemas import ExplainOptions, ModelOptions
from webapp.photos.album import Models
from webapp.photos.arrivals import Sender
from webapp.sandbox.answers import Rated

Options = TypeVar("Options", bound=ModelOptions)


@dataclass(frozen=True, slots=True)
class Order:
    """A rating job: its sender, pictures and models."""

    sender: Sender
    pictures: list[Picture]
    models: Models


class Rating:
    """The implementation of `/v1/rate` and `/v1/explain`."""

    def __init__(self, house: House) -> None:
        self._house = house

    async def take(self, request: Request, options: Options, max_pictures: int) -> tuple[Order, Options]:
        """Read a request's body; its memory is released when the request ends.

        Args:
            request: the request.
            options: from the query; the form's fields are merged into them.
            max_pictures: maximum number of pictures.

        Raises:
            ProblemError, FairestError: the request is refused.
        """
        settings, sender = self._house.settings(), request.state.sender
        chosen = choose(options, settings, self._house.manifest())
        kind = pictures.content_type(request.headers)
        limit = pictures.max_mb(kind, settings)
        arrivals = self._house.arrivals()
        length = arrivals.admit(request.headers, sender, limit)
        reservation = await request.state.stack.enter_async_context(arrivals.room(sender, length))
        chunks = arrivals.chunks(request.stream(), sender, reservation, lambda _: limit)
        name = getattr(options, "file", None)
        content = await pictures.read(chunks, kind, request.headers, settings, name, max_pictures)
        if content.options:
            options = with_fields(options, content.options)
            chosen = choose(options, settings, self._house.manifest())
        return Order(sender, content.pictures, chosen), options

    async def rated(self, order: Order) -> AsyncGenerator[Result]:
        """Yield one result per picture, in order; a picture that cannot be rated does not stop the others."""
        for number, picture in enumerate(order.pictures):
            if number:
                await self._house.arrivals().another(order.sender)
            try:
                rated = await self._rate(order, picture)
            except FairestError as error:
                yield Result(picture.name, None, None, problem_of(error).detail(), None, [])
            else:
                yield Result(picture.name, rated.width, rated.height, None, rated.ms, list(rated.faces))

    async def all_rated(self, order: Order) -> list[Result]:
        """Return all results; if a single picture cannot be rated, the request fails.

        Raises:
            FairestError: the reason.
        """
        if len(order.pictures) > 1:
            return [result async for result in self.rated(order)]
        (picture,) = order.pictures
        rated = await self._rate(order, picture)
        return [Result(picture.name, rated.width, rated.height, None, rated.ms, list(rated.faces))]

    async def explained(self, order: Order, options: ExplainOptions) -> bytes:
        """Return the heat map of a face, PNG.

        Raises:
            ProblemError, FairestError: there is no such face, or no heat map for it.
        """
        (picture,) = order.pictures
        rated = await self._rate(order, picture)
        if options.face >= len(rated.patches):
            raise ProblemError(
                "no_such_face",
                "Expected the index of one of the {count} faces in this picture, counted from 0; received {face}.",
                count=len(rated.patches),
                face=options.face,
            )
        patch = rated.patches[options.face]
        return await self._house.service().heat_map(patch, order.models.classifier, order.sender.name)

    async def _rate(self, order: Order, picture: Picture) -> Rated:
        return await self._house.service().rate(picture.data, order.models, order.sender.name)


def choose(options: ModelOptions, settings: Settings, manifest: Manifest) -> Models:
    """Return the requested models, or the defaults.

    Raises:
        UnknownModelError: there is no such model.
    """
    chosen = Models(
        options.detector or settings.rating.photo_detector, options.classifier or settings.rating.classifier
    )
    manifest.card(chosen.detector, "detector")
    manifest.card(chosen.classifier, "classifier")
    return chosen


def with_fields(options: Options, fields: Mapping[str, str]) -> Options:
    """Return the options updated with a form's fields, which take precedence.

    Raises:
        ProblemError: a field is unknown or its value invalid.
    """
    try:
        return type(options).model_validate(options.model_dump(exclude_unset=True) | dict(fields))
    except ValidationError as error:
        raise invalid_options(error.errors(), type(options).model_fields) from None
