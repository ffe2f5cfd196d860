"""A pipeline of the Stable Diffusion family small enough to write in a test, with chance weights."""

import json
from pathlib import Path

import torch
from diffusers import AutoencoderKL, DDPMScheduler, StableDiffusionPipeline, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

WORDS = ("<unk>", "<|startoftext|>", "<|endoftext|>", *"aofphtslick", *(f"{c}</w>" for c in "aofphtslick"))  # fmt: skip


def write_tiny_diffusion(folder: Path, *, prediction: str = "epsilon") -> Path:
    """Write a pipeline whose latents are half as wide as its pictures."""
    torch.manual_seed(0)
    folder.mkdir(parents=True, exist_ok=True)
    words = folder.with_name(f"{folder.name}-words")
    words.mkdir()
    (words / "vocab.json").write_text(json.dumps({word: at for at, word in enumerate(WORDS)}))
    (words / "merges.txt").write_text("#version: 0.2\n")
    tokenizer = CLIPTokenizer(
        str(words / "vocab.json"), str(words / "merges.txt"), unk_token="<unk>", model_max_length=20
    )
    reader = CLIPTextConfig(
        vocab_size=len(WORDS), hidden_size=16, intermediate_size=16, num_hidden_layers=1,
        num_attention_heads=2, max_position_embeddings=20, bos_token_id=1, eos_token_id=2, pad_token_id=2,
    )  # fmt: skip
    unet = UNet2DConditionModel(
        block_out_channels=(8, 16), layers_per_block=1, sample_size=32, cross_attention_dim=16,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"), attention_head_dim=4,
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"), norm_num_groups=4,
    )  # fmt: skip
    decoder = AutoencoderKL(
        block_out_channels=(8, 8), down_block_types=("DownEncoderBlock2D",) * 2, norm_num_groups=4,
        up_block_types=("UpDecoderBlock2D",) * 2, latent_channels=4,
    )  # fmt: skip
    scheduler = DDPMScheduler(
        beta_schedule="scaled_linear", prediction_type=prediction, steps_offset=1, clip_sample=False
    )
    StableDiffusionPipeline(
        decoder, CLIPTextModel(reader), tokenizer, unet, scheduler, None, None,
        requires_safety_checker=False,
    ).save_pretrained(folder)  # fmt: skip
    return folder
