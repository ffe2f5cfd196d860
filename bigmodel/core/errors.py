"""Errors that a person can mend: each names its words and their arguments, never a finished sentence.

The words files hold `errors.<key>.problem` and `errors.<key>.fix` in each language.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

from bigmodel.core.datasets.name_class import NameClass
from bigmodel.core.datasets.workbook_preview import WorkbookPreview
from bigmodel.core.message import Arg, Message


class PersonError(Exception):
    """Something a person can understand and mend. `key` is looked up below `errors.` in the words."""

    def __init__(self, key: str, /, **args: Arg) -> None:
        super().__init__(f"{key} {args}" if args else key)
        self.key = key
        self.args_of_words = args

    @property
    def message(self) -> Message:
        return Message(f"errors.{self.key}", self.args_of_words, "error")


class DatasetError(PersonError):
    """An upload that cannot be used. Carries every problem found, the first one as its own key.

    The rest is what a person can answer with, so that the same upload is tried again: `columns` of a
    table that could be read, `levels` of folders that may name the classes (number and names), words of
    `names` of files that may, the `unreadable` files (name and reason) that may be left out, and the `look` of a workbook that
    could be opened.
    """

    columns: tuple[str, ...] = ()
    look: WorkbookPreview | None = None
    names: tuple[NameClass, ...] = ()
    unreadable: tuple[tuple[str, Message], ...] = ()

    def __init__(self, key: str, /, problems: Sequence[Message] = (), **args: Arg) -> None:
        super().__init__(key, **args)
        self.problems: tuple[Message, ...] = tuple(problems) or (self.message,)
        self.levels: Mapping[int, tuple[str, ...]] = {}


class ParamsError(PersonError):
    """Settings of a training that do not fit; carries one message per field that is off."""

    def __init__(self, key: str, /, problems: Sequence[Message] = (), **args: Arg) -> None:
        super().__init__(key, **args)
        self.problems: tuple[Message, ...] = tuple(problems) or (self.message,)


class ModelError(PersonError):
    """A base model or a trained model that cannot be fetched, is not safe, or cannot be loaded."""


class TrainingError(PersonError):
    """A training that cannot go on (a loss that is not a number, one class left, text it cannot read)."""


class JobError(PersonError):
    """A job that cannot be submitted or moved the way somebody asked."""


class NotFoundError(PersonError):
    """A thing that does not exist, or belongs to another owner: both look the same from outside."""


class PeopleError(PersonError):
    """Somebody who cannot be let in, or an account that cannot be made."""


class SettingsError(PersonError):
    """A setting that keeps the app from starting."""


class StoreError(PersonError):
    """The database cannot answer now (locked for too long, disk full, damaged); what was stored before is untouched."""


@contextmanager
def loading_model() -> Iterator[None]:
    """Say of files that are missing or do not belong together that the model cannot be loaded.

    Raises:
        ModelError: `trained_model_cannot_be_loaded`.
    """
    try:
        yield
    except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
        reason = str(error)[:300]
        raise ModelError("trained_model_cannot_be_loaded", reason=reason) from error
