"""Judges the JSON files of a model before anything loads them; it must never follow what they point to."""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bigmodel.core.errors import ModelError
from bigmodel.core.task import Medium

CONFIG = "config.json"
SMALL_CAP = 2_000_000  # bytes of a configuration
LARGE_CAP = 40_000_000  # bytes of a tokenizer
NUMBER_CAP = 2_000_000  # no size in the configuration of a text encoder is larger
LAYERS_CAP = 100
WIDTH_CAP = 16_384
PARAMETERS_CAP_M = 1_000

# Text encoders whose code is part of Transformers and takes one text in.
FAMILIES = (
    "albert", "bert", "camembert", "convbert", "deberta", "deberta-v2", "distilbert", "electra",
    "ernie", "modernbert", "mpnet", "roberta", "roformer", "xlm-roberta",
)  # fmt: skip
PICTURE_FAMILIES = (
    "beit", "convnext", "convnextv2", "deit", "dinov2", "mobilenet_v2", "mobilevit", "regnet",
    "resnet", "swin", "swinv2", "vit",
)  # fmt: skip
# Detectors whose code is part of Transformers; each has a body of another family inside.
FINDING_FAMILIES = (
    "conditional_detr", "d_fine", "deformable_detr", "detr", "rt_detr", "rt_detr_v2", "yolos",
)  # fmt: skip
# Detectors of torchvision, whose files are weights alone: all else is read from their shapes.
ANCHOR_FAMILIES = ("torchvision_faster_rcnn", "torchvision_retinanet")
BODIES = (*PICTURE_FAMILIES, "hgnet_v2", "rt_detr_resnet", "timm_backbone")
BODY_ARGUMENTS = frozenset(
    {"features_only", "in_chans", "num_channels", "out_indices", "output_stride"}
)
WRITING_FAMILIES = ("whisper",)  # these write text down and sort nothing into classes
SOUND_FAMILIES = ("hubert", "wav2vec2", "wavlm", *WRITING_FAMILIES)
# These go on from a text: language models, whose output layer says what their body found and nothing else.
LANGUAGE_FAMILIES = (
    "gpt2", "gpt_neox", "llama", "mistral", "olmo2", "phi", "qwen2", "qwen3", "smollm3", "stablelm",
)  # fmt: skip
OURS = {
    "ge2e": Medium.AUDIO,
    "span": Medium.IMAGE,
}  # of what the app names itself; no task tunes them
# Bodies whose maps are all of one size, or of a size of their own: timm's names of transformers and mixers without stages.
FLAT = re.compile(
    r"patch\d+|_p\d+_|^(test_)?(cait|convit|convmixer|crossvit|deepseek|efficientvim|efficientvit_m|flexivit|gemma|gmixer|gmlp"
    r"|levit|mambaout|mixer|naflex|nest|pit_|qwen|resmlp|sedarknet|sequencer|shvit|swin|tnt|vit|volo|xcit)"
)
RATE_HZ = 16_000  # of every recording here
TIMM = re.compile(r"[a-z][a-z0-9_]{1,80}")  # a plain name of timm, never an address
WORD_PIECE = (
    "bert",
    "convbert",
    "distilbert",
    "electra",
    "ernie",
    "roformer",
)  # vocab.txt is enough

