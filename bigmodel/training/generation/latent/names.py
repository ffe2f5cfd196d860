"""The files of an adapter on a latent diffusion model; it must never import torch or diffusers."""

from pathlib import Path

RECORD, PROMPTS = "latent.json", "prompts.safetensors"
ADAPTER = "unet_lora.safetensors"  # as diffusers writes it
BASE = "base"  # folder of the base's own files


def is_latent(folder: Path) -> bool:
    """Tell whether the folder holds an adapter on a latent diffusion model."""
    return (folder / RECORD).is_file()
