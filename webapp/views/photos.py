"""Photos: upload pictures, get each face's rating."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from core.images import SUFFIXES
from webapp import resources
from webapp.photos import Rated, as_csv, rate_upload, summary

RESULTS = "photos-results"
COLUMNS: dict[str, Any] = {
    "file": "File",
    "rating": st.column_config.NumberColumn("Rating (1 to 5)", format="%.2f"),
    "label": "Label",
    "probability": st.column_config.ProgressColumn("Probability", min_value=0.0, max_value=1.0, format="percent"),
    "age": st.column_config.NumberColumn("Apparent age", format="%.0f"),
    "refused": "Not rated because",
    "detection": st.column_config.NumberColumn("Detection", format="%.2f"),
}


def page() -> None:
    """Show the page."""
    st.title("Photos")
    st.markdown("Choose pictures, several at once if you like. They are rated in memory and forgotten when you leave.")
    st.caption(resources.TASTE)
    analyzer = resources.chosen_analyzer("photos", resources.settings().photo_detector)
    if analyzer is None:
        return
    settings = resources.settings()
    files = st.file_uploader(
        f"JPEG, PNG or WebP, up to {settings.max_picture_mb} MB each",
        type=sorted(suffix[1:] for suffix in SUFFIXES),
        accept_multiple_files=True,
        max_upload_size=settings.max_picture_mb,
        key="photos-files",
    )
    models = (analyzer.detector.name, analyzer.classifier.name)
    known: dict[Any, Rated] = st.session_state.get(RESULTS, {})
    results: dict[Any, Rated] = {}
    bar = st.progress(0.0, text="Rating ...") if any((f.file_id, *models) not in known for f in files) else None
    for number, file in enumerate(files, 1):
        key = (file.file_id, *models)
        results[key] = known.get(key) or rate_upload(file.name, file.getvalue(), analyzer, settings)
        if bar is not None:
            bar.progress(number / len(files), text=f"{number} of {len(files)} rated")
    if bar is not None:
        bar.empty()
    st.session_state[RESULTS] = results
    if results:
        show(list(results.values()))


def show(rated: list[Rated]) -> None:
    """The table, its download, and the drawn pictures."""
    rows = [row for one in rated for row in one.result.rows() if not one.result.error]
    if rows:
        table = pd.DataFrame(rows)[list(COLUMNS)].fillna({"label": "", "refused": ""})
        st.dataframe(table, column_config=COLUMNS, hide_index=True, width="stretch", placeholder="")
    st.download_button("Download CSV", as_csv(rated), "fairest.csv", "text/csv", icon=":material/download:")
    columns = st.columns(2)
    for number, one in enumerate(rated):
        with columns[number % 2].container(border=True):
            st.text(one.result.file)
            if one.drawn is not None:
                st.image(one.drawn, width="stretch")
            if one.result.error:
                st.error(one.result.error, icon=":material/error:")
            else:
                st.text(summary(one))
