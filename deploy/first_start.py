"""Create the secrets and machine-specific settings for compose.yaml, at the first start only.

python first_start.py FOLDER    writes three files below it; existing ones are kept

    page/fairest.toml         signs cookies, and names the TURN server and its account
    turn/turnserver.conf      turnserver.conf with that account; if this machine's address is private, relays to it
    grafana/password          of `admin`

Uses only the standard library, so that it runs in the image and on any machine with Python.
"""

from __future__ import annotations

import ipaddress
import json
import os
import re
import secrets
import socket
import sys
from pathlib import Path
from urllib.parse import urlsplit

NOBODY, GRAFANA = 65534, 472
"""User ids of the services that read the files: the page and coturn; Grafana's image."""

PATTERN = Path(__file__).resolve().parent / "turnserver.conf"
OUTSIDE = "192.0.2.1"
"""A documentation address (RFC 5737): nothing is sent, the system only selects a route to it."""


def own_address() -> str | None:
    """Return this machine's address on its default route; None without a network."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((OUTSIDE, 9))
        except OSError:
            return None
        return str(probe.getsockname()[0])


def host_of(site: str) -> str | None:
    """Return the host name in FAIREST_SITE by which viewers reach this machine; None if that is localhost."""
    host = urlsplit(site if "://" in site else f"//{site}").hostname
    return None if host in {None, "localhost", "127.0.0.1"} else host


def turn_settings(pattern: str, password: str, address: str | None) -> str:
    """Return coturn's configuration with an account of this machine's own; a private address is allowed as a peer.

    Raises:
        ValueError: the pattern has no line for the account.
    """
    made, found = re.subn(r"^user=fairest:.*$", f"user=fairest:{password}", pattern, count=1, flags=re.MULTILINE)
    if not found:
        raise ValueError("expected a line user=fairest:PASSWORD in turnserver.conf; there is none")
    if address is not None and ipaddress.ip_address(address).is_private:
        made += f"\n# The page's own end of each video.\nallowed-peer-ip={address}\n"
    return made


def page_settings(secret: str, host: str | None, password: str) -> str:
    """Return fairest.toml; it names a TURN server only if viewers come from other machines."""
    lines = [f"secret = {json.dumps(secret)}"]
    if host is not None:
        urls = json.dumps([f"turn:{host}:3478?transport={by}" for by in ("tcp", "udp")])
        server = f'urls = {urls}, username = "fairest", credential = {json.dumps(password)}'
        lines.append(f"ice_servers = [{{{server}}}]")
    return "\n".join(lines) + "\n"


def write(path: Path, text: str, owner: int) -> None:
    """Write a file atomically, readable by its owner only; change the owner if permitted."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}")
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400), "w", encoding="utf-8") as file:
        file.write(text)
    if os.geteuid() == 0:
        os.chown(part, owner, owner)
    part.replace(path)


def main(folder: Path, site: str) -> None:
    """Create missing files; as the page and coturn share an account, both are recreated if one is missing."""
    page, turn = folder / "page" / "fairest.toml", folder / "turn" / "turnserver.conf"
    grafana = folder / "grafana" / "password"
    if not (page.exists() and turn.exists()):
        password = secrets.token_urlsafe(24)
        write(turn, turn_settings(PATTERN.read_text(encoding="utf-8"), password, own_address()), NOBODY)
        write(page, page_settings(secrets.token_urlsafe(48), host_of(site), password), NOBODY)
        print(f"made {page} and {turn}")
    if not grafana.exists():
        write(grafana, secrets.token_urlsafe(24), GRAFANA)
        print(f"made {grafana}")


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("Expected one folder: python first_start.py FOLDER")
    main(Path(sys.argv[1]), os.environ.get("FAIREST_SITE", "localhost"))
