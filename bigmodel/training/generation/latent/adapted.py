"""A base of the Stable Diffusion family and a low-rank adapter on it (LoRA, Hu et al. 2021): what is loaded, learned and saved.

Parts are loaded one by one, never as the pipeline that a folder describes: so nothing but these classes can come of it, and
no filter runs that came with a model.
"""

import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, StableDiffusionPipeline, UNet2DConditionModel
from diffusers.training_utils import cast_training_params
from diffusers.utils import convert_state_dict_to_diffusers
from peft import LoraConfig
from peft.utils import get_peft_model_state_dict
from torch import Tensor, nn
from transformers import CLIPTextModel, CLIPTokenizer

from bigmodel.core.errors import ModelError
from bigmodel.core.task import BaseFiles
from bigmodel.training.generation.latent.names import ADAPTER, BASE
from bigmodel.training.generation.latent.schedule import read_schedule
from bigmodel.training.pretrained import quiet

LEARNED = ("to_k", "to_q", "to_v", "to_out.0")  # of every attention of the network
HALF = "fp16"  # of files that hold their weights in halves
NEEDED = ("unet", "vae")  # parts that a trained model needs


@dataclass(frozen=True)
class Parts:
    """What a base consists of. prompts: (classes + 1, tokens, width), the last of none."""

    unet: UNet2DConditionModel
    decoder: AutoencoderKL
    prompts: Tensor
    schedule: dict[str, Any]
    variant: str | None

    @property
    def blocks(self) -> int:
        """Pixels of a side that are one place of a latent."""
        return int(2 ** (len(self.decoder.config.block_out_channels) - 1))


def load_parts(
    base: BaseFiles, texts: Sequence[str], device: str, number: torch.dtype = torch.float32
) -> Parts:
    """Return the parts of a base, its network in such numbers, and what it makes of some texts.

    Raises:
        ModelError: its files do not make up such a model.
    """
    if base.folder is None:
        raise ModelError("base_has_no_files", base=base.name)
    variant = HALF if list((base.folder / "unet").glob(f"*.{HALF}.safetensors")) else None
    how: dict[str, Any] = {"use_safetensors": True, "variant": variant, "local_files_only": True}
    try:
        with quiet():
            prompts = _read(base.folder, texts, how)
            unet = _whole(UNet2DConditionModel, base.folder / "unet", how | {"torch_dtype": number})
            decoder = _whole(AutoencoderKL, base.folder / "vae", how)
        schedule = read_schedule(base.folder / "scheduler")
    except (OSError, ValueError, KeyError, RuntimeError, TypeError) as error:
        reason = str(error)[:300]
        raise ModelError("base_cannot_be_loaded", base=base.name, reason=reason) from error
    for part in (unet, decoder):
        part.requires_grad_(False)
    return Parts(unet, decoder.float().to(device).eval(), prompts, schedule, variant)


def _whole(kind: Any, folder: Path, how: Mapping[str, Any]) -> Any:
    """Return a part all of whose weights are in its file. Any: diffusers types them one by one."""
    part, told = kind.from_pretrained(folder, output_loading_info=True, **how)
    if told["missing_keys"]:
        raise ValueError(f"{folder.name}: {', '.join(sorted(told['missing_keys'])[:3])}")
    return part


@torch.inference_mode()
def _read(folder: Path, texts: Sequence[str], how: Mapping[str, Any]) -> Tensor:
    """Return what the text encoder makes of texts, (texts, tokens, width)."""
    tokenizer = CLIPTokenizer.from_pretrained(folder / "tokenizer", local_files_only=True)
    reader = CLIPTextModel.from_pretrained(folder / "text_encoder", dtype=torch.float32, **how)
    most = reader.config.max_position_embeddings
    ids = tokenizer(
        list(texts), padding="max_length", max_length=most, truncation=True, return_tensors="pt"
    ).input_ids
    reader.train(mode=False)
    return torch.cat([reader(part)[0] for part in torch.split(ids, 16)]).clone()


class Adapted(nn.Module):
    """(noisy latents, moments, classes) → what the network says; nothing but the adapter is learned, saved or gone back to."""

    prompts: Tensor

    def __init__(self, parts: Parts, *, rank: int, alpha: int) -> None:
        super().__init__()
        self.unet, self.number = parts.unet, parts.unet.dtype
        how = LoraConfig(
            r=rank, lora_alpha=alpha, init_lora_weights="gaussian", target_modules=list(LEARNED)
        )
        self.unet.add_adapter(how)
        cast_training_params(self.unet, torch.float32)
        self.register_buffer("prompts", parts.prompts)

    def forward(self, latents: Tensor, moments: Tensor, classes: Tensor) -> Tensor:
        told = self.prompts[classes].to(self.number)
        said: Tensor = self.unet(latents.to(self.number), moments, told, return_dict=False)[0]
        return said.float()

    def state_dict(self, *_args: Any, **_kwargs: Any) -> dict[str, Any]:  # type: ignore[override] # only what is learned
        return {name: part for name, part in self.named_parameters() if part.requires_grad}

    def load_state_dict(self, state_dict: Mapping[str, Any], *_args: Any, **_kwargs: Any) -> Any:
        with torch.no_grad():
            for name, part in self.state_dict().items():
                part.copy_(state_dict[name])


def save_adapter(adapted: Adapted, folder: Path) -> None:
    """Write the adapter as diffusers loads it, its rank and scale in the file."""
    weights = convert_state_dict_to_diffusers(get_peft_model_state_dict(adapted.unet))
    how = adapted.unet.peft_config["default"].to_dict() | {"target_modules": sorted(LEARNED)}
    StableDiffusionPipeline.save_lora_weights(
        folder,
        unet_lora_layers={name: part.cpu() for name, part in weights.items()},
        unet_lora_adapter_metadata=how,
        weight_name=ADAPTER,
    )


def keep_base(base: Path, folder: Path) -> None:
    """Let a model have the files of its base that it needs: they take no room twice on one disk."""
    for part in NEEDED:
        (folder / BASE / part).mkdir(parents=True)
        for file in (base / part).iterdir():
            target = folder / BASE / part / file.name
            with suppress(OSError):
                os.link(file, target)
            if not target.is_file():
                shutil.copyfile(file, target)
