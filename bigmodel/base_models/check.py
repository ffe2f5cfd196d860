"""Decides whether a folder of a Transformers model may be used, without loading it; refusing is its default."""

import json
import re
import subprocess
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from bigmodel.base_models.config import (
    ANCHOR_FAMILIES,
    CONFIG,
    FINDING_FAMILIES,
    LANGUAGE_FAMILIES,
    LARGE_CAP,
    OURS,
    PARAMETERS_CAP_M,
    WORD_PIECE,
    WRITING_FAMILIES,
    check_config,
    check_hearing,
    check_keys,
    estimate_parameters,
    has_stages,
    medium_of,
    read_json,
    without_paths,
)
from bigmodel.base_models.header import HeaderError, Tensor, read_header
from bigmodel.base_models.pipelines import stable_diffusion as pipeline
from bigmodel.base_models.shapes import find_difference
from bigmodel.children import start
from bigmodel.core.errors import ModelError
from bigmodel.core.task import Medium

WHOLE = "model.safetensors"
INDEX = "model.safetensors.index.json"
SHARD = re.compile(r"model-\d{5}-of-\d{5}\.safetensors")
TOKENIZER = "tokenizer.json"
VOCABULARY = "vocab.txt"
SETTINGS_FILES = (
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "adapter_config.json",
    "preprocessor_config.json",
)
TEXT_FILES = (CONFIG, TOKENIZER, VOCABULARY, "vocab.json", "merges.txt", *SETTINGS_FILES)
HEARING = "preprocessor_config.json"
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".joblib", ".pkl", ".pickle", ".h5", ".msgpack", ".npy")
CODE = (".py", ".pyc", ".so", ".pyd", ".dll", ".dylib", ".sh")
SLACK = 2_000_000  # parameters a configuration may have beyond twice those of its weights
PROBE_S = 20  # of its processor's time: a busy machine makes it no worse tokenizer
BUSY = 15  # so much longer by the clock a busy machine may take


@dataclass(frozen=True)
class Checked:
    """A model that passed: its family, its number of parameters, what it reads, and whether objects are found on its maps."""

    family: str
    parameters: int
    medium: Medium = Medium.TEXT
    has_stages: bool = True

    @property
    def writes(self) -> bool:
        """Tell whether it writes text down, or makes pictures, and can sort nothing into classes."""
        return self.family in (*WRITING_FAMILIES, *LANGUAGE_FAMILIES, *OURS, pipeline.FAMILY)

    @property
    def needs_gpu(self) -> bool:
        """Tell whether a processor would take hours for what a graphics card does in minutes."""
        return self.family == pipeline.FAMILY

    @property
    def finds(self) -> bool:
        """Tell whether it finds objects in pictures."""
        return self.family in (*FINDING_FAMILIES, *ANCHOR_FAMILIES)


def is_wanted(name: str) -> bool:
    """Tell whether a file of this plain name is part of a model; nothing else is ever copied or fetched."""
    return name in TEXT_FILES or name in (WHOLE, INDEX) or bool(SHARD.fullmatch(name))


def check_names(names: Collection[str]) -> None:
    """Refuse a model for what lies in its folder, before anything is read.

    Raises:
        ModelError: `model_no_config`, `model_has_code`, `model_pickle` or `model_no_weights`.
    """
    if CONFIG not in names:
        raise ModelError("model_no_config")
    for name in sorted(names):
        if name.lower().endswith(CODE):
            raise ModelError("model_has_code", file=name[:80])
    if WHOLE in names or INDEX in names:
        return
    pickled = sorted(name for name in names if name.lower().endswith(PICKLES))
    if pickled:
        raise ModelError("model_pickle", file=pickled[0][:80])


