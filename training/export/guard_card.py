"""The measurements on a guard's card: one table per question, one column per set."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from core.models.age_guard import YOUNGEST_PASSED
from core.models.manifest import Card
from training.scores import Scores

SETS = {
    "exact": "both that label years",
    "utkface": "UTKFace",
    "aaf": "All-Age-Faces",
    "fairface_decades": "FairFace, by decades",
}
"""Names of the sets of faces on a card."""

EVALUATE = "python -m training evaluate guard"
FILM = f"{EVALUATE} --film webapp/demo/faces.webm"

DECISIONS = {"probability": "the probability of being under 18 (chosen)", "expected_age": "the expected age"}
"""Names of the decision rules on a card."""

Row = list[str]


def markdown_table(head: Row, rows: Iterable[Row]) -> list[str]:
    """Return a Markdown table followed by an empty line."""
    return [f"| {' | '.join(row)} |" for row in (head, ["---"] * len(head), *rows)] + [""]


def percent(share: float | None) -> str:
    """Format a share in [0, 1] for a table; a dash for None."""
    return "-" if share is None else f"{100 * share:.1f} %"


def format_refused(people: Scores | None) -> str:
    """Format a share refused and the number of people; a dash if there are none."""
    return f"{percent(people['refused'])} of {people['pictures']}" if people and people["pictures"] else "-"


def format_error(errors: Scores | None) -> str:
    """Format the mean absolute error in years and the signed bias; a dash if there are no faces."""
    return f"{errors['years_off']:.1f} ({errors['bias']:+.1f})" if errors else "-"


def first_year(band: str) -> int:
    """Return the first year of an age band."""
    return int(band.split("-", maxsplit=1)[0])


def by_set(test: Scores, key: str, head: str, cell: Callable[[Scores | None], str]) -> list[str]:
    """Return a table with a row per name in one part of the scores, in the sets' order, and a column per set."""
    sets = [name for name in SETS if test.get(name, {}).get(key)]
    names = list(dict.fromkeys(name for one in sets for name in test[one][key]))
    if key in ("by_age", "errors"):
        names.sort(key=first_year)
    return markdown_table(
        [head, *(SETS[one] for one in sets)], [[n, *(cell(test[o][key].get(n)) for o in sets)] for n in names]
    )


def threshold_rows(test: Scores) -> list[str]:
    """Return a table of other thresholds' effects, a row per set."""
    return [
        f"- {title}: "
        + "; ".join(
            f"{percent(point['minors_passed'])} passed, {percent(point['adults_refused'])} refused"
            for point in test[name]["curve"]
        )
        for name, title in SETS.items()
        if test.get(name, {}).get("curve")
    ]


def kind_rows(validation: Scores) -> list[str]:
    """Return a table with a row per set and kind of picture."""
    return markdown_table(
        ["pictures", "set", "own threshold", "below 16", "16 and 17", "25 to 29", "30 and over"],
        [
            [kind, SETS.get(name, name), f"{scores['own_threshold']:.4f}"]
            + [percent(scores[key]) for key in ("below_16", "16_and_17", "25_to_29", "30_and_over")]
            for name, one in validation.items()
            for kind, scores in one.items()
        ],
    )


def turn_rows(turns: list[Scores]) -> list[str]:
    """Return a table with a row per range of turns."""
    return markdown_table(
        ["nose beside the middle of the eyes", "faces", "years off (too old, +)", "adults refused"],
        [
            [
                f"{row['from']:g} and more" if row["to"] is None else f"{row['from']:g} to {row['to']:g}",
                str(row["pictures"]),
                format_error(row),
                "-" if row["adults_refused"] is None else f"{percent(row['adults_refused'])} of {row['adults']}",
            ]
            for row in turns
        ],
    )


def guard_lines(card: Card, report: Scores) -> list[str]:
    """Return the lines of the measurements section of a guard's card.

    Args:
        card: its entry in the manifest.
        report: the export's measurements: test, validation, decisions, turns and film.
    """
    test, film = report["test"], report["film"]
    export = f"python -m training export {card.name}"
    first = next(iter(test.values()))
    return [
        f"On the test pictures, which nothing was chosen upon, one look at each (`{EVALUATE}`): years off "
        f"{first['years_off']:.3f}, share refused of those under 18 {first['minors_refused']:.3f}, and of those of 30 "
        f"and over {first['grown_ups_refused']:.3f}.",
        "",
        "Of the faces that pass, 1 in 100 looks younger than "
        f"{card.scores.get(YOUNGEST_PASSED, 0.0):.3f} years (validation, `{export}`).",
        "",
        "Shares refused, and of how many:",
        "",
        *by_set(test, "by_need", "age", format_refused),
        *by_set(test, "by_age", "age, finer", format_refused),
        "Years off on average and, in brackets, too old (+) or too young (-):",
        "",
        *by_set(test, "errors", "age", format_error),
        "Refused of adults of 25 and over, by the sets' own labels:",
        "",
        *by_set(test, "adults_by_gender", "gender", format_refused),
        *by_set(test, "adults_by_race", "race", format_refused),
        *by_set(test, "adults_by_group", "race and gender", format_refused),
        "Over the thresholds, shares passed of those under 18 and refused of adults of 25 and over:",
        "",
        *threshold_rows(test),
        "",
        "By how far a face is turned:",
        "",
        *turn_rows(report["turns"]),
        f"Over the frames of the demo film (`{FILM}`), single looks at a face have a standard deviation of "
        f"{film['years']:.2f} years and of {film['minor']:.4f} in the probability, mean of {film['faces']} faces and "
        f"{film['looks']} looks.",
        "",
        f"On validation pictures (`{export}`), refused of adults when as many minors are, by what decides:",
        "",
        *markdown_table(
            ["what decides", "25 to 29", "30 and over"],
            [
                [DECISIONS.get(name, name), percent(one["25_to_29"]), percent(one["30_and_over"])]
                for name, one in report["decisions"].items()
            ],
        ),
        "The threshold is the lowest that a kind of picture or a set needs by itself; what it refuses of each:",
        "",
        *kind_rows(report["validation"]),
    ]
