"""The picture picker: choose, drop, paste or photograph pictures; uploads them one by one and shows the progress.

Streamlit's own uploader reports nothing until the last of many files has arrived, and holds them all in memory.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from core.batch.files import LEFT_BEHIND
from core.images.decode import SUFFIXES
from core.settings import PhotosSettings, PictureSettings
from webapp.common.addresses import address
from webapp.common.i18n import N_, _
from webapp.photos.album import Album
from webapp.photos.upload import PATH

FOLDER = Path(__file__).parent
TEXTS = {
    "invite": N_("Drop pictures here, paste one, or choose files."),
    "limits": N_(
        "JPEG, PNG, WebP, HEIC, AVIF, GIF, TIFF or BMP, or a zip of them; up to {most_mb} MB each, {most} at a time."
    ),
    "choose": N_("Choose pictures"),
    "photograph": N_("Take a photo"),
    "cancel": N_("Cancel"),
    "retry": N_("Try again"),
    "progress": N_("Pictures rated"),
    "said": N_("{done} of {of} rated"),
    "all": N_("All pictures are rated."),
    "cancelled": N_("Cancelled. Pictures that are already rated stay."),
    "wait": N_("Too many pictures in a short time; continuing in a few seconds ..."),
    "large": N_("Expected at most {most_mb} MB, or {archive_mb} MB for a zip. Reduce the file size and try again."),
    "many": N_("Expected at most {most} pictures at a time; the rest were skipped."),
    "unread": N_("It cannot be read. Check its permissions."),
    "nothing": N_("Expected pictures; the folder contains none."),
    "unreachable": N_("The server cannot be reached. Check your network, then press Try again."),
}

_component = st.components.v2.component(
    "fairest_picker",
    html=(FOLDER / "picker.html").read_text(encoding="utf-8"),
    css=(FOLDER / "picker.css").read_text(encoding="utf-8"),
    js=(FOLDER / "picker.js").read_text(encoding="utf-8"),
)


def picker(album: Album, pictures: PictureSettings, photos: PhotosSettings) -> None:
    """Mount the picker for an album. The page is rerun when pictures have been rated."""
    values = {"most_mb": pictures.max_picture_mb, "archive_mb": photos.max_archive_mb, "most": photos.max_pictures}
    _component(
        data={
            "url": address(f"{PATH}/{album.token}"),
            "left_behind": LEFT_BEHIND,
            "accept": ",".join(["image/*", *sorted(SUFFIXES), ".zip"]),
            "most_bytes": pictures.max_picture_mb * 1_000_000,
            "most_archive_bytes": photos.max_archive_mb * 1_000_000,
            "most_pictures": photos.max_pictures,
            # The picker itself fills in "said".
            "texts": {name: _(text) if name == "said" else _(text).format(**values) for name, text in TEXTS.items()},
        },
        key="photos-picker",
        on_arrived_change=lambda: None,
    )
