"""The HTTP API of a running server, called with curl; live viewers must not be affected."""

from __future__ import annotations

import asyncio
import json
import shutil
import subprocess
from collections import Counter
from typing import Any

import pytest

from tests import faces
from tests.browser.serving import Server, served
from tests.live.watching import bystander
from tests.patience import until
from webapp.api.front import AT_ONCE
from webapp.api.keys import new_key

ADULT = faces.FOLDER / faces.ADULT
CURL = shutil.which("curl")
MANY = 200

pytestmark = pytest.mark.skipif(CURL is None, reason="there is no curl")


def curl(*words: str) -> tuple[int, str, str]:
    """Return (status, content type, body) of a call."""
    assert CURL is not None
    output = subprocess.run(
        [CURL, "-sS", "-w", "\n%{http_code} %{content_type}", *words], capture_output=True, text=True, check=True
    ).stdout
    body, _, last = output.rpartition("\n")
    status, _, kind = last.partition(" ")
    return int(status), kind, body


def ready(server: Server) -> None:
    until(lambda: curl(f"{server.url}/v1/health")[0] == 200, "a server that is ready")


def test_a_picture_is_rated_by_one_line(server: Server) -> None:
    ready(server)
    status, kind, body = curl("-F", f"picture=@{ADULT}", f"{server.url}/v1/rate")
    assert (status, kind) == (200, "application/json")
    (result,) = json.loads(body)
    assert result["file"] == ADULT.name
    assert result["faces"][0]["rating"] is not None
    raw = curl("--data-binary", f"@{ADULT}", "-H", "Content-Type: image/jpeg", f"{server.url}/v1/rate")
    assert json.loads(raw[2])[0]["faces"] == result["faces"]
    two_pictures = ["-F", f"picture=@{ADULT}", "-F", f"picture=@{ADULT}", "-H", "Accept: application/x-ndjson"]
    lines = curl(*two_pictures, f"{server.url}/v1/rate")[2].splitlines()
    assert [json.loads(line)["faces"] for line in lines] == [result["faces"]] * 2


def test_failures_are_problems_and_the_page_is_where_it_was(server: Server) -> None:
    ready(server)

    def code(*words: str) -> str:
        status, kind, body = curl(*words)
        assert kind == "application/problem+json", body
        document: dict[str, Any] = json.loads(body)
        assert document["status"] == status
        return str(document["code"])

    url = f"{server.url}/v1/rate"
    assert code("--data-binary", f"@{ADULT}", url) == "unsupported_media_type"
    assert code(url) == "method_not_allowed"
    assert code(f"{server.url}/v1/nothing") == "not_found"
    assert code("-H", "Transfer-Encoding: chunked", "-F", f"picture=@{ADULT}", url) == "length_required"
    assert code("-H", "Origin: https://other.example", "-F", f"picture=@{ADULT}", url) == "other_site"
    assert code("-H", "Host: other.example", "-F", f"picture=@{ADULT}", url) == "local_only"
    assert json.loads(curl(f"{server.url}/openapi.json")[2])["openapi"]
    assert curl("-H", "Accept: text/html", f"{server.url}/v1/docs")[1].startswith("text/html")
    status, kind, body = curl("-H", "Accept: text/html", server.url)
    assert (status, kind.partition(";")[0]) == (200, "text/html")
    assert "streamlit" in body.lower()


def test_with_a_key_behind_a_password() -> None:
    key, entry = new_key("lab", 100)
    keys = json.dumps([{"name": "lab", "hash": entry.hash.get_secret_value()}])
    with served(FAIREST_PASSWORD="correct horse", FAIREST_API_KEYS=keys) as server:
        ready(server)
        url = f"{server.url}/v1/models"
        assert curl(url)[0] == curl("-H", "Authorization: Bearer lab.x", url)[0] == 401
        assert curl("-H", f"Authorization: Bearer {key}", url)[0] == 200
        assert curl("-H", f"Authorization: Bearer {key}", server.url)[0] == 401, "the page asks for its password"


@pytest.mark.long
def test_two_hundred_requests_at_once_hold_up_no_viewer(server: Server) -> None:
    ready(server)
    assert CURL is not None
    # The clients run at low priority, as they would not run on the viewer's machine.
    command = ["nice", "-n", "19", CURL, "-sS", "-Z", "--parallel-immediate", "--parallel-max", str(MANY)]
    command += ["-o", "/dev/null", "-w", "%{http_code} %header{retry-after}\n"]
    command += ["-H", "Content-Type: image/jpeg", "--data-binary", f"@{ADULT}"]
    command += [f"{server.url}/v1/rate?detector=facegrid&file=[1-{MANY}]"]

    async def run() -> Counter[str]:
        async with bystander(server):
            completed = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True, check=True)
        return Counter(completed.stdout.splitlines())

    counts = asyncio.run(run())
    assert sum(counts.values()) == MANY
    assert counts.keys() <= {"200 ", "503 2"}
    assert counts["200 "] >= AT_ONCE
