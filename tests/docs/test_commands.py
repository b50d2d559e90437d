"""Every command in the documents is one that exists: by the real command lines, without running it."""

from __future__ import annotations

import argparse
import importlib.util
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

import core.__main__
import tests.bench.__main__
import tests.soak.__main__
import training.__main__
import webapp.__main__
import webapp.commands.app
import webapp.commands.doctor
import webapp.commands.weights
from core.settings import ROOT
from tests.docs.markdown import DOCUMENTS, PLACEHOLDER, commands, name_of

PARSERS: dict[str, Callable[[], argparse.ArgumentParser]] = {
    "core": core.__main__.build_parser,
    "training": training.__main__.build_parser,
    "tests.bench": tests.bench.__main__.parser,
    "tests.soak": tests.soak.__main__.parser,
}
FAIREST: dict[str, Callable[[], argparse.ArgumentParser]] = {
    "app": webapp.commands.app.parser,
    "rate": core.__main__.build_parser,
    "train": lambda: verbs(training.__main__.build_parser())["train"],
    "training": training.__main__.build_parser,
    "weights": webapp.commands.weights.parser,
    "doctor": webapp.commands.doctor.parser,
}
MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = set(re.findall(r"^([\w-]+):", MAKEFILE, re.MULTILINE))
VARIABLES = set(re.findall(r"^(\w+) \?=", MAKEFILE, re.MULTILINE))


def verbs(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """A parser's verbs by name; none where it has none."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def check_python(module: str, words: list[str]) -> None:
    """Refuse a module, a verb or an option that is none; parse what leaves nothing to be filled in."""
    assert importlib.util.find_spec(module), module
    if module in PARSERS and words:
        check_words(PARSERS[module](), words)


def check_words(parser: argparse.ArgumentParser, words: list[str]) -> None:
    """Refuse a verb or an option that is none."""
    if not any(PLACEHOLDER.fullmatch(word) for word in words):
        parser.parse_args([word for word in words if word != ">"])
        return
    subparsers = verbs(parser)
    if subparsers and not PLACEHOLDER.fullmatch(words[0]):
        assert words[0] in subparsers, words
        parser = subparsers[words[0]]
    options = {option for action in parser._actions for option in action.option_strings}
    named = {option for word in words for option in re.findall(r"--[\w-]+", word)}
    assert named <= options, named - options


def check_fairest(words: list[str]) -> None:
    """Refuse a command or an option that is none."""
    if words == ["--version"]:
        return
    assert words[0] in FAIREST, words
    # Streamlit's are its own affair.
    own = [word for word in words[1:] if words[0] != "app" or not word.startswith("--server.")]
    if own:
        check_words(FAIREST[words[0]](), own)


def check_make(words: list[str]) -> None:
    """Refuse a target or a variable that is none."""
    for word in words:
        name, equals, _ = word.partition("=")
        assert name in (VARIABLES if equals else TARGETS), word


def check(*calls: list[str]) -> None:
    """Refuse a command that does not exist."""
    for words in calls:
        if words[0] == "make":
            check_make(words[1:])
        elif words[0] in {"fairest", "uvx"}:
            check_fairest(words[words.index("fairest") + 1 :])
        else:
            check_python(words[2], words[3:])


@pytest.mark.parametrize("path", DOCUMENTS, ids=name_of)
def test_every_command_exists(path: Path) -> None:
    for words in commands(path.read_text()):
        try:
            check(words)
        except SystemExit:
            pytest.fail(" ".join(words))


def test_the_hosted_runner_calls_make() -> None:
    for path in (ROOT / ".github" / "workflows").glob("*.yml"):
        steps = [step for job in yaml.safe_load(path.read_text())["jobs"].values() for step in job["steps"]]
        calls = [step["run"].split() for step in steps if step.get("run", "").startswith("make")]
        assert ["make", "test"] in calls
        for words in calls:
            check(words)


def test_every_command_of_fairest_is_known_here() -> None:
    assert FAIREST.keys() == webapp.__main__.COMMANDS.keys()


@pytest.mark.parametrize(
    "wrong",
    [
        "`make tests`",
        "`make app PORTS=1`",
        "`python -m training trian MODEL`",
        "`python -m training train MODEL --sed 1`",
        "`python -m training train no_such_model`",
        "`python -m core a.jpg --formt csv`",
        "`python -m core PATH... [--detectr NAME]`",
        "`python -m tests.bench lives`",
        "`python -m webapp.nothing`",
        "`fairest ap`",
        "`uvx --from . fairest app --prt 9000`",
        "`fairest rate PATH... --formt csv`",
        "    fairest training trian vgg16   # a model",
        "    FAIREST_MIN_FACE=48 make ap   # the page",
        "    python -m training teach && python -m training exprt vgg16",
        "```\nmake nothing\n```",
        "    python -m core PATH... \\\n        --detectr NAME",
    ],
)
def test_a_command_that_is_none_is_noticed(wrong: str) -> None:
    with pytest.raises((AssertionError, SystemExit)):
        check(*commands(wrong))
