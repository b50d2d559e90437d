"""How fast Fairest is.

python -m tests.bench [stages] [--repeats N]    core's stages, beside plain TensorFlow in the same run
python -m tests.bench page [--starts N]         the live page in Chromium: start-up, first face, memory (Linux)
"""

from __future__ import annotations

import argparse
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


def stages(repeats: int) -> None:
    """Print the two tables of the stages."""
    from core.settings import load_settings
    from tests.bench.stages import runtime_times, stage_times, table

    settings = load_settings()
    print(f"640 x 480, one face, {settings.threads} threads, {repeats} calls a row\n")
    print(table(stage_times(settings, repeats)) + "\n")
    runtimes = runtime_times(settings, repeats)
    print("detect + classify, FaceTracker and the seed classifier\n" + table(runtimes, base=runtimes[0][0]))


def page(starts: int, seconds: float) -> None:
    """Print the figures of the live page."""
    from tests.bench.page import measure_page

    for name, value in measure_page(starts, seconds):
        print(f"{name:<50} {value}")


def main(argv: list[str] | None = None) -> int:
    """Measure and print; always 0."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Medians, side by side in one run.")
    parser.add_argument("what", nargs="?", choices=("stages", "page"), default="stages")
    parser.add_argument("--repeats", type=int, default=100, help="stages: calls of each row (default: 100)")
    parser.add_argument("--starts", type=int, default=20, help="page: times that START is pressed (default: 20)")
    parser.add_argument("--seconds", type=float, default=30, help="page: length of the last stream (default: 30)")
    arguments = parser.parse_args(argv)
    if arguments.what == "stages":
        stages(arguments.repeats)
    else:
        page(arguments.starts, arguments.seconds)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
