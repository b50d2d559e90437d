"""Album: one viewer's pictures and their results. In memory only, and deleted when the viewer leaves.

Pictures arrive through webapp.photos.upload, which looks an album up by its token; the page shows what is there. All
data of a picture is stored here and nowhere else, so that it is freed when the album is closed, even if someone still
holds a reference to the album.
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
from core.output.sinks import Result
from webapp.common.i18n import N_
from webapp.sandbox.answers import Rated

KEPT = 200_000_000
"""Maximum size of an album in bytes: drawn pictures and patches."""
MEGABYTE = 1_000_000
"""Bytes."""

ALL_FULL = N_(
    "The pictures of all current viewers take all the memory that this server has for them. Remove some of yours, or "
    "try again later."
)

GONE = N_("This page was left open for too long. Reload it and add the pictures again.")

Finding = tuple[str, int, int]
"""Key of a cached result about a face: its kind, the picture's number, and the face's index in the picture."""


@dataclass(frozen=True, slots=True)
class Models:
    """Names of the models that rate new pictures."""

    detector: str
    classifier: str


@dataclass(frozen=True, slots=True)
class Photo:
    """One picture.

    number: its place in the order of arrival. name: for display, never a path. outcome: the result, or why the picture
    could not be opened.
    """

    number: int
    name: str
    models: Models
    outcome: Rated | FairestError

    @property
    def rated(self) -> Rated | None:
        """The result; None if the picture could not be opened."""
        return None if isinstance(self.outcome, FairestError) else self.outcome

    @property
    def error(self) -> FairestError | None:
        """Why the picture could not be opened; None if it could."""
        return self.outcome if isinstance(self.outcome, FairestError) else None

    @property
    def faces(self) -> tuple[Face, ...]:
        """Its faces, with boxes in pixels of the picture."""
        return self.rated.faces if self.rated else ()

    @property
    def size(self) -> int:
        """Bytes kept for it."""
        return len(self.rated.drawn) + sum(len(patch.jpeg) for patch in self.rated.patches) if self.rated else 0

    def result(self) -> Result:
        """Return the result in the form of the file contract."""
        if self.rated is None:
            return Result(self.name, None, None, str(self.error), None, [])
        return Result(self.name, self.rated.width, self.rated.height, None, self.rated.ms, list(self.faces))


class AlbumFullError(FairestError):
    """The album accepts no more pictures."""


class Album:
    """One viewer's pictures. Thread-safe.

    Attributes:
        token: identifies the album in URLs; not guessable.
        models: models for the next pictures; set by the page.
        language: language of drawn captions; set by the page.
        left_for_all: returns the bytes by which all albums together may still grow; set by Albums.
    """

    def __init__(self, max_pictures: int, models: Models, language: str) -> None:
        """Create an empty album. max_pictures: maximum number of pictures at a time."""
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
        """Reserve a number, which is a place in the album, for a picture that is being uploaded.

        Raises:
            AlbumFullError: the album is full, or the viewer has left.
        """
        with self._lock:
            if self._closed:
                raise AlbumFullError(GONE)
            if len(self._photos) + len(self._reserved) >= self.max_pictures:
                raise AlbumFullError(
                    "Expected at most {most} pictures at a time; this one is over the limit. Remove some and add it "
                    "again.",
                    most=self.max_pictures,
                )
            if self.left_for_all() <= 0:
                raise AlbumFullError(ALL_FULL)
            if self._size > KEPT:
                raise AlbumFullError(
                    "Your pictures take all the memory that one viewer may use. Remove some, then continue."
                )
            self._number += 1
            self._reserved.add(self._number)
            return self._number

    def release(self, number: int) -> None:
        """Give back a reserved number that will not be used."""
        with self._lock:
            self._reserved.discard(number)

    def put(self, photo: Photo) -> None:
        """Store a picture's result; ignored if its number is not reserved, as after `clear`.

        If all albums together are full by now, that error is stored instead.
        """
        if photo.size > self.left_for_all():
            photo = replace(photo, outcome=AlbumFullError(ALL_FULL))
        with self._lock:
            if photo.number in self._reserved:
                self._reserved.discard(photo.number)
                self._photos[photo.number] = photo
                self._size += photo.size

    def photos(self) -> list[Photo]:
        """Return all pictures, in order of arrival."""
        with self._lock:
            return [self._photos[number] for number in sorted(self._photos)]

    def photo(self, number: int) -> Photo | None:
        """Return the picture with a number; None if it was removed."""
        with self._lock:
            return self._photos.get(number)

    def remove(self, number: int) -> None:
        """Remove a picture."""
        with self._lock:
            photo = self._photos.pop(number, None)
            self._size -= photo.size if photo else 0
            for key in [key for key in self._findings if key[1] == number]:
                del self._findings[key]

    def finding(self, key: Finding) -> Any:
        """Return a cached result about a face, or None."""
        with self._lock:
            return self._findings.get(key)

    def keep(self, key: Finding, result: object) -> None:
        """Cache a result about a face for as long as its picture is in the album."""
        with self._lock:
            if key[1] in self._photos:
                self._findings[key] = result

    def clear(self) -> None:
        """Remove all pictures, including those still being uploaded."""
        with self._lock:
            self._photos.clear()
            self._reserved.clear()
            self._findings.clear()
            self._size = 0

    def close(self) -> None:
        """Remove all pictures and accept no more."""
        with self._lock:
            self._closed = True
        self.clear()

    @property
    def size(self) -> int:
        """Bytes taken by its pictures."""
        return self._size


class Albums:
    """The albums of all viewers, by token; an album is dropped when its viewer's session ends."""

    def __init__(self, max_bytes: float = float("inf")) -> None:
        """Start without albums. max_bytes: bytes that all pictures together may take."""
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._albums: weakref.WeakValueDictionary[str, Album] = weakref.WeakValueDictionary()

    def add(self, album: Album) -> Album:
        """Register an album."""
        album.left_for_all = self.left
        with self._lock:
            self._albums[album.token] = album
        return album

    def forget(self, album: Album) -> None:
        """Close the album of a viewer who has left."""
        with self._lock:
            self._albums.pop(album.token, None)
        album.close()

    def left(self) -> float:
        """Return the bytes that may still be added by all viewers together; never negative."""
        with self._lock:
            albums = list(self._albums.values())
        return max(0.0, self._max_bytes - sum(album.size for album in albums))

    def get(self, token: str) -> Album | None:
        """Return the album with a token, or None."""
        return self._albums.get(token)
