"""Writes a tiny multilingual encoder with a Unigram vocabulary, in the format of E5; it needs no network."""

import json
from pathlib import Path

from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors

from tests.fakes.tiny_bert import write_tiny_bert

SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
LETTERS = "abcdefghijklmnopqrstuvwxyz:!?.,▁今天的菜太咸了服务好差アイウабвг"
WORDS = (
    "▁query",
    "▁the",
    "▁soup",
    "▁good",
    "▁bad",
    "▁waiter",
    "ing",
    "今天",
    "服务",
    "味道",
    "味",
    "道",
)


def write_tiny_e5(folder: Path) -> Path:
    """Write the folder of a tiny E5."""
    pieces = [(name, 0.0) for name in SPECIAL]
    pieces += [(word, -5.0 - 0.01 * place) for place, word in enumerate(WORDS)]
    pieces += [(letter, -9.0 - 0.01 * place) for place, letter in enumerate(LETTERS)]
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=3))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.decoder = decoders.Metaspace()
    tokenizer.add_special_tokens(list(SPECIAL))
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    write_tiny_bert(folder, pad_token_id=1)  # more vectors than pieces, as the real model has
    (folder / "vocab.txt").unlink()
    tokenizer.save(str(folder / "tokenizer.json"))
    settings = {
        "tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 128, "bos_token": "<s>",
        "eos_token": "</s>", "sep_token": "</s>", "cls_token": "<s>", "unk_token": "<unk>",
        "pad_token": "<pad>",
    }  # fmt: skip
    (folder / "tokenizer_config.json").write_text(json.dumps(settings), "utf-8")
    return folder
