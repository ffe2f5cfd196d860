"""The documentation names everything there is."""

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

from bigmodel.answers.enhanced import ANSWER as ENHANCED
from bigmodel.answers.speaker import ANSWER as SPEAKER
from bigmodel.answers.spoken import ANSWER as SPOKEN
from bigmodel.commands.parser import Grammar
from bigmodel.metrics import bilingual, classification, extraction, regression, transcription
from bigmodel.settings import Settings
from bigmodel.tasks import find_tasks
from bigmodel.words import load_words

ROOT = Path(__file__).parents[2]
REFERENCE = (ROOT / "docs" / "reference.md").read_text("utf-8")


def below(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Return the commands that a parser knows by name."""
    groups = [
        action for action in parser._actions if isinstance(action, argparse._SubParsersAction)
    ]
    return dict(groups[0].choices) if groups else {}


def command_paths(
    parser: argparse.ArgumentParser, path: tuple[str, ...] = ()
) -> Iterator[tuple[str, ...]]:
    children = below(parser)
    if not children:
        yield path
    for name, child in children.items():
        yield from command_paths(child, (*path, name))


def options_of(parser: argparse.ArgumentParser, path: tuple[str, ...]) -> Iterator[str]:
    for name in path:
        parser = below(parser)[name]
    for action in parser._actions:
        yield from (option for option in action.option_strings if option not in ("-h", "--help"))


def test_every_setting_is_documented() -> None:
    names = {f"BIGMODEL_{name.upper()}" for name in Settings.model_fields}
    assert {name for name in names if f"`{name}`" not in REFERENCE} == set()


def test_no_setting_is_documented_that_does_not_exist() -> None:
    names = {f"BIGMODEL_{name.upper()}" for name in Settings.model_fields}
    documented = set(re.findall(r"BIGMODEL_[A-Z_]+", REFERENCE))
    assert documented <= names


def test_every_task_and_base_is_documented() -> None:
    tasks = find_tasks()
    bases = {
        line.split('"')[1]
        for task in tasks.values()
        for line in (task.folder / "models.toml").read_text("utf-8").splitlines()
        if line.startswith("name = ")
    }
    assert {name for name in {*tasks, *bases} if f"`{name}`" not in REFERENCE} == set()


def test_both_readmes_name_every_task_as_the_screens_do() -> None:
    words = load_words()
    english, chinese = ((ROOT / name).read_text("utf-8") for name in ("README.md", "README.zh.md"))
    for task in find_tasks():
        assert words.text("en", f"tasks.{task}.name") in english
        assert words.text("zh", f"tasks.{task}.name") in chinese


def test_every_metric_is_documented() -> None:
    classes = classification.headline(["a", "b"], [[0.9, 0.1], [0.2, 0.8]], ("a", "b"))
    numbers = regression.headline(["1", "2"], [1.0, 2.5])
    texts = transcription.headline(["a"], ["a"])
    pairs = bilingual.headline(["a"], ["a"], [0])
    answers = extraction.headline([["a"], []], ["a", ""])
    people = {metric.name for metric in SPEAKER.metrics}
    clearer = {metric.name for metric in ENHANCED.metrics}
    voices = {metric.name for metric in SPOKEN.metrics}
    every = {*classes, *numbers, *texts, *pairs, *answers, *people, *clearer, *voices}
    named = {name for name in every if f"`{name}`" not in REFERENCE}
    assert named == set()


def test_every_command_is_documented() -> None:
    grammar = Grammar(load_words(), "en").build()
    named = {name for path in command_paths(grammar) for name in path}
    options = {option for path in command_paths(grammar) for option in options_of(grammar, path)}
    assert {name for name in named | options if name not in REFERENCE} == set()


def test_both_readmes_name_the_same_commands() -> None:
    english, chinese = ((ROOT / name).read_text("utf-8") for name in ("README.md", "README.zh.md"))
    for command in ("make run", "make test", "python app.py", "python -m bigmodel doctor"):
        assert command in english
        assert command in chinese
