"""What a client asks for: an SDP offer, alone as in WHIP (RFC 9725) or in JSON with more. All of it may be hostile."""

from __future__ import annotations

from typing import Annotated, Literal

from aiortc.sdp import MediaDescription, SessionDescription
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.errors import FairestError
from webapp.common.i18n import N_
from webapp.common.refused import RefusedError
from webapp.live.signalling.client_choice import ClientChoice, describe_fault

Mode = Literal["overlay", "drawn"]
"""Whether faces come by data channel alone, or drawn into the video as well."""

JSON, SDP = "application/json", "application/sdp"
MAX_BYTES = 65_536
"""Of an offer; Chromium's have some 7000."""
MAX_CANDIDATES = 64
"""Of an offer, each of which is sent packets."""
MAX_SECTIONS = {"video": 1, "audio": 1, "application": 1}
"""Media sections of an offer, by kind."""

KIND = N_("Expected an offer as application/json or application/sdp; received {received}.")
FORM = N_('Expected JSON with "sdp", "type": "offer" and, if wanted, "mode", "session" and "choice"; {fault}.')
TEXT = N_("Expected the offer as text in UTF-8; received something else.")
UNREADABLE = N_("Expected an SDP offer as a browser makes it; received one that cannot be read.")
SECTIONS = N_("Expected one video section, and at most one of audio and one for a data channel; received {received}.")
CANDIDATES = N_("Expected at most {most} ICE candidates; received {received}.")
INCOMPLETE = N_("Expected a mid, ICE credentials, a DTLS role and a DTLS fingerprint in each section; one lacks them.")
NOT_SENT = N_("Expected an offer that sends video; received one whose video is {received}.")
NOT_TAKEN = N_("Expected an offer that takes video back, sendrecv, in the mode drawn; received {received}.")
NO_WAY_BACK = N_("Expected a data channel in the offer for the mode overlay; received none.")


class Offer(BaseModel):
    """An offer. session: the id of a session that goes on with it; None for a new one. choice: of the client's; None
    leaves what was chosen before.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)

    sdp: Annotated[str, Field(min_length=1, max_length=MAX_BYTES)]
    type: Literal["offer"]
    mode: Mode = "overlay"
    session: Annotated[str, Field(max_length=64)] | None = None
    choice: ClientChoice | None = None


def refuse(text: str, status: int = 400, wait: float = 0.0, reason: str = "", **values: object) -> RefusedError:
    """A refusal in a sentence, and in a word."""
    return RefusedError(status, FairestError(text, **values), wait, reason)


def read_offer(content_type: str, body: bytes) -> Offer:
    """The offer of a request.

    Args:
        content_type: of its header. A bare SDP publishes: nothing has to come back.
        body: as it came.

    Raises:
        RefusedError: it is none, with what was expected.
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
    """See that an offer is one that a session can answer, before anything is made for it.

    Raises:
        RefusedError: it is not.
    """
    try:
        description = SessionDescription.parse(offer.sdp)
    except Exception:
        # The parser has many ways to say so.
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
    """Whether a section has what a connection is secured by. aiortc would answer some that lack it, and fail later."""
    secured = media.dtls is not None and bool(media.dtls.fingerprints)
    reachable = media.ice is not None and bool(media.ice.usernameFragment and media.ice.password)
    return secured and reachable and bool(media.rtp.muxId)
