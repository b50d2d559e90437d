"""What each model is trained on, with which loss, and by which measure its best epoch is chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import keras

from core.detect import load_detector
from core.settings import Settings
from core.weights import Kind
from training.cards import CARDS
from training.data.age_batches import AgeBatches, AgeViews
from training.data.aged import load_aged
from training.data.batches import SeededBatches
from training.data.faces import load_faces, load_negatives
from training.data.grid_batches import GridBatches, GridViews
from training.data.landmark_batches import LandmarkBatches, LandmarkViews
from training.data.landmarks import DEFAULT_TABLE, load_landmarks
from training.data.lessons import lessons_path, load_lessons
from training.data.panel_batches import PanelBatches, shown
from training.data.pictures import load_rgb
from training.data.rated import ON_ONE_SCALE, PANELS, load_panels, load_rated
from training.data.rating_batches import RatingBatches
from training.data.taught import taught
from training.data.taught_batches import TaughtBatches
from training.data.tracker_batches import TrackerBatches, TrackerViews
from training.landmark_loss import LandmarkError, PointsOff
from training.losses import AgeDistribution, CellFocal, Localisation, MeanIoU, Pearson, SideOverlap, YearsOff
from training.models import (
    agenet,
    cbam_resnet18,
    efficientnet_lite0,
    facegrid,
    faceres,
    facetracker,
    landmarks,
    mobilenet_v2,
    residual_masking,
    resnet18,
    sexyness_cnn,
    vgg16,
)
from training.options import Options
from training.rating_losses import PanelLoss, PanelPearson


@dataclass(frozen=True, slots=True)
class Task:
    """A compiled model and what it is fitted on; monitor and mode choose the best epoch."""

    model: keras.Model
    train: SeededBatches
    validation: SeededBatches
    monitor: str
    mode: str


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a model becomes a Task, how it is built anew for export, and the options it was shipped with."""

    prepare: Callable[[Options], Task]
    build: Callable[[], keras.Model]
    kind: Kind
    epochs: int
    batch_size: int
    learning_rate: float
    samples: int
    patience: int
    precision: str


WARM_UP = 220
"""Steps, if an epoch has more; else one epoch."""


def schedule(options: Options, steps: int) -> keras.optimizers.schedules.CosineDecay:
    """A warm-up, then a cosine down to nothing."""
    warm_up = min(steps, WARM_UP)
    return keras.optimizers.schedules.CosineDecay(
        options.learning_rate / 100,
        decay_steps=max(1, options.epochs * steps - warm_up),
        warmup_target=options.learning_rate,
        warmup_steps=warm_up,
    )


def prepare_facetracker(options: Options) -> Task:
    """FaceTracker: box loss summed over the batch plus half the cross-entropy, best epoch by validation IoU."""
    model = facetracker.build(options.start)
    train = TrackerBatches(
        load_faces(options.data, "train"),
        load_negatives(options.data, "train"),
        facetracker.SIDE,
        options.samples,
        options.batch_size,
        options.seed,
    )
    validation = TrackerViews(
        load_faces(options.data, "validation"),
        load_negatives(options.data, "validation"),
        facetracker.SIDE,
        options.batch_size,
    )
    model.compile(
        keras.optimizers.AdamW(schedule(options, len(train)), weight_decay=1e-4, clipnorm=10.0),
        loss={"face": keras.losses.BinaryCrossentropy(), "box": Localisation()},
        loss_weights={"face": 0.5, "box": 1.0},
        metrics={"face": [keras.metrics.BinaryAccuracy(name="accuracy")]},
        weighted_metrics={"box": [MeanIoU()]},
    )
    return Task(model, train, validation, "val_box_iou", "max")


