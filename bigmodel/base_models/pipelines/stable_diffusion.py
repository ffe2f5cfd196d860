"""Judges a folder of the Stable Diffusion family as diffusers writes it, without loading it; refusing is its default.

Only five parts are ever taken, each of one known class. Whatever else a pipeline names, such as filters of pictures, stays where it is.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from bigmodel.base_models.config import LARGE_CAP, check_keys, read_json, without_paths
from bigmodel.base_models.header import HeaderError, read_header
from bigmodel.core.errors import ModelError

INDEX = "model_index.json"
FAMILY = "stable-diffusion"
PIPELINES = ("StableDiffusionPipeline",)
CLASSES = {
    "unet": ("UNet2DConditionModel",),
    "vae": ("AutoencoderKL",),
    "text_encoder": ("CLIPTextModel",),
    "tokenizer": ("CLIPTokenizer", "CLIPTokenizerFast"),
}
LIBRARIES = ("diffusers", "transformers")
SCHEDULER = "scheduler/scheduler_config.json"
TOKENIZERS = ("tokenizer.json", "vocab.json", "merges.txt")
SETTINGS = ("tokenizer_config.json", "special_tokens_map.json")
CONFIGS = tuple(f"{part}/config.json" for part in ("unet", "vae", "text_encoder"))
WEIGHTS = {
    "unet": "diffusion_pytorch_model",
    "vae": "diffusion_pytorch_model",
    "text_encoder": "model",
}
PICKLES = (".bin", ".pt", ".pth", ".ckpt", ".pkl", ".msgpack", ".h5")
CODE = (".py", ".pyc", ".so", ".pyd", ".dll", ".dylib", ".sh")
PARAMETERS_CAP_M = 1_500
PREDICTIONS = ("epsilon", "v_prediction")
MOST = {"layers_per_block": 8, "num_hidden_layers": 64}  # of which each makes layers
WIDEST, MOST_BLOCKS = 100_000, 8


def chosen(names: Collection[str]) -> list[str]:
    """Return which files of a pipeline are taken; weights in halves where all its parts have such.

    Raises:
        ModelError: `model_has_code`, `pipeline_lacks` or `model_pickle`.
    """
    parts = [name for name in names if PurePosixPath(name).parent.name in ("", *CLASSES)]
    for name in sorted(parts):
        if name.lower().endswith(CODE):
            raise ModelError("model_has_code", file=name[:80])
    for name in (INDEX, SCHEDULER, *CONFIGS):
        if name not in names:
            raise ModelError("pipeline_lacks", file=name)
    words = [f"tokenizer/{name}" for name in (*TOKENIZERS, *SETTINGS)]
    if f"tokenizer/{TOKENIZERS[0]}" not in names and not set(words[1:3]) <= set(names):
        raise ModelError("pipeline_lacks", file=words[1])
    weights = next((found for half in (".fp16", "") if set(found := _weights(half)) <= set(names)), None)  # fmt: skip
    if weights is None:
        return _refuse_weights(names)
    return [INDEX, SCHEDULER, *CONFIGS, *(name for name in words if name in names), *weights]


def _weights(half: str) -> list[str]:
    return [f"{part}/{name}{half}.safetensors" for part, name in WEIGHTS.items()]


def _refuse_weights(names: Collection[str]) -> list[str]:
    lacking = next(name for name in _weights("") if name not in names)
    part = PurePosixPath(lacking).parent.name
    pickled = sorted(n for n in names if n.startswith(f"{part}/") and n.lower().endswith(PICKLES))
    if pickled:
        raise ModelError("model_pickle", file=pickled[0][:80])
    raise ModelError("pipeline_lacks", file=lacking)


def check_index(index: Mapping[str, Any]) -> None:
    """Refuse another kind of pipeline, and parts of classes that are not known.

    Raises:
        ModelError: `model_family_unknown`, `model_wants_code`.
    """
    check_keys(index, INDEX)
    kind = index.get("_class_name")
    if kind not in PIPELINES:
        known = ", ".join(PIPELINES)
        raise ModelError("model_family_unknown", family=str(kind)[:60], known=known)
    for part, classes in CLASSES.items():
        named = index.get(part)
        if not isinstance(named, list) or len(named) != 2 or named[0] not in LIBRARIES or named[1] not in classes:  # fmt: skip
            raise ModelError("model_wants_code", file=INDEX, key=part)


def check_pipeline(folder: Path) -> int:
    """Return how many parameters a pipeline has, if its files are safe and belong together.

    Raises:
        ModelError: the first reason against it.
    """
    check_index(read_json(folder / INDEX))
    settings = {name: read_json(folder / name) for name in (SCHEDULER, *CONFIGS)}
    for name, value in settings.items():
        check_keys(value, name)
        check_sizes(name, value)
    for name in SETTINGS:
        path = folder / "tokenizer" / name
        if path.is_file():
            check_keys(read_json(path, LARGE_CAP), f"tokenizer/{name}")
    unet, vae, reader = (settings[name] for name in CONFIGS)
    latents = vae.get("latent_channels", 4)
    fits = unet.get("in_channels", 4) == unet.get("out_channels", 4) == latents
    if not fits or unet.get("cross_attention_dim") != reader.get("hidden_size"):
        raise ModelError("model_sizes_differ")
    if unet.get("class_embed_type") or unet.get("addition_embed_type"):
        raise ModelError("model_family_unknown", family="class_embed_type", known=FAMILY)
    kind = settings[SCHEDULER].get("prediction_type", PREDICTIONS[0])
    if kind not in PREDICTIONS:
        known = ", ".join(PREDICTIONS)
        raise ModelError("model_family_unknown", family=str(kind)[:60], known=known)
    return _parameters(folder)


def take_paths_out(folder: Path) -> None:
    """Take out of a pipeline's settings what names a place on somebody's machine."""
    for name in (INDEX, SCHEDULER, *CONFIGS, *(f"tokenizer/{each}" for each in SETTINGS)):
        if (folder / name).is_file():
            value = without_paths(read_json(folder / name, LARGE_CAP))
            (folder / name).write_text(json.dumps(value, ensure_ascii=False, indent=1), "utf-8")


def check_sizes(name: str, config: Mapping[str, Any]) -> None:
    """Refuse sizes that would make room for any amount of memory, or layers without end."""
    for key, value in config.items():
        numbers: Sequence[Any] = value if isinstance(value, list) else [value]
        sizes = [one for one in numbers if isinstance(one, int | float)]
        if len(sizes) > MOST_BLOCKS and key != "trained_betas":
            raise ModelError("model_too_big", limit_m=PARAMETERS_CAP_M)
        if any(not abs(one) <= MOST.get(key, WIDEST) for one in sizes):
            raise ModelError("model_too_big", limit_m=PARAMETERS_CAP_M)
        if isinstance(value, dict) and value:
            raise ModelError("model_json_broken", file=name)


def _parameters(folder: Path) -> int:
    total = 0
    for path in sorted(folder.glob("*/*.safetensors")):
        try:
            total += sum(tensor.size for tensor in read_header(path))
        except HeaderError as error:
            raise ModelError("model_weights_broken", file=f"{path.parent.name}/{path.name}") from error  # fmt: skip
    if total > PARAMETERS_CAP_M * 10**6:
        raise ModelError("model_too_big", limit_m=PARAMETERS_CAP_M)
    return total
