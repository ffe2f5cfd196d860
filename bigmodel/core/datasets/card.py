"""The card of a dataset: what only a person can say of it; values only."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any

MOST_CHARACTERS = 4_000


@dataclass(frozen=True)
class DatasetCard:
    """What a person says: what it is for, where it came from, under what licence, with whose consent, who is in it."""

    about: str = ""
    origin: str = ""
    licence: str = ""
    consent: str = ""
    people: str = ""

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Yield every field with what it says."""
        for each in fields(self):
            yield each.name, getattr(self, each.name)

    def __bool__(self) -> bool:
        return any(text for _, text in self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "DatasetCard":
        said = {each.name: str(value.get(each.name, "")) for each in fields(cls)}
        return cls(**{name: text.strip()[:MOST_CHARACTERS] for name, text in said.items()})


CARD_FIELDS = tuple(each.name for each in fields(DatasetCard))
