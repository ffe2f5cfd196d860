"""A long recording in pieces: from when to when each goes, what is said in it and by whom; it hears nothing itself."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from bigmodel.core.results.subtitles import Segment

UNHEARD_S = 10.0  # that it stands in subtitles where they stop


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

    @property
    def heard_to(self) -> float:
        """The second from which on something was not heard."""
        return next((piece.start for piece in self.pieces if piece.sure is None), self.seconds)

    def segments(self, unheard: str = "") -> list[Segment]:
        """Return what is said when, each with its speaker before it where one is known; `unheard` stands where no more was heard."""
        said = [
            (p.start, p.end, f"{p.speaker}: {p.text}" if p.speaker else p.text)
            for _, p in self.said()
        ]
        until = min(self.seconds, self.heard_to + UNHEARD_S)
        rest = [] if self.is_whole or not unheard else [(self.heard_to, until, unheard)]
        return sorted(said + rest)

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON writes it."""
        return asdict(self)

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> "Talk":
        """Return what `to_json` wrote."""
        return cls(**{**record, "pieces": tuple(Piece(**piece) for piece in record["pieces"])})
