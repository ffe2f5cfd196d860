"""Networks as ONNX: written from torch, and asked the same questions before anybody gets them.

Run in child processes alone: the exporter takes seconds and memory, and the web process never imports it.
"""

import json
import logging
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from bigmodel.core.errors import ModelError
from bigmodel.training.standalone.networks import plain_tokens, reader
from bigmodel.training.standalone.networks.reader import tokenizer_of
from bigmodel.training.standalone.networks.session import ONNX, Body
from bigmodel.training.standalone.networks.torch_body import TorchBody

log = logging.getLogger(__name__)

TOLERANCE = 1e-3  # of the largest number of an answer, or of one
SAYINGS = ["Hello, wörld! 3.5%", "你好，世界 ☃", "ÅB c\u0301 x\u0130", " two  blanks ", ""]
Given = Mapping[str, NDArray[Any]]  # by the name that it has in the file, in the order of the call


def write_onnx(body: TorchBody, examples: Sequence[Given], folder: Path) -> float:
    """Write the network of a program into `model.onnx`, and return how far its answers differ at most.

    Args:
        body: what the program asks, as torch computes it.
        examples: what it is asked; sides in which they differ may be of any length later. All of them are asked of both.

    Raises:
        ModelError: `onnx_not_written`, `onnx_differs`.
    """
    first = {name: torch.from_numpy(value) for name, value in examples[0].items()}
    free = tuple(_free([example[name] for example in examples]) for name in first)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of the exporter, about itself
            torch.onnx.export(
                body.net,
                tuple(first.values()),
                folder / ONNX,
                input_names=list(first),
                dynamic_shapes=free,
                dynamo=True,
                external_data=False,
                verbose=False,
            )
        found = Body(folder)
    except Exception as error:
        log.warning("not written as ONNX", exc_info=True)
        raise ModelError("onnx_not_written", reason=type(error).__name__) from error
    most = max(_difference(body, found, example) for example in examples)
    if not most <= TOLERANCE:
        raise ModelError("onnx_differs", difference=f"{most:.1e}", tolerance=f"{TOLERANCE:g}")
    return most


def _free(values: Sequence[NDArray[Any]]) -> dict[int, Any]:
    """Return the sides in which values differ."""
    lengths = zip(*(value.shape for value in values), strict=True)
    return {
        place: torch.export.Dim.AUTO for place, each in enumerate(lengths) if len(set(each)) > 1
    }


def _difference(one: TorchBody, other: Body, given: Given) -> float:
    pairs = zip(one(*given.values()), other(*given.values()), strict=True)
    return max(
        float(np.abs(a - b).max() / max(1.0, float(np.abs(a).max())))
        if a.shape == b.shape
        else np.inf
        for a, b in pairs
    )


def write_reader(model: Path, folder: Path, head: str) -> float:
    """Write a Transformer that reads texts, as `write_onnx` does; its tokenizer must do without Transformers too.

    Raises:
        ModelError: `onnx_tokenizer`, and those of `write_onnx`.
    """
    try:
        alone = plain_tokens.tokenizer_of(model)
        same = alone(SAYINGS)["input_ids"] == tokenizer_of(model)(SAYINGS)["input_ids"]
    except Exception as error:
        raise ModelError("onnx_tokenizer") from error
    if not same:
        raise ModelError("onnx_tokenizer")
    words = int(json.loads((model / "config.json").read_text("utf-8"))["vocab_size"])
    chance, examples = np.random.default_rng(0), []
    for rows, width in ((2, 9), (3, 13), (1, 1)):
        mask = np.ones((rows, width), np.int64)
        mask[0, width // 2 + 1 :] = 0
        examples.append({"ids": chance.integers(0, words, (rows, width)), "mask": mask})
    return write_onnx(reader.Body(model, head), examples, folder)


def noise(*shape: int) -> NDArray[np.float32]:
    """Return fractions to ask a network of pictures."""
    return np.random.default_rng(0).random(shape, np.float32)
