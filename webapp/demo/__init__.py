"""The demonstration video: a short film of real faces for viewers without a camera, made by `python -m webapp.demo`."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from webapp.common.i18n import N_

FILM = Path(__file__).parent / "faces.webm"
PATH = "/demo/faces.webm"

CREDIT = N_(
    "Demo video: faces from the Face Research Lab London Set, DeBruine and Jones, 2017 (CC BY 4.0), with motion and "
    "transitions added."
)
"""The attribution that the licence requires wherever the film is shown."""
SOURCE = "https://doi.org/10.6084/m9.figshare.5047666"


def film(_request: Request) -> Response:
    """Serve the film, or the byte range requested; browsers may cache it for a day."""
    return FileResponse(FILM, media_type="video/webm", headers={"Cache-Control": "public, max-age=86400"})


DEMO_ROUTE = Route(PATH, film)
