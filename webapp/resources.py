"""What all viewers share, loaded once a process: settings and models. And the sidebar that chooses among them."""

from __future__ import annotations

import streamlit as st

from core.analyzer import Analyzer, load_analyzer
from core.errors import FairestError
from core.settings import Settings, load_settings
from core.weights import Kind, Manifest, load_manifest

TASTE = (
    "A rating is one panel's taste, not a fact about anyone. Only adults are rated; no picture is stored or sent on."
)


@st.cache_resource(show_spinner=False)
def settings() -> Settings:
    """The operator's settings, read once."""
    return load_settings()


@st.cache_resource(show_spinner=False)
def manifest() -> Manifest:
    """The shipped models, read once."""
    return load_manifest(settings().weights_dir)


@st.cache_resource(show_spinner="Loading the models ...")
def analyzer(detector: str, classifier: str) -> Analyzer:
    """A warm analyzer, shared by all viewers who chose the same two models."""
    made = load_analyzer(detector, classifier, settings())
    made.warm_up()
    return made


def choose(kind: Kind, preferred: str, page: str = "") -> str:
    """A select box in the sidebar with the models of one kind; a page that is named keeps a choice of its own."""
    known = manifest()
    names = known.names(kind)
    return st.sidebar.selectbox(
        kind.capitalize(),
        names,
        index=names.index(preferred) if preferred in names else 0,
        format_func=lambda name: known.card(name, kind).title,
        key=f"chosen-{kind}{page}",
    )


def chosen_analyzer(page: str, detector: str) -> Analyzer | None:
    """The analyzer of the sidebar's choice, or None after a sentence on the page says why there is none.

    Args:
        page: that keeps a choice of detector of its own: video asks for speed, photos for small faces.
        detector: the one that it starts with.
    """
    try:
        return analyzer(choose("detector", detector, f"-{page}"), choose("classifier", settings().classifier))
    except FairestError as error:
        st.error(f"The models cannot be used: {error}", icon=":material/error:")
        return None
