"""Schemas of the guard's evaluation.json, validated like the other reports in `core.evaluation.schemas`."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field, RootModel

from core.evaluation.schemas import Count, Positive, Share

Number = Annotated[float, Field(allow_inf_nan=False)]


class Refused(BaseModel):
    """A group of people and the share of them that the guard refuses."""

    pictures: Count
    refused: Share


class Needed(BaseModel):
    """The same for an age with a requirement; a set may contain nobody of that age."""

    pictures: Annotated[int, Field(ge=0)]
    refused: Share


class AgeErrors(BaseModel):
    """Errors of the estimated age, years: mean absolute error, and mean signed error."""

    pictures: Count
    years_off: Positive
    bias: Number


class Tradeoff(BaseModel):
    """The effect of a threshold: share of minors that pass, and of adults of 25 and over that are refused."""

    threshold: Share
    minors_passed: Share
    adults_refused: Share


class GuardScores(BaseModel):
    """The guard's results on one set of faces, or on several together.

    threshold: probability of being under 18 above which a face is refused. by_age: by the youngest and oldest age.
    errors,
    curve: empty if the set has no labels in years. adults_by_...: of 25 and over; by_group: "RACE GENDER".
    """

    threshold: Share
    pictures: Count
    by_age: dict[str, Refused] = Field(min_length=1)
    by_need: dict[str, Needed] = Field(min_length=1)
    errors: dict[str, AgeErrors]
    minors_refused: Share
    curve: list[Tradeoff]
    adults_by_gender: dict[str, Refused]
    adults_by_race: dict[str, Refused]
    adults_by_group: dict[str, Refused]

    @property
    def adults_refused(self) -> float:
        """Share refused of all adults of 25 and over; 0 if there are none."""
        groups = self.adults_by_gender.values()
        return sum(group.pictures * group.refused for group in groups) / max(sum(group.pictures for group in groups), 1)

    @property
    def adults_apart(self) -> float:
        """Largest difference between the shares refused of two groups by race and gender."""
        shares = [group.refused for group in self.adults_by_group.values()]
        return max(shares) - min(shares) if shares else 0.0


ALL_YEARS = "exact"
"""Name of all sets with labels in years together."""

SET_TITLES = {"utkface": "UTKFace", "aaf": "All-Age-Faces", "fairface_decades": "FairFace"}
"""The sets' own titles."""


def set_title(name: str) -> str:
    """Return the title of a set of faces."""
    return SET_TITLES.get(name, name)


class GuardTests(RootModel[Annotated[dict[str, GuardScores], Field(min_length=1)]]):
    """The guard's results on the test part of each set, and on ALL_YEARS."""

    @property
    def sets(self) -> dict[str, GuardScores]:
        """Return each set by itself; ALL_YEARS if there is nothing else."""
        return {name: scores for name, scores in self.root.items() if name != ALL_YEARS} or self.root

    @property
    def with_years(self) -> dict[str, GuardScores]:
        """Return the sets with labels in years."""
        return {name: scores for name, scores in self.sets.items() if scores.errors}

    @property
    def with_intervals(self) -> dict[str, GuardScores]:
        """Return the sets labelled with age intervals, such as decades."""
        return {name: scores for name, scores in self.sets.items() if not scores.errors}


class KindScores(BaseModel):
    """Pictures of one kind: the threshold that they alone would need, and what the selected one refuses."""

    own_threshold: Share
    below_16: Share
    of_16_and_17: Share = Field(alias="16_and_17")
    of_25_to_29: Share = Field(alias="25_to_29")
    of_30_and_over: Share = Field(alias="30_and_over")


class Kinds(
    RootModel[Annotated[dict[str, Annotated[dict[str, KindScores], Field(min_length=1)]], Field(min_length=1)]]
):
    """Each set with labels in years (validation part), and in it each kind of picture."""


class DecisionScores(BaseModel):
    """Adults refused by one decision rule, at a threshold that refuses as many minors as the other rule's."""

    of_25_to_29: Share = Field(alias="25_to_29")
    of_30_and_over: Share = Field(alias="30_and_over")


class Decisions(RootModel[Annotated[dict[str, DecisionScores], Field(min_length=1)]]):
    """Each decision rule, by what it uses."""


class TurnScores(BaseModel):
    """Faces in a range of turns: offset of the nose from the midpoint of the eyes, in eye distances, [from, to).

    to: None without an upper bound. adults_refused: of those of 25 and over; None if there are none.
    """

    begin: Positive = Field(alias="from")
    end: Positive | None = Field(alias="to")
    pictures: Count
    years_off: Positive
    bias: Number
    adults: Annotated[int, Field(ge=0)]
    adults_refused: Share | None


class Turns(RootModel[Annotated[list[TurnScores], Field(min_length=1)]]):
    """From frontal faces to those turned furthest."""


class FilmScores(BaseModel):
    """Variation of single readings of a face over a film: mean of the faces' standard deviations.

    faces: number of faces followed. looks: number of readings in all. years: of the estimated age. minor: of the
    probability of being under 18.
    """

    faces: Count
    looks: Count
    years: Positive
    minor: Positive
