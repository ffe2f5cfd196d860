"""Base models from a checked local folder: safetensors only, nothing from the net, and no code that came with a model."""

import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
import transformers
from torch import nn
from transformers import (
    AutoConfig,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from bigmodel.core.errors import ModelError, loading_model
from bigmodel.core.task import BaseFiles

log = logging.getLogger(__name__)

# Weights come from this machine alone, as safetensors, which hold no code, and no code beside them is run.
SAFELY: dict[str, Any] = {  # Any: as keywords of functions with many others
    "local_files_only": True,
    "use_safetensors": True,
    "trust_remote_code": False,
}

# Parts below a model's prefix that belong to another head or are no weights: some checkpoints have them, some not.
MAY_DIFFER = re.compile(
    r"pooler|position_ids|masked_spec_embed|mask_token|lm_head|num_batches_tracked"
)
ATTENTION_DROPOUT = ("attention_probs_dropout_prob", "attention_dropout", "attn_pdrop")


def load_base(
    base: BaseFiles,
    *,
    outputs: int,
    labels: tuple[str, ...],
    has_gpu: bool,
    auto: Any = AutoModelForSequenceClassification,  # Any: Transformers types them one by one
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Load a base with a fresh head.

    Attention is plain on a processor, where it beats the fused kernels at the lengths of messages, and
    without dropout on its shares, which costs a tenth of a step there and helps no accuracy measured.

    Raises:
        ModelError: its files do not make up a text model.
    """
    if base.folder is None:
        raise ModelError("base_has_no_files", base=base.name)
    try:
        config = AutoConfig.from_pretrained(base.folder, local_files_only=True)
        tokenizer = AutoTokenizer.from_pretrained(base.folder, local_files_only=True)
        set_outputs(config, outputs, labels)
        for name in ATTENTION_DROPOUT if not has_gpu else ():
            if hasattr(config, name):
                setattr(config, name, 0.0)
        model = load_with_new_head(
            auto,
            base.folder,
            config=config,
            attn_implementation=None if has_gpu else "eager",
        )
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise ModelError(
            "base_cannot_be_loaded", base=base.name, reason=str(error)[:300]
        ) from error
    _give_padding(model, tokenizer)
    return model, tokenizer


def load_with_new_head(
    auto: Any, folder: Path, *, head: re.Pattern[str] | None = None, **how: Any
) -> PreTrainedModel:
    """Load a model of Transformers whose head alone may be missing or of another shape.

    Args:
        auto: a class with `from_pretrained` (Any: Transformers types them one by one).
        head: what the names of its head have in them; by default, it is all above the body.

    Raises:
        ValueError: weights outside the head are missing, left over or of another shape; it names the first.
    """
    with quiet():
        model, report = auto.from_pretrained(
            folder,
            **SAFELY,
            dtype="float32",
            ignore_mismatched_sizes=True,  # a head of another training is replaced
            output_loading_info=True,
            **how,
        )
    body = f"{model.base_model_prefix}."
    reshaped = {key[0] if isinstance(key, tuple) else key for key in report["mismatched_keys"]}
    told = reshaped | set(report["missing_keys"]) | set(report["unexpected_keys"])
    parts = {
        name for name, _ in model.base_model.named_children()
    }  # some checkpoints name no prefix

    def is_of_body(key: str) -> bool:
        if head:
            return not head.search(key)
        return key.startswith(body) or key.partition(".")[0] in parts

    wrong = sorted(key for key in told if is_of_body(key) and not MAY_DIFFER.search(key))
    if wrong:
        raise ValueError(f"model.safetensors does not suit config.json: {', '.join(wrong[:3])}")
    if any("pooler.dense" in key for key in report["missing_keys"]):
        _pass_through(model.base_model.pooler.dense)
    loaded: PreTrainedModel = model
    return loaded


def _pass_through(dense: nn.Linear) -> None:
    """Let a layer hand on what it is given: chance would hide from a fresh head what the body has learned."""
    if dense.in_features == dense.out_features:
        nn.init.eye_(dense.weight)
        nn.init.zeros_(dense.bias)


def set_outputs(
    config: transformers.PretrainedConfig, outputs: int, labels: tuple[str, ...]
) -> None:
    """Write the labels into a model's config, so that any Transformers program shows them."""
    names = labels or tuple(f"value_{number}" for number in range(outputs))
    config.id2label = dict(enumerate(names))
    config.label2id = {label: number for number, label in enumerate(names)}
    config.problem_type = "single_label_classification" if labels else "regression"


def longest(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, asked: int) -> int:
    """Return how many tokens of a text are read: as asked, but no more than the model has places for."""
    places = getattr(model.config, "max_position_embeddings", None) or asked
    if model.config.model_type in ("roberta", "xlm-roberta", "camembert", "mpnet"):
        places -= 2  # these count places from the padding id on
    return min(asked, places, int(tokenizer.model_max_length))


def save_model(
    folder: Path, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, most_tokens: int
) -> None:
    """Write a model that the plain `AutoModelFor…` of its head loads, its tokenizer beside it."""
    tokenizer.model_max_length = most_tokens
    model.config.dtype = torch.float32
    with quiet():
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    _check_plain(folder)


def load_trained(
    folder: Path, auto: Any = AutoModelForSequenceClassification
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Load a model that `save_model` wrote.

    Raises:
        ModelError: files are missing or do not belong together.
    """
    with loading_model():
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        with quiet():
            model = auto.from_pretrained(folder, **SAFELY, dtype="float32")
    return model.eval(), tokenizer


@contextmanager
def quiet() -> Iterator[None]:
    """Keep Transformers from drawing progress bars and load reports into our logs."""
    level = transformers.logging.get_verbosity()
    transformers.logging.set_verbosity(logging.ERROR)
    transformers.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        transformers.logging.set_verbosity(level)


def _give_padding(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> None:
    """Let models without a padding token (GPT-2 and kin) fill with their end token."""
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token or tokenizer.unk_token
    if model.config.pad_token_id is None:
        model.config.pad_token_id = tokenizer.pad_token_id


def _check_plain(folder: Path) -> None:
    """Hold that nothing in a saved model asks for code of its own."""
    config = json.loads((folder / "config.json").read_text("utf-8"))
    if "auto_map" in config:
        raise ModelError("base_cannot_be_loaded", base=folder.name, reason="auto_map")
