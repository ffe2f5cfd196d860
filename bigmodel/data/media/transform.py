"""Where a point of a picture as it came lies in the picture as it is kept; it opens no file."""

from dataclasses import dataclass

TURNED = (5, 6, 7, 8)  # EXIF orientations that exchange the sides


@dataclass(frozen=True)
class Transform:
    """What became of a picture's pixels: turned as EXIF says (1: not at all), then made smaller.

    `came` are width and height as the file stores them, before it is turned; `kept` those of the stored picture.
    """

    orientation: int
    came: tuple[int, int]
    kept: tuple[int, int]

    @property
    def upright(self) -> tuple[int, int]:
        """Width and height after turning."""
        width, height = self.came
        return (height, width) if self.orientation in TURNED else (width, height)

    @property
    def scale(self) -> tuple[float, float]:
        """How much smaller the kept picture is, in x and y."""
        return self.kept[0] / self.upright[0], self.kept[1] / self.upright[1]

    def point(self, x: float, y: float, *, is_upright: bool = False) -> tuple[float, float]:
        """Return where a point lies by now. `is_upright`: it was marked in the turned picture, as most programs show it."""
        if not is_upright:
            x, y = self._turned(x, y)
        across, down = self.scale
        return x * across, y * down

    def box(
        self, left: float, top: float, right: float, bottom: float, *, is_upright: bool = False
    ) -> tuple[float, float, float, float]:
        """Return where a box lies by now: left, top, right, bottom."""
        x1, y1 = self.point(left, top, is_upright=is_upright)
        x2, y2 = self.point(right, bottom, is_upright=is_upright)
        return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)

    def _turned(self, x: float, y: float) -> tuple[float, float]:
        """Turn a point as the EXIF standard (CIPA DC-008, tag 0x0112) numbers the ways."""
        width, height = self.came
        places = {
            2: (width - x, y),
            3: (width - x, height - y),
            4: (x, height - y),
            5: (y, x),
            6: (height - y, x),
            7: (height - y, width - x),
            8: (y, width - x),
        }
        return places.get(self.orientation, (x, y))

    def to_text(self) -> str:
        """Return it as a cell of a table: orientation, sides as they came, sides as they are kept."""
        return " ".join(map(str, (self.orientation, *self.came, *self.kept)))

    @classmethod
    def from_text(cls, text: str) -> "Transform | None":
        """Return what `to_text` wrote; None for pictures kept before this was written down."""
        if not text:
            return None
        orientation, *sides = map(int, text.split())
        return cls(orientation, (sides[0], sides[1]), (sides[2], sides[3]))
