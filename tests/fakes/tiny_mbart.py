"""Writes a tiny model of two halves that translates nothing yet: real files in the format of Transformers, made in a moment."""

import random
from itertools import pairwise
from pathlib import Path

import torch
from transformers import MBartConfig, MBartForConditionalGeneration

from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.training.bilingual.pieces import learn_pieces
from bigmodel.training.pretrained import quiet


def write_tiny_mbart(folder: Path, data: TaskData) -> Path:
    """Write a tiny MBart that knows the letters of the pairs."""
    rows: Rows = data.train
    tokenizer = learn_pieces([*rows.inputs, *rows.targets], 64)
    torch.manual_seed(0)
    config = MBartConfig(
        vocab_size=len(tokenizer), d_model=16, encoder_layers=1, decoder_layers=1, encoder_ffn_dim=16,
        decoder_ffn_dim=16, encoder_attention_heads=2, decoder_attention_heads=2, pad_token_id=0, bos_token_id=1,
        eos_token_id=2, decoder_start_token_id=2, forced_eos_token_id=None, max_position_embeddings=160,
    )  # fmt: skip
    with quiet():
        MBartForConditionalGeneration(config).save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    return folder


def tiny_pairs(rows: int = 80, seed: int = 0) -> TaskData:
    """Return made-up pairs of a small grammar, in the shares 8 : 1 : 1."""
    dice = random.Random(seed)  # noqa: S311  (no secret)
    nouns = {"soup": "汤", "rice": "饭", "tea": "茶", "fish": "鱼", "bread": "面包"}
    looks = {"hot": "热", "cold": "冷", "good": "好", "sweet": "甜", "fresh": "新鲜"}
    made = []
    for _ in range(rows):
        noun, look = dice.choice([*nouns]), dice.choice([*looks])
        is_asked = dice.random() < 0.3
        source = f"Is the {noun} {look}?" if is_asked else f"The {noun} is {look}."
        target = f"{nouns[noun]}是{looks[look]}的{'吗？' if is_asked else '。'}"
        made.append((source, target))
    cuts = (0, rows * 8 // 10, rows * 9 // 10, rows)
    parts = []
    for start, end in pairwise(cuts):
        ids = [f"row-{number}" for number in range(start, end)]
        parts.append(Rows(ids, *map(list, zip(*made[start:end], strict=True))))
    return TaskData(*parts)