def prepare_facegrid(options: Options) -> Task:
    """FaceGrid: focal loss of its cells plus the boxes' generalised IoU, best epoch by the validation loss."""
    size = facegrid.WIDTH, facegrid.HEIGHT
    model = facegrid.build(options.start, *size)
    train = GridBatches(
        load_faces(options.data, "train"),
        load_negatives(options.data, "train"),
        size,
        options.samples,
        options.batch_size,
        options.seed,
    )
    validation = GridViews(
        load_faces(options.data, "validation"), load_negatives(options.data, "validation"), size, options.batch_size
    )
    model.compile(
        keras.optimizers.AdamW(schedule(options, len(train)), weight_decay=1e-3, clipnorm=10.0),
        loss={"face": CellFocal(), "box": SideOverlap()},
    )
    return Task(model, train, validation, "val_loss", "min")


def prepare_agenet(options: Options) -> Task:
    """AgeNet: the distribution over the years, intervals included, best epoch by the validation loss."""
    model = agenet.build(options.start)
    batches = AgeBatches(
        load_aged(options.data, "train", options.ages), agenet.SIDE, options.samples, options.batch_size, options.seed
    )
    views = AgeViews(load_aged(options.data, "validation", options.ages), agenet.SIDE, options.batch_size)
    model.compile(
        keras.optimizers.AdamW(schedule(options, len(batches)), weight_decay=1e-2, clipnorm=10.0),
        loss=AgeDistribution(),
        metrics=[YearsOff()],
    )
    return Task(model, batches, views, "val_loss", "min")


def prepare_landmarks(options: Options) -> Task:
    """The landmark network: distance of the points and how well it was foreseen, best epoch by the distance.

    Raises:
        DataError: there is no table to learn from.
    """
    table = options.teacher or DEFAULT_TABLE
    batches = LandmarkBatches(
        load_landmarks(options.data, table, "train"),
        [load_rgb(path) for path in load_negatives(options.data, "train")],
        landmarks.SIDE,
        options.samples,
        options.batch_size,
        options.seed,
    )
    views = LandmarkViews(load_landmarks(options.data, table, "validation"), landmarks.SIDE, options.batch_size)
    model = landmarks.build()
    model.compile(
        keras.optimizers.AdamW(schedule(options, len(batches)), weight_decay=1e-3),
        loss=LandmarkError(),
        metrics=[PointsOff()],
    )
    return Task(model, batches, views, "val_points_off", "min")


def rating_task(model: keras.Model, options: Options, weight_decay: float) -> Task:
    """A classifier: mean squared error of the rating, best epoch by validation Pearson."""
    side = model.input_shape[1]
    preprocessing = CARDS[model.name]["preprocessing"]
    panels = tuple(panel for panel in options.panels if panel in ON_ONE_SCALE)
    faces, held_out = (
        options.fit_for_learning(load_rated(options.data, part, panels, options.fold))
        for part in ("train", "validation")
    )
    train: RatingBatches
    if options.teacher is None:
        train = RatingBatches(faces, side, preprocessing, options.batch_size, options.seed, augment=True)
    else:
        faces = taught(faces, options.data, options.teacher)
        lessons = load_lessons(lessons_path(options.teacher))
        train = TaughtBatches(faces, lessons, side, preprocessing, options.batch_size, options.seed)
    validation = RatingBatches(held_out, side, preprocessing, options.batch_size, options.seed, augment=False)
    model.compile(
        keras.optimizers.AdamW(schedule(options, len(train)), weight_decay=weight_decay),
        loss=keras.losses.MeanSquaredError(),
        metrics=[Pearson(), keras.metrics.MeanAbsoluteError(name="mae")],
    )
    return Task(model, train, validation, "val_pearson", "max")


RANKING = 0.1
"""Weight of the pairs in the loss of a classifier with an output for each panel, beside the squared error."""


