"""The blocking client."""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import TypeVar

import httpx

from core.client import exchange
from core.client.exchange import URL, ApiError, Call, Model, Source
from core.output.sinks import Result

TIMEOUT = 120.0
"""Seconds without a byte after which a call fails; long, since a busy server queues pictures."""
AT_ONCE = 4
"""Pictures in flight at a time: one is rated while the next ones are uploaded."""

T = TypeVar("T")


class Client:
    """A client of one server. Thread-safe."""

    def __init__(
        self,
        url: str = URL,
        key: str | None = None,
        timeout: float = TIMEOUT,
        transport: httpx.BaseTransport | None = None,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        """Args:
        url: of the page, including its path if it has one.
        key: API key, if the server requires one.
        timeout: seconds.
        transport: sends the requests; httpx's own by default.
        sleep: waits for a number of seconds.
        """
        self.url = url.rstrip("/")
        self._key = key
        self._sleep = sleep
        self._http = httpx.Client(timeout=timeout, transport=transport)

    def rate(self, picture: Source, detector: str | None = None, classifier: str | None = None) -> Result:
        """Rate a picture.

        Args:
            picture: a path, or the bytes of a file.
            detector, classifier: names; the server's defaults if not given.

        Returns:
            The file contract's result with its faces.

        Raises:
            ApiError: the server refuses, or the picture cannot be opened. UnreachableError: no answer came. OSError:
                the file cannot be read.
        """
        name, content = exchange.read_upload(picture)
        return exchange.result_of(self._ask(exchange.rate_call(content, detector, classifier)), name)

    def rate_many(
        self, pictures: Iterable[Source], detector: str | None = None, classifier: str | None = None
    ) -> Iterator[Result]:
        """Rate pictures, several at a time; results in the same order. A picture that cannot be opened has an `error`.

        Raises:
            ApiError, UnreachableError, OSError: see `rate`; not for a picture that cannot be opened.
        """

        def rate_one(picture: Source) -> Result:
            name, content = exchange.read_upload(picture)
            try:
                return exchange.result_of(self._ask(exchange.rate_call(content, detector, classifier)), name)
            except ApiError as error:
                return exchange.failed_result(name, error)

        yield from in_order(rate_one, pictures)

    def explain(
        self, picture: Source, face: int = 0, detector: str | None = None, classifier: str | None = None
    ) -> bytes:
        """Return the heat map of a face as a PNG. face: index in the order of `rate`, from 0.

        Raises:
            ApiError, UnreachableError, OSError: see `rate`.
        """
        _, content = exchange.read_upload(picture)
        return self._ask(exchange.explain_call(content, face, detector, classifier)).content

    def models(self) -> list[Model]:
        """Return the server's detectors and classifiers.

        Raises:
            ApiError, UnreachableError: see `rate`.
        """
        return exchange.models_of(self._ask(exchange.MODELS_CALL))

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _ask(self, call: Call) -> httpx.Response:
        attempt = 0
        while True:
            attempt += 1
            try:
                response = self._http.request(
                    call.method,
                    self.url + call.path,
                    params=dict(call.params),
                    content=call.content,
                    headers=exchange.headers(self._key, call.content),
                )
            except httpx.TransportError as error:
                raise exchange.unreachable_error(self.url, error) from error
            if response.is_success:
                return response
            self._sleep(exchange.pause_after(response, attempt, random.random))


def in_order(rate: Callable[[T], Result], pictures: Iterable[T]) -> Iterator[Result]:
    """Yield the results of pictures in order, with AT_ONCE rated at a time."""
    waiting: deque[Future[Result]] = deque()
    with ThreadPoolExecutor(AT_ONCE) as threads:
        try:
            for picture in pictures:
                waiting.append(threads.submit(rate, picture))
                if len(waiting) >= AT_ONCE:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        finally:
            for future in waiting:
                future.cancel()
