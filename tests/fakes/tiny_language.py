"""Writes a tiny language model of any family: real files in the format of Transformers, made in a moment; it says nothing of sense."""

from collections.abc import Sequence
from pathlib import Path

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import AutoConfig, AutoModelForCausalLM, PreTrainedTokenizerFast

from bigmodel.training.pretrained import quiet

END = "<|endoftext|>"
CHATML = ("<|im_start|>", "<|im_end|>")
LLAMA = ("<|start_header_id|>", "<|end_header_id|>", "<|eot_id|>")
TEXTS = (
    "the cat is looking for a long river",
    "our teacher sings about winter",
    "猫坐在垫子上。",
) * 9


def write_tiny_language(
    folder: Path, family: str = "llama", *, marks: Sequence[str] = CHATML, **changes: object
) -> Path:
    """Write a tiny model whose vocabulary holds the marks of a family that was taught to talk."""
    plain = Tokenizer(models.BPE())
    plain.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    plain.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(
        vocab_size=340,
        special_tokens=[END, *marks],
        initial_alphabet=alphabet,
        show_progress=False,
    )
    plain.train_from_iterator(TEXTS, trainer)
    tokenizer = PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=plain,
        eos_token=END,
        model_max_length=128,
        clean_up_tokenization_spaces=False,
    )
    if family == "gpt2":
        sizes: dict[str, object] = {"n_embd": 32, "n_layer": 2, "n_head": 2, "n_positions": 128}
    else:
        sizes = {
            "hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2, "num_key_value_heads": 1,
            "intermediate_size": 64, "max_position_embeddings": 128,
        }  # fmt: skip
    if family == "gpt_neox":
        del sizes["num_key_value_heads"]
    if family == "qwen3":
        sizes["head_dim"] = 16
    end = tokenizer.eos_token_id
    torch.manual_seed(0)
    config = AutoConfig.for_model(  # type: ignore[no-untyped-call]
        family, vocab_size=len(tokenizer), bos_token_id=end, eos_token_id=end, **sizes, **changes
    )
    config.pad_token_id = None
    with quiet():
        AutoModelForCausalLM.from_config(config).save_pretrained(folder)
        tokenizer.save_pretrained(folder)
    return folder
