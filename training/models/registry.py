"""Every trainable model: the SPEC of each module of training.models, collected without importing TensorFlow."""

from __future__ import annotations

import importlib
import pkgutil

from training import models
from training.errors import TrainingError
from training.models.spec import Export, ModelSpec


def specs() -> list[ModelSpec]:
    """Return every model, in the order in which the app lists them."""
    names = [module_info.name for module_info in pkgutil.iter_modules(models.__path__) if not module_info.ispkg]
    modules = [importlib.import_module(f"{models.__name__}.{name}") for name in names]
    model_specs: list[ModelSpec] = [module.SPEC for module in modules if hasattr(module, "SPEC")]
    return sorted(model_specs, key=lambda spec: (spec.order, spec.name))


def spec_of(name: str) -> ModelSpec:
    """Return the model that is trained under a name.

    Raises:
        TrainingError: there is none.
    """
    for spec in specs():
        if spec.name == name:
            return spec
    raise TrainingError(f"expected a model among {', '.join(trainable_names())}; received {name!r}.")


def export_of(name: str) -> tuple[ModelSpec, Export]:
    """Return the model and the export that ship under a name.

    Raises:
        TrainingError: there is none.
    """
    for spec in specs():
        for export in spec.exports:
            if export.name == name:
                return spec, export
    raise TrainingError(f"expected a model among {', '.join(exported_names())}; received {name!r}.")


def trainable_names() -> list[str]:
    """Return the names under which models are trained."""
    return [spec.name for spec in specs()]


def exported_names() -> list[str]:
    """Return the names under which models ship."""
    return [export.name for spec in specs() for export in spec.exports]


def classifiers() -> list[str]:
    """Return the models that rate faces, including the ensemble."""
    return [spec.name for spec in specs() if spec.kind == "classifier"]


def members() -> list[str]:
    """Return the classifiers that the ensemble averages."""
    return [export.name for spec in specs() if spec.member for export in spec.exports]


def guards() -> list[str]:
    """Return the networks that the guard averages."""
    return [export.name for spec in specs() if spec.kind == "guard" for export in spec.exports]


def teachers() -> list[str]:
    """Return the classifiers whose ratings other models learn from."""
    return [export.name for spec in specs() if spec.teacher for export in spec.exports]
