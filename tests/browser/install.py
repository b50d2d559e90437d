"""Finds a Chromium for the browser tests, or gets one: a system's, else Playwright's own, else apt's when root.

And a TURN server, coturn, in the same way; without it the test that needs it is skipped.

python -m tests.browser.install
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


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


def find_turnserver() -> str | None:
    """The path of an installed coturn."""
    return shutil.which("turnserver")


def can_use_apt() -> bool:
    """Whether this is Debian or its like, and we are root."""
    return os.name == "posix" and os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_install(package: str) -> None:
    """Install a package; what fails shows in what is missing afterwards."""
    for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", package]):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", *command], check=False, timeout=600, env=environment)


def install_turnserver() -> None:
    """Get coturn, without the service that Debian's package starts where systemd runs."""
    print("No turnserver found; trying apt's coturn ...", flush=True)
    apt_install("coturn")
    if shutil.which("systemctl"):
        subprocess.run(["systemctl", "disable", "--now", "--quiet", "coturn"], check=False, capture_output=True)


def main() -> int:
    """Find or install what the browser tests need; 1 with a sentence when there is no Chromium to be had."""
    if not find_chromium():
        print("No Chromium found; trying Playwright's own ...", flush=True)
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False, timeout=300)
    if not find_chromium() and can_use_apt():
        print("... and apt's.", flush=True)
        apt_install("chromium")
    found = find_chromium()
    if found is None:
        print("The browser tests need Chromium or Chrome. Install one and run make test again.", file=sys.stderr)
        return 1
    print(f"Browser: {found}")
    if not find_turnserver() and can_use_apt():
        install_turnserver()
    print(f"TURN server: {find_turnserver() or 'none; its test will be skipped. Install coturn to have it run.'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
