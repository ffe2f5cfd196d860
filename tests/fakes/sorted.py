"""Tables without labels, and somebody who sorts their rows, for tests of sorting by hand."""

from pathlib import Path

from bigmodel.core.datasets.dataset import NO_LABEL, Dataset
from bigmodel.core.labelling.view import LabellingView
from bigmodel.services.datasets.datasets import DatasetService
from bigmodel.services.labelling.labelling import LabellingService

OWNER = "local"
GOOD = ("lovely soup, warm and kind", "great service, very friendly", "wonderful cake, so fresh")
BAD = ("cold soup and rude waiter", "terrible service, never again", "stale cake, awful taste")


def texts(count: int) -> list[str]:
    """Return different texts, every other one pleased."""
    return [f"{(GOOD if n % 2 else BAD)[n // 2 % 3]} number {n}" for n in range(count)]


def truth(text: str) -> str:
    """Return the class that a person would give."""
    return "bad" if any(text.startswith(start) for start in BAD) else "good"


def table(folder: Path, rows: list[tuple[str, str]], *, label: str = "") -> Path:
    """Write a table of texts and of a second column, which holds labels where it has a name."""
    path = folder / "reviews.csv"
    lines = [f'"{text}",{other}' for text, other in rows]
    path.write_text("\n".join([f"text,{label or 'visit'}", *lines]), "utf-8")
    return path


def unlabelled(datasets: DatasetService, folder: Path, rows: list[str]) -> Dataset:
    """Import texts without labels."""
    path = table(folder, [(text, str(n)) for n, text in enumerate(rows)])
    return datasets.import_file(OWNER, path, text="text", label=NO_LABEL)


def sort_some(
    sorting: LabellingService, dataset: Dataset, count: int, *, honest: bool = False
) -> LabellingView:
    """Label the next rows, by turns or by what they say; return what there is to see then."""
    for _ in range(count):
        view = sorting.look(OWNER, dataset.id)
        row, cross_fitted = view.rows[0], ("bad", "good")[view.done % 2]
        label = truth(row.shown) if honest else cross_fitted
        sorting.label(OWNER, dataset.id, row.row_id, label, is_even=row.is_even)
    return sorting.look(OWNER, dataset.id)