def check_folder(folder: Path, *, is_ours: bool = False) -> Checked:
    """Return what a model is if its files are safe and belong together; paths in its settings are taken out.

    Args:
        is_ours: it is one that the app names itself, whose family may be one that no task tunes.

    Raises:
        ModelError: the first reason against it.
    """
    names = {path.name for path in folder.iterdir()}
    if pipeline.INDEX in names:
        return _check_pipeline(folder)
    check_names(names)
    config = read_json(folder / CONFIG)
    family = check_config(config, is_ours=is_ours)
    for name in SETTINGS_FILES:
        if name in names:
            check_keys(read_json(folder / name, LARGE_CAP), name)
    medium = medium_of(config)
    parameters = _check_weights(folder, names, config, medium)
    if medium == Medium.AUDIO and HEARING in names:
        check_hearing(read_json(folder / HEARING))
    if medium == Medium.TEXT or family in WRITING_FAMILIES:
        _check_tokenizer(folder, names, family)
    _take_paths_out(folder, names)
    return Checked(family, parameters, medium, medium != Medium.IMAGE or has_stages(config))


def _check_pipeline(folder: Path) -> Checked:
    parameters = pipeline.check_pipeline(folder)
    if (folder / "tokenizer" / TOKENIZER).is_file():
        _check_tokenizer(folder / "tokenizer", {TOKENIZER}, pipeline.FAMILY)
    pipeline.take_paths_out(folder)
    return Checked(pipeline.FAMILY, parameters, Medium.IMAGE)


def _check_weights(
    folder: Path, names: Collection[str], config: dict[str, object], medium: Medium
) -> int:
    """Return how many parameters the weights hold; they must suit the sizes that a configuration names."""
    tensors: list[Tensor] = []
    for name in _weight_files(folder, names):
        try:
            tensors += read_header(folder / name)
        except HeaderError as error:
            raise ModelError("model_weights_broken", file=name) from error
    parameters = sum(tensor.size for tensor in tensors)
    if parameters > PARAMETERS_CAP_M * 10**6:
        raise ModelError("model_too_big", limit_m=PARAMETERS_CAP_M)
    if medium == Medium.IMAGE:
        return parameters  # their configurations name no sizes to add up; loading compares every tensor
    has_vocabulary = medium == Medium.TEXT or config["model_type"] in WRITING_FAMILIES
    lacks_words = has_vocabulary and not _has_embedding(tensors, config)
    if estimate_parameters(config) > 2 * parameters + SLACK or lacks_words:
        raise ModelError("model_sizes_differ")
    wrong = find_difference(config, tensors)
    if wrong:
        raise ModelError("model_setting_differs", setting=wrong)
    return parameters


def _weight_files(folder: Path, names: Collection[str]) -> Sequence[str]:
    if WHOLE in names:
        return [WHOLE]
    if INDEX not in names:
        raise ModelError("model_no_weights")
    places = read_json(folder / INDEX, LARGE_CAP).get("weight_map")
    shards = sorted({str(name) for name in places.values()}) if isinstance(places, dict) else []
    for name in shards or [INDEX]:
        if not SHARD.fullmatch(name) or name not in names:
            raise ModelError("model_shard_missing", file=name[:80])
    return shards


def _has_embedding(tensors: Sequence[Tensor], config: dict[str, object]) -> bool:
    """Tell whether some matrix has a row for each word of the vocabulary that the configuration names."""
    return any(
        len(tensor.shape) == 2 and tensor.shape[0] == config["vocab_size"] for tensor in tensors
    )


def _check_tokenizer(folder: Path, names: Collection[str], family: str) -> None:
    if TOKENIZER in names:
        read_json(folder / TOKENIZER, LARGE_CAP)
    elif VOCABULARY not in names or family not in WORD_PIECE:
        raise ModelError("model_no_tokenizer")
    elif (folder / VOCABULARY).stat().st_size > LARGE_CAP:
        raise ModelError("model_tokenizer_broken")
    probe = start(
        "bigmodel.base_models.probe", str(folder.resolve()), env={"PATH": ""},
        stdout=subprocess.DEVNULL, outlives=False, processor_s=PROBE_S,
    )  # fmt: skip
    try:
        code = probe.wait(PROBE_S * BUSY)
    except subprocess.TimeoutExpired as error:
        probe.kill()
        probe.wait()
        raise ModelError("model_tokenizer_broken") from error
    if code != 0:
        raise ModelError("model_tokenizer_broken")


def _take_paths_out(folder: Path, names: Collection[str]) -> None:
    for name in (CONFIG, *SETTINGS_FILES[:2], HEARING):
        if name in names:
            value = without_paths(read_json(folder / name))
            (folder / name).write_text(json.dumps(value, ensure_ascii=False, indent=1), "utf-8")
