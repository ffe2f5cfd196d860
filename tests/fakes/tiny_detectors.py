"""Detectors of Transformers small enough to write in a test, with chance weights, one of each family that is a base."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForObjectDetection

from bigmodel.training.pretrained import quiet

WIDTHS = {"embedding_size": 8, "hidden_sizes": [8, 16, 16, 16]}
STAGES = ["stage2", "stage3", "stage4"]
RESNET = {"model_type": "resnet", **WIDTHS, "depths": [1] * 4, "layer_type": "basic"}
OF_QUERIES = {
    "num_queries": 6, "d_model": 32, "encoder_layers": 1, "decoder_layers": 2, "encoder_attention_heads": 2,
    "decoder_attention_heads": 2, "encoder_ffn_dim": 32, "decoder_ffn_dim": 32, "dropout": 0.0,
    "use_timm_backbone": False, "backbone_config": {**RESNET, "out_features": ["stage4"]},
}  # fmt: skip
REAL_TIME = {
    "encoder_hidden_dim": 16, "encoder_in_channels": [16] * 3, "encoder_ffn_dim": 16, "encoder_attention_heads": 2,
    "d_model": 16, "num_queries": 8, "decoder_in_channels": [16] * 3, "decoder_ffn_dim": 16, "decoder_layers": 2,
    "decoder_attention_heads": 2, "num_denoising": 4, "hidden_expansion": 0.5,
    "backbone_config": {**RESNET, "model_type": "rt_detr_resnet", "out_features": STAGES},
}  # fmt: skip
HGNET = {
    "model_type": "hgnet_v2", **WIDTHS, "stem_channels": [3, 8, 8], "stage_in_channels": [8, 8, 16, 16],
    "stage_mid_channels": [8] * 4, "stage_out_channels": [8, 16, 16, 16], "stage_num_blocks": [1] * 4,
    "stage_numb_of_layers": [1] * 4, "out_features": STAGES,
}  # fmt: skip
FAMILIES: Mapping[str, Mapping[str, Any]] = {
    "conditional_detr": OF_QUERIES,
    "d_fine": {**REAL_TIME, "backbone_config": HGNET},
    "deformable_detr": {
        **OF_QUERIES,
        "num_feature_levels": 3,
        "backbone_config": {**RESNET, "out_features": STAGES},
    },
    "detr": OF_QUERIES,
    "rt_detr": REAL_TIME,
    "rt_detr_v2": REAL_TIME,
    "yolos": {
        "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32,
        "image_size": [64, 64], "patch_size": 16, "num_detection_tokens": 6,
    },
}  # fmt: skip


def write_tiny_detector(folder: Path, family: str = "conditional_detr") -> Path:
    """Write a detector that knows 91 kinds, as those of COCO do."""
    torch.manual_seed(0)
    config = AutoConfig.for_model(family, **FAMILIES[family])
    config.num_labels = 91
    with quiet():
        AutoModelForObjectDetection.from_config(config).save_pretrained(folder)  # type: ignore[no-untyped-call]
    return folder
