"""Finds a Chromium for the browser tests, or gets one: a system's, else Playwright's own, else apt's when root.

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
APT = (["apt-get", "update", "-qq"], ["apt-get", "install", "-y", "-qq", "--no-install-recommends", "chromium"])


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


def main() -> int:
    """Find or install one; 1 with a sentence when that is impossible."""
    if not find_chromium():
        print("No Chromium found; trying Playwright's own ...", flush=True)
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False, timeout=300)
    if not find_chromium() and os.name == "posix" and os.geteuid() == 0 and shutil.which("apt-get"):
        print("... and apt's.", flush=True)
        for command in APT:
            subprocess.run(command, check=False, timeout=600, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"})
    found = find_chromium()
    if found is None:
        print("The browser tests need Chromium or Chrome. Install one and run make test again.", file=sys.stderr)
        return 1
    print(f"Browser: {found}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
