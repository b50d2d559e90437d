"""What deploy/ says of the app is so."""

from __future__ import annotations

import asyncio
import re
import subprocess
from typing import Any

import pytest
import yaml
from aioice.stun import TransactionFailed
from aioice.turn import TurnClientTcpProtocol
from aiortc.codecs import h264, vpx
from prometheus_client import CollectorRegistry

from core.settings import FIELDS, ROOT, PhotosSettings, ServerSettings
from tests.browser.install import find_caddy, find_turnserver
from tests.browser.turn import Turn, turn_server
from tests.webapp.server.test_prometheus import STATUS
from webapp.server.prometheus import EngineCollector
from webapp.serving import ROUTES

DEPLOY = ROOT / "deploy"
FILES = sorted(path for path in DEPLOY.rglob("*") if path.is_file() and "__pycache__" not in path.parts)
PORT = 8501


def manifests() -> dict[str, dict[str, Any]]:
    """What Kubernetes is given, by kind."""
    documents = (
        document for path in DEPLOY.glob("kubernetes/*.yaml") for document in yaml.safe_load_all(path.read_text())
    )
    return {document["kind"]: document for document in documents if "kind" in document}


@pytest.fixture(scope="module")
def container() -> dict[str, Any]:
    spec: dict[str, Any] = manifests()["Deployment"]["spec"]["template"]["spec"]["containers"][0]
    return spec


def test_every_variable_is_a_setting() -> None:
    variables = {f"FAIREST_{name.upper()}" for name in FIELDS} | {
        "FAIREST_SITE",
        "FAIREST_A",
        "FAIREST_B",
        "FAIREST_CONFIG",
    }
    for path in FILES:
        named = set(re.findall(r"\bFAIREST_[A-Z_]*[A-Z]\b", path.read_text()))
        assert named <= variables, path.name


def test_probes_ask_what_is_served(container: dict[str, Any]) -> None:
    routes = {route.path for route in ROUTES}
    probes = {name: container[f"{name}Probe"]["httpGet"]["path"] for name in ("startup", "readiness", "liveness")}
    assert probes == {"startup": "/healthz", "readiness": "/healthz", "liveness": "/livez"}
    assert set(probes.values()) <= routes
    paths = set(re.findall(r"health_uri (\S+)", (DEPLOY / "Caddyfile").read_text()))
    assert paths == {"/healthz", "/livez"}


def test_ports_are_those_of_the_app(container: dict[str, Any]) -> None:
    assert f"port = {PORT}" in (ROOT / ".streamlit" / "config.toml").read_text()
    assert f"EXPOSE {PORT}" in (DEPLOY / "Dockerfile").read_text()
    assert container["ports"] == [{"name": "http", "containerPort": PORT}]
    assert manifests()["Service"]["spec"]["ports"][0]["targetPort"] == "http"


def test_there_is_time_to_drain(container: dict[str, Any]) -> None:
    pod = manifests()["Deployment"]["spec"]["template"]["spec"]
    drain = next(int(variable["value"]) for variable in container["env"] if variable["name"] == "FAIREST_DRAIN_SECONDS")
    assert pod["terminationGracePeriodSeconds"] >= drain + 15
    (stop,) = re.findall(r"--stop-timeout (\d+)", (DEPLOY / "Dockerfile").read_text())
    assert int(stop) >= ServerSettings().drain_seconds + 15


def test_it_grows_by_a_metric_that_is_reported(container: dict[str, Any]) -> None:
    registry = CollectorRegistry()
    registry.register(EngineCollector(lambda: STATUS))
    scaler = manifests()["HorizontalPodAutoscaler"]["spec"]
    metric = scaler["metrics"][0]["pods"]
    assert registry.get_sample_value(metric["metric"]["name"]) is not None
    assert metric["metric"]["name"] in (DEPLOY / "kubernetes" / "adapter-values.yaml").read_text()
    (places,) = (int(variable["value"]) for variable in container["env"] if variable["name"] == "FAIREST_MAX_VIEWERS")
    assert 0 < float(metric["target"]["averageValue"]) < places
    assert scaler["minReplicas"] >= 2
    assert "replicas" not in manifests()["Deployment"]["spec"], "each apply would undo the autoscaler's number"


