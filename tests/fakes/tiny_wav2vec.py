"""Writes a tiny wav2vec 2.0 or kin in the format of Transformers from a configuration; it needs torch, but no network."""

from pathlib import Path

import torch
from transformers import (
    HubertConfig,
    HubertModel,
    PreTrainedModel,
    Wav2Vec2Config,
    Wav2Vec2Model,
    WavLMConfig,
    WavLMModel,
)

SIZES = {
    "vocab_size": 32,
    "hidden_size": 16,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "intermediate_size": 32,
    "conv_dim": (8, 8, 8),
    "conv_kernel": (10, 8, 4),
    "conv_stride": (5, 8, 8),
    "num_feat_extract_layers": 3,
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 2,
    "classifier_proj_size": 8,
}


def write_tiny_wav2vec(folder: Path, family: str = "wav2vec2") -> Path:
    """Write the folder of a tiny body of the family, `wav2vec2`, `hubert` or `wavlm`."""
    torch.manual_seed(0)
    _make(family).save_pretrained(folder)
    return folder


def _make(family: str) -> PreTrainedModel:
    if family == "hubert":
        return HubertModel(HubertConfig(**SIZES))
    if family == "wavlm":
        return WavLMModel(WavLMConfig(**SIZES))
    return Wav2Vec2Model(Wav2Vec2Config(**SIZES))
