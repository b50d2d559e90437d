"""Each stage of core on a 640 x 480 camera frame, compared with the same networks in plain TensorFlow.

All runtimes do the same work: cropping, preprocessing, network, and mapping back use core's own code in each row; only
the runtime of the network differs. The Keras models have the shipped architecture and random weights, which take the
same time. To make the following stages identical as well, their output is replaced by the shipped model's for the
frame.
"""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np

from core.analyzer import load_analyzer
from core.draw import draw
from core.evaluation.schemas import Speed, Timing
from core.face import Face
from core.images.crop import crop, whole_window
from core.live.evidence import LOOKS
from core.live.follower import Follower
from core.models.classifier import Network, RatingClassifier, load_classifier
from core.models.detector import FaceTracker, load_detector
from core.models.litert import LiteRTModel, Runtime
from core.models.manifest import load_manifest, verified_path
from core.models.pose import load_landmarks, with_poses
from core.settings import RatingSettings
from tests import faces
from tests.bench.process import processor_name

Rows = list[tuple[str, list[float]]]


def times(call: Callable[[], object], repeats: int) -> list[float]:
    """Return the milliseconds of each call, after a warm-up of a fifth as many."""
    for _ in range(max(1, repeats // 5)):
        call()
    measured = []
    for _ in range(repeats):
        begin = time.perf_counter()
        call()
        measured.append((time.perf_counter() - begin) * 1000)
    return measured


class StandIn:
    """Runs a Keras model for its time, but returns the shipped model's output."""

    def __init__(self, run: Callable[[np.ndarray], Any], shipped: LiteRTModel) -> None:
        self.run = run
        self.shipped = shipped
        self.answers: dict[int, dict[str, np.ndarray]] = {}

    def __call__(self, pixels: np.ndarray) -> dict[str, np.ndarray]:
        """Process one preprocessed picture (side, side, 3)."""
        key = hash(pixels[::8, ::8].tobytes())
        if key not in self.answers:
            self.answers[key] = self.shipped(pixels)
        for value in self.run(pixels[np.newaxis]).values():
            np.asarray(value)
        return self.answers[key]


def keras_runs(build: Callable[[], Any]) -> dict[str, Callable[[np.ndarray], dict[str, Any]]]:
    """Return three ways of calling a Keras model, each taking (1, side, side, 3)."""
    import tensorflow as tf

    from training.export.litert import outputs_by_name

    model = build()
    traced = tf.function(model)
    return {
        "model.predict": lambda x: outputs_by_name(model.predict(x, verbose=0)),
        "model(x)": lambda x: outputs_by_name(model(x, training=False)),
        "traced tf.function": lambda x: outputs_by_name(traced(tf.constant(x))),
    }


def film_of(follower: Follower, frame: np.ndarray) -> Callable[[], object]:
    """Return a call that processes the next frame of a film at 30 fps, with the faces already known."""
    clock = itertools.count()

    def following() -> list[Face]:
        return follower.analyze(frame, next(clock) / 30)

    for _ in range(2 * LOOKS):
        following()
    return following


def stage_times(settings: RatingSettings, repeats: int) -> Rows:
    """Measure each stage with the live page's default models, and every shipped classifier."""
    analyzer = load_analyzer(settings.detector, settings.classifier, settings)
    detector, landmarks = load_detector(settings.detector, settings), load_landmarks(settings)
    frame, _ = faces.in_frame(faces.ADULT)
    detected = analyzer.detector.detect(frame)
    rated = analyzer.classifier.rate(frame, detected)
    stages: Rows = [
        ("resize", times(lambda: crop(frame, whole_window(640, 480), 120), repeats)),
        ("detect", times(lambda: detector.detect(frame), repeats)),
        ("pose", times(lambda: with_poses(frame, detected, landmarks), repeats)),
        ("guard", times(lambda: analyzer.guard.check(frame, detected), repeats)),
        ("classify", times(lambda: analyzer.classifier.rate(frame, detected), repeats)),
        ("draw", times(lambda: draw(frame, rated, settings.label_above), repeats)),
        ("whole", times(lambda: draw(frame, analyzer.analyze(frame), settings.label_above), repeats)),
    ]
    pair, _ = faces.pair_in_frame()
    stages.append(("live", times(film_of(Follower(analyzer), frame), repeats)))
    stages.append(("live, two faces", times(film_of(Follower(analyzer), pair), repeats)))
    for name in load_manifest(settings.weights_dir).names("detector"):
        detector = load_detector(name, settings)
        stages.append((f"detect: {name}", times(partial(detector.detect, frame), repeats)))
    for name in load_manifest(settings.weights_dir).names("classifier"):
        classifier = load_classifier(name, settings)
        stages.append((f"classify: {name}", times(partial(classifier.rate, frame, detected), repeats)))
    return stages


def runtime_times(settings: RatingSettings, repeats: int) -> Rows:
    """Measure detection and classification by FaceTracker and the seed classifier, by runtime."""
    from training.models import facetracker, sexyness_cnn

    manifest = load_manifest(settings.weights_dir)
    cards = manifest.network("facetracker", "detector"), manifest.network("sexyness_cnn", "classifier")
    shipped = [LiteRTModel(verified_path(settings.weights_dir, card), settings.threads) for card in cards]
    frame, _ = faces.in_frame(faces.ADULT)

    def both(networks: list[Runtime]) -> Callable[[], list[Face]]:
        detector = FaceTracker(networks[0], cards[0])
        classifier = RatingClassifier(
            Network(networks[1], cards[1]), cards[1], settings.label_above, settings.label_below
        )
        return lambda: classifier.rate(frame, detector.detect(frame))

    runtimes: Rows = [("core (LiteRT int8)", times(both(list(shipped)), repeats))]
    runs_by_network = keras_runs(lambda: facetracker.build(None)), keras_runs(sexyness_cnn.build)
    for name in runs_by_network[0]:
        networks: list[Runtime] = [
            StandIn(runs[name], model) for runs, model in zip(runs_by_network, shipped, strict=True)
        ]
        runtimes.append((name, times(both(networks), repeats)))
    # Once more, to reveal whether the machine has become slower or faster.
    runtimes.append(("core, again", times(both(list(shipped)), repeats)))
    return runtimes


def report(settings: RatingSettings, repeats: int, stages: Rows, runtimes: Rows) -> Speed:
    """Return a run's results as shown on the metrics page."""

    def timings(rows: Rows) -> dict[str, Timing]:
        return {name: Timing(**summed(values)) for name, values in rows}

    return Speed(
        processor=processor_name(),
        frame=(640, 480),
        threads=settings.threads,
        repeats=repeats,
        stages=timings(stages),
        runtimes=timings(runtimes),
    )


def summed(values: list[float]) -> dict[str, float]:
    """Return median, 5th and 95th percentile, rounded."""
    low, high = np.percentile(values, [5, 95])
    return {"median": round(statistics.median(values), 3), "p5": round(float(low), 3), "p95": round(float(high), 3)}


def table(rows: Rows, base: str | None = None) -> str:
    """Format median, 5th and 95th percentile of each row, and its ratio to the base row's median."""
    width = max(len(name) for name, _ in rows)
    head = f"{'':<{width}}  {'median ms':>10}  {'p5':>8}  {'p95':>8}" + (f"  {'x core':>7}" if base else "")
    lines = [head]
    medians = {name: statistics.median(values) for name, values in rows}
    for name, values in rows:
        low, high = np.percentile(values, [5, 95])
        line = f"{name:<{width}}  {medians[name]:>10.2f}  {low:>8.2f}  {high:>8.2f}"
        lines.append(line + (f"  {medians[name] / medians[base]:>7.2f}" if base else ""))
    return "\n".join(lines)
