"""The measurements on a guard's card: one table per question, one column per set."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from core.models.age_guard import YOUNGEST_PASSED
from core.models.manifest import Card
from core.percent import percent
from training.scores import Scores

SETS = {
    "exact": "UTKFace and All-Age-Faces",
    "utkface": "UTKFace",
    "aaf": "All-Age-Faces",
    "fairface_decades": "FairFace (decades)",
}
"""Names of the sets of faces on a card."""

EVALUATE = "python -m training evaluate guard"
FILM = f"{EVALUATE} --film webapp/demo/faces.webm"

HELD_OUT = "On the test pictures, which were not used for training, tuning or model selection"

DECISIONS = {"probability": "probability of being under 18 (chosen)", "expected_age": "expected age"}
"""Names of the decision rules on a card."""

KINDS = {"as it is": "unmodified", "grey": "greyscale", "every kind": "all kinds"}
"""Names of the kinds of picture on a card, where they differ from the report's."""

Row = list[str]


def markdown_table(head: Row, rows: Iterable[Row]) -> list[str]:
    """Return a Markdown table followed by an empty line."""
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)] + [""]


def percent_or_dash(share: float | None) -> str:
    """Format a share in [0, 1] for a table; a dash for None."""
    return "-" if share is None else percent(share, 1)


def format_refused(people: Scores | None) -> str:
    """Format a share refused and the number of people; a dash if there are none."""
    return f"{percent(people['refused'], 1)} of {people['pictures']}" if people and people["pictures"] else "-"


def format_error(errors: Scores | None) -> str:
    """Format the mean absolute error in years and the signed bias; a dash if there are no faces."""
    return f"{errors['years_off']:.1f} ({errors['bias']:+.1f})" if errors else "-"


def first_year(band: str) -> int:
    """Return the first year of an age band."""
    return int(band.split("-", maxsplit=1)[0])


def by_set(test: Scores, key: str, head: str, cell: Callable[[Scores | None], str]) -> list[str]:
    """Return a table with a row per name in one part of the scores, in the sets' order, and a column per set."""
    sets = [name for name in SETS if test.get(name, {}).get(key)]
    names = list(dict.fromkeys(name for set_name in sets for name in test[set_name][key]))
    if key in ("by_age", "errors"):
        names.sort(key=first_year)
    return markdown_table(
        [head, *(SETS[set_name] for set_name in sets)],
        [[name, *(cell(test[set_name][key].get(name)) for set_name in sets)] for name in names],
    )


def threshold_rows(test: Scores) -> list[str]:
    """Return a list of other thresholds' effects, an item per set."""
    return [
        f"- {title}: "
        + "; ".join(
            f"{percent(point['minors_passed'], 1)} passed, {percent(point['adults_refused'], 1)} refused"
            for point in test[name]["curve"]
        )
        for name, title in SETS.items()
        if test.get(name, {}).get("curve")
    ]


def kind_rows(validation: Scores) -> list[str]:
    """Return a table with a row per set and kind of picture."""
    return markdown_table(
        ["pictures", "data set", "required threshold", "below 16", "16 and 17", "25 to 29", "30 and over"],
        [
            [KINDS.get(kind, kind), SETS.get(name, name), f"{scores['own_threshold']:.4f}"]
            + [percent_or_dash(scores[key]) for key in ("below_16", "16_and_17", "25_to_29", "30_and_over")]
            for name, scores_by_kind in validation.items()
            for kind, scores in scores_by_kind.items()
        ],
    )


def turn_rows(turns: list[Scores]) -> list[str]:
    """Return a table with a row per range of turns."""
    return markdown_table(
        ["nose offset", "faces", "MAE (mean error), years", "adults refused"],
        [
            [
                f"{row['from']:g} and more" if row["to"] is None else f"{row['from']:g} to {row['to']:g}",
                str(row["pictures"]),
                format_error(row),
                "-" if row["adults_refused"] is None else f"{percent(row['adults_refused'], 1)} of {row['adults']}",
            ]
            for row in turns
        ],
    )


def guard_lines(card: Card, report: Scores) -> list[str]:
    """Return the lines of the evaluation section of a guard's card.

    Args:
        card: its entry in the manifest.
        report: the export's measurements: test, validation, decisions, turns and film.
    """
    test, film = report["test"], report["film"]
    export = f"python -m training export {card.name}"
    first = next(iter(test.values()))
    return [
        f"{HELD_OUT}, with one picture of each face (`{EVALUATE}`): mean absolute error (MAE) of the age "
        f"{first['years_off']:.3f} years; share refused of those under 18 {first['minors_refused']:.3f}, of those of "
        f"30 and over {first['grown_ups_refused']:.3f}.",
        "",
        "Of the validation faces that pass, 1 % have an estimated age below "
        f"{card.scores.get(YOUNGEST_PASSED, 0.0):.3f} years (`{export}`).",
        "",
        "Share refused and number of faces, by age:",
        "",
        *by_set(test, "by_need", "age", format_refused),
        *by_set(test, "by_age", "age band", format_refused),
        "Mean absolute error of the age in years and, in brackets, mean error (positive if estimated too old):",
        "",
        *by_set(test, "errors", "age", format_error),
        "Share refused of adults of 25 and over, by the data sets' own labels of gender and race:",
        "",
        *by_set(test, "adults_by_gender", "gender", format_refused),
        *by_set(test, "adults_by_race", "race", format_refused),
        *by_set(test, "adults_by_group", "race and gender", format_refused),
        "Trade-off over thresholds: share of those under 18 passed, and share of adults of 25 and over refused:",
        "",
        *threshold_rows(test),
        "",
        "By how far the face is turned: offset of the nose from the midpoint of the eyes, in eye distances; the last "
        "row includes faces whose landmarks are unreliable:",
        "",
        *turn_rows(report["turns"]),
        f"Over the frames of the demo film (`{FILM}`), single estimates of a face have a standard deviation of "
        f"{film['years']:.2f} years in age and of {film['minor']:.4f} in the probability, averaged over "
        f"{film['faces']} faces with {film['looks']} estimates.",
        "",
        f"Share of adults refused by each decision rule when both refuse as many minors, on validation pictures "
        f"(`{export}`):",
        "",
        *markdown_table(
            ["decision rule", "25 to 29", "30 and over"],
            [
                [DECISIONS.get(name, name), percent_or_dash(scores["25_to_29"]), percent_or_dash(scores["30_and_over"])]
                for name, scores in report["decisions"].items()
            ],
        ),
        "The threshold is the lowest of those that each kind of picture and each data set requires. What it refuses of "
        "each, on validation pictures:",
        "",
        *kind_rows(report["validation"]),
    ]
