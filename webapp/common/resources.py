"""Resources shared by all viewers and pages, loaded once per process: settings and models; and the model select box."""

from __future__ import annotations

import streamlit as st

from core.analyzer import Analyzer
from core.models.age_guard import FrameGuard, load_guard
from core.models.classifier import FrameClassifier, load_classifier
from core.models.detector import Detector
from core.models.manifest import Kind, Manifest, load_manifest
from core.models.orientation import load_any_way_up
from core.settings import ServerSettings, Settings
from core.settings_reader import load_settings
from webapp.common.i18n import N_, _

TASTE = N_(
    "A rating is one panel's taste, not a fact about anyone. Only adults are rated; no picture is stored or sent on."
)
KINDS: dict[Kind, str] = {"detector": N_("Detector"), "classifier": N_("Classifier"), "guard": N_("Guard")}


@st.cache_resource(show_spinner=False)
def settings() -> Settings:
    """Return the operator's settings, read once."""
    return load_settings()


def server_settings() -> ServerSettings:
    """Return the server's section of the settings."""
    return settings().server


@st.cache_resource(show_spinner=False)
def manifest() -> Manifest:
    """Return the manifest of the shipped models, read once."""
    return load_manifest(settings().rating.weights_dir)


@st.cache_resource(show_spinner=False)
def detector(name: str) -> Detector:
    """Return a detector, shared by all viewers who selected it."""
    return load_any_way_up(name, settings().rating)


@st.cache_resource(show_spinner=False)
def guard() -> FrameGuard:
    """Return the guard shared by all viewers."""
    return load_guard(settings().rating)


@st.cache_resource(show_spinner=False)
def classifier(name: str) -> FrameClassifier:
    """Return a classifier, shared by all viewers who selected it."""
    return load_classifier(name, settings().rating)


@st.cache_resource(show_spinner=False)
def analyzer(detector_name: str, classifier_name: str) -> Analyzer:
    """Return a warmed-up analyzer, shared by all viewers who selected the same two models."""
    new_analyzer = Analyzer(detector(detector_name), guard(), classifier(classifier_name))
    new_analyzer.warm_up()
    return new_analyzer


def preferred(kind: Kind, name: str) -> str:
    """Return the name if the manifest has that model, else the first of its kind."""
    names = manifest().names(kind)
    return name if name in names else names[0]


def first_analyzer() -> Analyzer:
    """Return the analyzer for viewers who select no models, loading it if needed.

    Raises:
        FairestError: the settings or the models cannot be used.
    """
    start = settings().rating
    return analyzer(preferred("detector", start.detector), preferred("classifier", start.classifier))


def load_models() -> None:
    """Load and warm up the live page's default models, so that no viewer has to wait for them.

    Raises:
        FairestError: the settings or the models cannot be used.
    """
    start = settings().rating
    analyzer(start.detector, start.classifier)


def choose(kind: Kind, preferred: str, page: str = "") -> str:
    """Show a select box in the sidebar with the models of one kind; a page that passes its name keeps its own
    selection.
    """
    model_manifest = manifest()
    names = model_manifest.names(kind)
    return st.sidebar.selectbox(
        _(KINDS[kind]),
        names,
        index=names.index(preferred) if preferred in names else 0,
        format_func=lambda name: model_manifest.card(name, kind).title,
        key=f"chosen-{kind}{page}",
    )
