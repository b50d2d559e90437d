"""Rates pictures with a server's HTTP API instead of locally; the server decodes them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from core.batch.listing import Picture
from core.batch.rating import failed_result
from core.batch.reading import Reader
from core.client import exchange
from core.client.blocking import Client, in_order
from core.client.exchange import ApiError
from core.errors import ImageError
from core.output.sinks import Result
from core.settings import PictureSettings

KEY = "FAIREST_KEY"
"""The variable that holds the API key."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server and its options. key: None if it requires none. detector, classifier: None for the server's defaults."""

    url: str
    key: str | None = None
    detector: str | None = None
    classifier: str | None = None


def through_server(
    pictures: Iterable[Picture], server: Server, settings: PictureSettings, client: Client | None = None
) -> Iterator[Result]:
    """Yield results in the order of the pictures.

    Args:
        pictures: consumed as needed.
        settings: limits on the size of a picture.
        client: the server's client; a new one by default.

    Raises:
        ApiError: the server refuses. UnreachableError: no answer came.
    """
    reader = Reader(settings)
    with client or Client(server.url, server.key) as asking:

        def rate(read: tuple[Picture, bytes | ImageError]) -> Result:
            picture, content = read
            if isinstance(content, ImageError):
                return failed_result(picture, str(content))
            try:
                return replace(asking.rate(content, server.detector, server.classifier), file=picture.file)
            except ApiError as error:
                return exchange.failed_result(picture.file, error)

        yield from in_order(rate, ((picture, _content(reader, picture)) for picture in pictures))


def _content(reader: Reader, picture: Picture) -> bytes | ImageError:
    try:
        return reader.content(picture)
    except ImageError as error:
        return error
