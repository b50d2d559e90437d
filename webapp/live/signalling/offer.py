"""Parse and check SDP offers, bare as in WHIP (RFC 9725) or in JSON with options. All input is untrusted."""

from __future__ import annotations

from typing import Annotated, Literal

from aiortc.sdp import MediaDescription, SessionDescription
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import FairestError
from webapp.common.i18n import N_
from webapp.common.refused import RefusedError
from webapp.live.signalling.client_choice import ClientChoice, describe_fault

Mode = Literal["overlay", "drawn"]
"""Whether faces are sent over the data channel only, or drawn into the video as well."""

JSON, SDP = "application/json", "application/sdp"
MAX_BYTES = 65_536
"""Maximum size of an offer; Chromium's have some 7000."""
MAX_CANDIDATES = 64
"""Maximum ICE candidates of an offer: packets are sent to each."""
MAX_SECTIONS = {"video": 1, "audio": 1, "application": 1}
"""Maximum media sections of an offer, by kind."""

KIND = N_("Expected an offer as application/json or application/sdp; received {received}.")
FORM = N_('Expected JSON with "sdp", "type": "offer" and, optionally, "mode", "session" and "choice"; {fault}.')
TEXT = N_("Expected the offer as text in UTF-8; received something else.")
UNREADABLE = N_("Expected an SDP offer like those that browsers create; received one that cannot be parsed.")
SECTIONS = N_(
    "Expected one video section, at most one audio section and at most one data channel section; received {received}."
)
CANDIDATES = N_("Expected at most {most} ICE candidates; received {received}.")
INCOMPLETE = N_(
    "Expected a mid, ICE credentials, a DTLS role and a DTLS fingerprint in each section; at least one section lacks "
    "them."
)
NOT_SENT = N_("Expected an offer that sends video; received one whose video is {received}.")
NOT_TAKEN = N_("Expected an offer that also receives video (sendrecv) for the mode drawn; received {received}.")
NO_WAY_BACK = N_("Expected a data channel in the offer for the mode overlay; received none.")


class Offer(BaseModel):
    """An offer. session: id of the session to continue; None for a new one. choice: None to keep the previous one."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    sdp: Annotated[str, Field(min_length=1, max_length=MAX_BYTES)]
    type: Literal["offer"]
    mode: Mode = "overlay"
    session: Annotated[str, Field(max_length=64)] | None = None
    choice: ClientChoice | None = None


def refuse(text: str, status: int = 400, wait: float = 0.0, reason: str = "", **values: object) -> RefusedError:
    """Create the error of a refused request; see RefusedError. values: of the text's placeholders."""
    return RefusedError(status, FairestError(text, **values), wait, reason)


def read_offer(content_type: str, body: bytes) -> Offer:
    """Parse and check the offer in a request.

    Args:
        content_type: value of its header. Bare SDP only publishes: it needs no way to return faces.
        body: as received.

    Raises:
        RefusedError: it is invalid; says what was expected.
    """
    kind = content_type.partition(";")[0].strip().lower()
    if kind == SDP:
        offer = Offer.model_construct(sdp=_decoded(body), type="offer", mode="overlay", session=None, choice=None)
        check_sdp(offer, publishes=True)
        return offer
    if kind != JSON:
        raise refuse(KIND, 415, received=kind[:64] or "none")
    try:
        offer = Offer.model_validate_json(body)
    except ValidationError as error:
        raise refuse(FORM, fault=describe_fault(error)) from None
    check_sdp(offer)
    return offer


def _decoded(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise refuse(TEXT) from None


def check_sdp(offer: Offer, publishes: bool = False) -> None:
    """Check that a session can answer an offer, before anything is allocated for it.

    Raises:
        RefusedError: it cannot.
    """
    try:
        description = SessionDescription.parse(offer.sdp)
    except Exception:
        # The parser raises many types of exceptions.
        raise refuse(UNREADABLE) from None
    kinds = [media.kind for media in description.media]
    if kinds.count("video") != 1 or any(kinds.count(kind) > MAX_SECTIONS.get(kind, 0) for kind in kinds):
        raise refuse(SECTIONS, received=", ".join(kinds)[:64] or "none")
    names = {media.rtp.muxId for media in description.media}
    if len(names) < len(kinds) or not all(is_complete(media) for media in description.media):
        raise refuse(INCOMPLETE)
    candidates = sum(len(media.ice_candidates) for media in description.media)
    if candidates > MAX_CANDIDATES:
        raise refuse(CANDIDATES, most=MAX_CANDIDATES, received=candidates)
    direction = next(media.direction for media in description.media if media.kind == "video") or "sendrecv"
    if direction not in {"sendrecv", "sendonly"}:
        raise refuse(NOT_SENT, received=direction)
    if offer.mode == "drawn" and direction != "sendrecv":
        raise refuse(NOT_TAKEN, received=direction)
    if offer.mode == "overlay" and not publishes and "application" not in kinds:
        raise refuse(NO_WAY_BACK)


def is_complete(media: MediaDescription) -> bool:
    """Return whether a section has a mid, ICE credentials and DTLS; aiortc answers some without, and fails later."""
    secured = media.dtls is not None and bool(media.dtls.fingerprints)
    reachable = media.ice is not None and bool(media.ice.usernameFragment and media.ice.password)
    return secured and reachable and bool(media.rtp.muxId)
