"""How fast core is, beside plain TensorFlow in the same run.

python -m tests.bench [--repeats N]
"""

from __future__ import annotations

import argparse
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


def main(argv: list[str] | None = None) -> int:
    """Measure and print; always 0."""
    from core.settings import load_settings
    from tests.bench.stages import measure, table

    parser = argparse.ArgumentParser(prog="python -m tests.bench", description="Medians of each stage, side by side.")
    parser.add_argument("--repeats", type=int, default=100, help="calls of each row (default: 100)")
    arguments = parser.parse_args(argv)
    settings = load_settings()
    stages, runtimes = measure(settings, arguments.repeats)
    print(f"640 x 480, one face, {settings.threads} threads, {arguments.repeats} calls a row\n")
    print(table(stages) + "\n")
    print("detect + classify\n" + table(runtimes, base=runtimes[0][0]))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
