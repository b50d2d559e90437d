"""Read a request's pictures, from the body itself or from the files of a form: in memory, never on disk."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass

from python_multipart.multipart import parse_options_header
from starlette.datastructures import Headers, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from core.settings import Settings
from webapp.api.problems import ProblemError
from webapp.common.i18n import N_
from webapp.photos.arrivals import check
from webapp.sandbox.names import UNNAMED, shown_name

FIELD = "picture"
"""Name of the form field."""
FORM = "multipart/form-data"
OTHER_FORM = "application/x-www-form-urlencoded"
BYTES = "application/octet-stream"
MAX_FIELDS = 16
"""Maximum number of non-file fields in a form."""
MAX_FIELD_BYTES = 1000
TOO_MANY = "Too many files."
"""Start of the message of Starlette's parser, which has no error class for this."""
OVERHEAD_MB = 1
"""Megabytes that a form may have in addition to its pictures."""

OTHER_KIND = N_("Expected a picture as image/... or {bytes}, or a form as {form}; received {kind}.")
CURLS_FORM = N_(
    "Expected a picture as image/... or {bytes}, or a form as {form}; received {kind}: add -H 'Content-Type: {bytes}', "
    "or use -F {field}=@FILE."
)


@dataclass(frozen=True, slots=True)
class Picture:
    """An uploaded picture. name: for display, never a path."""

    name: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Brought:
    """The content of a request. options: values of the form's fields by name."""

    pictures: list[Picture]
    options: Mapping[str, str]


class _InMemory(MultiPartParser):
    spool_max_size = 2**62


def content_type(headers: Headers) -> str:
    """Return FORM, or the media type of a picture sent as the body.

    Raises:
        ProblemError: the body is of another type.
    """
    kind = headers.get("content-type", BYTES).partition(";")[0].strip().lower()
    if kind in {FORM, BYTES} or kind.startswith("image/"):
        return kind
    # curl's default for --data.
    text = CURLS_FORM if kind == OTHER_FORM else OTHER_KIND
    raise ProblemError("unsupported_media_type", text, bytes=BYTES, form=FORM, kind=kind[:64], field=FIELD)


def max_mb(kind: str, settings: Settings) -> int:
    """Return the maximum size of a body in megabytes."""
    return settings.photos.max_archive_mb + OVERHEAD_MB if kind == FORM else settings.pictures.max_picture_mb


async def read(
    chunks: AsyncGenerator[bytes], kind: str, headers: Headers, settings: Settings, name: str | None, max_pictures: int
) -> Brought:
    """Read a body.

    Args:
        chunks: the body as it arrives.
        kind: see `content_type`.
        headers: of the request.
        settings: the operator's settings.
        name: name of the picture if it is the whole body.
        max_pictures: maximum number of pictures.

    Raises:
        ProblemError, RefusedError: it holds no pictures, too many, or one that is too large.
    """
    async with aclosing(chunks):
        if kind != FORM:
            data = b"".join([chunk async for chunk in chunks])
            return Brought([Picture(shown_name(name or UNNAMED), data)], {})
        content = await _form(chunks, headers, max_pictures)
    if len(content.pictures) == 1:
        check(len(content.pictures[0].data), settings.pictures.max_picture_mb)
    return content


def _without_charset(headers: Headers) -> Headers:
    """Return a form's type with no parameter but its boundary: its text is UTF-8 (RFC 7578), while some of the codecs
    that a client could name fail, or decode to what is no text.
    """
    boundary = parse_options_header(headers["content-type"])[1].get(b"boundary")
    if boundary is None:
        return Headers({"content-type": FORM})
    quoted = boundary.decode("latin-1").replace("\\", "\\\\").replace('"', '\\"')
    return Headers({"content-type": f'{FORM}; boundary="{quoted}"'})


async def _form(chunks: AsyncGenerator[bytes], headers: Headers, max_pictures: int) -> Brought:
    parser = _InMemory(
        _without_charset(headers), chunks, max_files=max_pictures, max_fields=MAX_FIELDS, max_part_size=MAX_FIELD_BYTES
    )
    try:
        form = await parser.parse()
    except MultiPartException as error:
        if error.message.startswith(TOO_MANY):
            raise ProblemError(
                "too_many_pictures", "Expected at most {most} pictures in a request; there are more.", most=max_pictures
            ) from None
        raise ProblemError(
            "bad_request", "Expected a form as {form}; it cannot be read: {reason}", form=FORM, reason=str(error)
        ) from None
    pictures, options = [], {}
    for field, value in form.multi_items():
        if isinstance(value, UploadFile):
            if field != FIELD:
                raise ProblemError(
                    "invalid_option",
                    "Expected files only in the field {field}; received one in {other!r}.",
                    field=FIELD,
                    other=field[:64],
                )
            pictures.append(Picture(shown_name(value.filename or UNNAMED), await value.read()))
            await value.close()
        else:
            options[field] = value
    if FIELD in options:
        raise ProblemError(
            "no_picture",
            "Expected a file in the field {field}; received text. Send the file as {field}=@FILE.",
            field=FIELD,
        )
    if not pictures:
        raise ProblemError("no_picture", "Expected a picture in the field {field}; received none.", field=FIELD)
    return Brought(pictures, options)
