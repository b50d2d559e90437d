"""Benchmarks of Fairest.

python -m tests.bench [stages] [--repeats N] [--out FILE]
    core's stages, compared with plain TensorFlow in the same run
python -m tests.bench page [--starts N]         the live page in Chromium: start-up, first face, memory (Linux)
python -m tests.bench photos [--count N]        many large photos in Chromium, while somebody is live (Linux)
python -m tests.bench many [--count N]          pictures on the command line: one process, the pool, Ray (Linux)
python -m tests.bench live [--viewers N] [--seconds S] [--size 640x480] [--fps 30] [--apps ...] [--out FILE]
                             [--mode drawn|overlay] [--busy N] [--starts N]
    the live page under load, compared with plain echo and the simplest public pattern (Linux)
python -m tests.bench capacity [--seconds S]    viewers by number of cores: a model fitted to runs here (Linux)
python -m tests.bench network [--count N]      bad networks: a drop to 200 kbit/s, and 25 % packet loss (Linux)
python -m tests.bench api [--clients N] [--seconds S] [--out FILE]
    the HTTP API under load, compared with a Flask route (Linux; needs tests/bench/requirements.txt)
"""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


WHAT = ("stages", "page", "live", "photos", "many", "capacity", "network", "api")
APPS = ["echo", "fairest", "simplest", "simplest-seed"]


def stages(repeats: int, out: Path | None) -> None:
    """Print the two tables of the stages, and write them as a report if requested."""
    from core.settings_reader import load_settings
    from tests.bench.stages import report, runtime_times, stage_times, table

    settings = load_settings().rating
    print(f"640 x 480, one face, {settings.threads} threads, {repeats} calls a row\n")
    rows = stage_times(settings, repeats)
    print(table(rows) + "\n")
    runtimes = runtime_times(settings, repeats)
    print("detect + classify, FaceTracker and the seed classifier\n" + table(runtimes, base=runtimes[0][0]))
    if out is not None:
        out.write_text(report(settings, repeats, rows, runtimes).model_dump_json(indent=1) + "\n")


def page(starts: int, seconds: float) -> None:
    """Print the figures of the live page."""
    from tests.bench.page import measure_page

    for name, value in measure_page(starts, seconds):
        print(f"{name:<50} {value}")


def live(arguments: argparse.Namespace) -> None:
    """Print the table of the apps under load, and add it to a report if requested."""
    from tests.bench.live import Load, measure, table

    width, height = (int(side) for side in arguments.size.split("x"))
    load = Load(
        arguments.viewers,
        arguments.seconds,
        (width, height),
        arguments.fps,
        arguments.mode,
        arguments.busy,
        arguments.starts or 0,
    )
    name = load_name(arguments)
    print(f"{name}, on {len(os.sched_getaffinity(0))} cores; latency in ms\n")
    rows = [measure(app, load) for app in arguments.apps]
    print(table(rows))
    for row in rows:
        print(json.dumps(row.to_dict()))
    if arguments.out is not None:
        report = json.loads(arguments.out.read_text()) if arguments.out.exists() else {}
        report[name] = {row.app: row.to_dict() for row in rows}
        arguments.out.write_text(json.dumps(report, indent=1) + "\n")


def capacity(seconds: float) -> None:
    """Print the costs of one and four viewers in overlay mode here, and a prediction for other cores and viewers."""
    from tests.bench.capacity import Run, analysed, decoding_cost, fit, table
    from tests.bench.live import OURS, Load, measure

    size, fps, cores = (640, 480), 30, len(os.sched_getaffinity(0))
    rows = [measure(OURS, Load(viewers, seconds, size, fps, "overlay")) for viewers in (1, 4)]
    runs = [Run(row.viewers * fps, sum(row.analysed), row.cpu) for row in rows]
    costs = fit(runs, decoding_cost(size, fps))
    print(
        f"640x480 at {fps}, overlay; ms of a core: a frame of video {1000 * costs.video:.2f}, decoding "
        f"{1000 * costs.decoding:.2f} of them; an analysis {1000 * costs.analysis:.1f}\n"
    )
    for row, run in zip(rows, runs, strict=True):
        print(
            f"{row.viewers} on {cores} cores: {run.analysed:.1f} analysed in all with {run.cpu:.2f} cores; with all of "
            f"them, by the model, {analysed(costs, cores, row.viewers, fps):.1f}"
        )
    print(
        "\nanalysed frames a second of each viewer, by the model\n" + table(costs, (1, 2, 4, 16, 64), (1, 4, 8, 16, 32))
    )


