"""The example client of docs/examples, against the real app."""

from __future__ import annotations

import json
import subprocess
import sys

from core.settings import ROOT
from tests.browser.serving import Server
from tests.live.metrics import samples
from tests.patience import PATIENCE, until
from webapp.demo import FILM


def test_the_client_in_python_prints_the_faces_of_a_film(server: Server) -> None:
    script = ROOT / "docs" / "examples" / "live_client.py"
    program = subprocess.Popen([sys.executable, script, server.url, str(FILM)], stdout=subprocess.PIPE, text=True)
    try:
        assert program.stdout is not None
        hello = json.loads(program.stdout.readline())
        assert (hello["type"], hello["version"]) == ("hello", 1)
        for line in program.stdout:
            message = json.loads(line)
            if any(face["rating"] for face in message.get("faces", [])):
                break
        else:
            raise AssertionError("the film has faces; none was rated")
    finally:
        program.kill()
        program.communicate(timeout=PATIENCE)
    until(lambda: samples(server.url)["fairest_viewers"] == 0, "its place is free")


def test_the_client_in_python_is_short() -> None:
    lines = (ROOT / "docs" / "examples" / "live_client.py").read_text(encoding="utf-8").splitlines()
    assert len(lines) < 40
