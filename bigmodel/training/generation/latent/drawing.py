"""From noise to pictures with a latent diffusion model and its adapter; it goes along with a downloaded one."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
from diffusers import AutoencoderKL, StableDiffusionPipeline, UNet2DConditionModel
from safetensors.torch import load_file
from torch import Tensor

from bigmodel.data.media.made import Squares
from bigmodel.training.generation.drawing import noise_rows, squares_of
from bigmodel.training.generation.latent.names import ADAPTER, PROMPTS, RECORD
from bigmodel.training.generation.latent.schedule import solver

AT_ONCE = 4  # pictures that the network looks at together
SHOWN = 8  # stages of a picture at most: each has to be decoded


class Drawer:
    """A network, a decoder, and what the prompts say, (classes + 1, tokens, width): the last is of none."""

    def __init__(
        self,
        unet: UNet2DConditionModel,
        decoder: AutoencoderKL,
        schedule: dict[str, Any],
        prompts: Tensor,
    ) -> None:
        self.unet, self.decoder, self.schedule, self.prompts = unet, decoder, schedule, prompts

    @torch.inference_mode()
    def stages(
        self,
        classes: Sequence[int],
        seeds: Sequence[Sequence[int]],
        side: int,
        *,
        guidance: float,
        steps: int,
        is_watched: bool = True,
    ) -> Iterator[Squares]:
        """Yield pictures from noise to the end, (rows, side, side, 3); only the last ones unless they are watched."""
        device, kind = self.prompts.device, self.decoder.config
        small = side // 2 ** (len(kind.block_out_channels) - 1)
        way = solver(self.schedule, steps)
        noise = torch.from_numpy(noise_rows(seeds, (kind.latent_channels, small, small)))
        latents = noise.to(device) * way.init_noise_sigma
        told = self.prompts[list(classes)]
        moments = way.timesteps.tolist()
        shown = {round((at + 1) * len(moments) / SHOWN) for at in range(SHOWN)}
        for step, moment in enumerate(moments, 1):
            answer = self._asked(way.scale_model_input(latents, moment), moment, told, guidance)
            latents = way.step(answer, moment, latents, return_dict=False)[0]
            if step == len(moments) or (is_watched and step in shown):
                yield self._decoded(latents)

    def _asked(self, latents: Tensor, moment: int, told: Tensor, guidance: float) -> Tensor:
        """Return what the network says of noisy latents, what the prompts add counted `guidance` times."""
        untold = self.prompts[-1:]
        found = []
        for part, prompts in zip(
            torch.split(latents, AT_ONCE), torch.split(told, AT_ONCE), strict=True
        ):
            if guidance == 1:
                found.append(self._answer(part, moment, prompts))
                continue
            both = torch.cat([prompts, untold.expand(len(part), -1, -1)])
            with_class, without = self._answer(torch.cat([part, part]), moment, both).chunk(2)
            found.append(without + guidance * (with_class - without))
        return torch.cat(found)

    def _answer(self, latents: Tensor, moment: int, told: Tensor) -> Tensor:
        kind = next(self.unet.parameters()).dtype
        said: Tensor = self.unet(latents.to(kind), moment, told.to(kind), return_dict=False)[0]
        return said.float()

    def _decoded(self, latents: Tensor) -> Squares:
        scaled = latents / self.decoder.config.scaling_factor
        parts = [
            self.decoder.decode(one, return_dict=False)[0] for one in torch.split(scaled, AT_ONCE)
        ]
        return squares_of(torch.cat(parts).float().cpu().numpy())


def load_drawer(folder: Path, base: str | Path, device: str) -> Drawer:
    """Return the drawer of a trained model's folder; the base is a folder, or a model of a hub by its name."""
    record = json.loads((folder / RECORD).read_text("utf-8"))
    how = {"use_safetensors": True, "variant": record["variant"]}
    half = torch.float16 if device == "cuda" else torch.float32
    unet = UNet2DConditionModel.from_pretrained(base, subfolder="unet", torch_dtype=half, **how)
    decoder = AutoencoderKL.from_pretrained(base, subfolder="vae", **how)
    # as pipelines load it: the network's own way overlooks how strong an adapter is
    weights, scales, about = StableDiffusionPipeline.lora_state_dict(
        folder, weight_name=ADAPTER, return_lora_metadata=True
    )
    StableDiffusionPipeline.load_lora_into_unet(weights, scales, unet, metadata=about)
    unet.fuse_lora()
    prompts = load_file(folder / PROMPTS)["prompts"]
    return Drawer(
        unet.to(device).eval(),
        decoder.float().to(device).eval(),
        record["schedule"],
        prompts.to(device),
    )
