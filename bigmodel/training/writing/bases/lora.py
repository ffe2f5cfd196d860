"""Low-rank adapters (LoRA, Hu et al. 2021) on a language model that somebody else trained; it reads no database.

A trained model is kept merged, so that it loads as any other; the adapter lies beside it, and tells what the base
itself would say: what the adapter adds to each layer is taken off again.
"""

import json
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import torch
from peft import LoraConfig, PeftModel, get_peft_model, get_peft_model_state_dict
from safetensors.torch import load_file, save_file
from torch import Tensor, nn
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from bigmodel.core.errors import ModelError
from bigmodel.core.task import BaseFiles
from bigmodel.training.loop.examples import Batch, Examples
from bigmodel.training.loop.objective import IGNORED
from bigmodel.training.pretrained import SAFELY, quiet
from bigmodel.training.writing.bases.manners import prepare

WEIGHTS, RECORD = "lora.safetensors", "lora.json"  # as peft's, whose names Transformers looks for
SCALE = 2.0  # what an adapter says is multiplied by
TRANSPOSED = ("gpt2",)  # families whose layers hold their weights the other way round
PREFIX = "base_model.model."  # of names in peft's files


class Adapted(nn.Module):
    """A base with adapters as the loop trains it: nothing but them is learned, saved or gone back to."""

    def __init__(self, model: PeftModel) -> None:
        super().__init__()
        self.model = model

    @property
    def inner(self) -> PreTrainedModel:
        """The base, with the adapters in its layers."""
        found: Any = self.model.get_base_model()
        return cast("PreTrainedModel", found)

    def forward(self, input_ids: Tensor, places: Tensor) -> Tensor:
        """Return what is said at some places of a batch. places: (n,) of rows laid end to end; (n, tokens)."""
        hidden = self.inner.base_model(input_ids=input_ids, use_cache=False).last_hidden_state
        speak: Any = self.inner.get_output_embeddings()  # type: ignore[no-untyped-call]
        said: Tensor = speak(hidden.flatten(0, 1)[places])
        return said

    def state_dict(self, *_args: Any, **_kwargs: Any) -> dict[str, Any]:  # type: ignore[override] # only what is learned
        return {name: part for name, part in self.named_parameters() if part.requires_grad}

    def load_state_dict(self, state_dict: Mapping[str, Any], *_args: Any, **_kwargs: Any) -> Any:
        with torch.no_grad():
            for name, part in self.state_dict().items():
                part.copy_(state_dict[name])


@dataclass(frozen=True)
class Spoken:
    """Rows of which only the places that count are spoken: a table of words is large."""

    rows: Examples

    @property
    def lengths(self) -> Sequence[int]:
        return self.rows.lengths

    def batch(
        self, rows: Sequence[int], device: torch.device | str, epoch: int | None = None
    ) -> Batch:
        """Return some rows with the places that count, and what stands there."""
        batch = self.rows.batch(rows, device, epoch)
        targets = batch.targets.flatten()
        places = (targets != IGNORED).nonzero().flatten()
        return Batch({**batch.inputs, "places": places}, targets[places])


def adapt(base: BaseFiles, rank: int, *, is_chat: bool) -> tuple[Adapted, PreTrainedTokenizerBase]:
    """Return a base with fresh adapters, which change nothing yet, and its tokenizer.

    Raises:
        ModelError: its files do not make up a language model.
    """
    if base.folder is None:
        raise ModelError("base_has_no_files", base=base.name)
    try:
        tokenizer = AutoTokenizer.from_pretrained(base.folder, local_files_only=True)
        model = _loaded(base.folder)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        reason = str(error)[:300]
        raise ModelError("base_cannot_be_loaded", base=base.name, reason=reason) from error
    prepare(tokenizer, is_chat=is_chat)
    how = LoraConfig(
        r=rank,
        lora_alpha=int(SCALE * rank),
        lora_dropout=0.0,
        target_modules="all-linear",
        fan_in_fan_out=model.config.model_type in TRANSPOSED,
        task_type="CAUSAL_LM",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # it asks by a name that is on its way out
        adapted = Adapted(get_peft_model(model, how))
    adapted.model.peft_config["default"].base_model_name_or_path = base.name
    return adapted, tokenizer


def _loaded(folder: Path) -> PreTrainedModel:
    auto: Any = AutoModelForCausalLM  # Transformers types no report
    with quiet():
        model, report = auto.from_pretrained(
            folder, **SAFELY, dtype="float32", output_loading_info=True
        )
    if lacking := sorted(report["missing_keys"]):
        raise ValueError(f"model.safetensors does not suit config.json: {', '.join(lacking[:3])}")
    found: PreTrainedModel = model
    return found


def merge(adapted: Adapted, folder: Path) -> PreTrainedModel:
    """Write the adapter into a folder, and return the base with it merged in."""
    how = adapted.model.peft_config["default"]
    record = {name: _plain(value) for name, value in how.to_dict().items()}
    (folder / RECORD).write_text(json.dumps({**record, "inference_mode": True}), "utf-8")
    # not by peft's own way of saving: that asks a hub about the base
    weights = get_peft_model_state_dict(adapted.model, save_embedding_layers=False)
    save_file({name: part.contiguous() for name, part in weights.items()}, folder / WEIGHTS)
    merged: PreTrainedModel = adapted.model.merge_and_unload()
    return merged


def _plain(value: Any) -> Any:
    """Return what a setting is in JSON."""
    return sorted(value) if isinstance(value, set) else getattr(value, "value", value)


class Untuned:
    """Lets a merged model speak as its base does."""

    def __init__(self, layers: Sequence[tuple[nn.Module, Tensor, Tensor]], scale: float) -> None:
        self._layers, self._scale = layers, scale

    @contextmanager
    def speaking(self) -> Iterator[None]:
        """Take off each layer what its adapter adds."""
        hooks = [
            layer.register_forward_hook(_without(down, up * self._scale))
            for layer, down, up in self._layers
        ]
        try:
            yield
        finally:
            for hook in hooks:
                hook.remove()


def _without(down: Tensor, up: Tensor) -> Callable[..., Tensor]:
    """Return a hook. down: (rank, in), up: (out, rank)."""

    def taken_off(_layer: nn.Module, given: tuple[Tensor, ...], said: Tensor) -> Tensor:
        return said - (given[0] @ down.T) @ up.T

    return taken_off


def load_untuned(folder: Path, model: PreTrainedModel) -> Untuned | None:
    """Return how a merged model speaks as its base; None of one that has none, or was downloaded."""
    if not (folder / WEIGHTS).is_file():
        return None
    how = json.loads((folder / RECORD).read_text("utf-8"))
    weights = load_file(folder / WEIGHTS, device=str(model.device))
    layers = dict(model.named_modules())
    names = (name for name in weights if name.endswith(".lora_A.weight"))
    found = [
        (
            layers[name.removeprefix(PREFIX).removesuffix(".lora_A.weight")],
            weights[name],
            weights[name.replace(".lora_A.", ".lora_B.")],
        )
        for name in names
    ]
    return Untuned(found, how["lora_alpha"] / how["r"])
