"""The classes of a labelled table and what is behind each, as people rename and merge them; values only."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ClassName:
    """A class, its rows, and the labels, as they came, that stand for it."""

    name: str
    rows: int
    came: tuple[str, ...] = ()


@dataclass(frozen=True)
class ClassNames:
    """All classes, most rows first; `stars` says how many each label as it came stands for, if all of them do."""

    names: tuple[ClassName, ...]
    stars: Mapping[str, int] = field(default_factory=dict)

    @property
    def most_stars(self) -> int:
        """The top of the scale."""
        return max(self.stars.values(), default=0)

    @property
    def usual_borders(self) -> tuple[int, int]:
        """Return up to where the scale is low and from where it is high: 2 and 4 of five stars."""
        low = max(1, int(0.4 * self.most_stars))
        return low, self.most_stars + 1 - low
