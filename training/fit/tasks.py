"""Training task of each model family: data, loss, and the metric that selects the best epoch."""

from __future__ import annotations

from collections.abc import Callable

import keras

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
from training.models.parts.landmark_loss import LandmarkError, PointsOff
from training.models.parts.losses import AgeDistribution, CellFocal, Localisation, MeanIoU, SideOverlap, YearsOff
from training.models.spec import Family, ModelSpec
from training.options import Options


def tracker_task(spec: ModelSpec, options: Options) -> Task:
    """Set up a face tracker: box loss summed over the batch plus half cross-entropy, best epoch by validation IoU."""
    model = spec.build(options.start)
    side = model.input_shape[1]
    train = TrackerBatches(
        load_faces(options.data, "train"),
        load_negatives(options.data, "train"),
        side,
        spec.preprocessing,
        options.samples,
        options.batch_size,
        options.seed,
    )
    validation = TrackerViews(
        load_faces(options.data, "validation"),
        load_negatives(options.data, "validation"),
        side,
        spec.preprocessing,
        options.batch_size,
    )
    model.compile(
        keras.optimizers.AdamW(schedule(options, len(train)), weight_decay=spec.recipe.weight_decay, clipnorm=10.0),
        loss={"face": keras.losses.BinaryCrossentropy(), "box": Localisation()},
        loss_weights={"face": 0.5, "box": 1.0},
        metrics={"face": [keras.metrics.BinaryAccuracy(name="accuracy")]},
        weighted_metrics={"box": [MeanIoU()]},
    )
    return Task(model, train, validation, "val_box_iou", "max")


def grid_task(spec: ModelSpec, options: Options) -> Task:
    """Set up a grid detector: focal loss of cells plus the boxes' generalised IoU, best epoch by validation loss."""
    model = spec.build(options.start)
    height, width = model.input_shape[1:3]
    train = GridBatches(
        load_faces(options.data, "train"),
        load_negatives(options.data, "train"),
        (width, height),
        options.samples,
        options.batch_size,
        options.seed,
    )
    validation = GridViews(
        load_faces(options.data, "validation"),
        load_negatives(options.data, "validation"),
        (width, height),
        options.batch_size,
    )
    model.compile(
        keras.optimizers.AdamW(schedule(options, len(train)), weight_decay=spec.recipe.weight_decay, clipnorm=10.0),
        loss={"face": CellFocal(), "box": SideOverlap()},
    )
    return Task(model, train, validation, "val_loss", "min")


def age_task(spec: ModelSpec, options: Options) -> Task:
    """Set up a guard: loss of the age distribution, intervals included; best epoch by validation loss."""
    model = spec.build(options.start)
    side = model.input_shape[1]
    batches = AgeBatches(
        load_aged(options.data, "train", options.ages),
        side,
        spec.preprocessing,
        options.samples,
        options.batch_size,
        options.seed,
        spec.recipe.worn,
    )
    views = AgeViews(load_aged(options.data, "validation", options.ages), side, spec.preprocessing, options.batch_size)
    model.compile(
        keras.optimizers.AdamW(schedule(options, len(batches)), weight_decay=spec.recipe.weight_decay, clipnorm=10.0),
        loss=AgeDistribution(),
        metrics=[YearsOff()],
    )
    return Task(model, batches, views, "val_loss", "min")


def landmark_task(spec: ModelSpec, options: Options) -> Task:
    """Set up a landmark network: point distance and how well it was predicted, best epoch by the distance.

    Raises:
        DataError: there is no table of training data.
    """
    model = spec.build(options.start)
    side, table = model.input_shape[1], options.teacher or DEFAULT_TABLE
    batches = LandmarkBatches(
        load_landmarks(options.data, table, "train"),
        [load_rgb(path) for path in load_negatives(options.data, "train")],
        side,
        spec.preprocessing,
        options.samples,
        options.batch_size,
        options.seed,
    )
    views = LandmarkViews(
        load_landmarks(options.data, table, "validation"), side, spec.preprocessing, options.batch_size
    )
    model.compile(
        keras.optimizers.AdamW(schedule(options, len(batches)), weight_decay=spec.recipe.weight_decay),
        loss=LandmarkError(),
        metrics=[PointsOff()],
    )
    return Task(model, batches, views, "val_points_off", "min")


TASKS: dict[Family, Callable[[ModelSpec, Options], Task]] = {
    Family.TRACKER: tracker_task,
    Family.GRID: grid_task,
    Family.AGES: age_task,
    Family.LANDMARKS: landmark_task,
    Family.RATING: rating_task,
    Family.PANELS: panel_task,
}
"""Function that sets up the training task of each family."""
