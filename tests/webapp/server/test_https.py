from __future__ import annotations

import os
import shutil
import socket
import ssl
import stat
import subprocess
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import ifaddr
import pytest
from cryptography import x509

from core.settings import ROOT
from webapp.server import https

NOW = datetime(2026, 5, 1, 12, tzinfo=UTC)
HOSTS = ["localhost", "box.local"]
ADDRESSES = ["127.0.0.1", "::1", "192.168.1.7", "fd00::7"]
NAMES = [*HOSTS, *ADDRESSES]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "certs"


def contents(paths: https.Files) -> dict[str, bytes]:
    return {name: getattr(paths, name).read_bytes() for name in ("authority", "authority_key", "certificate", "key")}


def test_a_certificate_names_all_and_is_one_that_apple_takes(folder: Path) -> None:
    paths = https.prepare(folder, NAMES, NOW)
    certificate = x509.load_pem_x509_certificate(paths.certificate.read_bytes())
    names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == HOSTS
    assert names.get_values_for_type(x509.IPAddress) == [ip_address(name) for name in ADDRESSES]
    assert certificate.not_valid_before_utc < NOW
    assert certificate.not_valid_after_utc - certificate.not_valid_before_utc < timedelta(days=825)


@pytest.mark.skipif(os.name != "posix", reason="permissions of this kind are POSIX's")
def test_keys_are_for_their_owner_only(folder: Path) -> None:
    paths = https.prepare(folder, NAMES, NOW)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    paths.key.chmod(0o644)
    https.prepare(folder, NAMES, NOW)
    for key in (paths.key, paths.authority_key):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_a_client_that_trusts_the_authority_verifies_the_names(folder: Path) -> None:
    paths = https.prepare(folder, NAMES, datetime.now(UTC))
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(paths.certificate, paths.key)
    for name, good in [*((name, True) for name in NAMES), ("other.local", False), ("192.168.1.8", False)]:
        client = ssl.create_default_context(cafile=paths.authority)
        assert shakes_hands(client, server, name) is good


def shakes_hands(client: ssl.SSLContext, server: ssl.SSLContext, name: str) -> bool:
    """Whether a client accepts a server as the one of this name, without a socket between them."""
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    ends = [client.wrap_bio(down, up, server_hostname=name), server.wrap_bio(up, down, server_side=True)]
    for _ in range(4):
        for end in ends:
            try:
                end.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLCertVerificationError:
                return False
    return True


def test_a_good_one_is_kept(folder: Path) -> None:
    before = contents(https.prepare(folder, NAMES, NOW))
    later = NOW + https.VALID - https.RENEW - timedelta(hours=1)
    assert contents(https.prepare(folder, NAMES[:4], later)) == before


@pytest.mark.parametrize(
    ("names", "now"),
    [
        pytest.param([*NAMES, "10.0.0.9"], NOW, id="a new address"),
        pytest.param(NAMES, NOW + https.VALID - timedelta(days=1), id="about to end"),
        pytest.param(NAMES, NOW - timedelta(days=30), id="not yet valid"),
    ],
)
def test_another_is_made_by_the_same_authority(folder: Path, names: list[str], now: datetime) -> None:
    before = contents(https.prepare(folder, NAMES, NOW))
    after = contents(https.prepare(folder, names, now))
    assert after["certificate"] != before["certificate"]
    assert after["authority"] == before["authority"]
    assert contents(https.prepare(folder, names, now)) == after


@pytest.mark.parametrize("damaged", ["certificate", "key", "authority", "authority_key"])
@pytest.mark.parametrize("content", [None, b"nonsense", "another's"])
def test_damage_is_repaired(folder: Path, tmp_path: Path, damaged: str, content: bytes | str | None) -> None:
    paths = https.prepare(folder, NAMES, NOW)
    path: Path = getattr(paths, damaged)
    if content is None:
        path.unlink()
    elif isinstance(content, bytes):
        path.write_bytes(content)
    else:
        other_paths = https.prepare(tmp_path / "other", NAMES, NOW)
        path.write_bytes(getattr(other_paths, damaged).read_bytes())
    https.prepare(folder, NAMES, NOW)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(paths.certificate, paths.key)
    before = contents(paths)
    assert contents(https.prepare(folder, NAMES, NOW)) == before


def adapter(*addresses: str | tuple[str, int, int]) -> ifaddr.Adapter:
    return ifaddr.Adapter("lan0", "lan0", [ifaddr.IP(address, 24, "lan0") for address in addresses])


def test_lan_addresses_leave_out_those_that_no_other_device_reaches(monkeypatch: pytest.MonkeyPatch) -> None:
    adapters = [
        adapter("127.0.0.1", ("::1", 0, 0)),
        adapter(("fe80::1", 0, 4), ("fd00::7", 0, 0), "192.168.1.7"),
        adapter("10.0.0.2", "169.254.3.4"),
    ]
    monkeypatch.setattr(ifaddr, "get_adapters", lambda: adapters)
    assert https.lan_addresses() == ["10.0.0.2", "169.254.3.4", "192.168.1.7", "fd00::7"]


@pytest.mark.parametrize(
    ("host", "names"),
    [
        ("Box", ["box.local", "box"]),
        ("box.local", ["box.local", "box"]),
        ("box.lan.example.org", ["box.local", "box", "box.lan.example.org"]),
        ("localhost", ["localhost.local"]),
        ("my_box", []),
        ("-box", []),
    ],
)
def test_host_names(host: str, names: list[str]) -> None:
    assert https.host_names(host) == names


def test_what_is_printed(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(https, "FOLDER", folder)
    monkeypatch.setattr(https, "lan_addresses", lambda: ["192.168.1.7", "fd00::7"])
    monkeypatch.setattr(socket, "gethostname", lambda: "box")
    assert https.main(["--port", "9000"]) == 0
    printed = capsys.readouterr().out
    for address in ("localhost", "192.168.1.7", "[fd00::7]", "box.local", "box"):
        assert f"https://{address}:9000\n" in printed
    assert "authority.crt" in printed
    assert (folder / "server.crt").is_file()


@pytest.mark.skipif(shutil.which("make") is None, reason="no make here")
def test_make_serves_with_these_files_only_when_asked() -> None:
    def planned(*arguments: str) -> str:
        command = ["make", "--dry-run", "app", "PORT=9000", *arguments]
        text = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
        return " ".join(text.replace("\\\n", " ").split())

    secure, plain = planned("HTTPS=1"), planned("HTTPS=")
    assert "-m webapp.server.https --port 9000" in secure
    for option, path in zip(("sslCertFile", "sslKeyFile"), served_files(), strict=True):
        assert f"--server.{option} {path}" in secure
    assert "--server.port 9000" in secure
    assert "--server.port 9000" in plain
    assert "https" not in plain
    assert "ssl" not in plain


def served_files() -> list[str]:
    """What the server is given, relative to the project."""
    paths = https.files(https.FOLDER.relative_to(ROOT))
    return [str(paths.certificate), str(paths.key)]
