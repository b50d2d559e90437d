"""Make a wheel without model files from one with them (`python -m build`), which is left unchanged.

python deploy/light_wheel.py WHEEL    writes the light wheel next to it, with the build tag 0light

Needs the package `wheel`. See docs/install.md, "Models apart from the code".
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

HEAVY = "core/weights/*.tflite"
TAG = "0light"


def lighten(wheel: Path) -> Path:
    """Write the wheel without models and return its path.

    Raises:
        FileNotFoundError: there is no such wheel, or it contains no models.
    """
    with tempfile.TemporaryDirectory() as folder:
        _wheel("unpack", "--dest", folder, str(wheel))
        (unpacked,) = Path(folder).iterdir()
        models = list(unpacked.glob(HEAVY))
        if not models:
            raise FileNotFoundError(f"expected models ({HEAVY}) in {wheel}; there are none")
        for model in models:
            model.unlink()
        _wheel("pack", "--dest-dir", str(wheel.parent), "--build-number", TAG, str(unpacked))
    name, version, *tags = wheel.name.split("-")
    return wheel.with_name("-".join([name, version, TAG, *tags]))


def _wheel(*words: str) -> None:
    done = subprocess.run([sys.executable, "-m", "wheel", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise FileNotFoundError(f"expected a wheel; {done.stderr.strip() or done.stdout.strip()}")


def main(words: list[str]) -> int:
    """Make the light wheel and return the exit status."""
    if len(words) != 1:
        print("usage: python deploy/light_wheel.py WHEEL", file=sys.stderr)
        return 2
    try:
        print(lighten(Path(words[0])))
    except FileNotFoundError as error:
        print(f"light_wheel: {error}.", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
