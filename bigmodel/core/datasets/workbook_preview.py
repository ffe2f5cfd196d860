"""What a workbook looks like from outside: its sheets, and the first rows of one of them. No file is opened here."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

NO_HEADER = -1  # a header row that says: no row holds the column names


@dataclass(frozen=True)
class SheetPreview:
    """A sheet by its name, how many of its rows hold something, and whether people see it."""

    name: str
    rows: int
    is_hidden: bool = False


@dataclass(frozen=True)
class RowPreview:
    """A row as texts, with the number people see at its left."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class WorkbookPreview:
    """All sheets, the one that is read, the row of its column names (or `NO_HEADER`), and its first rows."""

    sheets: tuple[SheetPreview, ...]
    sheet: str
    header_row: int
    rows: tuple[RowPreview, ...]

    @property
    def is_plain(self) -> bool:
        """Whether there was nothing to choose: one sheet with its names in the first row."""
        return len(self.sheets) == 1 and self.header_row == 1

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "WorkbookPreview":
        return cls(
            sheets=tuple(SheetPreview(**sheet) for sheet in value["sheets"]),
            sheet=value["sheet"],
            header_row=value["header_row"],
            rows=tuple(RowPreview(row["number"], tuple(row["cells"])) for row in value["rows"]),
        )
