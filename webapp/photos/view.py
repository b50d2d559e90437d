"""The Photos page: upload, browse and download rated pictures, and see what moves each face's rating."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TypeVar

import pandas as pd
import streamlit as st

from core.errors import FairestError
from webapp.common import resources
from webapp.common.i18n import _, language, localize
from webapp.photos import gallery
from webapp.photos.album import Album, Models, Photo
from webapp.photos.exports import as_json, as_zip, csv_file
from webapp.photos.gallery import PERCENT, Item
from webapp.photos.picker import picker
from webapp.photos.shared import albums, service
from webapp.photos.why import why
from webapp.server.departures import departures

ALBUM = "photos-album"
FACES, PICTURES, TABLE = "faces", "pictures", "table"
A_PAGE = {FACES: 24, PICTURES: 8}
"""Number of items shown at once."""
CARD = 208
"""Width of a face's card in pixels."""

T = TypeVar("T")


def page() -> None:
    """Render the page."""
    st.title(_("Photos"))
    st.markdown(_("Rates the adult faces in your pictures. Pictures are rated in memory and deleted when you leave."))
    st.caption(_(resources.TASTE))
    settings = resources.settings().rating
    try:
        models = Models(
            resources.choose("detector", settings.photo_detector, "-photos"),
            resources.choose("classifier", settings.classifier),
        )
    except FairestError as error:
        st.error(_("The models cannot be used: {reason}").format(reason=localize(error)), icon=":material/error:")
        return
    st.sidebar.caption(_("They apply to pictures that you add from now on."))
    service().start(models)
    desk(album(models))


def album(models: Models) -> Album:
    """Return the viewer's album, created on the first visit."""
    if ALBUM not in st.session_state:
        all_albums = albums()
        new_album = all_albums.add(Album(resources.settings().photos.max_pictures, models, language()))
        departures.at_end(lambda: all_albums.forget(new_album))
        st.session_state[ALBUM] = new_album
    mine: Album = st.session_state[ALBUM]
    mine.models, mine.language = models, language()
    return mine


def desk(mine: Album) -> None:
    """Show the picker and the results below it; rerun when pictures have arrived.

    Not a fragment, because it contains fragments: when an outer fragment runs twice in quick succession, Streamlit 1.67
    keeps the inner ones' unsent elements without the containers they stand in ("Bad delta path index").
    """
    settings = resources.settings()
    picker(mine, settings.pictures, settings.photos)
    photos = mine.photos()
    if not photos:
        return
    st.markdown(f"**{gallery.count(photos)}**")
    _failed(photos)
    shown, items = _choice(photos)
    if shown == TABLE:
        _table(items)
    elif shown == PICTURES:
        _pictures(_leaf([photo for photo in photos if photo.rated], PICTURES), mine)
    elif items:
        _faces(_leaf(items, FACES), mine)
    else:
        st.info(_("No faces match this filter."))
    _take_home(mine)


def _failed(photos: Sequence[Photo]) -> None:
    failed = gallery.failed(photos)
    if not failed:
        return
    with st.expander(_("Not opened: {n}").format(n=len(failed)), icon=":material/error:", expanded=len(failed) < 4):
        for name, error in failed:
            st.text(f"{name}: {localize(error)}")


def _choice(photos: Sequence[Photo]) -> tuple[str, list[Item]]:
    """Return how to show the pictures, and the selected faces in order."""
    settings = resources.settings().rating
    names = gallery.kinds(settings)
    left, middle, right = st.columns(3)
    shown = left.segmented_control(
        _("Show as"),
        [FACES, PICTURES, TABLE],
        format_func={FACES: _("Faces"), PICTURES: _("Pictures"), TABLE: _("Table")}.__getitem__,
        default=FACES,
        required=True,
        key="photos-shown",
    )
    if shown == PICTURES:
        return PICTURES, []
    order = middle.selectbox(
        _("Order"), list(gallery.ORDERS), format_func=lambda name: _(gallery.ORDERS[name]), key="photos-order"
    )
    kind = right.selectbox(_("Which faces"), list(names), format_func=names.__getitem__, key="photos-kind")
    return shown or FACES, gallery.chosen(photos, order, kind, settings)


def _leaf(items: Sequence[T], kind: str) -> Sequence[T]:
    """Return the items of the selected page, and show a page selector if there is more than one."""
    page_count = -(-len(items) // A_PAGE[kind])
    if page_count <= 1:
        return items
    page_number = st.number_input(_("Page, 1 to {n}").format(n=page_count), 1, page_count, key=f"photos-leaf-{kind}")
    return items[(page_number - 1) * A_PAGE[kind] : page_number * A_PAGE[kind]]


def _faces(items: Sequence[Item], mine: Album) -> None:
    with st.container(horizontal=True):
        for item in items:
            with st.container(border=True, width=CARD):
                st.image(item.patch.jpeg, width="stretch", alt=gallery.verdict(item.face))
                st.text(gallery.verdict(item.face))
                st.text(item.photo.name)
                if item.face.rating is not None:
                    _ask(mine, item.photo.number, item.index)


@st.fragment
def _ask(mine: Album, number: int, index: int) -> None:
    """Show the button that asks why. A fragment, so that the answer need not wait for all faces to be rendered again.

    Streamlit keeps a fragment's arguments, so it gets no picture.
    """
    if st.button(_("Why?"), key=f"why-{number}-{index}", help=_("Why this rating, and what other models say")):
        why(mine, number, index)


def _pictures(photos: Sequence[Photo], mine: Album) -> None:
    columns = st.columns(2)
    for number, photo in enumerate(photos):
        assert photo.rated is not None
        with columns[number % 2].container(border=True):
            st.text(photo.name)
            st.image(photo.rated.drawn, width="stretch", alt=gallery.summary(photo))
            st.text(gallery.summary(photo))
            st.button(_("Remove"), key=f"remove-{photo.number}", on_click=mine.remove, args=(photo.number,))


def _table(items: Sequence[Item]) -> None:
    st.dataframe(
        pd.DataFrame(gallery.rows(items)),
        column_config={
            _("Rating"): st.column_config.NumberColumn(format="%.2f"),
            _("Probability"): PERCENT,
            _("Apparent age"): st.column_config.NumberColumn(format="%.0f"),
            _("Detection"): st.column_config.NumberColumn(format="%.2f"),
        },
        hide_index=True,
        width="stretch",
        placeholder="",
    )


def _take_home(mine: Album) -> None:
    with st.container(horizontal=True):
        icon = ":material/download:"
        st.download_button(
            "CSV", lambda: csv_file(mine.photos()), "fairest.csv", "text/csv", icon=icon, on_click="ignore"
        )
        st.download_button(
            "JSON", lambda: as_json(mine.photos()), "fairest.json", "application/json", icon=icon, on_click="ignore"
        )
        st.download_button(
            _("Annotated pictures"),
            lambda: as_zip(mine.photos(), datetime.now()),
            "fairest.zip",
            "application/zip",
            icon=icon,
            on_click="ignore",
        )
        st.button(_("Clear all"), on_click=mine.clear, icon=":material/delete:")
