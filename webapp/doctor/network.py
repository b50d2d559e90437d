"""Checks of the port, of camera access and of UDP within this machine."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Sequence
from datetime import datetime

from cryptography import x509

from webapp.doctor.finding import Finding, failure, ok, warning
from webapp.server.https import Files

PATIENCE = 2.0
"""Timeout in seconds for a response from this machine."""
PROBE = b"fairest doctor"


def check_port(port: int) -> Finding:
    """Check that the page can listen on a TCP port, or already does."""
    try:
        socket.create_server(("", port)).close()
    except PermissionError:
        return failure("port", f"only root may use {port}", "Use a port from 1024 up: fairest app --port 8501.")
    except OSError as error:
        if is_fairest(port):
            return ok("port", f"{port}: Fairest is already running there")
        return failure("port", f"{port} is in use ({error.strerror})", "Use another port: fairest app --port PORT.")
    return ok("port", f"{port} is free")


def is_fairest(port: int) -> bool:
    """Return whether the page is what listens on a port of this machine."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", "/livez")
        return "status" in json.loads(connection.getresponse().read(1000))
    except (OSError, ValueError, TypeError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def check_camera(files: Files, addresses: Sequence[str], now: datetime) -> Finding:
    """Check which devices can use a camera: browsers allow it on localhost and over HTTPS only.

    Args:
        files: paths of the certificates, which need not exist.
        addresses: this machine's addresses on the network.
        now: with a time zone.
    """
    if not addresses:
        return ok("camera", "works on http://localhost; no other device can reach this machine")
    advice = "For other devices, use fairest app --https, make app HTTPS=1, or a reverse proxy with a certificate."
    try:
        certificate = x509.load_pem_x509_certificate(files.certificate.read_bytes())
    except (OSError, ValueError):
        return warning("camera", f"works on http://localhost only, not on {addresses[0]}", advice)
    if certificate.not_valid_after_utc <= now:
        ended = f"{certificate.not_valid_after_utc:%Y-%m-%d}"
        return warning("camera", f"works on http://localhost only; the certificate expired on {ended}", advice)
    return ok("camera", f"works on http://localhost and, over HTTPS with {files.certificate}, on {addresses[0]}")


def check_udp(addresses: Sequence[str]) -> Finding:
    """Check that UDP, which carries the video, works on these addresses of this machine."""
    targets = ("127.0.0.1", *addresses)
    failed = [f"{address}: {reason}" for address in targets if (reason := why_no_udp(address))]
    if failed:
        advice = "Allow UDP through this machine's firewall: video uses ports that the system chooses."
        return failure("UDP", "; ".join(failed), advice)
    return ok("UDP", f"works in both directions on {', '.join(targets)}")


def why_no_udp(address: str, patience: float = PATIENCE) -> str:
    """Return why a packet to an address of this machine gets no reply; empty if it does. patience: seconds."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_DGRAM) as client, socket.socket(family, socket.SOCK_DGRAM) as server:
            for endpoint in (client, server):
                endpoint.settimeout(patience)
                endpoint.bind((address, 0))
            client.sendto(PROBE, server.getsockname())
            packet, sender = server.recvfrom(100)
            server.sendto(packet, sender)
            client.recv(100)
    except TimeoutError:
        return f"nothing arrived within {patience:g} s"
    except OSError as error:
        return error.strerror or str(error)
    return ""
