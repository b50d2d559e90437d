from __future__ import annotations

import json
import math
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.errors import WeightsError
from core.face import Box, Face, Pose
from core.models.age_guard import (
    GUARD,
    LOOKS_YOUNGER,
    MAX_TURN,
    MAY_BE_MINOR,
    MIN_EYES,
    TOO_SMALL,
    TURNED_AWAY,
    YOUNGEST_PASSED,
    AgeGuard,
    AgeNet,
    MeanAgeEstimator,
    guard_card,
    kind_of,
    load_guard,
    looks_younger,
    min_age_note,
)
from core.models.ages import AgeReading, mean_reading
from core.models.manifest import load_manifest
from core.settings import ROOT, WEIGHTS, RatingSettings
from tests import faces
from tests.aged import ADULT, CHILD, Says

IMAGE = np.zeros((200, 200, 3), np.uint8)
FACE = Face(Box(50, 50, 70, 100), 0.9)


def weights(folder: Path, **changes: object) -> RatingSettings:
    """A weights folder with one of the shipped guard's networks as the guard, its card changed."""
    folder.mkdir(exist_ok=True)
    card = load_manifest(ROOT / "weights").network("agenet", "guard")
    shutil.copyfile(ROOT / "weights" / card.file, folder / card.file)
    models = [card.model_dump() | {"name": GUARD} | changes]
    (folder / "manifest.json").write_text(json.dumps({"models": models}), encoding="utf-8")
    return RatingSettings(weights_dir=folder)


@pytest.mark.parametrize(
    ("reading", "min_age", "refused"),
    [
        (CHILD, 18, MAY_BE_MINOR),
        (AgeReading(40, 0.0601), 18, MAY_BE_MINOR),
        (AgeReading(19, 0.06), 18, None),
        (AgeReading(60, 0.0), 18, None),
        (AgeReading(29.9, 0.01), 30, "looks younger than 30"),
        (AgeReading(30.0, 0.01), 30, None),
        (AgeReading(29.9, 0.5), 30, MAY_BE_MINOR),
        (AgeReading(50, 0.5), 30, MAY_BE_MINOR),
        (AgeReading(math.nan, math.nan), 18, MAY_BE_MINOR),
        (AgeReading(math.nan, 0.0), 30, "looks younger than 30"),
    ],
)
def test_who_may_be_a_minor_or_looks_younger_than_the_operator_wants_is_refused(
    reading: AgeReading, min_age: int, refused: str | None
) -> None:
    guard = AgeGuard(Says(reading), 0.06, min_age, 32)
    (face,) = guard.check(IMAGE, [FACE])
    assert face.refused == guard.judge(reading) == refused
    assert face.age == reading.age or math.isnan(reading.age)


def test_reasons_are_of_few_kinds() -> None:
    assert {kind_of(looks_younger(age)) for age in range(19, 121)} == {LOOKS_YOUNGER}
    for reason in (MAY_BE_MINOR, TOO_SMALL, TURNED_AWAY):
        assert kind_of(reason) == reason


def test_small_faces_are_refused_without_a_guess() -> None:
    (face,) = AgeGuard(Says(), 0.06, 18, 32).check(IMAGE, [Face(Box(0, 0, 20, 30), 0.9)])
    assert (face.age, face.refused) == (None, TOO_SMALL)


def test_settings_raise_the_age_and_never_lower_it(tmp_path: Path) -> None:
    settings = weights(tmp_path)
    for min_age in (18, 60):
        guard = load_guard(settings.model_copy(update={"min_age": min_age}))
        assert (guard.max_minor, guard.min_age) == (guard_card(settings).threshold, min_age)
        assert guard.judge(AgeReading(99, guard.max_minor + 0.01)) == MAY_BE_MINOR


@pytest.mark.parametrize(
    ("min_age", "youngest", "has_note"), [(18, 22.5, False), (19, 22.5, True), (22, 22.5, True), (23, 22.5, False)]
)
def test_a_min_age_without_effect_says_so(tmp_path: Path, min_age: int, youngest: float, has_note: bool) -> None:
    settings = weights(tmp_path, scores={YOUNGEST_PASSED: youngest}).model_copy(update={"min_age": min_age})
    note = min_age_note(settings)
    assert (note is not None) == has_note
    assert note is None or f"min_age={min_age} has no effect" in note


def test_a_guard_of_which_nobody_knows_whom_it_passes_says_nothing_of_min_age(tmp_path: Path) -> None:
    settings = weights(tmp_path, scores={})
    assert min_age_note(settings.model_copy(update={"min_age": 19})) is None


@pytest.mark.parametrize("threshold", [23.2, -0.1, 1.01])
def test_a_threshold_that_is_no_probability_is_refused(tmp_path: Path, threshold: float) -> None:
    """A guard that took an age for a probability would let everybody pass."""
    settings = weights(tmp_path, threshold=threshold)
    with pytest.raises(WeightsError, match=r"expected a probability in \[0, 1\]"):
        load_guard(settings)


