"""A long recording in pieces: from when to when each goes, what is said in it and by whom; it hears nothing itself."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bigmodel.core.results.subtitles import Segment


@dataclass(frozen=True)
class Piece:
    """What lies between two pauses. `sure` is how sure its listener was, None until it was heard."""

    start: float  # seconds
    end: float
    text: str = ""
    speaker: str = ""
    sure: float | None = None
    is_corrected: bool = False  # by a person: no listener writes over it


@dataclass(frozen=True)
class Talk:
    """A recording that was cut at its pauses. Nothing of its silence is in a piece."""

    id: str
    name: str
    seconds: float
    pieces: tuple[Piece, ...]
    listener: str = ""  # what wrote it down
    teller: str = ""  # what said who speaks

    @property
    def heard(self) -> int:
        """How many pieces were heard."""
        return sum(piece.sure is not None for piece in self.pieces)

    @property
    def is_whole(self) -> bool:
        return self.heard == len(self.pieces)

    def said(self) -> Iterator[tuple[int, Piece]]:
        """Yield the pieces in which something is said, each with its number from 1."""
        return ((n, piece) for n, piece in enumerate(self.pieces, 1) if piece.text.strip())

    def segments(self) -> list[Segment]:
        """Return what is said when, each with its speaker before it where one is known."""
        return [
            (p.start, p.end, f"{p.speaker}: {p.text}" if p.speaker else p.text)
            for _, p in self.said()
        ]

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON writes it."""
        return asdict(self)

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> "Talk":
        """Return what `to_json` wrote."""
        return cls(**{**record, "pieces": tuple(Piece(**piece) for piece in record["pieces"])})
