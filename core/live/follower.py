"""Follows faces over the frames of a video: stable numbers, ages judged from several readings, smoothed ratings.

One Follower per viewer. It keeps boxes and numbers for as long as a face is in view, and of its appearance only a
thumbnail of a few pixels (core.live.continuity), until the next frame.

It fails closed: whenever a face is a different one than a frame ago, its state is dropped, and it is "checking" again
in the same frame. If it only may be one, it is "checking" until an age reading passes by itself.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from core.analyzer import Analyzer
from core.face import Face
from core.images.crop import Image
from core.live.continuity import Sameness, Thumbnail, compare, thumbnail
from core.live.evidence import Evidence
from core.live.metrics import Stages
from core.live.scene import Scene
from core.live.stabilize import SteadyRating
from core.live.tracker import Tracker
from core.models.age_guard import CHECKING, kind_of
from core.models.orientation import Gaze

SLOW_FRAME_SECONDS, RATE_AGAIN_SECONDS = 0.045, 0.15
"""If frames are further apart than the first, analysis is behind, and a face is rated again only after the second, in
seconds; its rating is smoothed over more than that."""

SAME_SHAPE = 0.02
"""Relative difference up to which two frame sizes count as the same picture at another scale."""


@dataclass(slots=True)
class Person:
    """The state of a tracked face.

    evidence: of its age, since its identity was last doubtful. rating: None until the guard lets it be rated. views:
    number of age readings so far. seen: thumbnail of when it was last found, None if its identity is doubtful.
    refusals: kinds of refusal reasons so far.
    """

    evidence: Evidence
    rating: SteadyRating | None = None
    views: int = 0
    seen: Thumbnail | None = None
    refusals: set[str] = field(default_factory=set)

    def forget(self, now: float, peak: float = 0.0) -> None:
        """Start over: this may be another person. peak: see Evidence."""
        self.evidence = Evidence(now, peak)
        self.rating = None


class Follower:
    """The pipeline for one viewer's frames. Time is passed in, in seconds.

    Attributes:
        analyzer: the stages; may be replaced at any time from any thread, from the next frame on. Numbers and ages are
            kept; ratings start over with another classifier, but not with the same one at another threshold.
        scene: the last frame's faces, to be drawn on later frames.
        refusals: faces refused, by kind of reason (core.models.age_guard.kind_of); a face counts once for each kind.
    """

    def __init__(self, analyzer: Analyzer, stages: Stages | None = None) -> None:
        """Args:
        analyzer: the stages.
        stages: collects the time that each stage takes.
        """
        self.analyzer = analyzer
        self.scene: Scene | None = None
        self.refusals: Counter[str] = Counter()
        self._analyzer = analyzer
        self._stages = stages or Stages()
        self._tracker = Tracker()
        self._gaze = Gaze()
        self._people: dict[int, Person] = {}

    def analyze(self, image: Image, now: float) -> list[Face]:
        """Return all faces of a frame with smoothed boxes, ordered by number.

        A face is refused as "checking" until it has enough age readings, and again whenever it may be a different one.
        Each frame takes at most one age reading and rates at most one face, so that ten faces take about as long as
        one.

        Args:
            image: RGB uint8, shape (height, width, 3).
            now: the frame's time, no earlier than the last one's.
        """
        self._adopt(self.analyzer)
        size = (image.shape[1], image.shape[0])
        self._resize(size)
        with self._stages.measure("detect"):
            detected = self._gaze.detect(self._analyzer.detector, image)
        faces = self._tracker.update(detected, now)
        self._people = {number: self._people.get(number) or Person(Evidence(now)) for number in self._tracker.numbers}
        found_numbers = self._tracker.found_numbers(now)
        present = [face for face in faces if face.track in found_numbers]
        self._doubt(image, present, now)
        fit = [face for face in present if not self._analyzer.guard.unfit_reason(face)]
        self._look(image, fit, now)
        self._rate(image, fit, now)
        annotated = [self._annotate(face) for face in faces]
        interval = now - self.scene.time if self.scene is not None else 0.0
        self.scene = Scene(now, size, tuple(annotated), tuple(self._tracker.motions(annotated)), interval)
        self._count(annotated)
        return annotated

    def _adopt(self, analyzer: Analyzer) -> None:
        if analyzer is self._analyzer:
            return
        same_classifier = analyzer.classifier.name == self._analyzer.classifier.name
        threshold = analyzer.classifier.threshold
        self._analyzer = analyzer
        for person in self._people.values():
            if person.rating is None or not same_classifier:
                person.rating = None
            elif person.rating.threshold != threshold:
                person.rating = replace(person.rating, threshold=threshold, above=person.rating.value > threshold)

    def _resize(self, size: tuple[int, int]) -> None:
        """Adapt to a new frame size, which varies with the network; tracks are kept unless the aspect ratio changed."""
        if self.scene is None or self.scene.size == size:
            return
        across, down = size[0] / self.scene.size[0], size[1] / self.scene.size[1]
        if abs(across / down - 1) <= SAME_SHAPE:
            self._tracker.scale(across)
        else:
            self._tracker.tracks.clear()

    def _count(self, faces: list[Face]) -> None:
        for face in faces:
            person = self._person(face)
            if not face.refused or face.refused == CHECKING:
                continue
            kind = kind_of(face.refused)
            if kind not in person.refusals:
                person.refusals.add(kind)
                # A new object each time, since other threads may be reading the old one.
                self.refusals = self.refusals + Counter([kind])

    def _person(self, face: Face) -> Person:
        assert face.track is not None
        return self._people[face.track]

    def _doubt(self, image: Image, present: list[Face], now: float) -> None:
        """Reset faces that are different ones than a frame ago, or had no recent reading; note which may be."""
        boxes = {face.track: face.box for face in present}
        for number, person in self._people.items():
            box = boxes.get(number)
            # A face that was missing for a frame or two keeps its old thumbnail as long as there is no doubt.
            sameness = Sameness.SAME
            if box is not None and person.seen is not None:
                sameness = compare(person.seen, image, box, now)
            if sameness is Sameness.ANOTHER or number in self._tracker.doubtful or person.evidence.stale(now):
                person.forget(now)
                person.seen = None
            elif sameness is Sameness.UNCERTAIN:
                person.evidence.doubt(now)
            if box is not None:
                person.seen = thumbnail(image, box, now)

    def _look(self, image: Image, faces: list[Face], now: float) -> None:
        """Take one age reading, of the face whose reading is most overdue; none if none is due."""
        judge = self._analyzer.guard.judge
        due = [face for face in faces if self._person(face).evidence.next_look(judge) <= now]
        if not due:
            return
        face = min(due, key=lambda due_face: self._person(due_face).evidence.next_look(judge))
        person = self._person(face)
        with self._stages.measure("guard"):
            reading = self._analyzer.guard.look(image, face, person.views)
        person.views += 1
        if not person.evidence.add(reading, now, judge):
            person.forget(now, person.evidence.peak)
        elif not person.evidence.passed:
            person.rating = None

    def _rate(self, image: Image, faces: list[Face], now: float) -> None:
        """Rate one face, the one whose rating is oldest."""

        def last_rated(face: Face) -> float:
            rating = self._person(face).rating
            return rating.last if rating else float("-inf")

        min_seconds = (
            RATE_AGAIN_SECONDS if self.scene is not None and now - self.scene.time > SLOW_FRAME_SECONDS else 0.0
        )
        passed = [face for face in faces if self._person(face).evidence.passed]
        due = [face for face in passed if now - last_rated(face) >= min_seconds]
        if not due:
            return
        face = min(due, key=last_rated)
        person = self._person(face)
        if person.rating is None:
            person.rating = SteadyRating(self._analyzer.classifier.threshold)
        with self._stages.measure("classify"):
            person.rating.add(self._analyzer.classifier.rating(image, face), now)

    def _annotate(self, face: Face) -> Face:
        """Return a face with everything known about it."""
        unfit = self._analyzer.guard.unfit_reason(face)
        if unfit:
            return replace(face, refused=unfit)
        person = self._person(face)
        evidence = person.evidence
        if evidence.passed is None:
            return replace(face, refused=CHECKING)
        face = replace(face, age=evidence.mean.age)
        if not evidence.passed:
            return replace(face, refused=evidence.refusal(self._analyzer.guard.judge))
        if person.rating is None:
            return face
        return self._analyzer.classifier.with_label(face, person.rating.value, person.rating.above)
