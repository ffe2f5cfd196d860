"""Keeps of a multilingual vocabulary only the pieces that texts use and a margin; texts read before are read the same.

Multilingual E5 spends 96 of its 118 million parameters on 250,000 pieces. A Unigram tokenizer (Kudo 2018) takes the
likeliest way to cut a text into pieces: a way that is still there stays the likeliest when others are gone. So the
texts themselves are read as before, and unseen ones in smaller pieces where a rare one is missing.
"""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, cast

import numpy as np
from tokenizers import Tokenizer
from torch import nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase, PreTrainedTokenizerFast

LARGE = 60_000  # pieces from which on words are most of a small model
LEAST_MARGIN = 2_000  # frequent pieces of the same scripts that no text used, at least; else as many as were used
# where single words are what is looked for, new names must be read whole: 4 % of the pieces of held-out rows were gone
MARGIN_OF_NAMES = 80_000
SPACE = "\u2581"  # how a piece writes the space before it
CHINESE = r"[\u2e80-\u9fff\uf900-\ufaff]"
E5 = re.compile(r"(?<![a-z0-9])e5(?![a-z0-9])")
E5_PREFIX = "query: "  # E5 learned from texts that begin with what they are for (Wang et al. 2024)

Record = dict[str, Any]  # Any: a tokenizer.json


def prefix_for(base: str) -> str:
    """Return what a base model of this name expects before each text."""
    return E5_PREFIX if E5.search(base.lower()) else ""


def with_prefix(tokenizer: PreTrainedTokenizerBase, prefix: str) -> PreTrainedTokenizerBase:
    """Return a tokenizer that puts a prefix before each text itself, so that no program can forget it."""
    if not prefix:
        return tokenizer
    record = _record(tokenizer)
    before = [record["normalizer"]] if record["normalizer"] else []
    prepend = {"type": "Prepend", "prepend": prefix}
    return _tokenizer(
        record | {"normalizer": {"type": "Sequence", "normalizers": [*before, prepend]}}, tokenizer
    )


def with_single_characters(tokenizer: PreTrainedTokenizerBase) -> PreTrainedTokenizerBase:
    """Return a tokenizer of which no piece holds several Chinese characters, so that each can be tagged."""
    record = _record(tokenizer) if tokenizer.is_fast else {}
    if record.get("model", {}).get("type") != "Unigram":
        return tokenizer
    before = [record["pre_tokenizer"]] if record["pre_tokenizer"] else []
    apart = {
        "type": "Split",
        "pattern": {"Regex": CHINESE},
        "behavior": "Isolated",
        "invert": False,
    }
    steps = {"type": "Sequence", "pretokenizers": [*before, apart]}
    return _tokenizer(record | {"pre_tokenizer": steps}, tokenizer)


