"""Create a certificate on the spot, so that phones and other computers on a LAN can open the page over HTTPS.

Browsers grant camera access only to secure pages: localhost or HTTPS. `make app HTTPS=1` runs this before the server.

python -m webapp.server.https [--port 8501]
"""

from __future__ import annotations

import argparse
import ipaddress
import os
import re
import socket
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import ifaddr
import trustme
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from core.settings import INSTALLED, ROOT

FOLDER = Path.home() / ".fairest" if INSTALLED else ROOT / ".certs"
"""Default folder of the certificates. An installed program uses the same one from any working directory, so that
devices need to trust only one authority."""
HERE = ("localhost", "127.0.0.1", "::1")
HOST_NAME = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*")

VALID = timedelta(days=365)
"""Lifetime of a certificate. Apple's systems refuse one of more than 825 days."""
RENEW = timedelta(days=7)
"""A certificate that expires sooner than this is renewed: the server may run for days."""

ADVICE = (
    "On other devices, the browser shows a warning. Continue past it (Advanced, Proceed), or copy {authority}, never a "
    ".key file, to the device and install it as a CA certificate: on Android under Settings, Security; on an iPhone as "
    "a profile, then enabled in Settings, General, About, Certificate Trust Settings; on a computer in the browser's "
    "certificate settings."
)


@dataclass(frozen=True)
class Files:
    """Paths of the PEM files. Only `authority` is for other devices; both keys are secret."""

    authority: Path
    authority_key: Path
    certificate: Path
    key: Path


def files(folder: Path) -> Files:
    """Return the paths of the four files in a folder."""
    return Files(folder / "authority.crt", folder / "authority.key", folder / "server.crt", folder / "server.key")


def lan_addresses() -> list[str]:
    """Return this machine's IP addresses that other devices can reach: IPv4 first, no loopback, no link-local IPv6."""
    addresses = {
        ipaddress.ip_address(ip.ip if isinstance(ip.ip, str) else ip.ip[0])
        for adapter in ifaddr.get_adapters()
        for ip in adapter.ips
    }
    reachable = [ip for ip in addresses if not ip.is_loopback and not (ip.version == 6 and ip.is_link_local)]
    return [str(ip) for ip in sorted(reachable, key=lambda ip: (ip.version, int(ip)))]


def host_names(host: str) -> list[str]:
    """Return a machine's names on a LAN, derived from its host name: with `.local` (multicast DNS), bare, and
    unchanged.

    Names that no certificate can carry, such as one with an underscore, are left out.
    """
    host = host.lower()
    bare = host.split(".", 1)[0]
    names = dict.fromkeys((f"{bare}.local", bare, host))
    return [name for name in names if name not in HERE and HOST_NAME.fullmatch(name)]


def prepare(folder: Path, identities: Sequence[str], now: datetime) -> Files:
    """Ensure that the folder holds a certificate for these names and IP addresses.

    An existing certificate is kept while it is valid and covers them all. Otherwise a new one is issued by the same
    authority, which devices may already trust; a new authority is created only if there is no usable one.

    Args:
        folder: created if missing, accessible to its owner only.
        identities: host names and IP addresses.
        now: with a time zone.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    paths = files(folder)
    authority = _load_authority(paths)
    if authority is None:
        authority = trustme.CA(path_length=0, organization_name="Fairest", organization_unit_name="Fairest authority")
        _write_secret(paths.authority_key, authority.private_key_pem)
        authority.cert_pem.write_to_path(paths.authority)
    if not _is_good(paths, identities, now):
        issued = authority.issue_cert(
            *identities,
            organization_name="Fairest",
            organization_unit_name="Fairest page",
            not_before=now - timedelta(days=1),
            not_after=now + VALID,
        )
        _write_secret(paths.key, issued.private_key_pem)
        issued.cert_chain_pems[0].write_to_path(paths.certificate)
    for key in (paths.authority_key, paths.key):
        key.chmod(0o600)
    return paths


def _load_authority(paths: Files) -> trustme.CA | None:
    """Load the authority from the folder; None if a file is missing or damaged, or the key does not match."""
    try:
        _check_pair(paths.authority, paths.authority_key)
        return trustme.CA.from_pem(paths.authority.read_bytes(), paths.authority_key.read_bytes())
    except (OSError, ValueError):
        return None


def _is_good(paths: Files, identities: Sequence[str], now: datetime) -> bool:
    """Return whether the certificate is issued by the authority, matches its key, is valid for a while and covers all
    identities.
    """
    try:
        certificate = _check_pair(paths.certificate, paths.key)
        certificate.verify_directly_issued_by(x509.load_pem_x509_certificate(paths.authority.read_bytes()))
        alternative = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, InvalidSignature, x509.ExtensionNotFound):
        return False
    covered = {
        *alternative.get_values_for_type(x509.DNSName),
        *map(str, alternative.get_values_for_type(x509.IPAddress)),
    }
    in_time = certificate.not_valid_before_utc <= now < certificate.not_valid_after_utc - RENEW
    return in_time and covered.issuperset(identities)


def _check_pair(certificate: Path, key: Path) -> x509.Certificate:
    """Load a certificate and check its key; ValueError if either is damaged or they do not match."""
    read = x509.load_pem_x509_certificate(certificate.read_bytes())
    if load_pem_private_key(key.read_bytes(), password=None).public_key() != read.public_key():
        raise ValueError(f"expected the key of {certificate}; received another's in {key}")
    return read


def _write_secret(path: Path, content: trustme.Blob) -> None:
    """Write a file that is at no moment readable by anyone but its owner."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content.bytes())


def url(identity: str, port: int) -> str:
    """Return the page's URL for a host name or an IP address."""
    return f"https://[{identity}]:{port}" if ":" in identity else f"https://{identity}:{port}"


def main(arguments: Sequence[str]) -> int:
    """Create or keep the certificate, and print the page's addresses."""
    parser = argparse.ArgumentParser(
        prog="python -m webapp.server.https", description="Create the page's certificate for a LAN."
    )
    parser.add_argument("--port", type=int, default=8501, help="port on which the page will listen (default: 8501)")
    port = parser.parse_args(arguments).port
    names, addresses = host_names(socket.gethostname()), lan_addresses()
    paths = prepare(FOLDER, [*HERE, *names, *addresses], datetime.now(UTC))
    print(f"Fairest on this machine:   {url('localhost', port)}")
    for host in (*addresses, *names):
        print(f"        on another device: {url(host, port)}")
    print(ADVICE.format(authority=paths.authority if INSTALLED else os.path.relpath(paths.authority)), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
