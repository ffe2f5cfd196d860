"""Every text people read, by key and language; it must never guess a text that is missing.

Each `<language>/<area>.toml` holds tables whose joined names are the keys: `[jobs.state] queued = "…"`
is `jobs.state.queued`. A task brings its own in `<task folder>/words/<language>.toml`, found below
`tasks.<name>.`. Arguments stand in braces: `"{rows} rows"`.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bigmodel.core.language import LANGUAGES, Language
from bigmodel.core.message import Arg, Message
from bigmodel.words.counted import in_number

HERE = Path(__file__).parent
TASKS = HERE.parent / "tasks"


@dataclass(frozen=True)
class Words:
    """The texts of all languages."""

    texts: Mapping[Language, Mapping[str, str]]

    def has(self, key: str) -> bool:
        return key in self.texts[LANGUAGES[0]]

    def text(self, language: Language, key: str, /, **args: Arg) -> str:
        """Return the text of a key with its arguments filled in.

        Raises:
            KeyError: the language has no such key, or the text names an argument that is not given.
        """
        return self._filled(language, key, args, args)

    def say(self, language: Language, message: Message) -> str:
        """Return a message as one text: its sentence, or its problem and its fix; what it names by a key is said."""
        known = self.texts[language]
        args = {name: known.get(str(value), _shown(value)) for name, value in message.args.items()}
        if f"{message.key}.problem" in self.texts[language]:
            parts = (f"{message.key}.problem", f"{message.key}.fix")
            return " ".join(self._filled(language, part, args, message.args) for part in parts)
        return self._filled(language, message.key, args, message.args)

    def _filled(
        self, language: Language, key: str, said: Mapping[str, Arg], given: Mapping[str, Arg]
    ) -> str:
        # a number of one alone: a class may be called "1"
        ones = [name for name, value in given.items() if isinstance(value, int) and value == 1]
        return in_number(language, self.texts[language][key], ones).format(**said)

    def first(
        self, language: Language, keys: Iterable[str], default: str | None = None, /, **args: Arg
    ) -> str:
        """Return the text of the first key that exists, the special one before the general one; else the default's end."""
        known = [key for key in keys if key in self.texts[language]]
        if default is not None and not known:
            return default.rpartition(".")[2]
        return self.text(language, known[0], **args)


def _shown(value: Arg) -> str:
    if isinstance(value, float):
        return f"{value:,.4g}"
    return f"{value:,}" if isinstance(value, int) else value


def load_words(task_folders: Iterable[Path] = ()) -> Words:
    """Read the words of the house, of its tasks, and of tasks in further folders."""
    return Words({language: _load(language, task_folders) for language in LANGUAGES})


def _load(language: Language, task_folders: Iterable[Path]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for path in sorted((HERE / language).glob("*.toml")):
        _take(texts, path, "")
    for root in (TASKS, *task_folders):
        for path in sorted(root.glob(f"*/words/{language}.toml")):
            _take(texts, path, f"tasks.{path.parent.parent.name}.")
    return texts


def _take(texts: dict[str, str], path: Path, prefix: str) -> None:
    """Add the texts of a file; a key that stands in two files would lose one of its sentences in silence."""
    found = dict(_flatten(_read(path), prefix))
    if repeated := sorted(texts.keys() & found.keys()):
        raise ValueError(f"{path} repeats {repeated[:3]}")
    texts |= found


def _read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text("utf-8"))


def _flatten(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flatten(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value
