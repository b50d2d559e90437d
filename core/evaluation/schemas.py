"""Schemas of the reports' JSON files: invalid parts are rejected instead of drawn."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, Field, RootModel, model_validator

Share = Annotated[float, Field(ge=0, le=1)]
Rating = Annotated[float, Field(ge=1, le=5)]
Count = Annotated[int, Field(ge=1)]
Positive = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class GroupAccuracy(BaseModel):
    """A group in a classifier's evaluation.json."""

    pictures: Count
    accuracy: Share


class Accuracies(BaseModel):
    """A classifier's test in evaluation.json."""

    source_alone: Share
    """Accuracy of a baseline that knows a photo's source and nothing about the face."""
    by_source: dict[str, GroupAccuracy] = Field(min_length=1)
    by_group: dict[str, GroupAccuracy] = Field(min_length=1)


class GroupMean(BaseModel):
    """A group of people in evaluation.json, as written by `training.evaluate.fairness`."""

    pictures: Count
    not_found: int = 0
    """Number of pictures without a rating."""
    mean: Rating | None
    """None if no picture has a rating."""
    standard_error: float | None = None
    """Standard error of the mean; None if unknown."""


class FairFaceScores(BaseModel):
    """The results on FairFace in evaluation.json; a group's name is its race, a space and its gender."""

    by_group: dict[str, GroupMean] = Field(min_length=1)
    by_race: dict[str, GroupMean] = Field(min_length=1)
    by_gender: dict[str, GroupMean] = Field(min_length=1)
    spread: Positive
    """Largest minus smallest group mean."""
    highest: str
    lowest: str
    spread_by_chance: dict[str, float] = {}
    """`group`: the spread of the groups that random permutations of the ratings rarely exceed."""


class FoldScores(BaseModel):
    """One fold of folds.json, or the mean over the folds. other_panel: rank correlation with the other panel."""

    fold: int | None = None
    pearson: float
    mae: float
    rmse: float
    accuracy: Share
    other_panel: float | None = None


class Folds(BaseModel):
    """folds.json: each fold of the rated faces, predicted by a network trained on the others.

    mean: over the folds, if there are any. split_60_40: of the data set's split with 60 % for training.
    """

    folds: list[FoldScores] = []
    mean: FoldScores | None = None
    split_60_40: FoldScores | None = None

    @model_validator(mode="after")
    def _complete(self) -> Self:
        """Require a mean if there are folds, and something."""
        if bool(self.folds) != bool(self.mean) or not (self.folds or self.split_60_40):
            raise ValueError("expected folds with their mean, or the 60/40 split")
        return self


class SetOverlap(BaseModel):
    """A data set in the evaluation.json of a single-face detector."""

    pictures: Count
    iou_50: Share


class Overlaps(BaseModel):
    """A single-face detector's test in evaluation.json."""

    by_set: dict[str, SetOverlap] = Field(min_length=1)


class FaceAp(BaseModel):
    """Faces of one size or data set, and the average precision on them.

    ap_own: against the boxes in the data set's own convention; None for faces of one size.
    """

    faces: Count
    ap: Share
    ap_own: Share | None = None


class DetectorScores(BaseModel):
    """A detector in detectors.json. ms: median per picture, milliseconds."""

    faces: Count
    recall: Share
    precision: Share
    by_set: dict[str, FaceAp] = Field(min_length=1)
    by_size: dict[str, FaceAp] = Field(min_length=1)
    false_faces_in_100: Positive
    ms: Positive


class Detectors(RootModel[Annotated[dict[str, DetectorScores], Field(min_length=1)]]):
    """detectors.json: every detector by its title, Fairest's and public ones, in one run on the same pictures."""


class ViewScores(BaseModel):
    """Faces in one view: shares found and, of these, refused; change of the rating relative to the upright face."""

    faces: Count
    found: Share
    refused: Share
    rating_moved: Positive


class Views(RootModel[dict[str, dict[str, ViewScores]]]):
    """views.json: scores of each of our detectors, by title, in each view."""


class LossScores(BaseModel):
    """Heads trained with one loss, means over seeds: Pearson, its standard deviation over the seeds, and mean absolute
    error in rating points, on the panel's own validation faces; Spearman on those of another panel.
    """

    pearson: float = Field(ge=-1, le=1)
    spread: Positive
    mae: Positive
    spearman: float = Field(ge=-1, le=1)


class Losses(RootModel[Annotated[dict[str, LossScores], Field(min_length=1)]]):
    """losses.json: scores of every loss, by name."""


class ServerLoad(BaseModel):
    """A server under the load of concurrent clients, each sending one photo after another for some seconds.

    answered, refused: requests. per_second: answered. p50, p95: ms until the complete response. memory_mb: peak of all
    its processes.
    """

    server: str
    clients: Count
    seconds: Positive
    answered: Count
    refused: Annotated[int, Field(ge=0)]
    per_second: Positive
    p50: Positive
    p95: Positive
    memory_mb: Positive


class ApiLoad(BaseModel):
    """api.json: the HTTP API and a server to compare it with, on the same cores in one run."""

    cores: Count
    servers: list[ServerLoad] = Field(min_length=1)


class Timing(BaseModel):
    """Milliseconds of a call: median, 5th and 95th percentile."""

    median: Positive
    p5: Positive
    p95: Positive


class Speed(BaseModel):
    """speed.json, as written by `python -m tests.bench stages --out`: timings measured side by side in one run.

    processor: model name; empty if the report does not say. frame: width and height, pixels. stages: of processing a
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
        """Return the models of a stage, "detect" or "classify", by name."""
        start = f"{stage}: "
        return {key.removeprefix(start): timing for key, timing in self.stages.items() if key.startswith(start)}


class Latency(BaseModel):
    """Percentiles, milliseconds."""

    p50: Positive
    p95: Positive
    p99: Positive


class Load(BaseModel):
    """One server under load, as written by `python -m tests.bench live --out`.

    received, analysed: frames a second per viewer. first: seconds from START to the first analysed frame. cpu: share of
    one core. minutes: 95th percentile of the latency in each full minute. queue_age: a frame's mean wait for its
    analysis, milliseconds; None if a server does not report it. mode: who draws; in the overlay, messages about faces
    are what is received, and latency is their age. busy: number of programs that kept the cores busy meanwhile. starts:
    seconds from each further START to the first faces.
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
    """live.json: each load, and for it each server."""
