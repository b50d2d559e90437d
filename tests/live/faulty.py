"""The app with an analysis that fails or is slow on demand, controlled by the file that FAULT names.

streamlit run tests/live/faulty.py
"""

import os
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from streamlit.starlette import App

from core.face import Face
from core.images.crop import Image
from core.live.follower import Follower
from webapp import serving

WELL = Follower.analyze
SECONDS = 2.0


def analyze(self: Follower, image: Image, now: float) -> list[Face]:
    """Fail or wait as configured; only frames larger than the bystander's are affected."""
    fault = Path(os.environ["FAULT"]).read_text() if image.shape[1] > 320 else ""
    if fault == "fails":
        raise RuntimeError("injected")
    if fault == "slow":
        time.sleep(SECONDS)
    return WELL(self, image, now)


Follower.analyze = analyze  # type: ignore[method-assign]
app = App(str(ROOT / "webapp" / "app.py"), routes=serving.ROUTES, lifespan=serving.lifespan)
