"""Signing in with an identity provider, and signing out."""

from __future__ import annotations

from html import escape
from pathlib import Path

import streamlit as st

from webapp.auth.access import providers
from webapp.auth.streams import key_of_viewer, streams
from webapp.common import resources
from webapp.common.addresses import address
from webapp.common.document import mend
from webapp.common.i18n import _, choose_language

FOLDER = Path(__file__).parent

_sign_out = st.components.v2.component(
    "fairest_sign_out",
    html=f'<form method="post" action="{escape(address("/sign-out"))}"><button type="submit"></button></form>',
    css=(FOLDER / "sign_out.css").read_text(encoding="utf-8"),
    js=(FOLDER / "sign_out.js").read_text(encoding="utf-8"),
)


def signed_in() -> bool:
    """Whether the page may be shown; if not, show the sign-in buttons of the identity providers instead."""
    provider_names = providers()
    if not provider_names or st.user.get("is_logged_in"):
        return True
    st.set_page_config(page_title=f"{_('Sign in')} · Fairest")
    choose_language()
    mend()
    st.title("Fairest")
    st.markdown(_("Sign in to use this server."))
    for name in provider_names:
        text = _("Sign in with {provider}").format(provider=name.capitalize()) if name else _("Sign in")
        st.button(text, on_click=st.login, args=(name,), key=f"sign-in-{name}")
    return False


def _leave() -> None:
    """End the live video, then sign out at the provider."""
    key = key_of_viewer()
    if key is not None:
        # Not for good: a provider may issue the same claims to a viewer who comes back.
        streams.end(key, for_good=False)
    st.logout()


def sign_out_control() -> None:
    """Show a sign-out button in the sidebar to viewers who had to sign in."""
    text = _("Sign out")
    with st.sidebar:
        if providers():
            st.button(text, on_click=_leave, key="sign-out", icon=":material/logout:")
        settings = resources.server_settings()
        if settings.password or settings.password_hash:
            _sign_out(data={"text": text}, key="sign-out-password")
