"""Schemas of the data sets' tables, checked by `training.data.tables.read_table`.

The minimum share of a box inside its picture differs between sets: FDDB's boxes contain whole heads, also beyond the
picture's edge, and MEBeauty's are squares; SCUT-FBP5500's faces are complete.
"""

from __future__ import annotations

from training.data.conventions import DRAWINGS, OWN
from training.data.tables import Boxes, Schema, file_name, integer, number, text

LARGEST = 100_000
"""Maximum side of a picture in pixels."""

OLDEST = 120
"""Maximum age in years."""

GENDERS = ("Female", "Male")
RACES = ("Black", "East Asian", "Indian", "Latino_Hispanic", "Middle Eastern", "Southeast Asian", "White")
DECADES = ("0-2", "3-9", "10-19", "20-29", "30-39", "40-49", "50-59", "60-69", "more than 70")
"""FairFace's labels of perceived age."""

SCUT_FBP5500 = Schema(
    (
        file_name(),
        text("group"),
        number("score", 1, 5, "a score"),
        text("source"),
        integer("test_fold", 1, 5),
        text("split_60_40", ("train", "test"), may_lack=True),
    ),
    Boxes(inside=0.98, may_be_empty=True),
)

MEBEAUTY = Schema(
    (
        file_name(),
        text("split", ("train", "val")),
        text("gender"),
        text("ethnicity"),
        number("score", 1, 10, "a score"),
    ),
    Boxes(inside=0.5),
)

FACES = Schema(
    (
        text("set", (OWN, *DRAWINGS)),
        text("split", ("train", "val")),
        file_name(),
        integer("img_w", 1, LARGEST),
        integer("img_h", 1, LARGEST),
        integer("ignore", 0, 1),
    ),
    Boxes(inside=0.2, size=("img_w", "img_h"), ignored="ignore"),
    unique=(),
)

UTKFACE = Schema(
    (
        file_name(),
        integer("age", 0, OLDEST),
        integer("gender", 0, 1),
        integer("race", 0, 4),
        text("part", ("first", "second"), may_lack=True),
    )
)

AAF = Schema((file_name(), integer("age", 0, OLDEST), integer("gender", 0, 1)))

FAIRFACE = Schema((file_name(), text("race", RACES), text("gender", GENDERS)))

FAIRFACE_DECADES = Schema((file_name(), text("decade", DECADES), text("gender", GENDERS), text("race", RACES)))

OMI = Schema(
    (
        file_name(),
        number("attractive", 0, 100),
        number("sd", 0, 100),
        integer("raters", 1, 1_000_000),
        number("looks_aged", 0, 100),
        number("looks_female", 0, 100),
    )
)

TEACHER = Schema(
    (file_name("panel"), file_name(), number("rating", 1, 5, "a rating")), Boxes(inside=0), unique=("panel", "file")
)
"""Table of `training.prepare.teach`: boxes in Fairest's convention, which may extend beyond the picture."""

REFUSED = Schema((file_name("set"), file_name(), number("age", 0, OLDEST)), unique=("set", "file"), may_be_empty=True)
"""Table of `training.data.refused`."""

AGED = Schema(
    (
        file_name("set"),
        file_name(),
        integer("low", 0, OLDEST),
        integer("high", 0, OLDEST),
        text("gender"),
        text("race"),
        text("part", ("train", "validation", "test")),
    ),
    Boxes(inside=0),
    unique=("set", "file"),
)
"""Table of `training.data.aged`: boxes in Fairest's convention."""

LANDMARKS = Schema(
    (file_name(), *(number(f"{axis}{point}", -LARGEST, LARGEST, "pixels") for point in range(5) for axis in "xy")),
    Boxes(inside=0),
    unique=(),
)
"""Table of `training.data.landmarks`: a row per face, several of which may be in one picture."""
