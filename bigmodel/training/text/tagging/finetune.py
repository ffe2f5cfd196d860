"""Fine-tuning of text models to tags, and loading them: BIO tags on sub-word pieces, long texts in windows."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import (
    AutoModelForTokenClassification,
    BertForTokenClassification,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from bigmodel.answers.spans import Marked
from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.datasets.spans import Span, bio_tags, part_tag, spans_of_tags
from bigmodel.core.errors import TrainingError
from bigmodel.core.task import BaseFiles, Reporter
from bigmodel.metrics import spans
from bigmodel.training.loop import batches
from bigmodel.training.loop.device import make_accelerator
from bigmodel.training.loop.examples import fingerprint
from bigmodel.training.loop.objective import Objective
from bigmodel.training.loop.recipe import ColumnsParams, TagParams
from bigmodel.training.loop.seed import set_seed
from bigmodel.training.pretrained import load_base, load_trained, longest, save_model
from bigmodel.training.text.finetune import Fitted, fit_vocabulary, last_layer, tune
from bigmodel.training.text.prune_vocabulary import MARGIN_OF_NAMES, with_single_characters
from bigmodel.training.text.scratch import make_scratch
from bigmodel.training.text.tagging.aligned import (
    IGNORED,
    PieceExamples,
    begin_at_shares,
    encoded,
    window_tags,
)
from bigmodel.training.text.tagging.decode import Floats, allowed
from bigmodel.training.text.tagging.pieces import Pieces, log_softmax, marks, read

ANSWER_BATCH = 32
Look = tuple[float, list[Tensor], list[Tensor]]  # loss, and tags of each window: answered, right


class PieceObjective(Objective, Protocol):
    """A goal of models that answer each piece of a text by their last layer."""

    labels: tuple[str, ...]
    outputs: int  # the width of that layer
    nothing: float  # the target of what has none

    def targets(self, pieces: Pieces, targets: Sequence[str], *, by_words: bool) -> list[Tensor]:
        """Return the targets of each window, the first side being its tokens; `by_words`: of the first piece of each word alone."""

    def begin(self, head: nn.Linear, train: PieceExamples) -> None:
        """Adapt to the training windows and the last layer to them."""

    def end(self, head: nn.Linear) -> None:
        """Bring the last layer to the units of its answers."""


class TagObjective:
    """Cross entropy of tags; held-out windows are measured by whole entities."""

    nothing: float = IGNORED

    def __init__(self, kinds: tuple[str, ...]) -> None:
        self.labels = bio_tags(kinds)
        self.outputs = len(self.labels)
        self.tokens_a_row = 1.0  # a constant, so that a batch may be cut

    def targets(self, pieces: Pieces, targets: Sequence[str], *, by_words: bool) -> list[Tensor]:
        found = window_tags(pieces, targets, self.labels, by_words=by_words)
        return [torch.from_numpy(tags) for tags in found]

    def begin(self, head: nn.Linear, train: PieceExamples) -> None:
        self.tokens_a_row = max(1.0, float(np.mean(train.lengths or [1])))
        begin_at_shares(head, slice(0, self.outputs), [tags.numpy() for tags in train.targets])

    def end(self, head: nn.Linear) -> None:
        """Probabilities have no units."""

    def loss(self, raw: Tensor, targets: Tensor) -> Tensor:
        losses = functional.cross_entropy(
            raw.float().flatten(0, 1), targets.flatten(), ignore_index=IGNORED, reduction="sum"
        )
        return losses / (len(targets) * self.tokens_a_row)

    def look(self, raw: Tensor, targets: Tensor) -> Look:
        """Return the loss of a batch, and the tags answered and right of each window."""
        kept = targets != IGNORED
        pairs = zip(raw.argmax(dim=-1), targets, kept, strict=True)
        sides = [(answer[mask].cpu(), truth[mask].cpu()) for answer, truth, mask in pairs]
        loss = float(self.loss(raw, targets)) * len(targets)
        return loss, [answer for answer, _ in sides], [truth for _, truth in sides]

    def measure(self, looks: Sequence[Look]) -> dict[str, float]:
        answers = [self._spans(row) for _, answered, _ in looks for row in answered]
        truth = [self._spans(row) for _, _, right in looks for row in right]
        columns = spans.count(truth, answers).columns.sum(axis=1, keepdims=True)
        found = spans.named_shares(spans.shares(columns))
        return {"loss": sum(look[0] for look in looks) / max(1, len(truth))} | found

    def score(self, measures: dict[str, float]) -> float:
        return measures["entity_f1"] - 1e-3 * measures["loss"]

    def _spans(self, row: Tensor) -> list[Span]:
        return spans_of_tags([self.labels[at] for at in row.tolist()])


class TunedTagger:
    """A fine-tuned model that marks words. It computes in 32 bits, so answers do not depend on the neighbours."""

    def __init__(self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> None:
        self._model, self._tokenizer = model, tokenizer
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        nn.Module.to(model, self._device)
        names = {int(number): name for number, name in (model.config.id2label or {}).items()}
        self._tags = tuple(names[number] for number in range(len(names)))
        self.labels = tuple(dict.fromkeys(part_tag(tag)[1] for tag in self._tags if tag != "O"))
        self._moves = allowed(self._tags)

    def answer(self, inputs: Sequence[str]) -> list[Marked]:
        """Return each text with its marks."""
        pieces = read(self._tokenizer, inputs, int(self._tokenizer.model_max_length))
        return marked_texts(pieces, self._scores(pieces), self._tags, self._moves, self.labels)

    def _scores(self, pieces: Pieces) -> list[Floats]:
        """Return log probabilities of each window, (tokens, tags)."""
        texts = encoded(pieces, self._tokenizer)
        found: dict[int, Floats] = {}
        with torch.inference_mode():
            for rows in batches.by_length(texts.lengths, ANSWER_BATCH):
                raw = self._model(**texts.batch(rows, self._device)).logits.double().cpu().numpy()
                found |= {
                    row: log_softmax(one[: texts.lengths[row]])
                    for row, one in zip(rows, raw, strict=True)
                }
        return [found[row] for row in range(len(found))]


def marked_texts(
    pieces: Pieces,
    windows: Sequence[Floats],
    tags: Sequence[str],
    moves: Floats,
    kinds: tuple[str, ...],
) -> list[Marked]:
    """Return texts with their marks, from log probabilities of tags of each window, (tokens, tags)."""
    scores = pieces.merged(windows, len(tags))
    answers = []
    for row, text in enumerate(pieces.texts):
        found = marks(pieces, row, scores[row], tags, moves)
        named = tuple(Span(start, end, kind) for start, end, kind, _ in found)
        answers.append(Marked(text, named, tuple(sure for *_, sure in found), kinds))
    return answers


def train(
    data: TaskData, params: TagParams, base: BaseFiles, folder: Path, report: Reporter
) -> None:
    """Fine-tune a base to tags and leave the best weights in the folder.

    Raises:
        TrainingError: `spans_none_to_learn`.
    """
    if not data.labels:
        raise TrainingError("spans_none_to_learn")
    model, tokenizer, most = fit_pieces(TagObjective(data.labels), data, params, base, report)
    save_model(folder, model, tokenizer, most)


def fit_pieces(
    objective: PieceObjective,
    data: TaskData,
    params: TagParams | ColumnsParams,
    base: BaseFiles,
    report: Reporter,
) -> Fitted:
    """Build a model that answers each piece of a text, read the texts once in windows and train; return it with its tokenizer and the tokens it reads at most."""
    report.step(phase="load", step=0, steps=0)
    set_seed(params.seed)
    accelerator = make_accelerator(params.precision, report)
    model, tokenizer = _make(objective, data, params, base, accelerator.device.type != "cpu")
    tokenizer = with_single_characters(tokenizer)
    tokenizer = fit_vocabulary(model, tokenizer, data, report, MARGIN_OF_NAMES)
    most = longest(model, tokenizer, params.max_tokens)
    parts = []
    for rows in (data.train, data.validation):
        report.step(phase="prepare", step=0, steps=0)
        pieces = read(tokenizer, rows.inputs, most)
        # epochs are chosen by words, as answers are: their first pieces tell
        targets = objective.targets(pieces, rows.targets, by_words=rows is not data.train)
        parts.append(PieceExamples(encoded(pieces, tokenizer), targets, objective.nothing))
    head = last_layer(model, objective.outputs)
    objective.begin(head, parts[0])
    model = tune(
        model,
        objective,
        params,
        accelerator=accelerator,
        train=parts[0],
        validation=parts[1],
        report=report,
        identity=partial(fingerprint, params, base, data),
        after_rows=2 * len(parts[1].lengths),
    )
    objective.end(last_layer(model, objective.outputs))
    return model, tokenizer, most


def load(folder: Path) -> TunedTagger:
    """Load a fine-tuned model."""
    return TunedTagger(*load_trained(folder, AutoModelForTokenClassification))


def _make(
    objective: PieceObjective,
    data: TaskData,
    params: TagParams | ColumnsParams,
    base: BaseFiles,
    has_gpu: bool,
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    outputs, labels = objective.outputs, objective.labels
    if base.kind == "scratch":
        return make_scratch(
            data.train.inputs,
            outputs=outputs,
            labels=labels,
            most_tokens=params.max_tokens,
            network=BertForTokenClassification,
            lowercase=False,
        )
    auto = AutoModelForTokenClassification
    return load_base(base, outputs=outputs, labels=labels, has_gpu=has_gpu, auto=auto)
