"""Texts of the live component, in the viewer's language."""

from __future__ import annotations

from typing import Any

from core.models.age_guard import CHECKING, LOOKS_YOUNGER, MAY_BE_MINOR, TOO_SMALL, TURNED_AWAY
from core.settings import RatingSettings
from webapp import demo
from webapp.common.i18n import N_, _, language, ngettext
from webapp.common.refusals import refusals, reword
from webapp.live.camera_help import SENTENCES

CONTROLS = {
    "start": N_("START"),
    "stop": N_("STOP"),
    "video": N_("Video"),
    "controls": N_("Controls of the video"),
    "source": N_("Source"),
    "camera": N_("Camera"),
    "front": N_("Front camera"),
    "back": N_("Back camera"),
    "demo": N_("Demo video"),
    "quality": N_("Quality"),
    "drawing": N_("Drawn by"),
    "overlay": N_("This browser"),
    "drawn": N_("The server"),
    "mirror": N_("Mirror"),
    "snapshot": N_("Snapshot"),
    "record": N_("Record"),
    "recording": N_("Stop"),
    "recording_hint": N_("Recording. It stays on your own machine."),
    "idle": N_("Snapshots and recordings are made while the video runs, and kept on your own machine only."),
    "cannot_record": N_("This browser cannot record the video; snapshots work."),
    "saved": N_("Saved as {name}, on your own machine."),
    "credit": demo.CREDIT,
    "fps": N_("Analysed frames a second"),
    "latency": N_("Latency"),
    "latency_help": N_("The way to the server and back, and the time spent there."),
    "count": N_("Faces"),
    "load": N_("Server load"),
    "load_help": N_("Of all its cores. Under load every viewer's ratings slow alike."),
    "milliseconds": N_("{n} ms"),
    "seats": N_("{taken} of {most} places taken"),
}
ERRORS = SENTENCES | {
    "FilmError": N_("This browser cannot play the demo video. Choose a camera, or use Photos."),
    "SaveError": N_("Nothing could be saved: the browser gave no picture. Try again."),
}
"""By the name of the browser's error, or of one of this project's own."""

STOPPING = N_(
    "This server is about to stop. Your video goes on by itself, on another server or when this one is back; nothing "
    "needs to be pressed."
)
NOTICES = {
    "asking": N_("Your browser is asking whether this page may use the camera: please allow it."),
    "connecting": N_("Connecting to the server ..."),
    "first": N_("Waiting for the first frames ..."),
    "full": N_(
        "The server is full: as many people as it can serve are live now. It begins by itself as soon as a place is "
        "free; Photos works meanwhile."
    ),
    "busy": N_(
        "The server is busy: with one viewer more, the ratings of those who are live would come too seldom. It asks "
        "again by itself every {seconds} seconds or so; Photos works meanwhile."
    ),
    "restarting": N_(
        "This server is about to restart and takes nobody new. The page tries again by itself in about {seconds} "
        "seconds, on another server or when this one is back; nothing needs to be pressed."
    ),
    "often": N_("The server was asked too often just now. It begins by itself in a moment."),
    "unreachable": N_("The server cannot be reached. This page tries again by itself until you press STOP."),
    "lost": N_("The connection was lost; it is being made anew."),
    "PathError": SENTENCES["PathError"],
    "silent": N_(
        "No picture arrives from your camera, though the connection to the server stands. Look whether the camera is "
        "covered, switched off or used by another program; or choose another one, or the demo video."
    ),
    "waiting": N_(
        "The server is full: as many people as it can serve are live now. The ratings begin by themselves as soon as a "
        "place is free."
    ),
    "failed": N_("This frame could not be analysed; the video goes on. Choose another model or press STOP and START."),
    "behind": N_("The analysis is held up; the video goes on. It comes back by itself when the server has caught up."),
    "stopping": STOPPING,
    "loading": N_("Loading the chosen model; until it is there, the one before goes on."),
    "unusable": N_("The chosen model cannot be used, so the one before goes on: {reason}"),
    "poor": N_(
        "Your network is slow or loses packets, so the video may stutter or lag; the ratings go on with what arrives. "
        "Closer to the Wi-Fi or on a cable it is better."
    ),
}
"""By the state of the server or the connection."""

ADVICE = {
    MAY_BE_MINOR: N_("may be under 18"),
    TOO_SMALL: N_("too small: come closer"),
    TURNED_AWAY: N_("turned away: look at the camera"),
    LOOKS_YOUNGER: N_("looks younger than {age}"),
    CHECKING: N_("checking the age"),
}
"""Why a live face has no rating and what to do, by the kind of the guard's reason."""

PLURALS = {"one": 1, "few": 2, "many": 5, "other": 5}
"""A sample number for each of Unicode's plural categories in the supported languages."""


def words(settings: RatingSettings) -> dict[str, Any]:
    """Return the texts about faces."""
    reasons = refusals(language(), settings.min_age)
    return {
        "reasons": reasons,
        "advice": {reason: reword(reason, ADVICE, _) for reason in reasons},
        "not_rated": _("not rated, {reason}"),
        "soon": _("about to be rated"),
        "nobody": _("No face in the picture."),
        "face": _("Face {number}: {text}"),
        "found": {name: ngettext("{n} face found", "{n} faces found", n) for name, n in PLURALS.items()},
    }


def translated(texts: dict[str, str]) -> dict[str, str]:
    """Translate texts into the viewer's language."""
    return {name: _(text) for name, text in texts.items()}
