"""Album: the pictures that one viewer brought, and what came of each. In memory only, and gone with the viewer.

Pictures arrive through webapp.photos.upload, which knows an album by its token; the page shows what is there. What
is kept of a picture is kept here and nowhere else, so that it goes when the album is closed, whoever still has the
album.
"""

from __future__ import annotations

import secrets
import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from core.errors import FairestError
from core.face import Face
from core.sinks import Result
from webapp.common.i18n import N_
from webapp.sandbox.answers import Rated

KEPT = 200_000_000
"""Bytes that an album keeps at most: drawn pictures and patches."""
MEGABYTE = 1_000_000
"""Bytes."""

ALL_FULL = N_(
    "The pictures of all who are here take all the memory that this server has for them. Remove some of yours, or try "
    "again later."
)

GONE = N_("This page was left open for too long. Reload it and add the pictures again.")

Finding = tuple[str, int, int]
"""What was found out about a face: its kind, the picture's number, and the face's place in the picture."""


@dataclass(frozen=True, slots=True)
class Models:
    """What new pictures are rated with, by name."""

    detector: str
    classifier: str


@dataclass(frozen=True, slots=True)
class Photo:
    """One picture. number: its place in the order of arrival. name: as shown, never a path. outcome: what was found, or
    why it could not be opened.
    """

    number: int
    name: str
    models: Models
    outcome: Rated | FairestError

    @property
    def rated(self) -> Rated | None:
        """What was found; None when it could not be opened."""
        return None if isinstance(self.outcome, FairestError) else self.outcome

    @property
    def error(self) -> FairestError | None:
        """Why it could not be opened."""
        return self.outcome if isinstance(self.outcome, FairestError) else None

    @property
    def faces(self) -> tuple[Face, ...]:
        """Its faces, boxes in its pixels."""
        return self.rated.faces if self.rated else ()

    @property
    def size(self) -> int:
        """Bytes that it keeps."""
        return len(self.rated.drawn) + sum(len(patch.jpeg) for patch in self.rated.patches) if self.rated else 0

    def result(self) -> Result:
        """The file contract's result."""
        if self.rated is None:
            return Result(self.name, None, None, str(self.error), None, [])
        return Result(self.name, self.rated.width, self.rated.height, None, self.rated.ms, list(self.faces))


class AlbumFullError(FairestError):
    """No more pictures may be added."""


class Album:
    """Pictures of one viewer. Any thread may add to it and read it.

    Attributes:
        token: names it in addresses; nobody can guess it.
        models: what the next pictures are rated with; the page sets it.
        language: what drawn captions are written in; the page sets it.
        left_for_all: bytes that all albums together may still grow by; Albums sets it.
    """

    def __init__(self, max_pictures: int, models: Models, language: str) -> None:
        """Args:
        max_pictures: pictures at a time.
        """
        self.token = secrets.token_urlsafe(24)
        self.models = models
        self.language = language
        self.max_pictures = max_pictures
        self.left_for_all: Callable[[], float] = lambda: float("inf")
        self._lock = threading.Lock()
        self._closed = False
        self._photos: dict[int, Photo] = {}
        self._findings: dict[Finding, Any] = {}
        self._size = 0
        self._reserved: set[int] = set()
        self._number = 0

    def reserve(self) -> int:
        """A number for a picture that is on its way: its place in the album.

        Raises:
            AlbumFullError: there are as many as there may be, or the viewer has left.
        """
        with self._lock:
            if self._closed:
                raise AlbumFullError(GONE)
            if len(self._photos) + len(self._reserved) >= self.max_pictures:
                raise AlbumFullError(
                    "Expected at most {most} pictures at a time; this is one more. Remove some and add it again.",
                    most=self.max_pictures,
                )
            if self.left_for_all() <= 0:
                raise AlbumFullError(ALL_FULL)
            if self._size > KEPT:
                raise AlbumFullError(
                    "The pictures that are here take all the memory a viewer may have. Remove some and go on."
                )
            self._number += 1
            self._reserved.add(self._number)
            return self._number

    def release(self, number: int) -> None:
        """A reserved number will not be used."""
        with self._lock:
            self._reserved.discard(number)

    def put(self, photo: Photo) -> None:
        """What came of a picture; dropped when its number was not reserved, as after `clear`.

        When all albums are full by now, what is put there is that sentence.
        """
        if photo.size > self.left_for_all():
            photo = replace(photo, outcome=AlbumFullError(ALL_FULL))
        with self._lock:
            if photo.number in self._reserved:
                self._reserved.discard(photo.number)
                self._photos[photo.number] = photo
                self._size += photo.size

    def photos(self) -> list[Photo]:
        """All, in the order of their arrival."""
        with self._lock:
            return [self._photos[number] for number in sorted(self._photos)]

    def photo(self, number: int) -> Photo | None:
        """One by its number; None when it is no more."""
        with self._lock:
            return self._photos.get(number)

    def remove(self, number: int) -> None:
        """Forget one."""
        with self._lock:
            photo = self._photos.pop(number, None)
            self._size -= photo.size if photo else 0
            for key in [key for key in self._findings if key[1] == number]:
                del self._findings[key]

    def finding(self, key: Finding) -> Any:
        """What was found out about a face, so that a second look takes no time; None before the first."""
        with self._lock:
            return self._findings.get(key)

    def keep(self, key: Finding, found: object) -> None:
        """Keep what was found out, for as long as the picture is here."""
        with self._lock:
            if key[1] in self._photos:
                self._findings[key] = found

    def clear(self) -> None:
        """Forget all, those on their way too."""
        with self._lock:
            self._photos.clear()
            self._reserved.clear()
            self._findings.clear()
            self._size = 0

    def close(self) -> None:
        """Forget all, and take nothing any more."""
        with self._lock:
            self._closed = True
        self.clear()

    @property
    def size(self) -> int:
        """Bytes that its pictures take."""
        return self._size


class Albums:
    """The albums of all viewers, by token; one is gone when its viewer's session is."""

    def __init__(self, max_bytes: float = float("inf")) -> None:
        """Args:
        max_bytes: bytes that the pictures of all may take.
        """
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._albums: weakref.WeakValueDictionary[str, Album] = weakref.WeakValueDictionary()

    def add(self, album: Album) -> Album:
        """Make an album known."""
        album.left_for_all = self.left
        with self._lock:
            self._albums[album.token] = album
        return album

    def forget(self, album: Album) -> None:
        """Close an album whose viewer has left."""
        with self._lock:
            self._albums.pop(album.token, None)
        album.close()

    def left(self) -> float:
        """Bytes that may still be added, by anybody; below 0 never."""
        with self._lock:
            albums = list(self._albums.values())
        return max(0.0, self._max_bytes - sum(album.size for album in albums))

    def get(self, token: str) -> Album | None:
        """The album of a token, or None."""
        return self._albums.get(token)
