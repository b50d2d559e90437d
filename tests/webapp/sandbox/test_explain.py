from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import cv2
import numpy as np
import pytest

from core.analyzer import Analyzer
from core.errors import FairestError, UnknownModelError
from core.face import Face
from core.models.age_guard import MAY_BE_MINOR
from core.models.classifier import load_classifier
from core.models.litert import LiteRTModel
from core.models.manifest import EnsembleCard, load_manifest
from core.models.occlusion import MIN_SCALE
from core.settings import ROOT, RatingSettings
from webapp.sandbox.explain import PNG, STRIP, WIDTH, compare, explain

FIRST, SECOND = "sexyness_cnn", "mobilenet_v2"


@pytest.fixture(scope="module")
def known(analyzer: Analyzer, adult: np.ndarray) -> Face:
    """The adult, allowed by the guard."""
    (face,) = analyzer.analyze(adult)
    assert face.refused is None
    return face


def decoded(picture: bytes) -> np.ndarray:
    image = cv2.imdecode(np.frombuffer(picture, np.uint8), cv2.IMREAD_COLOR_RGB)
    assert image is not None
    return image


def rating_of(name: str, adult: np.ndarray, face: Face, settings: RatingSettings) -> float:
    return load_classifier(name, settings).rating(adult, face)


def test_a_rating_is_explained(adult: np.ndarray, known: Face, settings: RatingSettings) -> None:
    rating, heat, picture = explain(adult, known, FIRST, settings)
    assert rating == rating_of(FIRST, adult, known, settings)
    assert heat.scale > MIN_SCALE
    assert heat.window.iou(known.box) > 0.5
    drawn = decoded(picture)
    assert drawn.shape == (WIDTH + STRIP, WIDTH, 3)  # The adult's picture is a square.
    face = drawn[int(WIDTH * 0.35) : int(WIDTH * 0.65), int(WIDTH * 0.35) : int(WIDTH * 0.65)].astype(int)
    assert np.abs(face[..., 0] - face[..., 2]).max() > 60
    background = drawn[:20].astype(int)
    assert np.abs(background[..., 0] - background[..., 2]).max() < 8


def test_the_picture_holds_no_metadata(adult: np.ndarray, known: Face, settings: RatingSettings) -> None:
    picture = explain(adult, known, FIRST, settings).picture
    position = 2
    markers: list[int] = []
    while position < len(picture) and markers[-1:] != [0xDA]:
        assert picture[position] == 0xFF
        markers.append(picture[position + 1])
        position += 2 + int.from_bytes(picture[position + 2 : position + 4], "big")
    # APP1 to APP15 hold EXIF, XMP, ICC profiles and the like; COM a comment.
    assert not set(markers) & {*range(0xE1, 0xF0), 0xFE}


def test_it_comes_as_png_too_without_metadata(adult: np.ndarray, known: Face, settings: RatingSettings) -> None:
    picture = explain(adult, known, FIRST, settings, PNG).picture
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert decoded(picture).shape == (WIDTH + STRIP, WIDTH, 3)
    assert not [name for name in (b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"iCCP") if name in picture]


def test_an_ensembles_explanation_is_its_members(
    adult: np.ndarray, known: Face, settings: RatingSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    cards = [load_manifest(settings.weights_dir).network(name, "classifier") for name in (FIRST, SECOND)]
    monkeypatch.setattr("webapp.sandbox.explain.networks", lambda _manifest, _name: cards)
    explained = explain(adult, known, "ensemble", settings)
    ratings = [rating_of(card.name, adult, known, settings) for card in cards]
    assert explained.rating == pytest.approx(np.mean(ratings))


def test_every_classifier_gives_its_opinion_and_each_network_runs_once(
    adult: np.ndarray, known: Face, settings: RatingSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    loaded: list[str] = []
    load = LiteRTModel.__init__

    def counted(self: LiteRTModel, path: object, threads: int) -> None:
        loaded.append(str(path))
        load(self, path, threads)  # type: ignore[arg-type]

    monkeypatch.setattr(LiteRTModel, "__init__", counted)
    manifest = load_manifest(settings.weights_dir)
    names, ensemble = manifest.names("classifier"), manifest.card("ensemble", "classifier")
    assert isinstance(ensemble, EnsembleCard)
    opinions = compare(adult, known, names, settings)
    assert [opinion.name for opinion in opinions] == names
    assert len(loaded) == len(set(loaded)) == len(names) - 1
    by_name = {opinion.name: opinion for opinion in opinions}
    mean = np.mean([by_name[member].rating for member in ensemble.members])
    assert by_name["ensemble"].rating == pytest.approx(mean)
    for name in (FIRST, "ensemble"):
        (face,) = load_classifier(name, settings).rate(adult, [known])
        opinion = by_name[name]
        assert opinion.label == face.label
        assert opinion.rating == pytest.approx(face.rating)
        assert opinion.probability == pytest.approx(face.probability)
    assert all(0.5 <= opinion.probability <= 1 for opinion in opinions)


def test_opinions_come_in_the_order_of_their_names(adult: np.ndarray, known: Face, settings: RatingSettings) -> None:
    names = [SECOND, FIRST]
    assert [opinion.name for opinion in compare(adult, known, names, settings)] == names


def test_a_face_that_the_guard_refused_or_never_saw_is_not_rated(
    adult: np.ndarray, known: Face, settings: RatingSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.sandbox.explain.load_network", lambda *_: pytest.fail("a network was loaded"))
    for face in (replace(known, refused=MAY_BE_MINOR), replace(known, age=None)):
        with pytest.raises(FairestError, match="a face that has a rating"):
            explain(adult, face, FIRST, settings)
        with pytest.raises(FairestError, match="a face that has a rating"):
            compare(adult, face, [FIRST], settings)


def test_an_unknown_classifier_is_reported(adult: np.ndarray, known: Face, settings: RatingSettings) -> None:
    with pytest.raises(UnknownModelError, match="nobody"):
        explain(adult, known, "nobody", settings)
    with pytest.raises(UnknownModelError, match="nobody"):
        compare(adult, known, [FIRST, "nobody"], settings)


def test_a_worker_needs_no_page() -> None:
    code = "import sys, webapp.sandbox.explain; sys.exit('streamlit' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False, timeout=60).returncode == 0
