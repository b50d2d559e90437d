"""What each model is trained on, with which loss, and by which measure its best epoch is chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import keras

from core.models.weights import Kind
from training.data.age_batches import AgeBatches, AgeViews
from training.data.aged import load_aged
from training.data.faces import load_faces, load_negatives
from training.data.grid_batches import GridBatches, GridViews
from training.data.landmark_batches import LandmarkBatches, LandmarkViews
from training.data.landmarks import DEFAULT_TABLE, load_landmarks
from training.data.pictures import load_rgb
from training.data.tracker_batches import TrackerBatches, TrackerViews
from training.fit.rating_tasks import panel_task, rating_task
from training.fit.task import Task, schedule
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
from training.models.parts.landmark_loss import LandmarkError, PointsOff
from training.models.parts.losses import AgeDistribution, CellFocal, Localisation, MeanIoU, SideOverlap, YearsOff
from training.options import Options


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
        epochs=10,
        batch_size=32,
        learning_rate=5e-4,
        samples=20480,
        patience=10,
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
