"""Schemas of the API's requests and responses, for its description and for validating options."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Name = Annotated[str, StringConstraints(min_length=1, max_length=64)]

RESULT = {
    "file": "a.jpg",
    "width": 640,
    "height": 480,
    "error": None,
    "ms": 14.2,
    "faces": [
        {
            "box": [212.0, 90.5, 160.2, 160.2],
            "detection": 0.98,
            "rating": 3.41,
            "label": "Sexy",
            "probability": 0.81,
            "age": 31.0,
            "refused": None,
            "track": None,
        }
    ],
}
"""An example result."""


class FaceObject(BaseModel):
    """A face of the file contract (docs/command-line.md)."""

    model_config = ConfigDict(extra="forbid")

    box: list[float] = Field(
        description="x, y, width, height in pixels of the upright picture, from its top left corner.",
        min_length=4,
        max_length=4,
    )
    detection: float = Field(description="Confidence that the box holds a face, 0 to 1.")
    rating: float | None = Field(description="Predicted mean opinion of the panel, 1 to 5; null when refused.")
    label: str | None = Field(description="One of two names, by comparing the rating with the training median.")
    probability: float | None = Field(description="Calibrated probability that the label is right, 0.5 to 1.")
    age: float | None = Field(description="Estimated age, years.")
    refused: str | None = Field(description="Why the face got no rating, such as `may be under 18`; else null.")
    track: int | None = Field(description="The face's number in a video; null for pictures.")


class ResultObject(BaseModel):
    """A picture of the file contract."""

    model_config = ConfigDict(extra="forbid")

    file: str = Field(description="Name of the picture as sent, without its path.")
    width: int | None = Field(description="Pixels of the upright picture; null if there is an error.")
    height: int | None = Field(description="Pixels of the upright picture; null if there is an error.")
    error: str | None = Field(description="Why the picture could not be opened or rated; else null.")
    ms: float | None = Field(description="Milliseconds taken to open and rate the picture.")
    faces: list[FaceObject]


class ModelObject(BaseModel):
    """A detector or a classifier."""

    kind: str = Field(description="`detector` or `classifier`.", examples=["classifier"])
    name: str = Field(description="Name to use in the options.", examples=["faceres"])
    title: str = Field(description="Title for people.", examples=["MobileNetV2"])
    scores: dict[str, float] = Field(description="Measured scores by name.", examples=[{"pearson": 0.901}])
    default: bool = Field(description="Whether it is used when none is named.")


class HealthObject(BaseModel):
    """The server's status."""

    status: str = Field(description="`ready`; in any other state, the response is a problem.", examples=["ready"])


class ModelOptions(BaseModel):
    """Options of all rating requests."""

    model_config = ConfigDict(extra="forbid")

    detector: Name | None = Field(None, description="Model that finds the faces; see `/v1/models`.")
    classifier: Name | None = Field(None, description="Model that rates them; see `/v1/models`.")


class RateOptions(ModelOptions):
    """Options of `/v1/rate`."""

    file: str | None = Field(
        None, max_length=1000, description="Name of the picture in the response, if the request body is the picture."
    )


class ExplainOptions(ModelOptions):
    """Options of `/v1/explain`."""

    face: int = Field(0, ge=0, le=10_000, description="Index of the face, in the order of `/v1/rate`, from 0.")
