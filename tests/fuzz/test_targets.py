"""Run every target on its seeds, its regressions, and some deterministic mutations."""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fuzz.mutate import mutate
from tests.fuzz.target import HERE, Target, inputs, load, names
from webapp.live import bad_packets

MUTATED = 60
"""Mutated inputs per target, in addition to the saved ones."""
KEPT = [(name, path) for name in names() for path in inputs(name)]


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Undo what targets set for their whole process."""
    monkeypatch.setattr(bad_packets, "note", bad_packets.note)
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@pytest.mark.parametrize(("name", "path"), KEPT, ids=[f"{name}-{path.name}" for name, path in KEPT])
def test_what_is_kept_is_taken_or_refused(name: str, path: Path) -> None:
    load(name).run(path.read_bytes())


@pytest.mark.parametrize("name", names())
def test_mutated_inputs_are_taken_or_refused(name: str) -> None:
    target, chance = load(name), random.Random(name)
    contents = [path.read_bytes() for path in target.inputs()]
    for count in range(MUTATED):
        data = mutate(chance.choice(contents), contents, chance)
        try:
            target.run(data)
        except Exception as error:
            raise AssertionError(f"input {count}: {data!r}") from error


@pytest.mark.parametrize("name", names())
def test_a_target_has_seeds_and_nothing_else_has(name: str) -> None:
    assert len(list(load(name).corpus.glob("*"))) >= 2
    assert {path.name for kind in ("corpus", "regressions") for path in (HERE / kind).glob("*")} <= {*names()}


def test_what_is_not_allowed_is_a_crash() -> None:
    def fail(data: bytes) -> None:
        raise (ValueError if data else KeyError)("a fault")

    target = Target("none", fail, (ValueError,))
    target.run(b"a")
    with pytest.raises(KeyError):
        target.run(b"")


def test_the_same_numbers_make_the_same_inputs() -> None:
    batches = [[mutate(b"abc" * 9, [b"xyz"], random.Random(n)) for n in range(200)] for _ in range(2)]
    assert batches[0] == batches[1]
    assert len(set(batches[0])) > 150
