"""Tables about the classifiers."""

from __future__ import annotations

import itertools

import numpy as np

from core.errors import ReportError
from core.evaluation.align_predictions import align_predictions
from core.evaluation.bootstrap import bootstrap, bootstrap_ci, pearson_of
from core.evaluation.metrics import pearson
from core.evaluation.results import Row, ratings_of, scores_of
from core.evaluation.schemas import FoldScores
from core.models.manifest import Card
from core.percent import percent
from training.benchmarks.markdown import number
from training.benchmarks.reports import Reports, default_of
from training.export.guard_card import markdown_table
from training.export.model_card import display_name
from training.gen_ensemble import RESAMPLES, SEED

MEAN_HEADS = ("mean", "MAE", "RMSE", "accuracy", "other panel")
"""Columns of the means over the folds."""

ALIKE = 3
"""Number of pairs of members listed as having the most similar errors."""


def title_of(card: Card) -> str:
    """Return a classifier's title, with the default marked."""
    return f"**{card.title}** (default)" if card.name == default_of("classifier") else card.title


def format_interval(ends: tuple[float, float], form: str = ".3f") -> str:
    """Format an interval for a table."""
    return f"[{ends[0]:{form}}, {ends[1]:{form}}]"


def pearson_interval(rows: list[Row]) -> tuple[float, float]:
    """Return the 95 % interval of the correlation, as `gen_ensemble` computes it."""
    resampled = bootstrap({"pearson": pearson_of(scores_of(rows), ratings_of(rows))}, len(rows), RESAMPLES, SEED)
    return bootstrap_ci(resampled["pearson"])


def side_by_side(reports: Reports) -> list[str]:
    """Return every classifier's scores on the test fold and with the other panel."""
    rows = []
    for card, test in reports.with_part("classifier", "test"):
        other_panel = reports.evaluation(card).get("other_panel", {})
        try:
            ends = " " + format_interval(pearson_interval(reports.model_report(card).rows))
        except ReportError:
            ends = ""
        rows.append(
            [
                title_of(card),
                str(test["pictures"]),
                number(test["pearson"]) + ends,
                number(test["mae"]),
                number(test["rmse"]),
                number(test["auc"]),
                percent(test["accuracy"], 1),
                number(test["ece"]),
                f"{number(other_panel.get('spearman'), 2)} of {other_panel['pictures']}" if other_panel else "-",
            ]
        )
    table = markdown_table(["model", "faces", "Pearson", "MAE", "RMSE", "AUC", "accuracy", "ECE", "other panel"], rows)
    return table + displayed_rating(reports)


def displayed_rating(reports: Reports) -> list[str]:
    """Return a note on models with an output for each panel: unlike the table, the app shows the outputs' mean."""
    lines = []
    for card in reports.cards:
        shown = reports.evaluation(card).get("shown")
        if not shown:
            continue
        lines += [
            f"{card.title} has an output for each panel. The table shows its output for this fold's raters; the "
            f"rating that the app shows is the mean of its panels: Pearson {number(shown['pearson'])}, MAE "
            f"{number(shown['mae'])}, ECE {number(shown['ece'])} here. The other panel's column uses the mean.",
            "",
        ]
    return lines


def the_mean(reports: Reports) -> list[str]:
    """Return the gain of the ensemble over its best member, and why it is not larger."""
    overview = reports.overview
    members, ensemble = overview.members, overview.ensemble
    rows_by_model = align_predictions({**members, ensemble.name: reports.model_report(ensemble).rows})
    truth = scores_of(rows_by_model[ensemble.name])
    values = {name: pearson(truth, ratings_of(rows)) for name, rows in rows_by_model.items()}
    best = max(members, key=values.__getitem__)
    resampled = bootstrap(
        {name: pearson_of(truth, ratings_of(rows_by_model[name])) for name in (best, ensemble.name)},
        len(truth),
        RESAMPLES,
        SEED,
    )
    gain = bootstrap_ci(resampled[ensemble.name] - resampled[best])
    errors = {name: ratings_of(rows) - truth for name, rows in members.items()}
    pairs = {
        pair: float(np.corrcoef(*(errors[name] for name in pair))[0, 1]) for pair in itertools.combinations(errors, 2)
    }
    alike = sorted(pairs, key=lambda pair: -pairs[pair])[:ALIKE]
    subset = overview.subsets[0]
    return [
        f"{ensemble.title} minus the best single model ({reports.title(best)}), in Pearson: "
        f"{values[ensemble.name] - values[best]:+.4f} {format_interval(gain, '+.4f')}. Most correlated "
        "errors: "
        + "; ".join(
            f"{reports.title(first)} and {reports.title(second)} {pairs[first, second]:.2f}" for first, second in alike
        )
        + f". Of all subsets the mean of {', '.join(map(reports.title, subset.models))} is best, with "
        f"{subset.measures['pearson']:.3f}; being selected on the test faces, this is optimistic.",
        "",
    ]


