"""Sort and filter the rated pictures as the viewer selects; tables and texts about them for the page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from core.errors import FairestError
from core.face import Face
from core.output.escaping import defuse_formula
from core.percent import percent
from core.settings import RatingSettings
from webapp.common.i18n import N_, _, localize, ngettext
from webapp.common.refusals import REFUSALS, reword
from webapp.photos.album import Album, Photo
from webapp.sandbox.answers import Patch

PERCENT: Any = st.column_config.ProgressColumn(min_value=0, max_value=100, format="%.0f %%")
"""Table column for shares, in percent."""

ARRIVED, HIGHEST, LOWEST, SUREST, NAME = "arrived", "highest", "lowest", "surest", "name"
ORDERS = {
    ARRIVED: N_("As added"),
    HIGHEST: N_("Highest rating first"),
    LOWEST: N_("Lowest rating first"),
    SUREST: N_("Most confident label first"),
    NAME: N_("By file name"),
}
ALL, ABOVE, BELOW, REFUSED = "all", "above", "below", "refused"


@dataclass(frozen=True, slots=True)
class Item:
    """A face in a picture. index: its index among the picture's faces, from 0."""

    photo: Photo
    index: int

    @property
    def face(self) -> Face:
        """The face, with its box in pixels of the picture."""
        return self.photo.faces[self.index]

    @property
    def patch(self) -> Patch:
        """The cropped face, for further analysis without the picture."""
        assert self.photo.rated is not None
        return self.photo.rated.patches[self.index]


def item(album: Album, number: int, index: int) -> Item | None:
    """Return a face by its picture's number and its index there; None if the picture was removed."""
    photo = album.photo(number)
    return Item(photo, index) if photo else None


def kinds(settings: RatingSettings) -> dict[str, str]:
    """Return the filters and their display names: all faces, either label, or those not rated."""
    return {
        ALL: _("All faces"),
        ABOVE: settings.label_above,
        BELOW: settings.label_below,
        REFUSED: _("Not rated"),
    }


def chosen(photos: Sequence[Photo], order: str, kind: str, settings: RatingSettings) -> list[Item]:
    """Return the faces of a kind, sorted; when sorting by rating, faces without one come last."""
    wanted: dict[str, Callable[[Face], bool]] = {
        ALL: lambda _face: True,
        ABOVE: lambda face: face.label == settings.label_above,
        BELOW: lambda face: face.label == settings.label_below,
        REFUSED: lambda face: face.refused is not None,
    }
    items = [Item(photo, index) for photo in photos for index in range(len(photo.faces))]
    items = [item for item in items if wanted[kind](item.face)]
    keys: dict[str, Callable[[Item], Any]] = {
        ARRIVED: lambda item: item.photo.number,
        HIGHEST: lambda item: -item.face.rating if item.face.rating is not None else 0.0,
        LOWEST: lambda item: item.face.rating if item.face.rating is not None else 9.0,
        SUREST: lambda item: -item.face.probability if item.face.probability is not None else 0.0,
        NAME: lambda item: item.photo.name.casefold(),
    }
    return sorted(items, key=keys[order])


def verdict(face: Face) -> str:
    """Return a face's caption: "Sexy 3.4 (81 %)", or why it has no rating."""
    if face.refused:
        return _("Not rated: {reason}").format(reason=refusal(face.refused))
    if face.rating is None or face.label is None or face.probability is None:
        return ""
    return f"{face.label} {face.rating:.1f} ({percent(face.probability)})"


def refusal(reason: str) -> str:
    """Translate the reason for not rating a face."""
    return reword(reason, REFUSALS, _)


def summary(photo: Photo) -> str:
    """Return a sentence about a picture."""
    if photo.error:
        return localize(photo.error)
    count = len(photo.faces)
    if not count:
        return _("No face was found. Try a picture in which the face is larger and turned towards the camera.")
    text = ngettext("{n} face found", "{n} faces found", count).format(n=count)
    refused = sum(face.refused is not None for face in photo.faces)
    return text + (_(", {n} not rated.").format(n=refused) if refused else ".")


def count(photos: Sequence[Photo]) -> str:
    """Return a line about all pictures."""
    opened = [photo for photo in photos if not photo.error]
    faces = [face for photo in opened for face in photo.faces]
    rated = sum(face.rating is not None for face in faces)
    parts = [
        ngettext("{n} picture", "{n} pictures", len(opened)).format(n=len(opened)),
        ngettext("{n} face rated", "{n} faces rated", rated).format(n=rated),
    ]
    if len(faces) > rated:
        refused = len(faces) - rated
        parts.append(ngettext("{n} face not rated", "{n} faces not rated", refused).format(n=refused))
    return " · ".join(parts)


def failed(photos: Sequence[Photo]) -> list[tuple[str, FairestError]]:
    """Return the names of pictures that could not be opened, with the reasons."""
    return [(photo.name, photo.error) for photo in photos if photo.error]


def rows(items: Sequence[Item]) -> list[dict[str, Any]]:
    """Return one row per face for the page's table, keyed by translated headings; the table can be saved as CSV."""
    return [
        {
            _("File"): defuse_formula(item.photo.name),
            _("Rating"): item.face.rating,
            _("Label"): defuse_formula(item.face.label or ""),
            _("Probability"): None if item.face.probability is None else 100 * item.face.probability,
            _("Apparent age"): item.face.age,
            _("Not rated because"): refusal(item.face.refused) if item.face.refused else "",
            _("Detection"): item.face.detection,
        }
        for item in items
    ]
