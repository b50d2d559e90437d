"""Faces over the frames of a video: each keeps its number, its age is judged from several looks, its rating is steady.

One Follower a viewer. It keeps boxes and numbers for as long as a face is in view, and nothing of what it looks like.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from core.analyzer import Analyzer
from core.crop import Image
from core.face import Face
from core.guard import CHECKING
from core.meter import Stages
from core.pose import posed
from core.scene import Scene
from core.steady import Ages, SteadyRating
from core.track import Tracker

AGE_AGAIN, DOUBT_AGAIN = 2.0, 0.15
"""Seconds after which the age of a face that was judged is looked at again; and if the last look said otherwise."""

SELDOM, RATE_AGAIN = 0.045, 0.15
"""When frames come so many seconds apart, the analysis is behind, and a face is rated again after that many only: its
rating is smoothed over more than that."""

SAME_SHAPE = 0.02
"""Share by which two frame sizes' factors may differ for one to be the other, scaled."""

DOUBT = 1.0
"""Years that the median must lie above what the guard asks for before a refused face is rated after all."""


@dataclass(slots=True)
class Person:
    """What is known of a tracked face. passed: whether the guard lets it be rated. refusals: its reasons so far."""

    ages: Ages = field(default_factory=Ages)
    passed: bool = False
    rating: SteadyRating | None = None
    refusals: set[str] = field(default_factory=set)


class Follower:
    """The pipeline for one viewer's frames. Time comes in as an argument, in seconds.

    Attributes:
        analyzer: the stages; may be replaced at any moment, from any thread, and the next frame uses it. Numbers and
            ages stay; ratings begin anew with another classifier, and go on with the same one at another threshold.
        scene: what the last frame showed, to be drawn on later ones.
        refusals: how many faces were refused, by reason; a face counts once for each.
    """

    def __init__(self, analyzer: Analyzer, stages: Stages | None = None) -> None:
        """Args:
        analyzer: the stages.
        stages: where the time that they take is counted.
        """
        self.analyzer = analyzer
        self.scene: Scene | None = None
        self.refusals: Counter[str] = Counter()
        self._analyzer = analyzer
        self._stages = stages or Stages()
        self._tracker = Tracker()
        self._people: dict[int, Person] = {}

    def analyze(self, image: Image, now: float) -> list[Face]:
        """All faces of a frame, with steady boxes, in order of their numbers.

        A face is refused as "checking" until its age was estimated often enough. A frame estimates one age and rates
        one face at most, so that it takes about as long with ten faces as with one.

        Args:
            image: RGB uint8, shape (height, width, 3).
            now: the frame's time, no earlier than the last one's.
        """
        self._adopt(self.analyzer)
        size = (image.shape[1], image.shape[0])
        self._resize(size)
        with self._stages.measure("detect"):
            detected = posed(image, self._analyzer.detector.detect(image))
        faces = self._tracker.update(detected, now)
        self._people = {number: self._people.get(number, Person()) for number in self._tracker.numbers}
        found = self._tracker.found(now)
        fit = [face for face in faces if face.track in found and not self._analyzer.guard.unfit(face)]
        self._look(image, fit, now)
        self._rate(image, fit, now)
        told = [self._told(face) for face in faces]
        self.scene = Scene(now, size, tuple(told), tuple(self._tracker.motions(told)))
        self._count(told)
        return told

    def _adopt(self, analyzer: Analyzer) -> None:
        if analyzer is self._analyzer:
            return
        same = analyzer.classifier.name == self._analyzer.classifier.name
        threshold = analyzer.classifier.threshold
        self._analyzer = analyzer
        for person in self._people.values():
            if person.rating is None or not same:
                person.rating = None
            elif person.rating.threshold != threshold:
                person.rating = replace(person.rating, threshold=threshold, above=person.rating.value > threshold)

    def _resize(self, size: tuple[int, int]) -> None:
        """Frames come larger or smaller as the network allows; what was followed goes on unless their shape changed."""
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
            if face.refused and face.refused != CHECKING and face.refused not in person.refusals:
                person.refusals.add(face.refused)
                # A new one each time: others read it meanwhile.
                self.refusals = self.refusals + Counter([face.refused])

    def _person(self, face: Face) -> Person:
        assert face.track is not None
        return self._people[face.track]

    def _look(self, image: Image, faces: list[Face], now: float) -> None:
        """Estimate one age: of a face that is being checked, else of the one that was not looked at for longest."""
        due = [face for face in faces if self._due(self._person(face).ages, now)]
        if not due:
            return
        face = min(due, key=lambda one: (self._person(one).ages.enough, self._person(one).ages.last))
        person = self._person(face)
        with self._stages.measure("guard"):
            person.ages.add(self._analyzer.guard.look(image, face), now)
        if person.ages.enough:
            least = person.ages.median - (0 if person.passed else DOUBT)
            person.passed = self._analyzer.guard.judge(least) is None

    def _due(self, ages: Ages, now: float) -> bool:
        """Whether to look at an age: until there are enough looks, then now and then, and soon again when in doubt."""
        if not ages.enough:
            return True
        judge = self._analyzer.guard.judge
        doubtful = (judge(ages.values[-1]) is None) != (judge(ages.median) is None)
        return now - ages.last >= (DOUBT_AGAIN if doubtful else AGE_AGAIN)

    def _rate(self, image: Image, faces: list[Face], now: float) -> None:
        """Rate one face, the one whose rating is oldest."""

        def last_rated(face: Face) -> float:
            rating = self._person(face).rating
            return rating.last if rating else float("-inf")

        least = RATE_AGAIN if self.scene is not None and now - self.scene.time > SELDOM else 0.0
        due = [face for face in faces if self._person(face).passed and now - last_rated(face) >= least]
        if not due:
            return
        face = min(due, key=last_rated)
        person = self._person(face)
        if person.rating is None:
            person.rating = SteadyRating(self._analyzer.classifier.threshold)
        with self._stages.measure("classify"):
            person.rating.add(self._analyzer.classifier.rating(image, face), now)

    def _told(self, face: Face) -> Face:
        """A face with all that is known of it."""
        unfit = self._analyzer.guard.unfit(face)
        if unfit:
            return replace(face, refused=unfit)
        person = self._person(face)
        if not person.ages.enough:
            return replace(face, refused=CHECKING)
        face = replace(face, age=person.ages.median)
        if not person.passed:
            return replace(face, refused=self._analyzer.guard.judge(person.ages.median - DOUBT))
        if person.rating is None:
            return face
        return self._analyzer.classifier.labelled(face, person.rating.value, person.rating.above)
