"""What each model is trained on, with which loss, and by which measure its best epoch is chosen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import keras

from core.weights import Kind
from training.data.batches import SeededBatches
from training.data.faces import load_faces, load_negatives
from training.data.rated import load_scut
from training.data.rating_batches import RatingBatches
from training.data.tracker_batches import TrackerBatches, TrackerViews
from training.losses import Localisation, MeanIoU, Pearson
from training.models import facetracker, sexyness_cnn


@dataclass(frozen=True, slots=True)
class Options:
    """How to train. backbone_weights: "imagenet", "none" or a path. samples: an epoch of a face tracker."""

    data: Path
    epochs: int
    batch_size: int
    learning_rate: float
    samples: int
    patience: int
    seed: int
    backbone_weights: str


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


def schedule(options: Options, steps: int) -> keras.optimizers.schedules.CosineDecay:
    """One epoch of warm-up, then a cosine down to nothing."""
    return keras.optimizers.schedules.CosineDecay(
        options.learning_rate / 100,
        decay_steps=max(1, (options.epochs - 1) * steps),
        warmup_target=options.learning_rate,
        warmup_steps=steps,
    )


def prepare_facetracker(options: Options) -> Task:
    """FaceTracker: box loss summed over the batch plus half the cross-entropy, best epoch by validation IoU."""
    backbone = None if options.backbone_weights == "none" else options.backbone_weights
    model = facetracker.build(backbone)
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


def prepare_sexyness_cnn(options: Options) -> Task:
    """The seed classifier: mean squared error of the rating, best epoch by validation Pearson."""
    model = sexyness_cnn.build()
    batches = [
        RatingBatches(
            load_scut(options.data, part), sexyness_cnn.SIDE, "unit", options.batch_size, options.seed, part == "train"
        )
        for part in ("train", "validation")
    ]
    model.compile(
        keras.optimizers.AdamW(schedule(options, len(batches[0])), weight_decay=1e-3),
        loss=keras.losses.MeanSquaredError(),
        metrics=[Pearson(), keras.metrics.MeanAbsoluteError(name="mae")],
    )
    return Task(model, batches[0], batches[1], "val_pearson", "max")


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
    ),
    "sexyness_cnn": Recipe(
        prepare_sexyness_cnn,
        sexyness_cnn.build,
        kind="classifier",
        epochs=60,
        batch_size=32,
        learning_rate=5e-4,
        samples=0,
        patience=15,
    ),
}
