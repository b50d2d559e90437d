"""What all viewers and pages share, loaded once a process: settings and models. And the sidebar that chooses models."""

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
    """The operator's settings, read once."""
    return load_settings()


def server_settings() -> ServerSettings:
    """Those of the server alone."""
    return settings().server


@st.cache_resource(show_spinner=False)
def manifest() -> Manifest:
    """The shipped models, read once."""
    return load_manifest(settings().rating.weights_dir)


@st.cache_resource(show_spinner=False)
def detector(name: str) -> Detector:
    """One detector for all who chose it."""
    return load_any_way_up(name, settings().rating)


@st.cache_resource(show_spinner=False)
def guard() -> FrameGuard:
    """The guard of all viewers."""
    return load_guard(settings().rating)


@st.cache_resource(show_spinner=False)
def classifier(name: str) -> FrameClassifier:
    """One classifier for all who chose it."""
    return load_classifier(name, settings().rating)


@st.cache_resource(show_spinner=False)
def analyzer(detector_name: str, classifier_name: str) -> Analyzer:
    """A warm analyzer, shared by all viewers who chose the same two models."""
    made = Analyzer(detector(detector_name), guard(), classifier(classifier_name))
    made.warm_up()
    return made


def preferred(kind: Kind, name: str) -> str:
    """The model of a name; the first of the manifest where there is none."""
    names = manifest().names(kind)
    return name if name in names else names[0]


def first_analyzer() -> Analyzer:
    """That of those who choose no models; loaded where nobody did before.

    Raises:
        FairestError: the settings or the models cannot be used.
    """
    start = settings().rating
    return analyzer(preferred("detector", start.detector), preferred("classifier", start.classifier))


def load_models() -> None:
    """Load and warm what the live page starts with, so that nobody waits for it.

    Raises:
        FairestError: the settings or the models cannot be used.
    """
    start = settings().rating
    analyzer(start.detector, start.classifier)


def choose(kind: Kind, preferred: str, page: str = "") -> str:
    """A select box in the sidebar with the models of one kind; a page that is named keeps a choice of its own."""
    known = manifest()
    names = known.names(kind)
    return st.sidebar.selectbox(
        _(KINDS[kind]),
        names,
        index=names.index(preferred) if preferred in names else 0,
        format_func=lambda name: known.card(name, kind).title,
        key=f"chosen-{kind}{page}",
    )