def test_limits_of_the_proxies_let_an_archive_through() -> None:
    megabytes = PhotosSettings().max_archive_mb
    (caddy,) = re.findall(r"max_size (\d+)MB", (DEPLOY / "Caddyfile").read_text())
    nginx = manifests()["Ingress"]["metadata"]["annotations"]["nginx.ingress.kubernetes.io/proxy-body-size"]
    assert megabytes < int(caddy) < 2 * megabytes
    assert nginx == f"{caddy}m"


def test_the_image_has_the_package_and_nothing_of_the_training() -> None:
    lines = (DEPLOY / "Dockerfile").read_text()
    assert set(re.findall(r"requirements[\w-]*\.txt$", lines, re.MULTILINE)) == {"requirements.txt"}
    assert "--require-hashes" in lines
    copied = {word for words in re.findall(r"^COPY ([^-].*) \S+$", lines, re.MULTILINE) for word in words.split()}
    assert all((ROOT / name).exists() for name in copied)
    let_in = {line[1:].split("/")[0] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[0] == "!"}
    assert copied == let_in


def test_the_image_runs_as_nobody_and_is_asked_how_it_is() -> None:
    lines = (DEPLOY / "Dockerfile").read_text()
    assert re.findall(r"^USER (\S+)$", lines, re.MULTILINE) == ["65534:65534"]
    assert "STOPSIGNAL SIGTERM" in lines
    (path,) = re.findall(rf"http://127\.0\.0\.1:{PORT}(/\w+)", lines)
    assert path in {route.path for route in ROUTES}


@pytest.mark.skipif(not find_caddy(), reason="Caddy is not installed")
def test_caddy_takes_its_file() -> None:
    environment = {"FAIREST_A": "127.0.0.1:1", "FAIREST_B": "127.0.0.1:2", "HOME": "/tmp", "PATH": ""}
    command = [str(find_caddy()), "adapt", "--config", str(DEPLOY / "Caddyfile")]
    completed = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, check=False)
    assert completed.returncode == 0, completed.stderr


@pytest.mark.skipif(not find_turnserver(), reason="coturn is not installed")
def test_coturn_relays_to_nothing_inside() -> None:
    async def refused(turn: Turn, peers: list[str]) -> dict[str, int]:
        """The error codes, by peer; 0 where it would relay."""
        server, codes = ("127.0.0.1", turn.port), {}
        for peer in peers:
            _, client = await asyncio.get_running_loop().create_connection(
                lambda: TurnClientTcpProtocol(server, turn.user, turn.password, 600, 500), *server
            )
            await client.connect()
            try:
                await client.channel_bind(0x4000, (peer, 9))
                codes[peer] = 0
            except TransactionFailed as failed:
                codes[peer] = failed.response.attributes["ERROR-CODE"][0]
            await client.delete()
        return codes

    inside = ["10.0.0.1", "100.64.0.1", "127.0.0.2", "169.254.169.254", "172.16.0.1", "192.168.0.1"]
    with turn_server() as turn:
        codes = asyncio.run(refused(turn, [*inside, "127.0.0.1", "93.184.216.34"]))
    assert codes == dict.fromkeys(inside, 403) | {"127.0.0.1": 0, "93.184.216.34": 0}, "127.0.0.1 is the test's own"


def test_coturn_has_room_for_what_it_admits() -> None:
    values = dict(re.findall(r"^([a-z-]+)=(\d+)$", (DEPLOY / "turnserver.conf").read_text(), re.MULTILINE))
    number = {name: int(value) for name, value in values.items()}
    assert number["user-quota"] == number["total-quota"] <= number["max-port"] - number["min-port"] + 1
    assert number["bps-capacity"] >= number["total-quota"] * number["max-bps"], "it sets max-bps aside for every stream"
    assert number["max-bps"] * 8 > max(h264.MAX_BITRATE, vpx.MAX_BITRATE)


@pytest.mark.skipif(not find_turnserver(), reason="coturn is not installed")
def test_coturn_knows_every_option() -> None:
    # It says nothing of those that it does not know.
    usage = subprocess.run([str(find_turnserver()), "--help"], capture_output=True, text=True, timeout=30, check=False)
    known_options = set(re.findall(r"--([a-z][a-z-]+)", usage.stdout + usage.stderr))
    lines = [line.lstrip("# ") for line in (DEPLOY / "turnserver.conf").read_text().splitlines()]
    options = {match[1] for line in lines if (match := re.fullmatch(r"([a-z-]+)(=\S+)?", line)) and "-" in match[1]}
    assert {"denied-peer-ip", "external-ip", "no-cli"} <= options <= known_options