def panel_task(model: keras.Model, options: Options, weight_decay: float) -> Task:
    """A classifier with an output for each panel; best epoch by validation Pearson of the first panel's."""
    side, panels = model.input_shape[1], tuple(PANELS)
    detector = load_detector("facetracker", Settings())
    batches = []
    for part in ("train", "validation"):
        faces = options.fit_for_learning(load_panels(options.data, part, options.panels, options.fold, detector))
        learnt = part == "train"
        faces = shown(faces) if learnt else faces
        text = CARDS[model.name]["preprocessing"]
        batches.append(PanelBatches(faces, panels, side, text, options.batch_size, options.seed, augment=learnt))
    train, validation = batches
    names = ("pearson", *(f"pearson_{panel}" for panel in panels[1:]))
    model.compile(
        keras.optimizers.AdamW(schedule(options, len(train)), weight_decay=weight_decay),
        loss=PanelLoss(RANKING),
        metrics=[PanelPearson(number, name) for number, name in enumerate(names)],
    )
    return Task(model, train, validation, "val_pearson", "max")


def rating_recipe(
    build: Callable[[str | None], keras.Model],
    epochs: int,
    learning_rate: float,
    weight_decay: float = 1e-3,
    precision: str = "mixed_bfloat16",
) -> Recipe:
    """The recipe of a classifier.

    Args:
        build: takes the start of the backbone; None is random.
        epochs: all of them run, since the learning rate falls to nothing with the last.
        learning_rate: at its highest. weight_decay: decoupled, a step, relative to the learning rate.
        precision: bfloat16 is faster but for depthwise convolutions.
    """
    return Recipe(
        lambda options: rating_task(build(options.start), options, weight_decay),
        lambda: build(None),
        kind="classifier",
        epochs=epochs,
        batch_size=32,
        learning_rate=learning_rate,
        samples=0,
        patience=epochs,
        precision=precision,
    )


RECIPES = {
    "facetracker": Recipe(
        prepare_facetracker,
        lambda: facetracker.build(None),
        kind="detector",
        epochs=22,
        batch_size=64,
        learning_rate=1e-4,
        samples=8192,
        patience=6,
        precision="mixed_bfloat16",
    ),
    "facegrid": Recipe(
        prepare_facegrid,
        lambda: facegrid.build(None),
        kind="detector",
        epochs=40,
        batch_size=16,
        learning_rate=1e-3,
        samples=4096,
        patience=40,
        precision="float32",
    ),
    "agenet": Recipe(
        prepare_agenet,
        lambda: agenet.build(None),
        kind="guard",
        epochs=5,
        batch_size=32,
        learning_rate=5e-4,
        samples=20480,
        patience=5,
        precision="float32",
    ),
    "faceres": Recipe(
        lambda options: panel_task(faceres.build(options.start), options, 1e-2),
        lambda: faceres.build(None),
        kind="classifier",
        epochs=12,
        batch_size=32,
        learning_rate=4e-4,
        samples=0,
        patience=12,
        precision="float32",
    ),
    "landmarks": Recipe(
        prepare_landmarks,
        landmarks.build,
        kind="landmarks",
        epochs=16,
        batch_size=64,
        learning_rate=2e-3,
        samples=8192,
        patience=16,
        precision="float32",
    ),
    "sexyness_cnn": rating_recipe(lambda _: sexyness_cnn.build(), epochs=40, learning_rate=5e-4),
    "vgg16": rating_recipe(vgg16.build, epochs=14, learning_rate=1e-4),
    "mobilenet_v2": rating_recipe(
        mobilenet_v2.build, epochs=10, learning_rate=5e-4, weight_decay=1e-2, precision="float32"
    ),
    "efficientnet_lite0": rating_recipe(
        efficientnet_lite0.build, epochs=12, learning_rate=3e-4, weight_decay=1e-2, precision="float32"
    ),
    "resnet18": rating_recipe(resnet18.build, epochs=6, learning_rate=1e-3, weight_decay=1e-2),
    "cbam_resnet18": rating_recipe(cbam_resnet18.build, epochs=6, learning_rate=1e-3, weight_decay=1e-2),
    "residual_masking": rating_recipe(residual_masking.build_rater, epochs=8, learning_rate=1e-3, weight_decay=1e-2),
}
