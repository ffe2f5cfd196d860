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

    @property
    def sorted_as(self) -> tuple[tuple[str, str, str], int, int] | None:
        """Return the names of few, middling and many stars with both borders, if the classes are such a sorting by now."""
        class_of = {label: one.name for one in self.names for label in one.came}
        steps = sorted((count, class_of.get(label, "")) for label, count in self.stars.items())
        names = list(dict.fromkeys(name for _, name in steps))
        if len(names) != 3 or [names.index(name) for _, name in steps] != sorted(
            names.index(name) for _, name in steps
        ):
            return None
        low_to = max(count for count, name in steps if name == names[0])
        high_from = min(count for count, name in steps if name == names[2])
        return (names[0], names[1], names[2]), low_to, high_from
