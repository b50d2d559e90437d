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
    "controls": N_("Video controls"),
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
    "recording_hint": N_("Recording. The video stays on your own device."),
    "idle": N_(
        "You can take snapshots and recordings while the video is running; they are saved only on your own device."
    ),
    "cannot_record": N_("This browser cannot record video, but snapshots work."),
    "saved": N_("Saved on your own device as {name}."),
    "credit": demo.CREDIT,
    "fps": N_("Analysed frames per second"),
    "latency": N_("Latency"),
    "latency_help": N_("Round trip to the server, including the processing time there."),
    "count": N_("Faces"),
    "load": N_("Server load"),
    "load_help": N_("Share of all its cores that is in use. Under load, ratings slow down equally for every viewer."),
    "milliseconds": N_("{n} ms"),
    "seats": N_("{taken} of {most} places taken"),
}
ERRORS = SENTENCES | {
    "FilmError": N_("This browser cannot play the demo video. Choose a camera, or use Photos."),
    "WebRTCError": N_(
        "Live needs WebRTC, which is turned off in this browser. Turn it on, use another browser, or use Photos."
    ),
    "SaveError": N_("Nothing was saved because the browser provided no picture. Try again."),
}
"""By the name of the browser's error, or of one of this project's own."""

STOPPING = N_(
    "This server is about to stop. Your video will continue automatically, on another server or when this one is back; "
    "you do not need to do anything."
)
NOTICES = {
    "asking": N_("Your browser is asking whether this page may use the camera: please allow it."),
    "connecting": N_("Connecting to the server ..."),
    "first": N_("Waiting for the first frames ..."),
    "full": N_(
        "The server is full: it already serves as many live viewers as it can. The video starts automatically as soon "
        "as a place is free; Photos works in the meantime."
    ),
    "busy": N_(
        "The server is busy: with one more viewer, everyone's ratings would be too infrequent. This page tries again "
        "automatically about every {seconds} seconds; Photos works in the meantime."
    ),
    "restarting": N_(
        "This server is about to restart and accepts no new viewers. This page tries again automatically in about "
        "{seconds} seconds, on another server or when this one is back; you do not need to do anything."
    ),
    "often": N_("Too many requests were sent to the server just now. The video starts automatically in a moment."),
    "unreachable": N_("The server cannot be reached. This page keeps trying until you press STOP."),
    "lost": N_("The connection was lost; reconnecting ..."),
    "PathError": SENTENCES["PathError"],
    "silent": N_(
        "No picture arrives from your camera, although the server is connected. Check whether the camera is covered, "
        "switched off or used by another program, or choose another camera or the demo video."
    ),
    "waiting": N_(
        "The server is full: it already serves as many live viewers as it can. The ratings start automatically as soon "
        "as a place is free."
    ),
    "failed": N_(
        "This frame could not be analysed; the video continues. Choose another model, or press STOP and then START."
    ),
    "behind": N_(
        "The analysis is delayed; the video continues. The ratings resume automatically once the server has caught up."
    ),
    "stopping": STOPPING,
    "loading": N_("Loading the selected model; the previous one is used until it is ready."),
    "unusable": N_("The selected model cannot be used, so the previous one stays in use: {reason}"),
    "poor": N_(
        "Your network is slow or losing packets, so the video may stutter or lag; the frames that arrive are still "
        "rated. Moving closer to the Wi-Fi router or using a cable helps."
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
