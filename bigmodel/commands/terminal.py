"""Speaking to people or to machines at a terminal: tables and bars for the ones, JSON for the others, never both on one stream."""

import json
import math
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn
from rich.table import Table

from bigmodel.core.errors import DatasetError, ParamsError, PersonError
from bigmodel.core.job import Job
from bigmodel.core.language import Language
from bigmodel.core.message import Arg, Message
from bigmodel.words import Words

PIPE_WIDTH = 240  # columns where nobody watches, so that no identifier is cut


@dataclass(frozen=True)
class Terminal:
    """Where a command writes. People's lines are silent in JSON mode, and the other way round."""

    words: Words
    language: Language
    is_json: bool
    out: Console
    errors: Console

    def text(self, key: str, /, **args: Arg) -> str:
        """Return a text of the command line in the person's language."""
        return self.tell(Message(f"cli.{key}", args))

    def tell(self, message: Message) -> str:
        """Return a message in the person's language."""
        return self.words.say(self.language, message)

    def state(self, job: Job) -> str:
        """Return where a job is, as its page says it."""
        return self.words.text(self.language, f"jobs.states.{job.state}")

    def say(self, key: str, /, **args: Arg) -> None:
        """Write a sentence for people."""
        self.write(self.text(key, **args))

    def write(self, text: str) -> None:
        """Write a finished text for people."""
        if not self.is_json:
            self.out.print(text, soft_wrap=True)

    def table(self, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Write a table for people; headings are keys below `cli.headings.`."""
        self.said_table([self.text(f"headings.{heading}") for heading in headings], rows)

    def said_table(self, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Write a table whose headings are finished texts."""
        if self.is_json:
            return
        table = Table(box=None, pad_edge=False, header_style="bold")
        for heading in headings:
            table.add_column(heading, overflow="fold")
        for row in rows:
            table.add_row(*(" ".join(cell.split()) for cell in row))
        self.out.print(table)

    def record(self, record: Mapping[str, Any]) -> None:
        """Write the one JSON object that a command answers machines with."""
        if self.is_json:
            text = json.dumps(_finite(record), ensure_ascii=False, indent=2, default=str)
            self.out.file.write(text + "\n")

    def problem(self, error: PersonError) -> None:
        """Write what went wrong and how to mend it: a sentence on the error stream, and JSON if asked for."""
        several = error.problems if isinstance(error, DatasetError | ParamsError) else ()
        messages = several or (error.message,)
        for message in messages:
            self.errors.print(self.tell(message), soft_wrap=True)
        self.record(
            {
                "error": {
                    "key": error.key,
                    "args": error.args_of_words,
                    "text": self.tell(error.message),
                    "problems": [self.plain(message) for message in messages],
                }
            }
        )

    def plain(self, message: Message) -> dict[str, Any]:
        """Return a message for machines: its key and arguments, and the sentence."""
        return message.to_json() | {"text": self.tell(message)}

    @contextmanager
    def bar(self, title: str) -> Iterator[Callable[[float, str], None]]:
        """Show a bar while the block runs; call what it gives with a share (0 to 1) and a word."""
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:3.0f} %"),
        )
        is_shown = not self.is_json and self.errors.is_terminal
        with Progress(*columns, console=self.errors, transient=True, disable=not is_shown) as bar:
            task = bar.add_task(title, total=1.0)

            def move(share: float, word: str = "") -> None:
                bar.update(task, completed=share, description=word or title)

            yield move


def open_terminal(words: Words, language: Language, *, is_json: bool) -> Terminal:
    """Return the terminal of this process."""
    width = None if sys.stdout.isatty() else PIPE_WIDTH
    plain: dict[str, Any] = {"markup": False, "emoji": False, "highlight": False}
    return Terminal(
        words=words,
        language=language,
        is_json=is_json,
        out=Console(width=width, **plain),
        errors=Console(stderr=True, **plain),
    )


def local_time(moment: datetime | None) -> str:
    """Return a moment as the clock on the wall shows it."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M}" if moment else ""


def _finite(value: Any) -> Any:  # any value of a record
    """Return a value without numbers that JSON cannot write."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    return value
