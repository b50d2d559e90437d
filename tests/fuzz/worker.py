"""Fuzz one target with Atheris, guided by coverage, until time is up; crashes are saved and do not stop it.

python -m tests.fuzz.worker TARGET FOUND LIBFUZZER_OPTION...

FOUND is a folder for crashing inputs, one per raising code location. Only what Python cannot recover from, such as a
hang, ends it early.
"""

from __future__ import annotations

import hashlib
import logging
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import atheris

INSTRUMENTED = ["core", "webapp", "training", "aiortc", "aioice", "python_multipart", "starlette", "tests.fuzz.targets"]
"""Packages instrumented for coverage."""


def place(error: Exception) -> str:
    """Return a key from the error's type and the place where it was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    return "|".join([type(error).__name__, *(f"{Path(frame.filename).name}:{frame.lineno}" for frame in frames[-2:])])


def keeping(run: Callable[[bytes], None], crash_folder: Path) -> Callable[[bytes], None]:
    """Wrap a target so that the first input of each crash is saved, and its path printed."""
    seen: set[str] = set()

    def run_and_keep(data: bytes) -> None:
        try:
            run(data)
        except Exception as error:
            key = place(error)
            if key not in seen:
                seen.add(key)
                path = crash_folder / f"crash-{hashlib.sha256(key.encode()).hexdigest()[:12]}"
                path.write_bytes(data)
                print(f"crash: {key}: {error}"[:400], f"in {path}", file=sys.stderr, flush=True)

    return run_and_keep


def main() -> None:
    """Fuzz; does not return."""
    name, crash_folder = sys.argv[1], Path(sys.argv[2])
    with atheris.instrument_imports(include=INSTRUMENTED):
        from tests.fuzz.target import load

        target = load(name)
    logging.disable(logging.CRITICAL)
    # Atheris's own hook would end the process when Python prints an error of another thread.
    hook: Callable[[type[BaseException], BaseException, TracebackType | None], object] = sys.__excepthook__
    sys.excepthook = hook
    atheris.Setup([sys.argv[0], *sys.argv[3:]], keeping(target.run, crash_folder))
    atheris.Fuzz()


if __name__ == "__main__":
    main()