def is_prunable(model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> bool:
    """Tell whether the vocabulary is large and of the kind that may lose pieces."""
    words = model.get_input_embeddings()
    if type(words) is not nn.Embedding or len(words.weight) < LARGE or not tokenizer.is_fast:
        return False
    shared = [m for m in model.modules() if getattr(m, "weight", None) is words.weight]
    return len(shared) == 1 and _record(tokenizer)["model"].get("type") == "Unigram"


def prune(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    texts: Sequence[str],
    margin: int = LEAST_MARGIN,
) -> PreTrainedTokenizerBase:
    """Leave a model the pieces that texts use and a margin, and return the tokenizer that belongs to it."""
    record = _record(tokenizer)
    pieces = [piece for piece, _ in record["model"]["vocab"]]
    scores = [score for _, score in record["model"]["vocab"]]
    special = {token["id"]: token["content"] for token in record["added_tokens"]}
    used = _used(tokenizer, texts) | set(special)
    kept = sorted(used | _margin(pieces, scores, used - set(special), margin))
    number = {old: new for new, old in enumerate(kept)}
    pruned = _tokenizer(_renumbered(record, number), tokenizer)
    words = cast("nn.Embedding", model.get_input_embeddings())
    padding = number.get(tokenizer.pad_token_id)
    small = nn.Embedding(len(kept), words.embedding_dim, padding_idx=padding)
    small.weight.data.copy_(words.weight.detach()[kept])
    model.set_input_embeddings(small)
    model.config.vocab_size = len(kept)
    for name in ("pad_token_id", "bos_token_id", "eos_token_id"):
        setattr(model.config, name, getattr(pruned, name))
    return pruned


def changed_share(
    whole: PreTrainedTokenizerBase, pruned: PreTrainedTokenizerBase, texts: Sequence[str]
) -> float:
    """Return the share of texts that need smaller pieces, or that hold letters no piece is left for."""
    if not texts:
        return 0.0
    before, after = (tokenizer(list(texts))["input_ids"] for tokenizer in (whole, pruned))
    unknown = whole.unk_token_id, pruned.unk_token_id
    changed = [
        len(old) != len(new) or old.count(unknown[0]) != new.count(unknown[1])
        for old, new in zip(before, after, strict=True)
    ]
    return float(np.mean(changed))


def _used(tokenizer: PreTrainedTokenizerBase, texts: Sequence[str]) -> set[int]:
    found: set[int] = set()
    for ids in tokenizer(list(texts))["input_ids"]:
        found.update(ids)
    return found


def _margin(
    pieces: Sequence[str], scores: Sequence[float], used: Iterable[int], least: int
) -> set[int]:
    """Return unused pieces of the scripts in use: all single letters, and the likeliest of the others."""
    used = set(used)
    scripts = {script(letter) for piece in used for letter in pieces[piece]}
    fitting = [
        number
        for number, piece in enumerate(pieces)
        if number not in used and all(script(letter) in scripts for letter in piece)
    ]
    single = {number for number in fitting if len(pieces[number].strip(SPACE)) <= 1}
    others = sorted(set(fitting) - single, key=lambda number: -scores[number])
    return single | set(others[: max(least, len(used))])


@cache
def script(letter: str) -> str:
    """Return the script of a letter by its name in Unicode (CJK, LATIN, CYRILLIC), or empty for anything else."""
    return unicodedata.name(letter, "").partition(" ")[0] if letter.isalpha() else ""


def _renumbered(record: Record, number: Mapping[int, int]) -> Record:
    """Return a tokenizer.json with fewer pieces; every place that names a piece by number is changed."""
    model = dict(record["model"])
    size = len(model["vocab"])
    model["vocab"] = [model["vocab"][old] for old in number if old < size]
    if model["unk_id"] is not None:
        model["unk_id"] = number[model["unk_id"]]
    added = [token | {"id": number[token["id"]]} for token in record["added_tokens"]]
    around = json.loads(json.dumps(record["post_processor"]))
    for part in around.get("processors", [around]) if around else []:
        for token in part.get("special_tokens", {}).values():
            token["ids"] = [number[old] for old in token["ids"]]
    return record | {"model": model, "added_tokens": added, "post_processor": around}


def _record(tokenizer: PreTrainedTokenizerBase) -> Record:
    record: Record = json.loads(tokenizer.backend_tokenizer.to_str())
    return record


def _tokenizer(record: Record, old: PreTrainedTokenizerBase) -> PreTrainedTokenizerBase:
    """Return a tokenizer of a tokenizer.json; a class made for one model would build its own anew."""
    names = (
        "bos_token",
        "eos_token",
        "unk_token",
        "sep_token",
        "pad_token",
        "cls_token",
        "mask_token",
    )
    special = {name: getattr(old, name) for name in names if getattr(old, name) in _added(record)}
    return PreTrainedTokenizerFast(  # type: ignore[no-untyped-call]
        tokenizer_object=Tokenizer.from_str(json.dumps(record)),
        model_max_length=old.model_max_length,
        padding_side=old.padding_side,
        **special,
    )


def _added(record: Record) -> set[str]:
    return {token["content"] for token in record["added_tokens"]}
