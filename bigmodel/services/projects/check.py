"""Whether weights and settings of a model from elsewhere may be loaded here; refusing is its default, and it loads nothing."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from bigmodel.base_models.check import SETTINGS_FILES, SLACK, WHOLE
from bigmodel.base_models.config import (
    CONFIG,
    LARGE_CAP,
    TIMM,
    check_config,
    check_keys,
    estimate_parameters,
    medium_of,
    read_json,
)
from bigmodel.base_models.header import HeaderError, read_header
from bigmodel.base_models.pipelines.stable_diffusion import check_sizes as check_part
from bigmodel.base_models.shapes import find_difference
from bigmodel.core.errors import DatasetError, ModelError
from bigmodel.core.language import LANGUAGES
from bigmodel.core.message import Message
from bigmodel.core.task import Medium
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
        for path in sorted(folder.rglob("*")):
            if path.suffix == ".safetensors":
                read_header(path)
            elif path.suffix == ".json" and path.name not in VOCABULARIES:
                _check_settings(path)
                if path.parent != folder:  # of a part that is kept as it came
                    check_part(path.name, read_json(path, LARGE_CAP))
        _check_sizes(folder)
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


def _check_sizes(folder: Path) -> None:
    """Refuse a model of Transformers whose settings would make room for more than its weights hold."""
    if not (folder / CONFIG).is_file():
        return
    config = read_json(folder / CONFIG)
    if "model_type" not in config:
        return
    check_config(config)
    weights = folder / WHOLE
    tensors = read_header(weights) if weights.is_file() else []
    differs = medium_of(config) != Medium.IMAGE and find_difference(config, tensors)
    too_many = estimate_parameters(config) > 2 * sum(each.size for each in tensors) + SLACK
    if differs or too_many:
        raise ValueError("settings that name other sizes than the weights")


def _items(value: object) -> Iterator[tuple[str, object]]:
    stack = [value]
    while stack:
        item = stack.pop()
        if isinstance(item, Mapping):
            yield from item.items()
            stack.extend(item.values())
        elif isinstance(item, list):
            stack.extend(item)
