"""What only one machine may know is made once, for those who read it, and fits together."""

from __future__ import annotations

import os
import runpy
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core.settings import ROOT
from core.settings_reader import load_settings

SCRIPT = ROOT / "deploy" / "first_start.py"
FILES = ("page/fairest.toml", "turn/turnserver.conf", "grafana/password")


@pytest.fixture(scope="module")
def script() -> dict[str, Any]:
    return runpy.run_path(str(SCRIPT))


def start(folder: Path, site: str = "fairest.example.org") -> None:
    environment = {**os.environ, "FAIREST_SITE": site}
    subprocess.run([sys.executable, str(SCRIPT), str(folder)], env=environment, check=True, timeout=60)


def contents(folder: Path) -> list[str]:
    return [(folder / name).read_text() for name in FILES]


def test_the_second_start_changes_nothing(tmp_path: Path) -> None:
    start(tmp_path)
    first = contents(tmp_path)
    start(tmp_path)
    assert contents(tmp_path) == first


def test_each_machine_has_its_own(tmp_path: Path) -> None:
    start(tmp_path / "a")
    start(tmp_path / "b")
    assert all(a != b for a, b in zip(contents(tmp_path / "a"), contents(tmp_path / "b"), strict=True))


def test_the_page_takes_its_file_and_has_coturns_account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start(tmp_path)
    for name in [name for name in os.environ if name.startswith("FAIREST_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("FAIREST_CONFIG", str(tmp_path / FILES[0]))
    settings = load_settings()
    assert settings.server.secret is not None
    assert len(settings.server.secret.get_secret_value()) >= 32
    (server,) = settings.live.ice_servers
    assert server.urls[0] == "turn:fairest.example.org:3478?transport=tcp"
    assert server.credential is not None
    account = f"user={server.username}:{server.credential.get_secret_value()}\n"
    assert account in (tmp_path / FILES[1]).read_text()
    assert "change-this-password" not in (tmp_path / FILES[1]).read_text()


def test_if_one_half_of_the_account_is_gone_both_are_made_anew(tmp_path: Path) -> None:
    start(tmp_path)
    page, turn, grafana = contents(tmp_path)
    (tmp_path / FILES[1]).unlink()
    start(tmp_path)
    renewed = contents(tmp_path)
    assert renewed[0] != page
    assert renewed[1] != turn
    assert renewed[2] == grafana


def test_nobody_else_reads_them(tmp_path: Path, script: dict[str, Any]) -> None:
    start(tmp_path)
    for name, owner in zip(FILES, (script["NOBODY"], script["NOBODY"], script["GRAFANA"]), strict=True):
        status = (tmp_path / name).stat()
        assert stat.S_IMODE(status.st_mode) == 0o400
        assert status.st_uid == (owner if os.geteuid() == 0 else os.geteuid())


def test_on_this_machine_alone_there_is_no_relay(tmp_path: Path) -> None:
    start(tmp_path, "localhost")
    assert "ice_servers" not in (tmp_path / FILES[0]).read_text()


@pytest.mark.parametrize(
    ("site", "host"),
    [
        ("fairest.example.org", "fairest.example.org"),
        ("https://fairest.example.org:8443/", "fairest.example.org"),
        ("localhost", None),
        (":8080", None),
        ("http://localhost:8080", None),
    ],
)
def test_the_relay_has_the_sites_name(script: dict[str, Any], site: str, host: str | None) -> None:
    assert script["host_of"](site) == host


@pytest.mark.parametrize(("address", "allowed"), [("10.1.2.3", True), ("93.184.216.34", False), (None, False)])
def test_coturn_relays_to_the_page_where_its_address_is_private(
    script: dict[str, Any], address: str | None, allowed: bool
) -> None:
    pattern = (ROOT / "deploy" / "turnserver.conf").read_text()
    config = script["turn_settings"](pattern, "word", address)
    assert (f"\nallowed-peer-ip={address}\n" in config) == allowed
    assert "\nuser=fairest:word\n" in config


def test_a_pattern_without_an_account_is_refused(script: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="user=fairest"):
        script["turn_settings"]("realm=fairest\n", "word", None)
