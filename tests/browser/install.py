"""Finds a Chromium for the browser tests, or gets one: a system's, else Playwright's own, else apt's when root.

And Firefox and a TURN server, coturn, from apt, and axe-core, which finds faults in pages that shut people out, from
npm; without one, the tests that need it are skipped.

python -m tests.browser.install [--scale]    with it Caddy too, the proxy before several servers
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

from core.settings import ROOT

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FIREFOXES = ("firefox", "firefox-esr")

AXE = "axe-core@4.14.1"
AXE_SHA256 = "29348999450cdf2849a8e70b7912fc2da85a849da39c0d0d5394f51d4a9ed95c"
"""Of its axe.min.js."""
AXE_FILE = ROOT / ".venv" / AXE / "axe.min.js"


def system_chromium() -> str | None:
    """The path of an installed Chromium or Chrome."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def playwright_chromium() -> str | None:
    """The path of Playwright's own Chromium, if it was downloaded and its libraries are there."""
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    if not Path(path).is_file():
        return None
    starts = subprocess.run([path, "--version"], capture_output=True, check=False).returncode == 0
    return path if starts else None


def find_chromium() -> str | None:
    """Any Chromium that starts."""
    return system_chromium() or playwright_chromium()


def find_firefox() -> str | None:
    """The path of an installed Firefox."""
    return next((path for name in FIREFOXES if (path := shutil.which(name))), None)


def find_turnserver() -> str | None:
    """The path of an installed coturn."""
    return shutil.which("turnserver")


def find_caddy() -> str | None:
    """The path of an installed Caddy, which stands before several servers."""
    return shutil.which("caddy")


def find_axe() -> Path | None:
    """The path of axe-core's script, if it is there and is the one that was pinned."""
    if not AXE_FILE.is_file():
        return None
    return AXE_FILE if hashlib.sha256(AXE_FILE.read_bytes()).hexdigest() == AXE_SHA256 else None


def can_use_apt() -> bool:
    """Whether this is Debian or its like, and we are root."""
    return os.name == "posix" and os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_install(package: str) -> None:
    """Install a package; what fails shows in what is missing afterwards."""
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", package]):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", *command], check=False, timeout=600, env=environment)


def install_service(program: str, package: str) -> None:
    """Get a program by apt, without the service that Debian's package starts where systemd runs."""
    print(f"No {program} found; trying apt's {package} ...", flush=True)
    apt_install(package)
    if shutil.which("systemctl"):
        subprocess.run(["systemctl", "disable", "--now", "--quiet", package], check=False, capture_output=True)


def install_axe() -> None:
    """Get axe-core's script through npm; what fails, or is not the one that was pinned, is missing afterwards."""
    if not shutil.which("npm") and can_use_apt():
        print("No npm found; trying apt's ...", flush=True)
        apt_install("npm")
    npm = shutil.which("npm")
    if not npm:
        return
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([npm, "pack", AXE, "--silent"], cwd=folder, check=False, capture_output=True, timeout=120)
        for archive in Path(folder).glob("*.tgz"):
            with tarfile.open(archive) as files:
                script = files.extractfile(f"package/{AXE_FILE.name}")
                content = script.read() if script else b""
            if hashlib.sha256(content).hexdigest() == AXE_SHA256:
                AXE_FILE.parent.mkdir(parents=True, exist_ok=True)
                AXE_FILE.write_bytes(content)


def main(argv: list[str] | None = None) -> int:
    """Find or install what the browser tests need; 1 with a sentence when there is no Chromium to be had."""
    if not find_chromium():
        print("No Chromium found; trying Playwright's own ...", flush=True)
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False, timeout=300)
    if not find_chromium() and can_use_apt():
        print("... and apt's.", flush=True)
        apt_install("chromium")
    chromium = find_chromium()
    if chromium is None:
        print("The browser tests need Chromium or Chrome. Install one and run make test again.", file=sys.stderr)
        return 1
    print(f"Browser: {chromium}")
    if not find_firefox() and can_use_apt():
        print("No Firefox found; trying apt's ...", flush=True)
        apt_install("firefox-esr")
    print(f"Second browser: {find_firefox() or 'none; its tests will be skipped. Install Firefox to have them run.'}")
    if not find_turnserver() and can_use_apt():
        install_service("turnserver", "coturn")
    print(f"TURN server: {find_turnserver() or 'none; its test will be skipped. Install coturn to have it run.'}")
    if "--scale" in (sys.argv[1:] if argv is None else argv):
        if not find_caddy() and can_use_apt():
            install_service("caddy", "caddy")
        print(f"Caddy: {find_caddy() or 'none; its tests will be skipped. Install caddy to have them run.'}")
    if not find_axe():
        install_axe()
    print(f"{AXE}: {find_axe() or 'none; its tests will be skipped. Install npm to have them run.'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
