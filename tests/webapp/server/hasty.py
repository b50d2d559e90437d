"""The app, where those who left are forgotten within seconds, and only by that: the garbage collector is off. /remains
says how many pictures, and findings about them, are in memory.

streamlit run tests/webapp/server/hasty.py
"""

import gc
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from streamlit.starlette import App

from webapp import serving
from webapp.sandbox.answers import Rated
from webapp.sandbox.insight import Explained
from webapp.server import departures

departures.KEPT_SECONDS = 3.0
departures.SWEEP_SECONDS = 0.5
gc.disable()


def remains(_request: Request) -> Response:
    """Of everybody."""
    objects = gc.get_objects()
    return JSONResponse([sum(isinstance(item, kind) for item in objects) for kind in (Rated, Explained)])


app = App(
    str(ROOT / "webapp" / "app.py"), routes=[*serving.ROUTES, Route("/remains", remains)], lifespan=serving.lifespan
)
