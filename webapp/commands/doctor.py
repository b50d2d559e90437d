"""`fairest doctor`: run every check and print one line each, with advice."""

from __future__ import annotations

import argparse
import platform
import struct
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table
from rich.text import Text

from core.cores import usable_cores
from webapp.commands.app import PORT, port
from webapp.doctor import ice, machine, network, proxy, software
from webapp.doctor.finding import Finding, Level
from webapp.server import https

PROGRAM = "fairest doctor"
STYLES = {Level.OK: "green", Level.WARNING: "yellow", Level.FAILURE: "bold red"}


def parser() -> argparse.ArgumentParser:
    """Build the command line parser."""
    argument_parser = argparse.ArgumentParser(
        prog=PROGRAM,
        description="Check what could keep the page from working on this machine, and suggest fixes.",
        epilog="Exit status: 0 if nothing failed, 1 if something did; warnings do not count as failures.",
    )
    argument_parser.add_argument("--port", type=port, default=PORT, help=f"port for the page (default: {PORT})")
    argument_parser.add_argument("--url", help="URL at which browsers reach the page, to check everything in between")
    return argument_parser


def findings(arguments: argparse.Namespace) -> Iterator[Finding]:
    """Run all checks, in the order in which things usually go wrong."""
    yield software.check_python(sys.version_info[:3])
    bits = 8 * struct.calcsize("P")
    yield software.check_platform(platform.system(), platform.machine(), platform.libc_ver()[0], bits)
    yield software.check_packages(software.requirements())
    yield software.check_compiled()
    finding, settings = software.check_settings()
    yield finding
    yield machine.check_memory(machine.free_memory())
    yield machine.check_clock(datetime.now().astimezone(), machine.program_date(), machine.is_kept_right())
    yield network.check_port(arguments.port)
    addresses = https.lan_addresses()
    yield network.check_camera(https.files(https.FOLDER), addresses, datetime.now(UTC))
    yield network.check_udp(addresses)
    if settings is not None:
        yield from software.check_weights(settings.rating.weights_dir)
        yield from machine.check_threads(settings.rating, settings.live, usable_cores())
        yield from ice.check_ice(settings.live.ice_servers)
    if arguments.url:
        yield from proxy.check_page(arguments.url, settings.server.trusted_proxies if settings else 0)


def show(results: Sequence[Finding], terminal: Console) -> None:
    """Print the findings: a table on a terminal, plain lines elsewhere."""
    if not terminal.is_terminal:
        for finding in results:
            end = "" if finding.message.endswith((".", "?")) else "."
            advice = f"{end} {finding.advice}" if finding.advice else ""
            print(f"{finding.level:<8} {finding.subject:<10} {finding.message}{advice}", file=terminal.file)
        return
    table = Table("", "", "found", "what to do", box=None, header_style="bold")
    for finding in results:
        table.add_row(
            Text(finding.level, STYLES[finding.level]), finding.subject, Text(finding.message), Text(finding.advice)
        )
    terminal.print(table)


def main(words: list[str]) -> int:
    """Run all checks; return 1 if any failed, else 0."""
    results = list(findings(parser().parse_args(words)))
    show(results, Console())
    return int(any(finding.level is Level.FAILURE for finding in results))
