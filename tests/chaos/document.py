"""Write the tables of docs/resilience.md from the reports in weights/reports/; missing reports are skipped.

python -m tests.chaos.document
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from core.output.files import write_file
from core.percent import percent
from core.settings import ROOT
from training.benchmarks.markdown import fill_marked_parts

DOCUMENT = Path("docs/resilience.md")
REPORTS = Path("weights/reports")
Report = Mapping[str, Any]
LONGEST = 240
"""Maximum length of a failure message in characters."""


def chaos(report: Report) -> list[str]:
    """Format recovery times, one row per fault."""
    lines = [
        f"{report['faults_injected']} faults in {report['seeds_run']} seeds; all invariants held in "
        f"{report['seeds_held']} of them. Recovery is the time in seconds from the end of the fault until every "
        "viewer, a photo and an API call are served again; requests are those in progress during the fault.",
        "",
        "| fault | injected | held | median | p95 | max | answered | refused | cut off |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for fault, row in report["faults"].items():
        times = " | ".join("-" if row[name] is None else f"{row[name]:.1f}" for name in ("median", "p95", "max"))
        counts = " | ".join(str(row[name]) for name in ("answered", "refused", "cut"))
        lines.append(f"| {fault} | {row['injected']} | {row['held']} | {times} | {counts} |")
    violations = [
        f"seed {seed['seed']}, {strike['fault']}: {text}"
        for seed in report["seeds"]
        for strike in [*seed["struck"], {"fault": "at its end", "broken": seed["broken"]}]
        for text in strike["broken"]
    ]
    if violations:
        lines += ["", "What did not hold:", "", *(f"- {text}" for text in violations)]
    if report["skipped"]:
        lines += ["", "Skipped on that machine:", ""]
        lines += [f"- {fault}: {reason}" for fault, reason in report["skipped"].items()]
    return lines


def floods(report: Report) -> list[str]:
    """Format the frames that live viewers kept, one row per flood."""
    lines = [
        f"Two viewers on {report['cores']} cores. Kept is the share of analysed frames in a flood, relative to the "
        f"periods before and after it: the median of {report['rounds']} rounds. Health is the share of requests to "
        "/healthz during the flood that were answered with 200.",
        "",
        "| flood | kept | kept, worst viewer | server, MB before | MB, maximum | health |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for row in report["floods"]:
        before, most = row["memory_mb"]
        lines.append(
            f"| {row['flood']} | {percent(row['kept'], 1)} | {percent(row['worst'], 1)} | {before} | {most} | "
            f"{percent(row['health'])} |"
        )
    return lines


def soak(report: Report) -> list[str]:
    """Format the events of the soak, and what grew meanwhile."""
    lines = [
        f"{report['hours']:.1f} hours with seed {report['seed']}, on {report['cores']} cores with a load of "
        f"{_number(report['load_mean'])} on average: {report['visits']} live visits, of which "
        f"{report['visits_drawn']} were drawn by the server, {report['visits_on_bad_networks']} had bad networks and "
        f"{report['visits_vanished']} vanished; {report['model_switches']} model switches; "
        f"{report['uploads_good']} good files and {report['uploads_bad']} bad ones; {report['calls_good']} good calls "
        f"and {report['calls_bad']} hostile ones. {report['failures']} of all these were not answered correctly.",
        "",
        "| what | at first | at last | judged by | holds |",
        "|---|---:|---:|---|---|",
        f"| memory of the server and its workers, MB | {_number(report['memory_first_mb'])} | "
        f"{_number(report['memory_last_mb'])} | {_number(report['memory_mb_an_hour'])} MB an hour "
        f"({_number(report['memory_mb_an_hour_low'])} to {_number(report['memory_mb_an_hour_high'])}) after the first "
        f"quarter | {_holds(report['memory_steady'])} |",
    ]
    for name in ("threads", "sockets", "descriptors"):
        lines.append(
            f"| {name} at rest | {_number(report[f'{name}_first'])} | {_number(report[f'{name}_last'])} | "
            f"{_number(report[f'{name}_more'])} more | {_holds(report[f'{name}_steady'])} |"
        )
    for title, name, holds in (
        ("a photo's CPU time, ms, p95 of the second quarter and of the last", "photo_cpu_ms", True),
        ("its wall-clock time, alongside other work", "photo_ms", False),
    ):
        change = report[f"{name}_p95_change"]
        grown = "-" if change is None else f"{100 * change:+.1f} %"
        lines.append(
            f"| {title} | {_number(report[f'{name}_p95_second'])} | {_number(report[f'{name}_p95_last'])} | "
            f"{grown} | {_holds(report['latency_steady']) if holds else '-'} |"
        )
    failures = [f"- {sentence[:LONGEST]}" for sentence in report["failure_sentences"]]
    return [*lines, "", "What was not answered correctly:", "", *failures] if failures else lines


def connects(report: Report) -> list[str]:
    """Format the resources leaked by many connects."""
    lines = [
        f"{report['connects']:,} connects and disconnects, {report['at_once']} at a time, in "
        f"{report['seconds'] / 60:.0f} minutes: {report['failures']} failed. Memory grew by "
        f"{report['memory_mb_a_thousand']:.2f} MB per thousand.",
        "",
        "| what | at first | at last | more |",
        "|---|---:|---:|---:|",
    ]
    for name in ("threads", "sockets", "descriptors"):
        lines.append(f"| {name} | {report[f'{name}_first']} | {report[f'{name}_last']} | {report[f'{name}_more']} |")
    return lines


def fuzz(report: Report) -> list[str]:
    """Format executions and crashes, one row per target."""
    lines = [
        f"{sum(row['executions'] for row in report.values()):,} executions in "
        f"{sum(row['minutes'] for row in report.values()):.0f} minutes. Bugs found and fixed earlier are in "
        "[upstream.md](upstream.md) if they were another library's, and in the tests if they were ours.",
        "",
        "| target | executions | minutes | crashes |",
        "|---|---:|---:|---:|",
    ]
    return lines + [
        f"| {name} | {row['executions']:,} | {row['minutes']} | {row['crashes']} |" for name, row in report.items()
    ]


PARTS: dict[str, tuple[str, Callable[[Report], list[str]]]] = {
    "chaos": ("Faults", chaos),
    "floods": ("Floods", floods),
    "soak": ("Soak", soak),
    "connects": ("Connecting", connects),
    "fuzz": ("Fuzzing", fuzz),
}
"""The document's sections by the report's name: heading, and formatting function."""


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:,}" if isinstance(value, int) else f"{value:,.1f}"


def _holds(value: bool) -> str:
    return "yes" if value else "no"


def part(name: str, reports: Path) -> list[str]:
    """Return a section's lines; none without a report."""
    path = reports / f"{name}.json"
    if not path.is_file():
        return []
    heading, render = PARTS[name]
    return [f"### {heading}", "", *render(json.loads(path.read_text(encoding="utf-8")))]


def written(text: str, reports: Path) -> str:
    """Return the document updated from the reports. text: its current text."""
    return fill_marked_parts(text, {name: part(name, reports) for name in PARTS})


def main() -> None:
    """Update the document if it differs."""
    path = ROOT / DOCUMENT
    text = path.read_text(encoding="utf-8")
    new = written(text, ROOT / REPORTS)
    if new != text:
        write_file(path, new)
        print(DOCUMENT)


if __name__ == "__main__":
    main()
