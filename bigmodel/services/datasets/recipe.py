"""The first recipe of an upload: which columns are read and learned, and how the file was understood. It reads no upload itself."""

from bigmodel.core.datasets.dataset import Recipe
from bigmodel.data.ingest.importer import Upload
from bigmodel.data.tables.guess import Guess, guess_columns
from bigmodel.data.tables.source import sample_rows

SAMPLE_ROWS = 5_000


def recipe_of(upload: Upload, source_name: str, *, text: str, label: str) -> Recipe:
    """Return the recipe of a file that was just read; columns that are not given are guessed.

    Raises:
        DatasetError: as of `guess_columns`.
    """
    if upload.is_media:
        text, label = upload.columns[:2]
    else:
        guess = columns_of(upload, text=text, label=label)
        text, label = guess.text, guess.label
    return Recipe(
        input=text,
        target=label,
        source_name=source_name,
        format=upload.format,
        encoding=upload.encoding,
        delimiter=upload.delimiter,
        medium=upload.medium,
        form=upload.form,
        level=upload.level,
    )


def columns_of(upload: Upload, *, text: str, label: str) -> Guess:
    """Return the columns of a table, guessed from some of its rows where they are not given."""
    return guess_columns(sample_rows(upload.source(), SAMPLE_ROWS), text=text, label=label)