_CODE_KEYS = re.compile(
    r"auto_map|custom_pipelines|custom_code|trust_remote_code|use_kernels|kernels?|kernel_config|hub_kernels|_.*_internal",
    re.IGNORECASE,
)
_ATTENTION = re.compile(r"_?attn_implementation|experts_implementation", re.IGNORECASE)
_PATH_KEYS = re.compile(r".*(_file|_path|_dir|_url)$")
_ORIGIN_KEYS = ("_name_or_path", "name_or_path")  # where a copy was made from: said, never followed
_LABEL_MAPS = ("id2label", "label2id")  # their keys are a person's words
_LEAVES = re.compile(r"(^|[\\/])\.\.([\\/]|$)|^[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_WIDTH = ("hidden_size", "dim", "d_model", "n_embd")
_INNER = ("intermediate_size", "hidden_dim", "n_inner")
_WIDTHS = (
    *_WIDTH, *_INNER, "embedding_size", "encoder_ffn_dim", "decoder_ffn_dim",
)  # fmt: skip
_LAYERS = ("num_hidden_layers", "n_layers", "num_layers", "n_layer")
_HALVES = ("encoder_layers", "decoder_layers")  # of families with one half to hear, one to write

Json = Mapping[str, Any]  # Any: JSON is as deep as its writer made it


def read_json(path: Path, cap: int = SMALL_CAP) -> dict[str, Any]:
    """Return a JSON object from a file of at most `cap` bytes.

    Raises:
        ModelError: `model_json_broken`.
    """
    try:
        if path.stat().st_size <= cap:
            value = json.loads(path.read_bytes())
            if isinstance(value, dict):
                return value
    except (OSError, ValueError, RecursionError):
        pass
    raise ModelError("model_json_broken", file=path.name)


def check_config(config: Json, *, is_ours: bool = False) -> str:
    """Return the family of a model, or refuse its `config.json`.

    Raises:
        ModelError: `model_wants_code`, `model_path_outside`, `model_family_unknown`,
            `model_quantized` or `model_too_big`.
    """
    check_keys(config, CONFIG)
    family = config.get("model_type")
    nested = [v for k, v in _items(config) if k == "model_type" and v is not family]
    is_timm = family is None and TIMM.fullmatch(str(config.get("architecture") or ""))
    if is_timm and not nested:
        return str(config["architecture"])
    known = (
        *FAMILIES, *LANGUAGE_FAMILIES, *PICTURE_FAMILIES, *FINDING_FAMILIES, *ANCHOR_FAMILIES, *SOUND_FAMILIES,
        *(OURS if is_ours else ()),
    )  # fmt: skip
    if family in FINDING_FAMILIES:
        _check_body(config)
        nested = [each for each in nested if each not in BODIES]
    if family not in known or nested:
        given = str(nested[0] if nested else family)[:60]
        raise ModelError("model_family_unknown", family=given, known=", ".join(known))
    if config.get("quantization_config"):
        raise ModelError("model_quantized")
    _check_sizes(config)
    return str(family)


def _check_body(config: Json) -> None:
    """Refuse a detector whose body would come from elsewhere, or be built with more than its measures."""
    for key, value in _items(config):
        if key == "backbone" and value is not None and not TIMM.fullmatch(str(value)):
            raise ModelError("model_path_outside", file=CONFIG, key=key)
        if key == "backbone_kwargs" and not set(value or ()) <= BODY_ARGUMENTS:
            raise ModelError("model_path_outside", file=CONFIG, key=key)


def medium_of(config: Json) -> Medium:
    """Return what a model of a checked configuration reads."""
    family = config.get("model_type")
    if family in OURS:
        return OURS[str(family)]
    if family in SOUND_FAMILIES:
        return Medium.AUDIO
    return Medium.TEXT if family in (*FAMILIES, *LANGUAGE_FAMILIES) else Medium.IMAGE


def has_stages(config: Json) -> bool:
    """Tell whether a body for pictures makes maps of several sizes, in which objects of all sizes are found."""
    architecture = str(config.get("architecture") or "")
    is_timm = config.get("model_type") is None and bool(architecture)
    return is_timm and not FLAT.search(architecture)


def check_hearing(settings: Json) -> None:
    """Refuse the `preprocessor_config.json` of a body that listens at another rate than ours.

    Raises:
        ModelError: `model_rate`.
    """
    rate = settings.get("sampling_rate", RATE_HZ)
    if rate != RATE_HZ:
        raise ModelError("model_rate", rate=str(rate)[:20], wanted=RATE_HZ)


def check_keys(value: Json, file: str) -> None:
    """Refuse a JSON file that wants code to run or points outside the model's folder."""
    for key, item in _items(value):
        wants_code = _CODE_KEYS.fullmatch(key) and item not in (None, False, "", {}, [])
        loads_kernel = _ATTENTION.fullmatch(key) and "/" in str(item)
        if wants_code or loads_kernel:
            raise ModelError("model_wants_code", file=file, key=key[:60])
        is_path = _PATH_KEYS.fullmatch(key) and key not in _ORIGIN_KEYS
        if is_path and isinstance(item, str) and _LEAVES.search(item):
            raise ModelError("model_path_outside", file=file, key=key[:60])


def without_paths(value: Json) -> dict[str, Any]:
    """Return the object without what names a place on somebody's machine or a template that would be run."""
    return {
        key: item
        for key, item in value.items()
        if not (_PATH_KEYS.fullmatch(key) or key == "chat_template")
    }


def estimate_parameters(config: Json) -> int:
    """Return about how many numbers the configuration would make room for."""
    width = _size(config, *_WIDTH)
    embedding = _size(config, "embedding_size") or width
    inner = _size(config, *_INNER) or 4 * width
    layers = _size(config, "num_hidden_groups", *_LAYERS)  # ALBERT shares layers within a group
    tables = ("vocab_size", "max_position_embeddings", "n_positions", "type_vocab_size")
    words = sum(_size(config, name) for name in tables)
    named = config.get("id2label")
    labels = max(_size(config, "num_labels"), len(named) if isinstance(named, dict) else 0)
    body = layers * (4 * width * width + 2 * width * inner)
    if config.get("model_type") in WRITING_FAMILIES:
        body = _two_halves(config, width)
    return words * embedding + body + labels * width + _convolutions(config, width)


def _two_halves(config: Json, width: int) -> int:
    """Return about how many numbers an encoder for sounds and a decoder that writes take."""
    hearing, writing = (_size(config, name) for name in _HALVES)
    inner = [_size(config, f"{half}_ffn_dim") or 4 * width for half in ("encoder", "decoder")]
    places = _size(config, "max_source_positions") + _size(config, "max_target_positions")
    front = 3 * width * (_size(config, "num_mel_bins") + width)
    layers = hearing * (4 * width + 2 * inner[0]) + writing * (8 * width + 2 * inner[1])
    return width * (layers + places) + front


def _convolutions(config: Json, width: int) -> int:
    """Return about how many numbers the convolutions of a body for sounds take: on samples, of places, of adapters."""
    channels, lengths = _sizes(config, "conv_dim"), _sizes(config, "conv_kernel")
    before = [1, *channels]
    samples = sum(a * b * k for a, b, k in zip(before, channels, lengths, strict=False))
    groups = max(1, _size(config, "num_conv_pos_embedding_groups"))
    places = _size(config, "num_conv_pos_embeddings") * width * width // groups
    out = _size(config, "output_hidden_size") or width
    kernel = _size(config, "adapter_kernel_size")
    adapters = _size(config, "num_adapter_layers") * 2 * out * out * kernel
    head = _size(config, "classifier_proj_size") * width
    return samples + places + head + (adapters if config.get("add_adapter") else 0)


def _sizes(config: Json, name: str) -> list[int]:
    value = config.get(name)
    return [n for n in value if isinstance(n, int) and n >= 0] if isinstance(value, list) else []


def _check_sizes(config: Json) -> None:
    numbers = [abs(v) for _, v in _items(config) if isinstance(v, int | float) and v == v]
    is_large = (
        max(numbers, default=0) > NUMBER_CAP
        or max((_size(config, name) for name in _WIDTHS), default=0) > WIDTH_CAP
        or max((_size(config, name) for name in (*_LAYERS, *_HALVES)), default=0) > LAYERS_CAP
    )
    if is_large or estimate_parameters(config) > PARAMETERS_CAP_M * 10**6:
        raise ModelError("model_too_big", limit_m=PARAMETERS_CAP_M)
    medium = medium_of(config)
    if medium == Medium.IMAGE:
        return
    writes = medium == Medium.TEXT or config.get("model_type") in WRITING_FAMILIES
    has_words = bool(_size(config, "vocab_size")) or not writes
    if not _size(config, *_WIDTH) or not has_words:
        raise ModelError("model_json_broken", file=CONFIG)


def _size(config: Json, *names: str) -> int:
    """Return the first of the named sizes that is a whole number of at least 0."""
    for name in names:
        value = config.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
    return 0


def _items(value: object) -> Iterator[tuple[str, Any]]:
    """Yield every key with its value, however deep; members of a list come with the key of the list."""
    stack: list[tuple[str, object]] = [("", value)]
    while stack:
        key, item = stack.pop()
        if isinstance(item, Mapping):
            for name, inner in item.items():
                if name not in _LABEL_MAPS:
                    yield name, inner
                    stack.append((name, inner))
        elif isinstance(item, list):
            stack.extend((key, inner) for inner in item)
