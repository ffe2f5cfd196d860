"""A table that somebody gives to be answered: how it came, and under which name and ending it comes back. No row is read here."""

from dataclasses import dataclass
from pathlib import Path

from bigmodel.core.message import Message
from bigmodel.data.ingest.importer import Upload

AS_THEY_CAME = ("xlsx", "xls", "csv")  # formats that are given back as they came
TOLD = ("sheet_chosen",)  # of what reading says, though nothing was lost
TAB = "\t"
MACROS = ".xlsm"
PASTED = "pasted"
DECLARED_TAB = b"sep="  # and a tab, which stripping takes away
MAX_DECLARATION = 16  # bytes
TEXT_ENDINGS = (".csv", ".tsv")
PACKED = (".gz", ".bz2", ".xz")  # what packs one table


@dataclass(frozen=True)
class Table:
    """A table as it came: the file, how it is written, and what its columns are called."""

    path: Path
    name: str
    format: str
    columns: tuple[str, ...]
    rows: int
    delimiter: str = ""
    sheet: str = ""
    header_row: int = 0
    encoding: str = ""
    problems: tuple[Message, ...] = ()  # of reading it that cost something

    @property
    def ending(self) -> str:
        """The ending under which it comes back."""
        given = Path(self.name).suffix.lower()
        if self.format in ("xlsx", "xls"):
            return MACROS if (self.format, given) == ("xlsx", MACROS) else ".xlsx"
        if self.format == "csv" and given not in TEXT_ENDINGS:
            return ".tsv" if self.delimiter == TAB else ".csv"
        return given if self.format == "csv" else ".csv"

    @property
    def stem(self) -> str:
        """Its name without its ending, nor that of what it is packed with ("sales" of sales.csv.gz)."""
        given = Path(self.name)
        return Path(given.stem).stem if given.suffix.lower() in PACKED else given.stem

    @property
    def other_encoding(self) -> str:
        """Its encoding, where answers are written in another."""
        is_ours = self.encoding.startswith("UTF-8") and "+" not in self.encoding
        return "" if is_ours else self.encoding

    @property
    def is_plain(self) -> bool:
        """Tell whether it came in a format that is not given back."""
        return self.format not in (*AS_THEY_CAME, PASTED)

    def comes_back(self, out: Path) -> bool:
        """Tell whether it can be written there as it came."""
        return self.format in AS_THEY_CAME and out.suffix.lower() == self.ending


def table_of(upload: Upload, path: Path) -> Table:
    """Return what an upload says of the file it was read from."""
    return Table(
        path=path,
        name=path.name,
        format=PASTED if _is_pasted(upload, path) else upload.format,
        columns=upload.columns,
        rows=upload.rows,
        delimiter=upload.delimiter,
        sheet=upload.sheet,
        header_row=upload.header_row or upload.names_line,
        encoding=upload.encoding,
        problems=tuple(x for x in upload.problems if x.level != "info" or x.key.endswith(TOLD)),
    )


def _is_pasted(upload: Upload, path: Path) -> bool:
    """Tell pasted text from a file: its first line is ours, and is not given back."""
    if (upload.format, upload.delimiter) != ("csv", TAB):
        return False
    with path.open("rb") as file:
        return file.readline(MAX_DECLARATION).strip() == DECLARED_TAB
