"""The data of the tables: the manifest, each model's evaluation.json and the reports on all models together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from core.errors import ReportError
from core.evaluation.model_report import EVALUATION, ModelReport, Overview, read_json
from core.models.manifest import Card, Kind, load_manifest, without_guard_networks
from core.settings import ModelSettings
from training.scores import Scores


def default_of(setting: str) -> str:
    """Return the default of a setting that names a model."""
    return str(ModelSettings.model_fields[setting].default)


@dataclass(frozen=True)
class Reports:
    """The reports of a weights folder."""

    weights: Path

    @cached_property
    def cards(self) -> list[Card]:
        """Every model of the manifest, in its order."""
        return load_manifest(self.weights).models

    @cached_property
    def overview(self) -> Overview:
        """The reports on all models together; one that is missing or damaged raises ReportError."""
        return Overview(self.weights / "reports", tuple(self.cards))

    def model_report(self, card: Card) -> ModelReport:
        """Return a model's folder of reports."""
        return ModelReport(self.weights / "reports" / card.name, card)

    def evaluation(self, card: Card) -> Scores:
        """Return a model's evaluation.json; empty if there is none yet.

        Raises:
            ReportError: it is damaged.
        """
        path = self.weights / "reports" / card.name / EVALUATION
        scores = read_json(path) if path.is_file() else {}
        if not isinstance(scores, dict):
            raise ReportError("expected scores by name in {path}; received something else.", path=path)
        return scores

    def with_part(self, kind: Kind, part: str, score: str = "") -> list[tuple[Card, Scores]]:
        """Return the models of a kind whose evaluation.json has a part, with that part; for guards, not their networks.

        Args:
            score: a name that the part must contain, too.

        Raises:
            ReportError: no model has it.
        """
        cards = [card for card in without_guard_networks(self.cards) if card.kind == kind]
        reported = [(card, self.evaluation(card).get(part)) for card in cards]
        matching = [(card, scores) for card, scores in reported if scores and (not score or score in scores)]
        if not matching:
            raise ReportError("expected a {kind} with {part!r} in its evaluation; there is none.", kind=kind, part=part)
        return matching

    def title(self, name: str) -> str:
        """Return a model's title, or its name if it is not in the manifest."""
        return next((card.title for card in self.cards if card.name == name), name)
