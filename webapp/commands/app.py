"""`fairest app`: serve the page, as `make app` does."""

from __future__ import annotations

import argparse
import os
import runpy
import sys
from pathlib import Path

from core.setting_names import CONFIG
from core.settings import INSTALLED, ROOT
from core.settings_reader import settings_file
from webapp.commands.weights import bring_if_told
from webapp.server import https

PROGRAM = "fairest app"
PORT = 8501
SCRIPT = Path(__file__).resolve().parents[1] / "app.py"


def parser() -> argparse.ArgumentParser:
    """Build the command line parser; unknown options are passed on to Streamlit."""
    argument_parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Serve the page.",
        epilog="Other options are Streamlit's, such as --server.address 127.0.0.1 or --server.baseUrlPath fairest.",
    )
    argument_parser.add_argument("--port", type=port, default=PORT, help=f"port to listen on (default: {PORT})")
    argument_parser.add_argument(
        "--https", action="store_true", help="serve over HTTPS, for phones and other computers"
    )
    return argument_parser


def port(text: str) -> int:
    """Parse a port number.

    Raises:
        argparse.ArgumentTypeError: the text is not a number from 1 to 65535.
    """
    if not text.isdecimal() or not 0 < int(text) < 2**16:
        raise argparse.ArgumentTypeError(f"expected a number from 1 to 65535; received {text!r}")
    return int(text)


def enter_project() -> None:
    """In the repository, change to its folder, where Streamlit looks for `.streamlit`; keep using a settings file found
    here.

    An installed package has that folder next to it, so the working directory stays unchanged.
    """
    if INSTALLED:
        return
    if settings_file().is_file():
        os.environ[CONFIG] = str(settings_file().resolve())
    os.chdir(ROOT)


def server_words(arguments: argparse.Namespace, streamlit_arguments: list[str]) -> list[str]:
    """Return the argument list for Streamlit."""
    words = ["streamlit", "run", str(SCRIPT), "--server.port", str(arguments.port)]
    if arguments.https:
        files = https.files(https.FOLDER)
        words += ["--server.sslCertFile", str(files.certificate), "--server.sslKeyFile", str(files.key)]
    return [*words, *streamlit_arguments]


def main(words: list[str]) -> int:
    """Serve until stopped; Streamlit ends the process."""
    arguments, streamlit_arguments = parser().parse_known_args(words)
    if not bring_if_told(PROGRAM):
        return 2
    if arguments.https:
        https.main(["--port", str(arguments.port)])
    else:
        print(f"Fairest: http://localhost:{arguments.port}", flush=True)
    enter_project()
    sys.argv = server_words(arguments, streamlit_arguments)
    # Run in this process, so that signals reach the server.
    runpy.run_module("streamlit", run_name="__main__", alter_sys=True)
    return 0
