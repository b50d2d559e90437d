"""Average precision by face size."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import altair as alt
import pandas as pd

from core.evaluation.schemas import Detectors
from webapp.common.i18n import _
from webapp.metrics.charts.style import SHARE, colour, named, shape


def ap_by_size_chart(detectors: Detectors, name_of: Callable[[str], str]) -> Any:
    """Plot a line per detector over face sizes; name_of: returns the display name of a size."""
    points = pd.DataFrame(
        {"detector": title, "size": name_of(size), "ap": scores.ap, "faces": scores.faces}
        for title, detector in detectors.root.items()
        for size, scores in detector.by_size.items()
    )
    titles = list(detectors.root)
    sizes = list(dict.fromkeys(points["size"]))
    base = alt.Chart(points).encode(
        x=alt.X("size:N", title=_("Face size, pixels"), sort=sizes, axis=alt.Axis(labelAngle=0)),
        y=alt.Y("ap:Q", title=_("Average precision"), scale=SHARE),
        color=colour("detector", titles),
        tooltip=[
            alt.Tooltip("detector:N", title=_("Detector")),
            alt.Tooltip("size:N", title=_("Face size, pixels")),
            alt.Tooltip("ap:Q", title=_("Average precision"), format=".3f"),
            alt.Tooltip("faces:Q", title=_("Faces")),
        ],
    )
    return named(
        alt.layer(
            base.mark_line(strokeWidth=2),
            base.mark_point(filled=True, size=70, opacity=1).encode(shape=shape("detector", titles)),
        ),
        _("Average precision by face size, for {detectors}.").format(detectors=", ".join(titles)),
        height=300 + 24 * len(titles),
    )
