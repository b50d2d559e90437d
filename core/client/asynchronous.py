"""The client for asyncio."""

from __future__ import annotations

import asyncio
import random
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from types import TracebackType

import httpx

from core.client import exchange
from core.client.blocking import AT_ONCE, TIMEOUT
from core.client.exchange import URL, ApiError, Call, Model, Source
from core.output.sinks import Result


class AsyncClient:
    """A client of one server, for one event loop. Its methods are those of `Client`, to be awaited."""

    def __init__(
        self,
        url: str = URL,
        key: str | None = None,
        timeout: float = TIMEOUT,
        transport: httpx.AsyncBaseTransport | None = None,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """Take the arguments of `Client`; transport and sleep are asynchronous."""
        self.url = url.rstrip("/")
        self._key = key
        self._sleep = sleep
        self._http = httpx.AsyncClient(timeout=timeout, transport=transport)

    async def rate(self, picture: Source, detector: str | None = None, classifier: str | None = None) -> Result:
        """Rate a picture; as `Client.rate`."""
        name, content = await asyncio.to_thread(exchange.read_upload, picture)
        return exchange.result_of(await self._ask(exchange.rate_call(content, detector, classifier)), name)

    async def rate_many(
        self, pictures: Iterable[Source], detector: str | None = None, classifier: str | None = None
    ) -> AsyncGenerator[Result]:
        """Rate pictures, several at a time; as `Client.rate_many`."""

        async def one(picture: Source) -> Result:
            name, content = await asyncio.to_thread(exchange.read_upload, picture)
            try:
                return exchange.result_of(await self._ask(exchange.rate_call(content, detector, classifier)), name)
            except ApiError as error:
                return exchange.failed_result(name, error)

        waiting: deque[asyncio.Task[Result]] = deque()
        try:
            for picture in pictures:
                waiting.append(asyncio.create_task(one(picture)))
                if len(waiting) >= AT_ONCE:
                    yield await waiting.popleft()
            while waiting:
                yield await waiting.popleft()
        finally:
            for task in waiting:
                task.cancel()

    async def explain(
        self, picture: Source, face: int = 0, detector: str | None = None, classifier: str | None = None
    ) -> bytes:
        """Return the heat map of a face as a PNG; as `Client.explain`."""
        _, content = await asyncio.to_thread(exchange.read_upload, picture)
        return (await self._ask(exchange.explain_call(content, face, detector, classifier))).content

    async def models(self) -> list[Model]:
        """Return the server's detectors and classifiers; as `Client.models`."""
        return exchange.models_of(await self._ask(exchange.MODELS_CALL))

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> AsyncClient:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def _ask(self, call: Call) -> httpx.Response:
        attempt = 0
        while True:
            attempt += 1
            try:
                response = await self._http.request(
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
            await self._sleep(exchange.pause_after(response, attempt, random.random))
