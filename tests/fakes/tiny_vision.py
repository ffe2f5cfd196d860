"""Picture bodies small enough to write in a test, as timm and as Transformers store them."""

import json
from pathlib import Path

import timm
import torch
from safetensors.torch import save_file
from transformers import ViTConfig, ViTForImageClassification

ARCHITECTURE = "test_resnet"
MEAN, SPREAD = [0.4, 0.5, 0.6], [0.2, 0.3, 0.25]


def write_tiny_timm(folder: Path) -> Path:
    """Write a model of timm with chance weights."""
    folder.mkdir(parents=True)
    torch.manual_seed(0)
    model = timm.create_model(ARCHITECTURE, pretrained=False)
    save_file(
        {n: v.contiguous() for n, v in model.state_dict().items()}, folder / "model.safetensors"
    )
    config = {
        "architecture": ARCHITECTURE,
        "num_classes": 1000,
        "pretrained_cfg": {"mean": MEAN, "std": SPREAD, "classifier": "fc"},
    }
    (folder / "config.json").write_text(json.dumps(config), "utf-8")
    return folder


def write_tiny_vit(folder: Path) -> Path:
    """Write a model of Transformers with chance weights."""
    torch.manual_seed(0)
    config = ViTConfig(
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        image_size=32,
        patch_size=8,
    )
    ViTForImageClassification(config).save_pretrained(folder)
    about = {"image_mean": MEAN, "image_std": SPREAD}
    (folder / "preprocessor_config.json").write_text(json.dumps(about), "utf-8")
    return folder
