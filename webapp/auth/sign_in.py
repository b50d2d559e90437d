"""The sign-in page that asks for the password: one document without subresources or scripts.

It is all that a viewer without a session token can see.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from pathlib import Path
from string import Template

from webapp.common.addresses import address
from webapp.common.i18n import ENGLISH, LANGUAGES, N_, catalogue, preferred

FOLDER = Path(__file__).parent
DOCUMENT = Template((FOLDER / "sign_in.html").read_text(encoding="utf-8"))
STYLE = (FOLDER / "sign_in.css").read_text(encoding="utf-8")
POLICY = (
    f"default-src 'none'; style-src 'sha256-{base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()}'; "
    "img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
"""Content security policy of the page."""

TITLE = N_("Sign in")
EXPLANATION = N_("Enter the password to use this server.")
PASSWORD = N_("Password")
WRONG = N_("Wrong password. Try again.")


def document(language: str, target: str, error: str = "") -> str:
    """Return the page.

    Args:
        language: one of our language codes.
        target: path to go to afterwards.
        error: message in that language after a failed attempt.
    """
    say = catalogue(language).gettext
    filled = {
        "language": language,
        "title": say(TITLE),
        "explanation": say(EXPLANATION),
        "label": say(PASSWORD),
        "button": say(TITLE),
        "error": error,
        "target": target,
        "action": address("/sign-in"),
    }
    escaped = {name: html.escape(text) for name, text in filled.items()}
    return DOCUMENT.substitute(escaped, style=STYLE, invalid="true" if error else "false")


def wait_text(language: str, seconds: int) -> str:
    """Return the message after too many failed attempts."""
    text = catalogue(language).ngettext(
        "Too many wrong passwords. Try again in {n} second.",
        "Too many wrong passwords. Try again in {n} seconds.",
        seconds,
    )
    return text.format(n=seconds)


def accepted_language(header: str) -> str:
    """Return our language that an Accept-Language header prefers; English if it has none of ours."""
    preferences: list[tuple[float, str]] = []
    for part in header.split(",")[:20]:
        code, _, weight = part.strip().partition(";q=")
        try:
            preferences.append((float(weight or 1), code))
        except ValueError:
            continue
    for quality, code in sorted(preferences, key=lambda preference: -preference[0]):
        language = preferred(code)
        if quality > 0 and (language != ENGLISH or code.lower().startswith(ENGLISH)):
            return language
    return next(iter(LANGUAGES))


def local_path(text: str) -> str:
    """Return the text if it is certainly a path on this server; otherwise the path of the first page."""
    return text if re.fullmatch(r"/(?![/\\])[!-\[\]-~]*", text) else "/"