def test_the_shipped_guard_lets_a_grown_up_pass_and_says_the_age(settings: RatingSettings) -> None:
    (face,) = load_guard(settings).check(faces.load(faces.SUREST), [Face(faces.truth()[faces.SUREST], 1.0)])
    assert face.refused is None
    assert face.age is not None
    assert 25 <= face.age <= 70


class Runs:
    """A network that is sure of another age at each inference; it keeps what it saw."""

    def __init__(self, ages: list[int]) -> None:
        self.ages = ages
        self.seen: list[np.ndarray] = []

    def __call__(self, pixels: np.ndarray) -> dict[str, np.ndarray]:
        logits = np.full(101, -2000, np.float32)
        logits[self.ages[len(self.seen) % len(self.ages)]] = 60
        self.seen.append(pixels)
        return {"logits": logits}


def net(network: Runs, mirrored: bool) -> AgeNet:
    card = load_manifest(WEIGHTS).network("agenet", "guard").model_copy(update={"mirrored": mirrored})
    return AgeNet(network, card)


NOISE = np.random.default_rng(0).integers(0, 255, IMAGE.shape, np.uint8)


@pytest.mark.parametrize("mirrored", [True, False])
def test_a_network_says_the_mean_of_its_views(mirrored: bool) -> None:
    network = Runs([10, 40])
    ages = net(network, mirrored)
    assert ages(NOISE, FACE) == AgeReading(25, 0.5)
    assert len(network.seen) == ages.views == (4 if mirrored else 2)
    if mirrored:
        for number in (0, 2):
            assert np.array_equal(network.seen[number], network.seen[number + 1][:, ::-1])
    assert not np.array_equal(network.seen[0], network.seen[ages.views // 2]), "a closer crop"


def test_a_look_is_one_inference_and_views_take_turns() -> None:
    networks = [Runs([30]), Runs([40])]
    ages = MeanAgeEstimator(tuple(net(network, mirrored=True) for network in networks))
    overall = ages(NOISE, FACE)
    views = [ages.look(NOISE, FACE, view) for view in range(ages.views)]
    assert ages.views == 8
    assert mean_reading(views) == overall == AgeReading(35, 0)
    first, second = (network.seen[4:] for network in networks)
    assert (len(first), len(second)) == (4, 4)
    assert all(np.array_equal(later, earlier) for later, earlier in zip(first, networks[0].seen, strict=False))
    assert np.array_equal(first[0], second[0])
    assert np.array_equal(first[0], first[1][:, ::-1]), "first each network's face, then each one's mirror image"
    ages.look(NOISE, FACE, ages.views)
    assert np.array_equal(networks[0].seen[-1], first[0]), "and over again"


def test_a_guard_may_be_several_networks(tmp_path: Path) -> None:
    single = weights(tmp_path / "one")
    card = load_manifest(single.weights_dir).network(GUARD, "guard").model_dump()
    folder = tmp_path / "two"
    weights(folder)
    names = ("left", "right")
    fields = ("kind", "title", "parameters", "data", "command", "licence", "scores")
    ensemble = {name: card[name] for name in fields} | {"name": GUARD, "threshold": 0.2, "members": names}
    models = [ensemble, *(card | {"name": name, "threshold": 0.9} for name in names)]
    (folder / "manifest.json").write_text(json.dumps({"models": models}), encoding="utf-8")
    alone, both = load_guard(single), load_guard(RatingSettings(weights_dir=folder))
    assert (both.max_minor, both.ages.views) == (0.2, 2 * alone.ages.views)
    image, face = faces.load(faces.ADULT), Face(faces.truth()[faces.ADULT], 1.0)
    (once,), (twice,) = alone.check(image, [face]), both.check(image, [face])
    assert once.age is not None
    assert twice.age == pytest.approx(once.age)


@pytest.mark.parametrize(
    ("pose", "refused"),
    [
        (Pose(0, 0, 0.45), None),
        (Pose(35, 0.9 * MAX_TURN, 0.45), None),
        (Pose(0, 1.1 * MAX_TURN, 0.45), TURNED_AWAY),
        (Pose(0, -1.1 * MAX_TURN, 0.45), TURNED_AWAY),
        (Pose(0, 0, 0.9 * MIN_EYES), TURNED_AWAY),
    ],
)
def test_a_face_turned_away_is_refused_without_a_guess(pose: Pose, refused: str | None) -> None:
    (face,) = AgeGuard(Says(ADULT), 0.06, 18, 32).check(IMAGE, [replace(FACE, pose=pose)])
    assert face.refused == refused
    assert (face.age is None) == (refused is not None)
