"""Writes a tiny wav2vec 2.0 or HuBERT in the format of Transformers from a configuration; it needs torch, but no network."""

from pathlib import Path

import torch
from transformers import HubertConfig, HubertModel, Wav2Vec2Config, Wav2Vec2Model

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
    """Write the folder of a tiny body of the family, `wav2vec2` or `hubert`."""
    torch.manual_seed(0)
    model = (
        HubertModel(HubertConfig(**SIZES))
        if family == "hubert"
        else Wav2Vec2Model(Wav2Vec2Config(**SIZES))
    )
    model.save_pretrained(folder)
    return folder
