"""Writes the tables of docs/resilience.md from the reports in weights/reports/; a report that is not there has none.

python -m tests.chaos.document
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from core.outputs import write_file
from core.settings import ROOT
from training.benchmarks.markdown import filled

DOCUMENT = Path("docs/resilience.md")
REPORTS = Path("weights/reports")
Report = Mapping[str, Any]


def scalars(report: Report) -> list[str]:
    """A table of all plain values of a report, whatever they are."""
    plain = {name: value for name, value in report.items() if isinstance(value, str | int | float | bool)}
    lines = ["| what | value |", "|---|---:|"]
    return lines + [f"| {name.replace('_', ' ')} | {_value(value)} |" for name, value in plain.items()]


def chaos(report: Report) -> list[str]:
    """Recovery times, a row a fault."""
    lines = [
        f"{report['faults_injected']} faults in {report['seeds_run']} seeds; all invariants held in "
        f"{report['seeds_held']} of them. Recovery is the time from the fault's mending until every viewer, a photo "
        "and a call are served again, in seconds; requests are those under way meanwhile.",
        "",
        "| fault | times | held | median | p95 | max | answered | refused | cut off |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for fault, row in report["faults"].items():
        times = " | ".join("-" if row[name] is None else f"{row[name]:.1f}" for name in ("median", "p95", "max"))
        counts = " | ".join(str(row[name]) for name in ("answered", "refused", "cut"))
        lines.append(f"| {fault} | {row['injected']} | {row['held']} | {times} | {counts} |")
    wrong = [
        f"seed {seed['seed']}, {one['fault']}: {text}"
        for seed in report["seeds"]
        for one in [*seed["struck"], {"fault": "at its end", "broken": seed["broken"]}]
        for text in one["broken"]
    ]
    if wrong:
        lines += ["", "What did not hold:", "", *(f"- {text}" for text in wrong)]
    if report["skipped"]:
        lines += ["", "Not done on that machine:", ""]
        lines += [f"- {fault}: {why}" for fault, why in report["skipped"].items()]
    return lines


def floods(report: Report) -> list[str]:
    """What live viewers kept, a row a flood."""
    lines = [
        f"Two viewers on {report['cores']} cores. Kept is the share of analysed frames in a flood, beside the whiles "
        f"before and after it: the median of {report['rounds']} times. Health is the share of questions to /healthz "
        "that were answered 200 meanwhile.",
        "",
        "| flood | kept | of the viewer with the least | server, MB before | MB at most | health |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for row in report["floods"]:
        before, most = row["memory_mb"]
        lines.append(
            f"| {row['flood']} | {row['kept']:.1%} | {row['worst']:.1%} | {before} | {most} | {row['health']:.0%} |"
        )
    return lines


PARTS: dict[str, tuple[str, Callable[[Report], list[str]]]] = {
    "chaos": ("Faults", chaos),
    "floods": ("Floods", floods),
    "soak": ("Soak", scalars),
    "connects": ("Connecting", scalars),
    "fuzz": ("Fuzzing", scalars),
}
"""Of the document, by the report's name: the heading, and what is told."""


def _value(value: str | int | float | bool) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,.2f}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else value


def part(name: str, reports: Path) -> list[str]:
    """A part's lines; none where there is no report."""
    path = reports / f"{name}.json"
    if not path.is_file():
        return []
    heading, tell = PARTS[name]
    return [f"### {heading}", "", *tell(json.loads(path.read_text(encoding="utf-8")))]


def written(text: str, reports: Path) -> str:
    """The document as the reports have it now. text: as it is."""
    return filled(text, {name: part(name, reports) for name in PARTS})


def main() -> None:
    """Write it where it differs."""
    path = ROOT / DOCUMENT
    text = path.read_text(encoding="utf-8")
    new = written(text, ROOT / REPORTS)
    if new != text:
        write_file(path, new)
        print(DOCUMENT)


if __name__ == "__main__":
    main()
