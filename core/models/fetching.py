"""Downloads missing model files once, for an installation whose code came without them.

The manifest, which comes with the code and is never downloaded, determines what each file must be. A file is put in
place only if its checksum is right; an interrupted download resumes; files that exist are not requested.
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
"""Suffix of an incomplete file."""
LOCK = ".fetching"
"""Name of the lock file: only one process at a time downloads into a folder."""
TRIES = 5
"""Interrupted responses before a file is given up; those that delivered data are not counted."""
MOST_BYTES = 1 << 28
"""Maximum size of a file; all models are far smaller."""
SECONDS = 30.0
"""Read timeout: seconds without a byte after which a response counts as interrupted."""

Progress = Callable[[str, int, int], None]
"""Receives a file's name, the bytes received so far, and the total (0 if unknown)."""


def missing_models(folder: Path, manifest: Manifest) -> list[ModelCard]:
    """Return the networks whose files are missing from a folder, in the manifest's order."""
    networks = [card for card in manifest.models if isinstance(card, ModelCard)]
    return [card for card in networks if not (folder / card.file).is_file()]


def fetch_missing(
    settings: ModelSettings, progress: Progress = lambda *_: None, client: httpx.Client | None = None
) -> int:
    """Make sure that every model file is in `weights_dir`; an empty folder gets manifest and reports from the code.

    Args:
        settings: `weights_dir` and `weights_url` are used.
        progress: called with the progress of each file.
        client: HTTP client; a new one by default.

    Returns:
        Number of files downloaded.

    Raises:
        WeightsError: no address is set, the address does not serve what the manifest describes, or the folder is not
            writable. An incomplete file is kept and resumed later, unless its content is wrong.
    """
    folder = settings.weights_dir
    try:
        if not (folder / MANIFEST).exists() and (WEIGHTS / MANIFEST).exists():
            shutil.copytree(WEIGHTS, folder, ignore=shutil.ignore_patterns("*.tflite"), dirs_exist_ok=True)
        if not missing_models(folder, load_manifest(folder)):
            return 0
        if not settings.weights_url:
            raise WeightsError(
                "expected the model files in {folder}; some are missing. Set FAIREST_WEIGHTS_URL to the URL of a "
                "folder that contains them.",
                folder=folder,
            )
        with FileLock(folder / LOCK), client or httpx.Client(follow_redirects=True, timeout=SECONDS) as asking:
            # Another process may have downloaded some meanwhile.
            cards = missing_models(folder, load_manifest(folder))
            for card in cards:
                _fetch(asking, settings.weights_url, folder, card, progress)
    except OSError as error:
        raise WeightsError(
            "expected a writable folder for the model files; {folder} is not writable ({reason}). Set "
            "FAIREST_WEIGHTS_DIR to a folder of your own.",
            folder=folder,
            reason=error.strerror,
        ) from error
    return len(cards)


def _fetch(client: httpx.Client, address: str, folder: Path, card: ModelCard, progress: Progress) -> None:
    """Download one file, verify its checksum and put it in place."""
    url, part = f"{address.rstrip('/')}/{card.file}", folder / (card.file + PART)
    tries, problem = 0, ""
    while tries < TRIES:
        size_before = part.stat().st_size if part.exists() else 0
        try:
            complete = _receive(client, url, part, card.file, progress)
        except httpx.HTTPError as error:
            complete, problem = False, str(error) or type(error).__name__
        if complete:
            break
        tries = 0 if part.exists() and part.stat().st_size > size_before else tries + 1
    else:
        raise WeightsError(
            "expected the model file {file} from {url}; the download failed ({problem}). Try again: it resumes where "
            "it stopped.",
            file=card.file,
            url=url,
            problem=problem or "it breaks off",
        )
    checksum = file_sha256(part)
    if checksum != card.sha256:
        part.unlink()
        raise WeightsError(
            "expected the model file {file} with SHA-256 {expected}... from {url}; received {found}.... Check that the "
            "URL is that of this version's files.",
            file=card.file,
            expected=card.sha256[:12],
            url=url,
            found=checksum[:12],
        )
    part.replace(folder / card.file)


def _receive(client: httpx.Client, url: str, part: Path, name: str, progress: Progress) -> bool:
    """Append a response to the incomplete file; return whether it is complete.

    Raises:
        WeightsError: the response is not a file.
    """
    received = part.stat().st_size if part.exists() else 0
    range_header = {"Range": f"bytes={received}-"} if received else {}
    # With a content encoding, the bytes of the range would be counted in compressed form.
    with client.stream("GET", url, headers=range_header | {"Accept-Encoding": "identity"}) as response:
        if response.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
            # Nothing is left to download: the file is complete, or it has changed on the server.
            return response.headers.get("content-range") == f"bytes */{received}" or _anew(part)
        resumed = response.status_code == httpx.codes.PARTIAL_CONTENT
        if resumed and not response.headers.get("content-range", "").startswith(f"bytes {received}-"):
            return _anew(part)
        if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR:
            response.raise_for_status()
        if not resumed and response.status_code != httpx.codes.OK:
            raise WeightsError(
                "expected the model file {file} from {url}; received HTTP status {status}. Check FAIREST_WEIGHTS_URL.",
                file=name,
                url=url,
                status=response.status_code,
            )
        received = received if resumed else 0
        length = response.headers.get("content-length", "")
        total = received + int(length) if length.isascii() and length.isdecimal() else 0
        with part.open("ab" if resumed else "wb") as stream:
            for piece in response.iter_bytes():
                stream.write(piece)
                received += len(piece)
                if received > MOST_BYTES:
                    break
                progress(name, received, total)
    if received > MOST_BYTES:
        part.unlink()
        raise WeightsError(
            "expected a model file of at most {most} bytes from {url}; received more. Check FAIREST_WEIGHTS_URL.",
            most=MOST_BYTES,
            url=url,
        )
    return total in {0, received}


def _anew(part: Path) -> bool:
    """Delete the incomplete file, to start again; return False: not complete."""
    part.unlink(missing_ok=True)
    return False
