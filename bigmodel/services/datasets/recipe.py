"""The first recipe of an upload: which columns are read and learned, and how the file was understood. It reads no upload itself."""

from bigmodel.core.datasets.dataset import Recipe
from bigmodel.core.message import Message
from bigmodel.data.ingest.importer import Upload
from bigmodel.data.tables.guess import Guess, guess_columns
from bigmodel.data.tables.source import sample_rows

SAMPLE_ROWS = 5_000


def recipe_of(
    upload: Upload, source_name: str, *, text: str, label: str
) -> tuple[Recipe, tuple[Message, ...]]:
    """Return the recipe of a file that was just read, and what is to be said of its columns; those not given are guessed.

    Raises:
        DatasetError: as of `guess_columns`.
    """
    guess = (
        Guess(upload.columns[0], upload.columns[1])
        if upload.is_media
        else columns_of(upload, text=text, label=label)
    )
    recipe = Recipe(
        input=guess.text,
        target=guess.label,
        source_name=source_name,
        format=upload.format,
        encoding=upload.encoding,
        delimiter=upload.delimiter,
        medium=upload.medium,
        form=upload.form,
        level=upload.level,
    )
    return recipe, guess.remarks


def columns_of(upload: Upload, *, text: str, label: str) -> Guess:
    """Return the columns of a table, guessed from some of its rows where they are not given."""
    return guess_columns(sample_rows(upload.source(), SAMPLE_ROWS), text=text, label=label)
