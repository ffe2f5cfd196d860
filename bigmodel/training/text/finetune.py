"""Fine-tuning and loading of text models, for every text task; tasks differ only in their goal."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Self

import numpy as np
import torch
from accelerate import Accelerator  # type: ignore[import-untyped]
from numpy.typing import NDArray
from torch import Tensor, nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.errors import TrainingError
from bigmodel.core.task import BaseFiles, Reporter
from bigmodel.training.loop.device import make_accelerator
from bigmodel.training.loop.dropout import use_byte_dropout
from bigmodel.training.loop.examples import Batch, fingerprint
from bigmodel.training.loop.loop import Training
from bigmodel.training.loop.objective import (
    ClassObjective,
    HeadObjective,
    NumberObjective,
    Objective,
)
from bigmodel.training.loop.optimizer import freeze
from bigmodel.training.loop.recipe import TextParams, TunedParams
from bigmodel.training.loop.seed import set_seed
from bigmodel.training.pretrained import load_base, longest, save_model
from bigmodel.training.text import prune_vocabulary
from bigmodel.training.text.compact_vocabulary import CompactVocabulary, can_compact
from bigmodel.training.text.encode import Encoded, encode
from bigmodel.training.text.predictor import TextPredictor, fit_ood_reference, load_model
from bigmodel.training.text.scratch import make_scratch

Fitted = tuple[
    PreTrainedModel, PreTrainedTokenizerBase, int
]  # with the tokens that it reads at most


@dataclass(frozen=True)
class EncodedExamples(ABC):
    """Encoded texts with their targets, in step."""

    texts: Encoded

    @property
    def lengths(self) -> Sequence[int]:
        return self.texts.lengths

    @abstractmethod
    def batch(
        self, rows: Sequence[int], device: torch.device | str, epoch: int | None = None
    ) -> Batch:
        """Return some texts, as wide as the longest of them."""

    def renumbered(self, number: NDArray[np.int64]) -> Self:
        """Return the same rows with other numbers for the tokens."""
        return replace(self, texts=self.texts.renumbered(number))


@dataclass(frozen=True)
class TextExamples(EncodedExamples):
    """Texts with one target each."""

    targets: Tensor

    def batch(
        self,
        rows: Sequence[int],
        device: torch.device | str,
        epoch: int | None = None,  # noqa: ARG002 - texts are not varied
    ) -> Batch:
        return Batch(self.texts.batch(rows, device), self.targets[rows].to(device))


def train_classifier(
    data: TaskData, params: TextParams, base: BaseFiles, folder: Path, report: Reporter
) -> None:
    """Fine-tune a base to classes and leave the best weights in the folder."""
    objective = ClassObjective(
        data.labels,
        data.train.targets,
        smoothing=params.label_smoothing,
        is_balanced=params.class_weights == "balanced",
    )
    train_head(objective, data, params, base, folder=folder, report=report)


def train_regressor(
    data: TaskData, params: TextParams, base: BaseFiles, folder: Path, report: Reporter
) -> None:
    """Fine-tune a base to numbers and leave the best weights in the folder."""
    objective = NumberObjective(data.train.targets)
    train_head(objective, data, params, base, folder=folder, report=report)


def train_head(
    objective: HeadObjective,
    data: TaskData,
    params: TextParams,
    base: BaseFiles,
    *,
    folder: Path,
    report: Reporter,
) -> None:
    """Train a model and write it."""
    fitted = fit_head(objective, data, params, base, report)
    keep_head(fitted, data, base, folder=folder, report=report, limit_s=params.budget_s)


def keep_head(
    fitted: Fitted,
    data: TaskData,
    base: BaseFiles,
    *,
    folder: Path,
    report: Reporter,
    limit_s: float,
    kind: type[TextPredictor] = TextPredictor,
) -> None:
    """Write a trained model, and find out what is usual among rows that it did not learn from."""
    model, tokenizer, most = fitted
    save_model(folder, model, tokenizer, most)
    report.step(phase="evaluate", step=0, steps=0)
    predictor = kind(model, tokenizer)
    is_own = base.kind == "scratch"
    known = fit_ood_reference(predictor, data, report, is_own=is_own, limit_s=limit_s)
    known.save(folder)


def fit_head(
    objective: HeadObjective, data: TaskData, params: TextParams, base: BaseFiles, report: Reporter
) -> Fitted:
    """Build a model, read the texts once and train; return it with its tokenizer and the tokens it reads at most."""
    report.step(phase="load", step=0, steps=0)
    set_seed(params.seed)
    accelerator = make_accelerator(params.precision, report)
    has_gpu = accelerator.device.type != "cpu"
    model, tokenizer = _make(objective, data, params, base, has_gpu=has_gpu)
    prefix = prune_vocabulary.prefix_for(base.name)
    tokenizer = prune_vocabulary.with_prefix(tokenizer, prefix)
    tokenizer = fit_vocabulary(model, tokenizer, data, report)
    most = longest(model, tokenizer, params.max_tokens)
    objective.bind_head(last_layer(model, objective.outputs))
    train = _part(data.train, objective, tokenizer, most=most)
    report.step(phase="prepare", step=0, steps=0)
    validation = _part(data.validation, objective, tokenizer, most=most)
    report.step(phase="prepare", step=0, steps=0)
    model = tune(
        model,
        objective,
        params,
        accelerator=accelerator,
        train=train,
        validation=validation,
        report=report,
        identity=partial(fingerprint, params, base, data),
    )
    objective.unscale_head(last_layer(model, objective.outputs))
    return model, tokenizer, most


def tune(
    model: PreTrainedModel,
    objective: Objective,
    params: TunedParams,
    *,
    accelerator: Accelerator,
    train: EncodedExamples,
    validation: EncodedExamples,
    report: Reporter,
    identity: Callable[..., str],
    after_rows: int | None = None,
) -> PreTrainedModel:
    """Train a model on encoded texts and return it on the processor with its best weights.

    Only the word vectors that the texts name are trained, where they stand alone. `identity` makes the
    fingerprint of a training from the bytes of its texts.
    """
    words = None
    if can_compact(model, train.texts.padding):
        texts = (*train.texts.texts, *validation.texts.texts)
        words = CompactVocabulary(model, texts, train.texts.padding)
        train, validation = (part.renumbered(words.number) for part in (train, validation))
    freeze(model, params.frozen_layers)
    if accelerator.device.type == "cpu":
        use_byte_dropout(model)
    Training(
        model,
        accelerator,
        objective,
        params,
        train=train,
        validation=validation,
        report=report,
        fingerprint=identity(*(text.tobytes() for text in train.texts.texts)),
        after_rows=after_rows,
    ).run()
    model = accelerator.unwrap_model(model, keep_fp32_wrapper=False).to("cpu")
    if words:
        words.restore(model)
    return model


def _make(
    objective: HeadObjective, data: TaskData, params: TextParams, base: BaseFiles, *, has_gpu: bool
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    if base.kind == "scratch":
        return make_scratch(
            data.train.inputs,
            outputs=objective.outputs,
            labels=objective.labels,
            most_tokens=params.max_tokens,
        )
    return load_base(base, outputs=objective.outputs, labels=objective.labels, has_gpu=has_gpu)


def fit_vocabulary(
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    data: TaskData,
    report: Reporter,
    margin: int = prune_vocabulary.LEAST_MARGIN,
) -> PreTrainedTokenizerBase:
    """Return the tokenizer, and of a large vocabulary what the texts need and a margin."""
    if not prune_vocabulary.is_prunable(model, tokenizer):
        return tokenizer
    report.step(phase="prepare", step=0, steps=0)
    pruned = prune_vocabulary.prune(model, tokenizer, data.train.inputs, margin)
    changed = prune_vocabulary.changed_share(tokenizer, pruned, data.validation.inputs)
    report.note(
        "training.note.vocabulary_pruned",
        kept=len(pruned),
        whole=len(tokenizer),
        percent=round(100 * changed, 1),
    )
    return pruned


def _part(
    rows: Rows, objective: HeadObjective, tokenizer: PreTrainedTokenizerBase, *, most: int
) -> TextExamples:
    return TextExamples(encode(tokenizer, rows.inputs, most), objective.targets(rows.targets))


def last_layer(model: PreTrainedModel, outputs: int) -> nn.Linear:
    """Return the last layer, which makes the answers."""
    layers = [m for m in model.modules() if isinstance(m, nn.Linear) and m.out_features == outputs]
    if not layers:
        raise TrainingError("base_has_no_head")
    return layers[-1]


__all__ = ["TextPredictor", "load_model", "train_classifier", "train_regressor"]
