"""The image is really built and run: it serves a viewer and an upload, is healthy, and drains."""

from __future__ import annotations

import asyncio
import json
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.settings import ROOT
from tests import faces
from tests.live.caller import Caller
from tests.live.film import EncodedFilm
from tests.patience import until
from tests.scale.containers import IMAGE, PORT, Container, Podman, contained

MOST = 1_800_000_000
"""Bytes of the image, its base with it: most of it what requirements.txt brings."""

SBOM = "/opt/fairest/sbom.cdx.json"
MISSING = [name for name in ("podman", "buildah", "curl") if shutil.which(name) is None]

pytestmark = [
    pytest.mark.skipif(bool(MISSING), reason=f"not installed: {', '.join(MISSING)}"),
    pytest.mark.timeout(7200),
]


@pytest.fixture(scope="module")
def podman(tmp_path_factory: pytest.TempPathFactory) -> Podman:
    """With the image built."""
    with socket.socket() as probe:
        if probe.connect_ex(("127.0.0.1", PORT)) == 0:
            pytest.skip(f"something else is on port {PORT}")
    engine = Podman(tmp_path_factory.mktemp("podman"))
    try:
        engine.build()
    except LookupError as missing:
        pytest.skip(str(missing))
    return engine


@pytest.fixture(scope="module")
def page(podman: Podman) -> Iterator[Container]:
    with contained(podman, FAIREST_DRAIN_SECONDS="0") as running:
        yield running


def film() -> EncodedFilm:
    return EncodedFilm((640, 480), 15, 4.0)


def rated(caller: Caller) -> bool:
    return any(face["rating"] for message in caller.faces() for face in message["faces"])


def test_it_is_small_and_has_nothing_of_the_training(podman: Podman, page: Container) -> None:
    size = int(podman("image", "inspect", "--format", "{{.Size}}", IMAGE))
    print(f"{size / 1e6:.0f} MB; ready after {page.ready_after:.1f} s")
    assert size < MOST
    parts = {part["name"]: part["version"] for part in json.loads(page.runs("cat", SBOM))["components"]}
    pins = dict(
        line.split(" ")[0].split("==") for line in (ROOT / "requirements.txt").read_text().splitlines() if "==" in line
    )
    assert {name: parts[name] for name in ("streamlit", "aiortc", "ai-edge-litert")}.items() <= pins.items()
    assert "fairest" in parts
    assert not {"tensorflow", "tensorflow-cpu", "keras", "pip", "uv"} & parts.keys()


def test_it_runs_as_nobody_and_writes_nothing(page: Container) -> None:
    lines = page.runs("cat", "/proc/1/status").splitlines()
    fields = {name: value.split() for name, _, value in (line.partition(":") for line in lines)}
    assert set(fields["Uid"]) == {"65534"}
    assert set(fields["CapPrm"]) == {"0" * 16}
    program = "import pathlib\ntry: pathlib.Path('/fairest/x').touch()\nexcept OSError as error: print(error.errno)"
    assert page.runs("python", "-c", program) == "30"


def test_its_own_health_check_passes(page: Container) -> None:
    page.podman("healthcheck", "run", page.name)


def test_it_rates_an_upload(page: Container) -> None:
    picture = faces.FOLDER / faces.ADULT
    command = ["curl", "-sS", "--fail-with-body", "-F", f"picture=@{picture}", f"{page.url}/v1/rate"]
    (result,) = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    assert result["faces"][0]["rating"] is not None


def test_it_serves_a_viewer(page: Container) -> None:
    async def run() -> None:
        async with Caller(page.url, film(), "drawn") as caller:
            assert (await caller.call()).status == 201
            await caller.until(lambda: rated(caller) and len(caller.back) > 5, "a rated face and video")

    asyncio.run(run())


def test_asked_to_stop_it_lets_its_viewer_finish(podman: Podman, page: Container) -> None:
    podman("stop", "--time", "60", page.name)

    async def run(container: Container) -> None:
        async with Caller(container.url, film()) as caller:
            assert (await caller.call()).status == 201
            await caller.until(lambda: rated(caller), "a rated face")
            podman("kill", "--signal", "TERM", container.name)
            await asyncio.to_thread(until, lambda: container.status("/healthz") == 503, "a server that drains")
            assert container.status("/livez") == 200
            count = len(caller.faces())
            await caller.until(lambda: len(caller.faces()) > count + 3, "faces while it drains")
            await caller.end()

    with contained(podman, FAIREST_DRAIN_SECONDS="600") as container:
        asyncio.run(run(container))
        until(lambda: not container.state()["Running"], "an end")
        assert container.state()["ExitCode"] in {0, 143}


def test_its_other_commands_are_there(podman: Podman, tmp_path: Path) -> None:
    options = ["run", "--rm", "--network", "none", "--read-only", "--tmpfs", "/tmp:size=64m,mode=1777"]
    assert podman(*options, IMAGE, "--version").startswith("fairest ")
    (tmp_path / "adult.jpg").write_bytes((faces.FOLDER / faces.ADULT).read_bytes())
    tmp_path.chmod(0o755)
    stdout = podman(*options, "--volume", f"{tmp_path}:/pictures:ro", IMAGE, "rate", "/pictures/adult.jpg")
    assert json.loads(stdout)["faces"]
