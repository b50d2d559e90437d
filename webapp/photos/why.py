"""Dialog on why a face got its rating: the parts that move it, and every classifier's rating."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pandas as pd
import streamlit as st

from core.errors import FairestError
from webapp.common import resources
from webapp.common.i18n import _, localize
from webapp.photos import gallery
from webapp.photos.album import Album
from webapp.photos.gallery import PERCENT, Item
from webapp.photos.shared import service
from webapp.sandbox.explain import Opinion
from webapp.sandbox.insight import Explained

T = TypeVar("T")


def why(mine: Album, number: int, index: int) -> None:
    """Open the dialog for a rated face.

    Args:
        mine: album of the picture; its token identifies the viewer for fair scheduling.
        number: the picture's number.
        index: the face's index in the picture.
    """
    st.dialog(_("Why this rating"), width="medium")(_show)(mine, number, index)


def _show(mine: Album, number: int, index: int) -> None:
    item = gallery.item(mine, number, index)
    if item is None:
        return
    st.text(f"{item.photo.name}: {gallery.verdict(item.face)}")
    left, right = st.columns(2)
    left.image(item.patch.jpeg, width="stretch", alt=gallery.verdict(item.face))
    left.text(_("The face"))
    with right:
        explanation = _explained(item, mine)
        if explanation is not None:
            st.image(explanation.picture, width="stretch", alt=_("What affects its rating"))
            st.text(_("What affects its rating"))
    if explanation is not None:
        st.markdown(
            _(
                "Parts of the face were blurred one at a time. **Orange**: the rating falls when this part is blurred, "
                "so this part raises the rating. **Blue**: the rating rises when this part is blurred. The ends of the "
                "colour scale stand for {scale:.2f} points. This shows what the model looks at; it is not advice to "
                "anyone."
            ).format(scale=explanation.scale)
        )
    st.subheader(_("What every classifier says"))
    opinions = _compared(item, mine)
    if opinions is not None:
        _table([shown_opinion(item, opinion) for opinion in opinions])


def shown_opinion(item: Item, opinion: Opinion) -> Opinion:
    """Return an opinion; for the classifier that rated the picture, the original rating from the full picture."""
    face = item.face
    if opinion.name != item.photo.models.classifier:
        return opinion
    assert face.rating is not None
    assert face.label is not None
    assert face.probability is not None
    return Opinion(opinion.name, face.rating, face.label, face.probability)


def _explained(item: Item, mine: Album) -> Explained | None:
    with st.spinner(_("Blurring parts of the face ...")):
        classifier = item.photo.models.classifier
        return _known(mine, item, "explain", lambda: service().explain(item.patch, classifier, mine.token))


def _compared(item: Item, mine: Album) -> list[Opinion] | None:
    with st.spinner(_("Running every classifier ...")):
        names = resources.manifest().names("classifier")
        return _known(mine, item, "compare", lambda: service().compare(item.patch, names, mine.token))


def _known(mine: Album, item: Item, kind: str, find: Callable[[], T]) -> T | None:
    """Return a cached or new result about a face; on failure, show the error and return None."""
    key = (kind, item.photo.number, item.index)
    result: T | None = mine.finding(key)
    if result is None:
        try:
            result = find()
        except FairestError as error:
            st.error(localize(error), icon=":material/error:")
            return None
        mine.keep(key, result)
    return result


def _table(opinions: list[Opinion]) -> None:
    cards = {card.name: card for card in resources.manifest().models}
    st.dataframe(
        pd.DataFrame(
            {
                _("Classifier"): [cards[opinion.name].title for opinion in opinions],
                _("Rating"): [opinion.rating for opinion in opinions],
                _("Label"): [opinion.label for opinion in opinions],
                _("Probability"): [100 * opinion.probability for opinion in opinions],
            }
        ),
        column_config={
            _("Rating"): st.column_config.NumberColumn(format="%.2f"),
            _("Probability"): PERCENT,
        },
        hide_index=True,
        width="stretch",
    )
    ratings = [opinion.rating for opinion in opinions]
    st.caption(
        _("The ratings range from {low:.2f} to {high:.2f}. The ensemble is the plain mean of seven of them.").format(
            low=min(ratings), high=max(ratings)
        )
    )
