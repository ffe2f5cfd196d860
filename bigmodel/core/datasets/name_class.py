"""A word of file names that may be their class; values only."""

from dataclasses import dataclass


@dataclass(frozen=True)
class NameClass:
    """A place in names (`1`: the first word), an example with its word there, and how many files have which word."""

    place: str
    example: str
    word: str
    counts: tuple[tuple[str, int], ...]

    @property
    def is_number(self) -> bool:
        return all(word.isdigit() for word, _ in self.counts)
