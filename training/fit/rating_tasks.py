"""Tasks of classifiers: with one output for panels on one scale, or with an output for each panel."""

from __future__ import annotations

from pathlib import Path

import keras

from core.models.detector import load_detector
from core.settings_reader import load_settings
from training.data.lessons import lessons_path, load_lessons
from training.data.panel_batches import PanelBatches, oversample
from training.data.parity_batches import GROUPS, ParityBatches, load_adults
from training.data.rated import ON_ONE_SCALE, PANELS, load_panels, load_rated
from training.data.rating_batches import RatingBatches
from training.data.schemas import GENDERS
from training.data.taught import load_teacher, mix_teacher_ratings
from training.data.taught_batches import TaughtBatches
from training.fit.task import Task, schedule
from training.models.parts.losses import Pearson
from training.models.parts.rating_losses import PanelPearson, ParityLoss
from training.models.spec import ModelSpec
from training.options import Options


def rating_task(spec: ModelSpec, options: Options) -> Task:
    """Set up a classifier: mean squared error of the rating, best epoch by validation Pearson correlation."""
    model = spec.build(options.start)
    side = model.input_shape[1]
    panels = tuple(panel for panel in options.panels if panel in ON_ONE_SCALE)
    faces, held_out = (
        options.fit_for_learning(load_rated(options.data, part, panels, options.fold))
        for part in ("train", "validation")
    )
    train: RatingBatches
    if options.teacher is None:
        train = RatingBatches(faces, side, spec.preprocessing, options.batch_size, options.seed, augment=True)
    else:
        faces = mix_teacher_ratings(faces, options.data, options.teacher)
        lessons = load_lessons(lessons_path(options.teacher))
        train = TaughtBatches(faces, lessons, side, spec.preprocessing, options.batch_size, options.seed)
    validation = RatingBatches(held_out, side, spec.preprocessing, options.batch_size, options.seed, augment=False)
    model.compile(
        keras.optimizers.AdamW(schedule(options, len(train)), weight_decay=spec.recipe.weight_decay),
        loss=keras.losses.MeanSquaredError(),
        metrics=[Pearson(), keras.metrics.MeanAbsoluteError(name="mae")],
    )
    return Task(model, train, validation, "val_pearson", "max")


RANKING = 0.1
"""Weight of the ranking loss relative to the squared error, for a classifier with an output for each panel."""

PARITY = 0.02
"""Weight of the parity term of unrated groups in that loss."""


def panel_task(spec: ModelSpec, options: Options) -> Task:
    """Set up a classifier with an output for each panel; best epoch by the first panel's validation Pearson."""
    model = spec.build(options.start)
    side, panels = model.input_shape[1], tuple(PANELS)
    detector = load_detector("facetracker", load_settings().rating)
    faces, held_out = (
        options.fit_for_learning(load_panels(options.data, part, options.panels, options.fold, detector))
        for part in ("train", "validation")
    )
    ratings: dict[Path, float] = {}
    if options.teacher is not None:
        teacher = load_teacher(options.data, options.teacher)
        faces, ratings = [*faces, *teacher.unrated], teacher.ratings
    batch_options = panels, side, spec.preprocessing, options.batch_size, options.seed
    train = ParityBatches(oversample(faces), load_adults(options.data, "train", options.ages), *batch_options, ratings)
    validation = PanelBatches(held_out, *batch_options, augment=False)
    names = ("pearson", *(f"pearson_{panel}" for panel in panels[1:]))
    model.compile(
        keras.optimizers.AdamW(schedule(options, len(train)), weight_decay=spec.recipe.weight_decay),
        loss=ParityLoss(RANKING, PARITY, len(GROUPS), len(GENDERS), len(panels)),
        metrics=[PanelPearson(number, name) for number, name in enumerate(names)],
    )
    return Task(model, train, validation, "val_pearson", "max")
