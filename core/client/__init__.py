"""A client for the HTTP API of a Fairest server; the installed package provides it as `fairest`.

    from fairest import Client

    with Client("http://localhost:8501") as client:
        result = client.rate("a.jpg")

`AsyncClient` is the same for asyncio. Both wait and retry when the server is busy.
"""

from core.client.asynchronous import AsyncClient
from core.client.blocking import Client
from core.client.exchange import ApiError, Model, UnreachableError
from core.face import Box, Face
from core.output.sinks import Result

__all__ = ["ApiError", "AsyncClient", "Box", "Client", "Face", "Model", "Result", "UnreachableError"]
