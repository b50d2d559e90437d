"""The demonstration video: a short film of real faces for those without a camera. `python -m webapp.demo` made it."""

from __future__ import annotations

from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from webapp.common.i18n import N_

FILM = Path(__file__).parent / "faces.webm"
PATH = "/demo/faces.webm"

CREDIT = N_(
    "Demo video: faces of the Face Research Lab London Set, DeBruine and Jones, 2017 (CC BY 4.0), moved and joined."
)
"""What the licence asks for wherever the film is shown."""
SOURCE = "https://doi.org/10.6084/m9.figshare.5047666"


def film(_request: Request) -> Response:
    """The film, or the part of it that a browser asks for; kept by browsers for a day."""
    return FileResponse(FILM, media_type="video/webm", headers={"Cache-Control": "public, max-age=86400"})


DEMO_ROUTE = Route(PATH, film)
