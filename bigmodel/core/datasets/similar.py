"""The rows of a dataset that are most like something, as a person sees them; nothing is measured here."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SimilarRow:
    """A row, nearer ones first. `text` is what it says, or the name of its file; `media` its file, if it has one."""

    text: str
    label: str
    similarity: float  # cosine; it orders rows, and means little by itself
    media: str = ""


@dataclass(frozen=True)
class Similar:
    """What was found among the first `looked_at` rows of `rows`."""

    found: tuple[SimilarRow, ...]
    looked_at: int
    rows: int
