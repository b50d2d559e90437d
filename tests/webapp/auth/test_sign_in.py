from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from webapp.auth.sign_in import POLICY, accepted_language, document, local_path, wait_text
from webapp.common.i18n import LANGUAGES


class Elements(HTMLParser):
    """Attributes of every element, and all text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def with_id(self, name: str) -> dict[str, str | None]:
        (element,) = [attributes for _, attributes in self.found if attributes.get("id") == name]
        return element


def test_it_loads_and_runs_nothing() -> None:
    tags = Elements(document("en", "/"))
    assert not [tag for tag, _ in tags.found if tag in {"script", "img", "iframe"}]
    links = [value for _, attributes in tags.found for name, value in attributes.items() if name in {"src", "href"}]
    assert links == ["data:,"]
    assert "default-src 'none'" in POLICY


def test_its_style_is_the_one_that_its_policy_names() -> None:
    style = re.search(r"<style>(.*?)</style>", document("en", "/"), re.DOTALL)
    assert style
    assert base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode() in POLICY


def test_the_field_has_its_label_its_purpose_and_its_error() -> None:
    page = Elements(document("en", "/", "Wrong password."))
    field = page.with_id("password")
    assert field["type"] == "password"
    assert field["autocomplete"] == "current-password"
    assert field["aria-invalid"] == "true"
    assert ("label", {"for": "password"}) in page.found
    assert page.with_id(str(field["aria-describedby"]))["role"] == "alert"
    assert "Wrong password." in page.text


def test_what_a_stranger_wrote_is_text() -> None:
    target = '/"><script>alert(1)</script>'
    page = Elements(document("en", target))
    assert not [tag for tag, _ in page.found if tag == "script"]
    assert {"type": "hidden", "name": "next", "value": target} in [attributes for _, attributes in page.found]


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_speaks_the_viewers_language(language: str) -> None:
    html = document(language, "/")
    assert f'<html lang="{language}">' in html
    assert ("Войти" in html) == (language == "ru")
    assert ("Sign in" in html) == (language == "en")


def test_seconds_are_counted_in_words() -> None:
    assert wait_text("en", 1).endswith("in 1 second.")
    assert wait_text("en", 30).endswith("in 30 seconds.")
    assert [wait_text("ru", n).split()[-1] for n in (1, 3, 30)] == ["секунду.", "секунды.", "секунд."]


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("ru", "ru"),
        ("ru-RU,ru;q=0.9,en;q=0.8", "ru"),
        ("en-GB,en;q=0.9,ru;q=0.8", "en"),
        ("de, ru;q=0.7, en;q=0.3", "ru"),
        ("de, en;q=0.7, ru;q=0.3", "en"),
        ("en;q=0.2, ru;q=0.9", "ru"),
        ("de,fr", "en"),
        ("ru;q=0, de", "en"),
        ("ru;q=much, *", "en"),
        ("," * 5000, "en"),
    ],
)
def test_the_language_is_the_one_the_browser_likes_best(header: str, language: str) -> None:
    assert accepted_language(header) == language


@pytest.mark.parametrize("path", ["/", "/photos", "/photos?a=1&b=%22", "/a//b", "/~me/[x]"])
def test_a_path_of_this_server_is_kept(path: str) -> None:
    assert local_path(path) == path


@pytest.mark.parametrize(
    "text",
    [
        "",
        "photos",
        "//evil.example",
        "/\\evil.example",
        "https://evil.example",
        "/\t/evil.example",
        "/a b",
        "/é",
        "/\n",
    ],
)
def test_anything_else_leads_to_the_first_page(text: str) -> None:
    assert local_path(text) == "/"
