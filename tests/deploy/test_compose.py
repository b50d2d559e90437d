"""deploy/compose.yaml: what it names is there, and its services fit together."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import Any

import pytest
import yaml

from core.settings import FIELDS, ROOT, ServerSettings

DEPLOY = ROOT / "deploy"
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
PROMETHEUS = yaml.safe_load((DEPLOY / "prometheus.yml").read_text())
PROMTOOL = shutil.which("promtool")
LOCAL = re.compile(r"127\.0\.0\.1:\d+")


def variables(service: str) -> dict[str, str]:
    environment: dict[str, str] = SERVICES[service].get("environment", {})
    return environment


def mounts(service: str) -> list[tuple[str, str, bool]]:
    """(source, place, whether it is read-only) of each."""
    volumes = [text.split(":") for text in SERVICES[service].get("volumes", [])]
    return [(volume[0], volume[1], volume[2:] == ["ro"]) for volume in volumes]


def test_every_file_and_volume_that_is_mounted_is_there() -> None:
    for service in SERVICES:
        for source, _, read_only in mounts(service):
            if source.startswith("."):
                assert (DEPLOY / source).exists(), source
                assert read_only, source
            else:
                assert source in COMPOSE["volumes"], source
    used = {source for service in SERVICES for source, _, _ in mounts(service)}
    assert set(COMPOSE["volumes"]) <= used
    build = SERVICES["secrets"]["build"]
    assert (DEPLOY / build["context"]).resolve() == ROOT
    assert (ROOT / build["dockerfile"]).is_file()


@pytest.mark.parametrize("name", SERVICES)
def test_each_may_do_no_more_than_it_must(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"]
    assert service["cap_drop"] == ["ALL"]
    assert set(service.get("cap_add", [])) <= {"NET_BIND_SERVICE", "CHOWN"}
    assert not service.get("privileged")
    is_ours = service["image"] == "${IMAGE:-localhost/fairest}"
    assert is_ours or re.search(r":v?\d+(\.\d+)+$", service["image"]), "a version, so that nothing changes by itself"


def test_whoever_reads_a_secret_waits_until_it_is_made() -> None:
    secrets = {source for source, _, read_only in mounts("secrets") if not read_only}
    for name in SERVICES.keys() - {"secrets"}:
        reads = secrets & {source for source, _, _ in mounts(name)}
        waits = SERVICES[name].get("depends_on", {}).get("secrets", {}).get("condition")
        assert (waits == "service_completed_successfully") == bool(reads), name
        assert all(read_only for source, _, read_only in mounts(name) if source in secrets)


def test_the_page_has_settings_that_it_knows_and_time_to_drain() -> None:
    environment = variables("page")
    setting_names = {f"FAIREST_{name.upper()}" for name in FIELDS} | {"FAIREST_CONFIG"}
    assert environment.keys() <= setting_names
    assert environment["FAIREST_CONFIG"] == f"{mounts('page')[0][1]}/fairest.toml"
    drain_seconds = int(environment["FAIREST_DRAIN_SECONDS"])
    assert drain_seconds == ServerSettings().drain_seconds
    assert int(SERVICES["page"]["stop_grace_period"].removesuffix("s")) >= drain_seconds + 15


def test_everybody_asks_where_the_others_listen() -> None:
    words = SERVICES["page"]["command"]
    page = f"{words[words.index('--server.address') + 1]}:{words[words.index('--port') + 1]}"
    assert variables("caddy")["FAIREST_A"] == page
    (job,) = PROMETHEUS["scrape_configs"]
    assert job["static_configs"] == [{"targets": [variables("caddy")[name] for name in ("FAIREST_A", "FAIREST_B")]}]
    (listens,) = [word for word in SERVICES["prometheus"]["command"] if "listen-address" in word]
    source = yaml.safe_load((DEPLOY / "grafana/provisioning/datasources/prometheus.yaml").read_text())
    assert LOCAL.findall(listens) == LOCAL.findall(source["datasources"][0]["url"])


def test_only_caddy_and_coturn_listen_for_others() -> None:
    assert {service.get("network_mode") for service in SERVICES.values()} == {"host"}
    assert "127.0.0.1" in SERVICES["page"]["command"]
    assert any(word.startswith("--web.listen-address=127.0.0.1:") for word in SERVICES["prometheus"]["command"])
    assert variables("grafana")["GF_SERVER_HTTP_ADDR"] == "127.0.0.1"


def test_the_files_that_commands_name_are_mounted() -> None:
    for name, service in SERVICES.items():
        places = [place for _, place, _ in mounts(name)]
        places += [entry.split(":")[0] for entry in service.get("tmpfs", [])]
        words = [*service.get("command", []), *map(str, variables(name).values())]
        for path in re.findall(r"(?:^|=)(/[\w./-]+)", "\n".join(words), re.MULTILINE):
            assert any(path == place or path.startswith(f"{place}/") for place in places), path


@pytest.mark.skipif(PROMTOOL is None, reason="Prometheus is not installed")
def test_prometheus_takes_its_file() -> None:
    assert PROMTOOL is not None
    command = [PROMTOOL, "check", "config", str(DEPLOY / "prometheus.yml")]
    completed = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert completed.returncode == 0, completed.stdout + completed.stderr
