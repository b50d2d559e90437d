"""Brings model files that are missing from an address, once: for an installation whose code came without them.

What a file must be is told by the manifest, which comes with the code and is never fetched. A file takes its place only
when its checksum is right; what was received of one goes on where it broke off; and nothing is asked for that is there.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import httpx
from filelock import FileLock

from core.errors import WeightsError
from core.models.manifest import MANIFEST, Manifest, ModelCard, file_sha256, load_manifest
from core.settings import WEIGHTS, ModelSettings

PART = ".part"
"""At the end of the name of a file of which something is missing."""
LOCK = ".fetching"
"""The name of the lock file: one process at a time fetches into a folder."""
TRIES = 5
"""Answers that may break off before a file is given up; one that brought something is not counted."""
MOST_BYTES = 1 << 28
"""Of a file; no model comes near."""
SECONDS = 30.0
"""Without a byte, after which an answer has broken off."""

Progress = Callable[[str, int, int], None]
"""Is told a file's name, how many of its bytes are there, and how many there are in all (0 when that is not said)."""


def missing_models(folder: Path, manifest: Manifest) -> list[ModelCard]:
    """The networks whose files are not in a folder, in the manifest's order."""
    networks = [card for card in manifest.models if isinstance(card, ModelCard)]
    return [card for card in networks if not (folder / card.file).is_file()]


def fetch_missing(
    settings: ModelSettings, progress: Progress = lambda *_: None, client: httpx.Client | None = None
) -> int:
    """See that every model file is in `weights_dir`; a folder that is empty gets manifest and reports from the code.

    Args:
        settings: of which `weights_dir` and `weights_url` count.
        progress: hears how far a file is.
        client: asks; one of its own when not given.

    Returns:
        How many files were fetched.

    Raises:
        WeightsError: no address is set, the address does not give what the manifest describes, or the folder cannot be
            written. What had arrived of a file is kept and gone on from, unless it is another file.
    """
    folder = settings.weights_dir
    try:
        if not (folder / MANIFEST).exists() and (WEIGHTS / MANIFEST).exists():
            shutil.copytree(WEIGHTS, folder, ignore=shutil.ignore_patterns("*.tflite"), dirs_exist_ok=True)
        if not missing_models(folder, load_manifest(folder)):
            return 0
        if not settings.weights_url:
            raise WeightsError(
                "expected the model files in {folder}; some are missing. Set FAIREST_WEIGHTS_URL to the address of a "
                "folder that has them.",
                folder=folder,
            )
        with FileLock(folder / LOCK), client or httpx.Client(follow_redirects=True, timeout=SECONDS) as asking:
            # Another process may have been faster.
            cards = missing_models(folder, load_manifest(folder))
            for card in cards:
                _fetch(asking, settings.weights_url, folder, card, progress)
    except OSError as error:
        raise WeightsError(
            "expected a folder for the model files that can be written; {folder} cannot ({reason}). Set "
            "FAIREST_WEIGHTS_DIR to one of your own.",
            folder=folder,
            reason=error.strerror,
        ) from error
    return len(cards)


def _fetch(client: httpx.Client, address: str, folder: Path, card: ModelCard, progress: Progress) -> None:
    """One file."""
    url, part = f"{address.rstrip('/')}/{card.file}", folder / (card.file + PART)
    tries, problem = 0, ""
    while tries < TRIES:
        before = part.stat().st_size if part.exists() else 0
        try:
            whole = _receive(client, url, part, card.file, progress)
        except httpx.HTTPError as error:
            whole, problem = False, str(error) or type(error).__name__
        if whole:
            break
        tries = 0 if part.exists() and part.stat().st_size > before else tries + 1
    else:
        raise WeightsError(
            "expected the model file {file} from {url}; it did not arrive ({problem}). Try again: it goes on from what "
            "is there.",
            file=card.file,
            url=url,
            problem=problem or "it breaks off",
        )
    found = file_sha256(part)
    if found != card.sha256:
        part.unlink()
        raise WeightsError(
            "expected the model file {file} with SHA-256 {expected}... from {url}; received another, {found}.... Is it "
            "the address of this version's files?",
            file=card.file,
            expected=card.sha256[:12],
            url=url,
            found=found[:12],
        )
    part.replace(folder / card.file)


def _receive(client: httpx.Client, url: str, part: Path, name: str, progress: Progress) -> bool:
    """What an answer brings of a file, after what is there of it; whether that is all.

    Raises:
        WeightsError: the answer is not a file.
    """
    there = part.stat().st_size if part.exists() else 0
    asked = {"Range": f"bytes={there}-"} if there else {}
    # Else the bytes would be counted as they travel.
    with client.stream("GET", url, headers=asked | {"Accept-Encoding": "identity"}) as answer:
        if answer.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            # There is no more to have: it is whole, or not what it was.
            return answer.headers.get("content-range") == f"bytes */{there}" or _anew(part)
        going_on = answer.status_code == httpx.codes.PARTIAL_CONTENT
        if going_on and not answer.headers.get("content-range", "").startswith(f"bytes {there}-"):
            return _anew(part)
        if answer.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            answer.raise_for_status()
        if not going_on and answer.status_code != httpx.codes.OK:
            raise WeightsError(
                "expected the model file {file} from {url}; the answer is {status}. Look at FAIREST_WEIGHTS_URL.",
                file=name,
                url=url,
                status=answer.status_code,
            )
        there = there if going_on else 0
        length = answer.headers.get("content-length", "")
        total = there + int(length) if length.isascii() and length.isdecimal() else 0
        with part.open("ab" if going_on else "wb") as stream:
            for piece in answer.iter_bytes():
                stream.write(piece)
                there += len(piece)
                if there > MOST_BYTES:
                    break
                progress(name, there, total)
    if there > MOST_BYTES:
        part.unlink()
        raise WeightsError(
            "expected a model file of at most {most} bytes from {url}; received more. Look at FAIREST_WEIGHTS_URL.",
            most=MOST_BYTES,
            url=url,
        )
    return total in {0, there}


def _anew(part: Path) -> bool:
    """Forget what is there."""
    part.unlink(missing_ok=True)
    return False
