"""What evaluation.json says of the guard, checked as `core.evaluation.schemas` checks the other reports."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field, RootModel

from core.evaluation.schemas import Count, Positive, Share

Number = Annotated[float, Field(allow_inf_nan=False)]


class Refused(BaseModel):
    """People of one kind and the share of them that the guard refuses."""

    pictures: Count
    refused: Share


class Needed(BaseModel):
    """The same of an age that something is required of; a set may hold nobody of it."""

    pictures: Annotated[int, Field(ge=0)]
    refused: Share


class AgeErrors(BaseModel):
    """How far estimated ages lie from the labelled ones, years: mean distance, and mean with its sign."""

    pictures: Count
    years_off: Positive
    bias: Number


class Tradeoff(BaseModel):
    """What a threshold would do: share of those under 18 that pass, and of adults of 25 and over that are refused."""

    threshold: Share
    minors_passed: Share
    adults_refused: Share


class GuardScores(BaseModel):
    """What the guard does with one set of faces, or with several together.

    threshold: probability of being under 18 above which a face is refused. by_age: by the youngest and oldest age.
    errors, curve: empty where the set labels no years. adults_by_...: of 25 and over; by_group: "RACE GENDER".
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
        """Share refused of all adults of 25 and over; 0 where there are none."""
        people = self.adults_by_gender.values()
        return sum(one.pictures * one.refused for one in people) / max(sum(one.pictures for one in people), 1)

    @property
    def adults_apart(self) -> float:
        """Between the shares refused of two groups of race and gender, those furthest apart."""
        shares = [one.refused for one in self.adults_by_group.values()]
        return max(shares) - min(shares) if shares else 0.0


ALL_YEARS = "exact"
"""What all sets that label years are called together."""

SET_TITLES = {"utkface": "UTKFace", "aaf": "All-Age-Faces", "fairface_decades": "FairFace"}
"""What the sets are called by those who made them."""


def set_title(name: str) -> str:
    """What a set of faces is called."""
    return SET_TITLES.get(name, name)


class GuardTests(RootModel[Annotated[dict[str, GuardScores], Field(min_length=1)]]):
    """The guard on the test part of each set, and on ALL_YEARS."""

    @property
    def sets(self) -> dict[str, GuardScores]:
        """Each set by itself; ALL_YEARS where there is nothing else."""
        return {name: scores for name, scores in self.root.items() if name != ALL_YEARS} or self.root

    @property
    def with_years(self) -> dict[str, GuardScores]:
        """The sets that label years."""
        return {name: scores for name, scores in self.sets.items() if scores.errors}

    @property
    def with_intervals(self) -> dict[str, GuardScores]:
        """The sets that label intervals, decades say."""
        return {name: scores for name, scores in self.sets.items() if not scores.errors}


class KindScores(BaseModel):
    """Pictures of one kind: the threshold that they alone would need, and what the chosen one refuses."""

    own_threshold: Share
    below_16: Share
    of_16_and_17: Share = Field(alias="16_and_17")
    of_25_to_29: Share = Field(alias="25_to_29")
    of_30_and_over: Share = Field(alias="30_and_over")


class Kinds(
    RootModel[Annotated[dict[str, Annotated[dict[str, KindScores], Field(min_length=1)]], Field(min_length=1)]]
):
    """The validation part of each set that labels years, and under it each kind of picture."""


class DecisionScores(BaseModel):
    """Adults refused by one way to decide, at a threshold that refuses as many minors as the other's."""

    of_25_to_29: Share = Field(alias="25_to_29")
    of_30_and_over: Share = Field(alias="30_and_over")


class Decisions(RootModel[Annotated[dict[str, DecisionScores], Field(min_length=1)]]):
    """Each way to decide, by what it looks at."""


class TurnScores(BaseModel):
    """Faces turned so far: how far a nose lies beside the middle of the eyes, in their distances, from, to below.

    to: None without an end. adults_refused: of those of 25 and over; None where there are none.
    """

    begin: Positive = Field(alias="from")
    end: Positive | None = Field(alias="to")
    pictures: Count
    years_off: Positive
    bias: Number
    adults: Annotated[int, Field(ge=0)]
    adults_refused: Share | None


class Turns(RootModel[Annotated[list[TurnScores], Field(min_length=1)]]):
    """From the faces that look straight to those turned furthest."""


class FilmScores(BaseModel):
    """How far single looks at a face lie apart over a film, mean of the faces' standard deviations.

    faces: that were followed. looks: at them in all. years: of the estimated age. minor: of the probability of being
    under 18.
    """

    faces: Count
    looks: Count
    years: Positive
    minor: Positive