def load_name(arguments: argparse.Namespace) -> str:
    """Return a load's name in a report."""
    name = f"{arguments.viewers} at {arguments.size}, {arguments.fps} fps, {round(arguments.seconds)} s"
    name += ", overlay" if arguments.mode == "overlay" else ""
    return f"{name}, beside {arguments.busy} busy loops" if arguments.busy else name


def photos(count: int) -> None:
    """Print the figures of the photos page."""
    from tests.bench.photos import measure_photos

    for name, value in measure_photos(count):
        print(f"{name:<50} {value}")


def many(count: int) -> None:
    """Print the table of the engines."""
    from tests.bench.many import measure_many, table

    print(table(measure_many(count)))


def network(times: int) -> None:
    """Print how soon a viewer on a bad network is served."""
    from tests.bench.browser_network import measure_browser
    from tests.bench.network import measure_network

    for lines in (measure_network(times), measure_browser(times)):
        for line in lines:
            print(line, flush=True)


def api(clients: int, seconds: float, out: Path | None) -> None:
    """Print the table of the two servers, and add it to a report if requested."""
    from tests.bench.api import SERVERS, measure, report, table

    print(f"{clients} clients, one photo at a time each, {seconds:.0f} s, on {os.cpu_count()} cores; times in ms\n")
    rows = [measure(name, clients, seconds) for name in SERVERS]
    print(table(rows))
    if out is not None:
        out.write_text(json.dumps(report(rows), indent=1) + "\n")


def parser() -> argparse.ArgumentParser:
    """Build the command line parser."""
    argument_parser = argparse.ArgumentParser(
        prog="python -m tests.bench", description="Medians, side by side in one run."
    )
    argument_parser.add_argument("what", nargs="?", choices=WHAT, default="stages")
    argument_parser.add_argument("--repeats", type=int, default=100, help="stages: calls of each row (default: 100)")
    argument_parser.add_argument("--starts", type=int, help="page, live: times that START is pressed (default: 20, 0)")
    argument_parser.add_argument(
        "--seconds", type=float, default=30, help="page, live, capacity, api: how long is measured (default: 30)"
    )
    argument_parser.add_argument("--viewers", type=int, default=1, help="live: at a time (default: 1)")
    argument_parser.add_argument("--clients", type=int, default=8, help="api: at a time (default: 8)")
    argument_parser.add_argument("--count", type=int, help="photos, many, network: how many (default: 100, 2000, 5)")
    argument_parser.add_argument("--size", default="640x480", help="live: of the film, pixels (default: 640x480)")
    argument_parser.add_argument("--fps", type=int, default=30, help="live: of the film (default: 30)")
    argument_parser.add_argument(
        "--mode", choices=("drawn", "overlay"), default="drawn", help="live: who draws (default: drawn)"
    )
    argument_parser.add_argument(
        "--busy", type=int, default=0, help="live: programs that keep the cores busy (default: 0)"
    )
    argument_parser.add_argument(
        "--apps", nargs="+", choices=APPS, default=APPS, help=f"live: any of {', '.join(APPS)} (default: all)"
    )
    argument_parser.add_argument(
        "--out", type=Path, help="stages, live, api: a JSON report that the results are put into"
    )
    return argument_parser


def main(argv: list[str] | None = None) -> int:
    """Measure and print; always returns 0."""
    arguments = parser().parse_args(argv)
    if arguments.what == "stages":
        stages(arguments.repeats, arguments.out)
    elif arguments.what == "page":
        page(arguments.starts or 20, arguments.seconds)
    elif arguments.what == "photos":
        photos(arguments.count or 100)
    elif arguments.what == "many":
        many(arguments.count or 2000)
    elif arguments.what == "capacity":
        capacity(arguments.seconds)
    elif arguments.what == "network":
        network(arguments.count or 5)
    elif arguments.what == "api":
        api(arguments.clients, arguments.seconds, arguments.out)
    else:
        live(arguments)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
