"""The About page: what a rating does and does not mean, privacy, bias, model cards, licences and credits."""

from __future__ import annotations

import re
from typing import Any

import streamlit as st

from core.errors import FairestError, ReportError
from core.evaluation.schemas import FairFaceScores
from core.models.age_guard import guard_card, min_age_counts
from core.models.manifest import Card
from core.percent import percent
from core.settings import ModelSettings, RatingSettings
from webapp.common import resources
from webapp.common.i18n import N_, _, localize
from webapp.metrics import reports

RATING = N_(
    "Fairest finds the faces in your camera's picture and predicts how attractive **one panel of people** would rate "
    "them.\n\n"
    "Sixty volunteers, most of them around twenty, rated 5,500 portraits from 1 to 5 (SCUT-FBP5500); about two dozen "
    "others rated pictures from the web (MEBeauty); FaceRes was also trained on 594 synthetic faces, each rated by "
    "about 37 people (OMI). Neural networks were trained to predict the mean ratings, on the first panel's scale. The "
    "label, **{above}** or **{below}**, only says on which side of the median rating of those portraits the prediction "
    "falls. This is one panel's taste, learnt imperfectly: not a fact about anyone, not a measure of worth, and no "
    "basis for any decision about a person."
)
PRIVACY = N_(
    "Your browser sends pictures to this server, which rates them in memory and then discards them. No picture is "
    "stored, logged or sent anywhere else, no face is identified, and nothing is kept after you close the page. "
    "Snapshots and recordings are made by your own browser, on your own device. Files that you download contain no "
    "location, date or camera data from your pictures."
)
LIMITS = N_(
    "- Lighting, angle, lens and expression also affect a rating.\n"
    "- The first panel rated only Asian and Caucasian faces, the second a few faces of each of six ethnicities; for "
    "other faces the rating means even less.\n"
    "- The type of photo alone already predicts much of the label.\n"
    "- Faces that are very small, covered or in profile are missed; some faces are refused as too small or turned away."
)
ADULTS = N_(
    "Before a face is rated, a guard estimates its age and refuses it if the probability of being under 18 is above "
    "{share}. In live video, the guard checks several frames before a rating is shown, and starts over whenever "
    "the face may belong to a different person. The estimate is not perfect: on test pictures, the guard refuses "
    "{minors} of the people under 18, so a few pass, as well as {grown_ups} of those aged 30 and over, and "
    "many more of the young adults in between. Please do not point the camera at children."
)
RAISED = N_("This server also refuses people who look younger than {age}.")
BIAS = N_(
    "On {pictures:,} adults without human ratings, half of them women, from seven racial groups (FairFace), the mean "
    "predicted ratings of the groups differ by up to **{spread:.2f}** points: highest for {highest}, lowest for "
    "{lowest}. If the same people were assigned to the groups at random, the means would differ by less than "
    "{chance:.2f} in 95 of 100 cases. Women are rated {gender:.2f} points higher than men on average. This does not "
    "show which ratings are wrong, but the model does rate groups differently, as its panel did. The metrics page "
    "shows each group."
)
DATA = N_(
    "| What | Source | Terms |\n|---|---|---|\n"
    "| Rated faces | SCUT-FBP5500 (Liang et al., 2018); MEBeauty (Lebedeva, Guo and Ying, 2022) | non-commercial "
    "research |\n"
    "| Faces with bounding boxes | FDDB, Helen; WIDER FACE | research; CC BY-NC-ND 4.0 |\n"
    "| Synthetic rated faces | One Million Impressions, OMI (Peterson et al., 2022) | CC BY-NC-SA 4.0 |\n"
    "| Ages | UTKFace (Zhang, Song and Qi, 2017); All-Age-Faces (Cheng et al., 2019) | non-commercial research; "
    "research |\n"
    "| Ages by decade; ratings by group | FairFace (Karkkainen and Joo, 2021) | CC BY 4.0 |\n"
    "| Pretrained weights | FaceRes (Savchenko, 2019) | Apache-2.0 |\n"
    "| Faces in the demo video | Face Research Lab London Set (DeBruine and Jones, 2017) | CC BY 4.0 |\n"
    "| Teacher model for landmarks | dlib's five-point model (King) | CC0 |\n\n"
    "The code is under the MIT licence. The weights are for non-commercial research only, like the pictures they were "
    "trained on."
)
CARDS = N_(
    "What each model is, what it was trained on, how it was evaluated and where it fails. The cards are in English."
)


def page() -> None:
    """Render the page."""
    settings = resources.settings().rating
    st.title(_("About"))
    st.header(_("What a rating is"))
    st.markdown(_(RATING).format(above=plain(settings.label_above), below=plain(settings.label_below)))
    st.header(_("Privacy"))
    st.markdown(_(PRIVACY))
    st.header(_("Limits"))
    st.markdown(_(LIMITS))
    try:
        _measured(settings)
        cards = resources.manifest().models
    except FairestError as error:
        st.error(_("The models cannot be used: {reason}").format(reason=localize(error)), icon=":material/error:")
        return
    st.header(_("Data, licences and credit"))
    st.markdown(_(DATA))
    st.header(_("Model cards"))
    st.markdown(_(CARDS))
    for card in cards:
        _model_card(card, settings)


def plain(text: str) -> str:
    """Escape a setting's text so that Markdown renders it literally."""
    return re.sub(r"([\\`*_{}\[\]()<>#+\-.!|$~:])", r"\\\1", text)


def _measured(settings: RatingSettings) -> None:
    guard = guard_card(settings)
    st.header(_("Adults only"))
    st.markdown(
        _(ADULTS).format(
            share=percent(guard.threshold, 1),
            minors=percent(guard.scores["minors_refused"], 1),
            grown_ups=percent(guard.scores["grown_ups_refused"], 1),
        )
    )
    if min_age_counts(settings):
        st.markdown(_(RAISED).format(age=settings.min_age))
    st.header(_("Measured bias"))
    try:
        card = resources.manifest().card(settings.classifier, "classifier")
        values = bias(reports.model_report(card).part("fairface", FairFaceScores))
    except ReportError as error:
        st.info(_("Bias was not measured for this model: {reason}").format(reason=localize(error)))
        return
    st.markdown(_(BIAS).format(**values))


def bias(fair: FairFaceScores) -> dict[str, Any]:
    """Return the values to fill into the BIAS text, taken from a FairFace report.

    Raises:
        ReportError: the report lacks a required figure.
    """
    women, men = (fair.by_gender[name].mean if name in fair.by_gender else None for name in ("Female", "Male"))
    if women is None or men is None or "group" not in fair.spread_by_chance:
        raise ReportError(
            "expected the mean ratings of women and men and the spread expected by chance; the report lacks them."
        )
    return {
        "pictures": sum(group.pictures for group in fair.by_group.values()),
        "spread": fair.spread,
        "highest": fair.highest,
        "lowest": fair.lowest,
        "chance": fair.spread_by_chance["group"],
        "gender": women - men,
    }


def _model_card(card: Card, settings: ModelSettings) -> None:
    path = settings.weights_dir / "reports" / card.name / "README.md"
    with st.expander(card.title):
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, ValueError):
            st.info(_("The card of this model is not in the weights folder."))
            return
        # The expander shows the title; demote the card's headings to fit below this page's.
        st.markdown(re.sub(r"^(#+ )", r"##\1", text.split("\n", 1)[1], flags=re.MULTILINE))
