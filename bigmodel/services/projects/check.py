"""Whether weights and settings of a model from elsewhere may be loaded here; refusing is its default, and it loads nothing."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from bigmodel.base_models.check import SETTINGS_FILES
from bigmodel.base_models.config import CONFIG, LARGE_CAP, TIMM, check_keys, read_json
from bigmodel.base_models.header import HeaderError, read_header
from bigmodel.core.errors import DatasetError, ModelError
from bigmodel.core.language import LANGUAGES
from bigmodel.core.message import Message
from bigmodel.words import Words

VOCABULARIES = frozenset({"tokenizer.json", "vocab.json", "instant.json", "letters.json"})
ARGUMENTS = frozenset({"drop_rate", "drop_path_rate"})  # of a network that is built by its name
LOADING = frozenset({"checkpoint_path", "cache_dir", "pretrained_cfg", "pretrained_cfg_overlay"})


def check_model(folder: Path, name: str) -> None:
    """Refuse a trained model whose weights are not whole, or whose settings ask for more than themselves.

    Raises:
        DatasetError: `project_model`.
    """
    try:
        for path in sorted(folder.iterdir()):
            if path.suffix == ".safetensors":
                read_header(path)
            elif path.suffix == ".json" and path.name not in VOCABULARIES:
                _check_settings(path)
    except (HeaderError, ModelError, ValueError) as error:
        raise DatasetError("project_model", name=name[:80]) from error


def is_tellable(message: Message, words: Words) -> bool:
    """Tell whether this app has the words of a sentence, with these arguments, in every language."""
    try:
        for language in LANGUAGES:
            words.say(language, message)
    except (KeyError, IndexError, ValueError, AttributeError, TypeError):
        return False
    return True


def _check_settings(path: Path) -> None:
    try:
        value = read_json(path, LARGE_CAP)
    except ModelError:
        if path.name in (CONFIG, *SETTINGS_FILES):
            raise
        return  # a list, or numbers: nothing that is followed
    check_keys(value, path.name)
    for key, item in _items(value):
        if key == "architecture" and not TIMM.fullmatch(str(item)):
            raise ValueError("a network by an address")
        if key == "arguments" and not (isinstance(item, Mapping) and set(item) <= ARGUMENTS):
            raise ValueError("a network with arguments of its own")
        if key in LOADING and path.name != CONFIG and item:
            raise ValueError("weights by an address")


def _items(value: object) -> Iterator[tuple[str, object]]:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, Mapping):
            yield from item.items()
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
