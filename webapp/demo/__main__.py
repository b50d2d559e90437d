"""Makes the demonstration video from portraits of the Face Research Lab London Set (CC BY 4.0).

python -m webapp.demo FOLDER [--out FILE]

FOLDER holds the set's neutral or smiling front views, 720 pixels square, by their names there (003_08.jpg ...):
https://doi.org/10.6084/m9.figshare.5047666
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from core.batch.inputs import check_result
from core.errors import FairestError
from webapp.demo import FILM
from webapp.demo.film import SCENES, frames, read_strips, write


def main(arguments: list[str] | None = None) -> int:
    """Make the film; return 1 with a message if a portrait is missing or the film would overwrite one."""
    parser = argparse.ArgumentParser(prog="python -m webapp.demo", description=__doc__.split("\n", 1)[0])
    parser.add_argument("folder", type=Path, help="folder of the portraits")
    parser.add_argument("--out", type=Path, default=FILM, help="output film (default: the one that the page shows)")
    options = parser.parse_args(arguments)
    try:
        check_result(options.out, [options.folder])
        strips = read_strips(options.folder)
    except (FairestError, FileNotFoundError) as error:
        print(error, file=sys.stderr)
        return 1
    write(options.out, frames(SCENES, strips))
    print(f"{options.out}: {options.out.stat().st_size / 1e6:.2f} MB")
    return 0


if __name__ == "__main__":
    sys.exit(main())
