"""What visitors of the photos page bring, and what they must see."""

from __future__ import annotations

import pytest

from core.errors import ImageError
from core.images.decode import decode_picture
from tests.soak.photos import BAD, FILES, GOOD, content, shown


@pytest.mark.parametrize("name", [name for name in FILES if not name.endswith(".zip")])
def test_pictures_are_as_good_as_they_are_said_to_be(name: str) -> None:
    if name in GOOD:
        assert min(decode_picture(content(name), 25, 40).shape[:2]) >= 480
        return
    with pytest.raises(ImageError):
        decode_picture(content(name), 25, 40)


def test_what_must_be_shown() -> None:
    texts = ["**3 pictures · 2 faces rated**", "cut.jpg: Expected a picture; this one is truncated."]
    assert shown(texts, ("face.jpg", "two.zip", "cut.jpg"))
    assert not shown(texts, ("face.jpg", "cut.jpg"))
    assert not shown(texts[:1], ("face.jpg", "two.zip", "cut.jpg"))
    assert shown(texts[1:], ("cut.jpg",))
    assert not shown([], BAD)
