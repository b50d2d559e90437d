from __future__ import annotations

import dataclasses

import pytest

from tests import faces
from tests.webapp import factories
from tests.webapp.page_harness import texts, view
from webapp.photos.album import Album, Photo
from webapp.photos.view import ALBUM
from webapp.sandbox.answers import Patch

JPEG = (faces.FOLDER / faces.ADULT).read_bytes()


def shown(photo: Photo) -> Photo:
    """The picture with JPEGs that a page can show."""
    rated = photo.rated
    assert rated is not None
    patches = tuple(Patch(JPEG, face) for face in rated.faces)
    return dataclasses.replace(photo, outcome=dataclasses.replace(rated, drawn=JPEG, patches=patches))


@pytest.fixture
def album() -> Album:
    """Three pictures: two with faces, one damaged."""
    album = Album(200, factories.MODELS, "en")
    for _ in range(3):
        album.reserve()
    album.put(shown(factories.photo(1, "*anna*.jpg", factories.face(3.4), factories.face(refused="too small"))))
    album.put(shown(factories.photo(2, "ben.jpg", factories.face(2.2))))
    album.put(factories.damaged(3, "<b>page</b>.jpg"))
    return album


def test_at_first_it_says_what_a_rating_is_and_takes_pictures() -> None:
    app = view("photos")
    assert not app.exception
    assert "one panel's taste, not a fact about anyone" in texts(app)
    assert [box.label for box in app.sidebar.selectbox] == ["Detector", "Classifier"]
    assert not app.download_button


def test_faces_are_shown_with_their_rating_or_why_there_is_none(album: Album) -> None:
    app = view("photos", state={ALBUM: album})
    assert not app.exception
    text = texts(app)
    assert "2 pictures · 2 faces rated · 1 face not rated" in text
    for verdict in ("Sexy 3.4 (80 %)", "Ugly 2.2 (80 %)", "Not rated: too small"):
        assert verdict in text
    assert [button.label for button in app.button].count("Why?") == 2


def test_a_name_is_text_and_never_markdown(album: Album) -> None:
    app = view("photos", state={ALBUM: album})
    names = [element.value for element in app.text]
    assert "*anna*.jpg" in names
    assert "<b>page</b>.jpg: Expected a picture; this one is damaged." in names
    assert not any("anna" in str(element.value) or "page" in str(element.value) for element in app.markdown)


def test_they_stand_in_the_order_asked_for(album: Album) -> None:
    app = view("photos", state={ALBUM: album})
    app.selectbox(key="photos-order").set_value("lowest").run()
    verdicts = [element.value for element in app.text if "(80 %)" in element.value]
    assert verdicts == ["Ugly 2.2 (80 %)", "Sexy 3.4 (80 %)"]
    app.selectbox(key="photos-kind").set_value("refused").run()
    assert not [element for element in app.text if "(80 %)" in element.value]


def test_pictures_and_a_table_are_other_ways_to_show_them(album: Album) -> None:
    app = view("photos", state={ALBUM: album})
    app.segmented_control(key="photos-shown").set_value("pictures").run()
    assert "2 faces found, 1 not rated." in texts(app)
    app.segmented_control(key="photos-shown").set_value("table").run()
    assert not app.exception
    assert app.dataframe[0].value["Rating"].dropna().tolist() == [3.4, 2.2]


def test_one_or_all_can_be_taken_away(album: Album) -> None:
    app = view("photos", state={ALBUM: album})
    app.segmented_control(key="photos-shown").set_value("pictures").run()
    app.button(key="remove-1").click().run()
    assert [photo.number for photo in album.photos()] == [2, 3]
    next(button for button in app.button if button.label == "Clear all").click().run()
    assert album.photos() == []
    assert not app.exception


def test_another_model_counts_for_the_pictures_to_come(album: Album) -> None:
    app = view("photos", state={ALBUM: album})
    app.sidebar.selectbox[1].set_value("sexyness_cnn").run()
    assert album.models.classifier == "sexyness_cnn"
    assert album.photos()[0].models == factories.MODELS


def test_many_faces_are_leafed_through() -> None:
    album = Album(200, factories.MODELS, "en")
    for number in range(1, 31):
        album.reserve()
        album.put(shown(factories.photo(number, f"{number}.jpg", factories.face(3.4))))
    app = view("photos", state={ALBUM: album})
    assert len([button for button in app.button if button.label == "Why?"]) == 24
    app.number_input(key="photos-leaf-faces").set_value(2).run()
    assert len([button for button in app.button if button.label == "Why?"]) == 6


def test_it_is_there_in_russian(album: Album) -> None:
    app = view("photos", "ru", {ALBUM: album})
    assert not app.exception
    assert app.title[0].value == "Фотографии"
    assert "2 снимка · оценено 2 лица · 1 лицо без оценки" in texts(app)
    assert "Не оценено: слишком мелкое" in texts(app)
