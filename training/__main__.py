"""`python -m training VERB`: train, export, evaluate."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")


def main(arguments: list[str] | None = None) -> int:
    """Run one verb; returns the exit status."""
    from training.tasks import RECIPES, Options
    from training.train import train

    parser = argparse.ArgumentParser(prog="python -m training")
    verbs = parser.add_subparsers(dest="verb", required=True)
    p = verbs.add_parser("train")
    p.add_argument("model", choices=sorted(RECIPES))
    p.add_argument("--data", type=Path, default=Path("data"))
    p.add_argument("--runs", type=Path, default=Path("runs"))
    p.add_argument("--epochs", type=int)
    p.add_argument("--batch-size", type=int)
    p.add_argument("--learning-rate", type=float)
    p.add_argument("--samples", type=int)
    p.add_argument("--patience", type=int)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--backbone-weights", default="imagenet")
    p.add_argument("--precision", default="mixed_bfloat16")
    a = parser.parse_args(arguments)
    r = RECIPES[a.model]
    pick = lambda k: getattr(a, k) if getattr(a, k) is not None else getattr(r, k)
    train(a.model, Options(a.data, pick("epochs"), pick("batch_size"), pick("learning_rate"), pick("samples"), pick("patience"), a.seed, a.backbone_weights), a.runs, a.precision)
    return 0


if __name__ == "__main__":
    sys.exit(main())