def folds(reports: Reports) -> list[str]:
    """Return the Pearson correlation by fold, the means of the other scores, and Pearson on the 60/40 split."""
    reported = []
    for card in reports.cards:
        if card.kind == "classifier":
            try:
                reported.append((card, reports.model_report(card).folds))
            except ReportError:
                continue
    if not reported:
        raise ReportError("expected folds of a classifier; there are none.")
    numbers = sorted({scores.fold for _, report in reported for scores in report.folds if scores.fold is not None})
    rows = []
    for card, report in reported:
        pearson_by_fold = {scores.fold: scores.pearson for scores in report.folds}
        rows.append(
            [
                title_of(card),
                *(number(pearson_by_fold.get(fold)) for fold in numbers),
                *(mean_cells(report.mean) if report.mean else ["-"] * len(MEAN_HEADS)),
                number(report.split_60_40.pearson if report.split_60_40 else None),
            ]
        )
    return markdown_table(["model", *map(str, numbers), *MEAN_HEADS, "60/40"], rows)


def mean_cells(mean: FoldScores) -> list[str]:
    """Return the cells of the means over the folds, in the order of MEAN_HEADS."""
    other = number(mean.other_panel, 2)
    return [number(mean.pearson), number(mean.mae), number(mean.rmse), percent(mean.accuracy, 1), other]


def within(reports: Reports) -> list[str]:
    """Return the default classifier's scores by photo source and by group of faces."""
    for card, test in reports.with_part("classifier", "test", "by_source"):
        if card.name == default_of("classifier"):
            lines = [
                f"{card.title}. A rule that knows only a photo's source and not the face is right for "
                f"{percent(test['source_alone'], 1)}, so the accuracy within each source is more informative:",
                "",
            ]
            for key, head in (("by_source", "source"), ("by_group", "group")):
                named_scores = sorted(test[key].items(), key=lambda item: -item[1]["pictures"])
                lines += markdown_table(
                    [head, "faces", "Pearson", "accuracy"],
                    [
                        [
                            display_name(name),
                            str(scores["pictures"]),
                            number(scores["pearson"]),
                            percent(scores["accuracy"], 1),
                        ]
                        for name, scores in named_scores
                    ],
                )
            return lines
    raise ReportError("expected scores of the default classifier by source; there are none.")


def exports(reports: Reports) -> list[str]:
    """Return the differences between the ratings of the int8 files and of the float models."""
    return markdown_table(
        ["model", "mean difference in rating", "maximum", "difference in Pearson"],
        [
            [
                title_of(card),
                number(difference["rating_mean"]),
                number(difference["rating_most"]),
                f"{difference['pearson']:+.4f}",
            ]
            for card, difference in reports.with_part("classifier", "export_difference")
        ],
    )


def losses(reports: Reports) -> list[str]:
    """Return each loss's scores, of the heads trained with it."""
    return markdown_table(
        ["loss", "Pearson", "over seeds", "MAE", "other panel"],
        [
            [name, number(scores.pearson, 4), f"± {scores.spread:.4f}", number(scores.mae), number(scores.spearman)]
            for name, scores in reports.overview.losses.root.items()
        ],
    )


def fairness(reports: Reports) -> list[str]:
    """Return mean ratings by race and gender of people whom no panel rated."""
    reported = reports.with_part("classifier", "fairface")
    races, genders = (
        list(dict.fromkeys(name for _, scores in reported for name in scores[key])) for key in ("by_race", "by_gender")
    )
    rows = []
    for card, scores in reported:
        chance = scores.get("spread_by_chance", {}).get("group")
        rows.append(
            [
                title_of(card),
                *(number(scores["by_race"].get(name, {}).get("mean"), 2) for name in races),
                *(number(scores["by_gender"].get(name, {}).get("mean"), 2) for name in genders),
                f"{scores['spread']:.2f}: {scores['highest']}, {scores['lowest']}",
                number(chance, 2),
            ]
        )
    return markdown_table(
        ["model", *map(display_name, races), *map(display_name, genders), "largest difference of groups", "by chance"],
        rows,
    )
