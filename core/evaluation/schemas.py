"""What the JSON files of the reports hold, checked: a part that is not as it should be is refused, not drawn."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field, RootModel

Share = Annotated[float, Field(ge=0, le=1)]
Rating = Annotated[float, Field(ge=1, le=5)]
Count = Annotated[int, Field(ge=1)]
Positive = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class GroupAccuracy(BaseModel):
    """A group of evaluation.json, of a classifier."""

    pictures: Count
    accuracy: Share


class Accuracies(BaseModel):
    """What evaluation.json says of a classifier's test."""

    source_alone: Share
    """Accuracy of a rule that knows a photo's source and nothing of the face."""
    by_source: dict[str, GroupAccuracy] = Field(min_length=1)
    by_group: dict[str, GroupAccuracy] = Field(min_length=1)


class GroupMean(BaseModel):
    """People of one kind in evaluation.json, as `training.evaluate.fairness` writes them."""

    pictures: Count
    not_found: int = 0
    """Of the pictures, those without a rating."""
    mean: Rating | None
    """None where no picture has a rating."""
    standard_error: float | None = None
    """Of the mean; None where it is unknown."""


class FairFaceScores(BaseModel):
    """What evaluation.json says of the fairface pictures; a group's name is its race, a space and its gender."""

    by_group: dict[str, GroupMean] = Field(min_length=1)
    by_race: dict[str, GroupMean] = Field(min_length=1)
    by_gender: dict[str, GroupMean] = Field(min_length=1)
    spread: Positive
    """Largest minus smallest mean of a group."""
    highest: str
    lowest: str
    spread_by_chance: dict[str, float] = {}
    """`group`: the spread of the groups that random deals of the ratings seldom pass."""


class FoldScores(BaseModel):
    """One fold of folds.json, or the mean over the folds. other_panel: rank correlation with the other panel."""

    fold: int | None = None
    pearson: float
    mae: float
    rmse: float
    accuracy: Share
    other_panel: float | None = None


class Folds(BaseModel):
    """folds.json: each fold of the rated faces by a network trained on the others."""

    folds: list[FoldScores] = Field(min_length=1)
    mean: FoldScores


class SetOverlap(BaseModel):
    """A data set of evaluation.json, of a detector of one face."""

    pictures: Count
    iou_50: Share


class Overlaps(BaseModel):
    """What evaluation.json says of such a detector's test."""

    by_set: dict[str, SetOverlap] = Field(min_length=1)


class FaceAp(BaseModel):
    """Faces of a size or a data set, and the average precision of finding them.

    ap_own: against the boxes as the set itself draws them; None for faces of a size.
    """

    faces: Count
    ap: Share
    ap_own: Share | None = None


class DetectorScores(BaseModel):
    """A detector in detectors.json. ms: median of a picture, milliseconds."""

    faces: Count
    recall: Share
    precision: Share
    by_set: dict[str, FaceAp] = Field(min_length=1)
    by_size: dict[str, FaceAp] = Field(min_length=1)
    false_faces_in_100: Positive
    ms: Positive


class Detectors(RootModel[Annotated[dict[str, DetectorScores], Field(min_length=1)]]):
    """detectors.json: every detector by its title, ours and public ones, in one run on the same pictures."""


class ViewScores(BaseModel):
    """Faces shown in one way: shares found and, of these, refused; how far ratings move from the face upright."""

    faces: Count
    found: Share
    refused: Share
    rating_moved: Positive


class Views(RootModel[dict[str, dict[str, ViewScores]]]):
    """views.json: each of our detectors, by its title, and each view."""


class LossScores(BaseModel):
    """Heads that learnt by one loss, means over seeds: Pearson and its standard deviation over the seeds, and mean
    absolute error in rating points, on the panel's own validation faces; Spearman on those of another panel.
    """

    pearson: float = Field(ge=-1, le=1)
    spread: Positive
    mae: Positive
    spearman: float = Field(ge=-1, le=1)


class Losses(RootModel[Annotated[dict[str, LossScores], Field(min_length=1)]]):
    """losses.json: every loss by its name."""


class Timing(BaseModel):
    """Milliseconds of a call: median, 5th and 95th percentile."""

    median: Positive
    p5: Positive
    p95: Positive


class Speed(BaseModel):
    """speed.json, as `python -m tests.bench stages --out` writes it: medians side by side in one run.

    processor: what it ran on; empty where the report does not say. frame: width and height, pixels. stages: of a
    picture, and each model as "detect: NAME" or "classify: NAME". runtimes: the same two networks run in several ways,
    ours first.
    """

    processor: str = ""
    frame: tuple[Count, Count]
    threads: Count
    repeats: Count
    stages: dict[str, Timing] = Field(min_length=1)
    runtimes: dict[str, Timing] = Field(min_length=1)

    def models(self, stage: str) -> dict[str, Timing]:
        """Each model of a stage, "detect" or "classify", by its name."""
        start = f"{stage}: "
        return {key.removeprefix(start): timing for key, timing in self.stages.items() if key.startswith(start)}


class Latency(BaseModel):
    """Percentiles, milliseconds."""

    p50: Positive
    p95: Positive
    p99: Positive


class Load(BaseModel):
    """One server under load, as `python -m tests.bench live --out` writes it.

    received, analysed: frames a second of each viewer. first: seconds from START to the first analysed frame. cpu:
    share of one core. minutes: 95th percentile of latency of each full minute. queue_age: a frame's mean wait for its
    analysis, milliseconds; None where a server says nothing of it. mode: who draws; in the overlay, messages about
    faces are what is received, and latency is how old they are. busy: programs that kept the cores busy meanwhile.
    starts: seconds of each further START until the first faces.
    """

    viewers: Count
    size: tuple[Count, Count]
    fps: Count
    seconds: Positive
    received: list[Positive] = Field(min_length=1)
    analysed: list[Positive]
    latency: Latency
    minutes: list[Positive] = []
    first: Positive
    cpu: Positive
    memory_mb: list[Positive] = Field(min_length=1)
    queue_age: Positive | None = None
    mode: Literal["drawn", "overlay"] = "drawn"
    busy: int = 0
    starts: list[Positive] = []


class Live(RootModel[Annotated[dict[str, Annotated[dict[str, Load], Field(min_length=1)]], Field(min_length=1)]]):
    """live.json: each load, and under it each server."""
