"""The card of a dataset: what a person says of it, beside what is known from its rows; it goes where the dataset goes.

It is a file in the folder of the dataset, so it is deleted, saved and brought back with it.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path

from bigmodel.core.callbacks import Tell
from bigmodel.core.datasets.card import MOST_CHARACTERS, DatasetCard
from bigmodel.core.datasets.dataset import Dataset, Recipe, Summary
from bigmodel.core.datasets.splits import GIVEN, GROUP, TIME
from bigmodel.core.errors import DatasetError
from bigmodel.core.ids import new_id
from bigmodel.core.language import LANGUAGES, Language
from bigmodel.core.message import Arg, Message
from bigmodel.core.results.panel import literal
from bigmodel.data.cleaning import fills
from bigmodel.data.tables.table import READING
from bigmodel.settings import Settings
from bigmodel.store.base import Store
from bigmodel.words import Words

CARD = "card.json"
WORDS = "card."
MOST_CLASSES = 30

Quote = Callable[[str], str]  # a name as it is shown literally
Fact = tuple[str, tuple[Message, ...]]  # what it is of, and what is to be said


class CardService:
    """Cards of the datasets of all owners."""

    def __init__(self, settings: Settings, store: Store, words: Words) -> None:
        self._settings, self._store, self._words = settings, store, words

    def get(self, owner: str, dataset_id: str) -> DatasetCard:
        """Return what was said of a dataset so far."""
        self._store.datasets.get(owner, dataset_id)
        return read_card(self._settings.datasets / dataset_id)

    def put(self, owner: str, dataset_id: str, **said: str) -> DatasetCard:
        """Keep what is said of a dataset; what is not named stays.

        Raises:
            DatasetError: `card_long`.
        """
        before = self.get(owner, dataset_id)
        if any(len(text.strip()) > MOST_CHARACTERS for text in said.values()):
            raise DatasetError("card_long", limit=MOST_CHARACTERS)
        card = DatasetCard.from_json({**asdict(before), **said})
        if card != before:
            write_card(self._settings.datasets / dataset_id, card)
        return card

    def told(self, dataset: Dataset, tell: Tell) -> list[tuple[str, str]]:
        """Return what is known of a dataset from itself: what each fact is of, and the fact in words."""
        return list(_told(dataset, tell, str))

    def markdown(self, owner: str, dataset_id: str) -> str:
        """Return the card of a dataset as a README.md, in every language."""
        dataset, card = self._store.datasets.get(owner, dataset_id), self.get(owner, dataset_id)
        parts = ("\n".join(_lines(self._words, each, dataset, card)) for each in LANGUAGES)
        return "\n\n---\n\n".join(parts) + "\n"


def read_card(folder: Path) -> DatasetCard:
    """Return the card in the folder of a dataset, an empty one where there is none."""
    try:
        return DatasetCard.from_json(json.loads((folder / CARD).read_text("utf-8")))
    except (OSError, ValueError, AttributeError):
        return DatasetCard()


def write_card(folder: Path, card: DatasetCard) -> None:
    """Keep a card in the folder of its dataset; it is there whole or not at all."""
    if not folder.is_dir():  # it was deleted meanwhile
        return
    part = folder / f".{new_id()}.part"
    part.write_text(json.dumps(asdict(card), ensure_ascii=False), "utf-8")
    part.replace(folder / CARD)


def said_lines(words: Words, language: Language, card: DatasetCard) -> Iterator[str]:
    """Yield what a person said as Markdown, a paragraph a field."""
    for name, text in card:
        if text:
            label = words.text(language, f"{WORDS}fields.{name}")
            yield f"**{label}**: {text}\n"


def _lines(words: Words, language: Language, dataset: Dataset, card: DatasetCard) -> Iterator[str]:
    def tell(message: Message) -> str:
        return words.say(language, message)

    def say(key: str) -> str:
        return words.text(language, f"{WORDS}{key}")

    yield f"# {literal(dataset.name)}\n"
    yield from said_lines(words, language, card)
    if missing := [say(f"fields.{name}") for name, text in card if not text]:
        yield f"*{words.text(language, f'{WORDS}missing', names=', '.join(missing))}*\n"
    yield f"## {say('inside')}\n"
    for name, text in _told(dataset, tell, literal):
        yield f"- {say(f'facts.{name}')}: {text}"


def _told(dataset: Dataset, tell: Tell, quote: Quote) -> Iterator[tuple[str, str]]:
    for name, messages in _facts(dataset, quote):
        yield name, "; ".join(map(tell, messages))


def _facts(dataset: Dataset, quote: Quote) -> Iterator[Fact]:
    version = dataset.version
    summary, recipe = version.summary, version.recipe
    unit = "rows" if summary.medium == "text" else "files"
    yield "rows", (_said(unit, rows=summary.rows, usable=summary.usable_rows),)
    yield from _targets(summary, quote)
    if summary.language:
        yield "language", (_said(f"language_{summary.language}"),)
    if len(summary.lengths) == 6:
        yield "lengths", (_lengths(summary),)
    if summary.usable_rows:
        counts = {name: summary.split_rows.get(name, 0) for name in ("train", "validation", "test")}
        yield "parts", (_said("parts", **counts), *_parted(recipe.split_by, quote))
    read = f"{dataset.created_at:%Y-%m-%d}"
    how = ", ".join(filter(None, (recipe.format.upper(), recipe.encoding)))
    source = _said("read", name=quote(recipe.source_name), how=how, day=read)
    yield "source", (source, *(_said("added", name=quote(f.name)) for f in recipe.uploads[1:]))
    if recipe.test_name:
        yield "test", (_said("test", name=quote(recipe.test_name)),)
    if recipe.cleaning:
        yield "cleaning", tuple(_step(step, recipe, quote) for step in recipe.cleaning)
    left = [
        Message(f"{each.key}.problem", _quoted(each, quote))
        for each in summary.problems
        if each.key.startswith(READING) and each.level != "info"
    ]
    if left:
        yield "noted", tuple(left)
    yield (
        "version",
        (_said("version", number=version.number, day=f"{version.created_at:%Y-%m-%d}"),),
    )


def _step(step: str, recipe: Recipe, quote: Quote) -> Message:
    """Return what a step of cleaning does; those with an argument say it."""
    name, _, argument = step.partition(":")
    for place, value in fills((step,)).items():
        of = {"column": quote(recipe.inputs[place]), "what": quote(value)}
        return Message("cleaning.steps.fill", of)
    if name == "spell":
        argument = argument.replace("=", " → ").replace(",", ", ")
    return Message(f"cleaning.steps.{name}", {"what": quote(argument)} if argument else {})


def _targets(summary: Summary, quote: Quote) -> Iterator[Fact]:
    if summary.classes:
        named = list(summary.classes.items())[:MOST_CLASSES]
        names = ", ".join(f"{quote(label)} ({rows:,})" for label, rows in named)
        names += " …" if len(summary.classes) > MOST_CLASSES else ""
        yield "classes", (_said("classes", count=len(summary.classes), names=names),)
    elif summary.target == "number" and summary.number_range:
        low, high = summary.number_range
        yield "classes", (_said("numbers", low=low, high=high),)
    if summary.unlabelled_rows:
        yield "unlabelled", (_said("unlabelled", count=summary.unlabelled_rows),)


def _lengths(summary: Summary) -> Message:
    _, low, middle, high, _, longest = summary.lengths
    values: dict[str, Arg] = {"low": low, "middle": middle, "high": high, "longest": longest}
    if summary.medium == "audio":
        values = {name: float(value) / 1000 for name, value in values.items()}
    return _said(f"lengths_{summary.medium}", **values)


def _parted(split_by: str, quote: Quote) -> tuple[Message, ...]:
    how, _, name = split_by.partition(":")
    return (_said(f"parted_{how}", column=quote(name)),) if how in (GROUP, TIME, GIVEN) else ()


def _said(key: str, **args: Arg) -> Message:
    return Message(f"{WORDS}{key}", args)


def _quoted(message: Message, quote: Quote) -> dict[str, Arg]:
    args = message.args.items()
    return {name: quote(value) if isinstance(value, str) else value for name, value in args}
