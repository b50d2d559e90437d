"""Clients of a running server's API: the command line, the project's client, and one generated from the description."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.request
import venv
from pathlib import Path

import pytest

from core.client import Client
from core.settings import ROOT
from tests import faces
from tests.browser.serving import Server
from tests.patience import until

PICTURES = [str(faces.FOLDER / name) for name in faces.ADULTS]
GENERATOR = "openapi-python-client==0.29.1"
USER = """
import json, sys
sys.path.insert(0, {folder!r})
from generated import Client
from generated.api.default import health, models, rate
from generated.models import RateFilesBody
from generated.types import File

client = Client(base_url={url!r}, timeout=120)
data = [open(path, "rb").read() for path in {pictures!r}]
alone = rate.sync(client=client, body=File(payload=data[0]), file="alone.jpg")
# So it sends a form; one picture of it that is none.
files = [File(payload=one, file_name="a.jpg", mime_type="image/jpeg") for one in [*data, b"no picture"]]
several = rate.sync(client=client, body=RateFilesBody(picture=files))
wrong = rate.sync(client=client, body=File(payload=b"no picture"))
print(json.dumps({{
    "health": health.sync(client=client).status,
    "models": [one.name for one in models.sync(client=client)],
    "alone": [one.to_dict() for one in alone],
    "several": [one.to_dict() for one in several],
    "wrong": wrong.to_dict(),
}}))
"""


def ready(server: Server) -> None:
    def answered() -> bool:
        try:
            return bool(urllib.request.urlopen(f"{server.url}/v1/health").status == 200)
        except OSError:
            return False

    until(answered, "a server that is ready")


def rows(*words: str) -> tuple[int, list[dict[str, object]]]:
    """Return exit status and results of `python -m core`."""
    completed = subprocess.run(
        [sys.executable, "-m", "core", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert completed.returncode in {0, 1}, completed.stderr
    return completed.returncode, [json.loads(line) | {"ms": None} for line in completed.stdout.splitlines()]


def test_the_command_line_says_the_same_by_a_server_as_alone(server: Server, tmp_path: Path) -> None:
    ready(server)
    (tmp_path / "bad.jpg").write_bytes(b"no picture")
    paths = [*PICTURES, str(tmp_path / "bad.jpg"), str(tmp_path / "absent.jpg")]
    assert rows("--server", server.url, *paths) == rows(*paths)
    with Client(server.url) as client:
        assert [result.to_dict() | {"ms": None} for result in client.rate_many(PICTURES)] == rows(*PICTURES)[1]
        assert {model.kind for model in client.models()} == {"detector", "classifier"}


@pytest.mark.long
def test_a_generated_client_can_use_it(server: Server, tmp_path: Path) -> None:
    ready(server)
    venv.create(tmp_path / "venv", with_pip=True)
    python = str(tmp_path / "venv" / "bin" / "python")
    if subprocess.run([python, "-m", "pip", "install", "-q", GENERATOR], capture_output=True, check=False).returncode:
        pytest.skip("the package index is out of reach")
    (tmp_path / "openapi.json").write_bytes(urllib.request.urlopen(f"{server.url}/openapi.json").read())
    generate = [python, "-m", "openapi_python_client", "generate", "--path", "openapi.json"]
    # It knows no pictures, but bytes.
    (tmp_path / "config.yml").write_text("content_type_overrides:\n  image/png: application/octet-stream\n")
    generate += ["--output-path", "generated", "--meta", "none", "--config", "config.yml"]
    generator_run = subprocess.run(generate, cwd=tmp_path, capture_output=True, text=True, check=True)
    assert "WARNING parsing" not in generator_run.stdout + generator_run.stderr
    script = USER.format(folder=str(tmp_path), url=server.url, pictures=PICTURES)
    client_run = subprocess.run([python, "-c", script], capture_output=True, text=True, check=False)
    assert client_run.returncode == 0, client_run.stderr
    output = json.loads(client_run.stdout)
    assert output["health"] == "ready"
    assert "mobilenet_v2" in output["models"]
    expected = [row["faces"] for row in rows(*PICTURES)[1]]
    assert [row["faces"] for row in output["several"]] == [*expected, []]
    assert output["alone"][0]["faces"] == expected[0]
    assert output["alone"][0]["file"] == "alone.jpg"
    assert output["wrong"]["code"] == "unreadable_picture"
