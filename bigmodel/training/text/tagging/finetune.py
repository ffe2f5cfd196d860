"""Fine-tuning of text models to tags, and loading them: BIO tags on sub-word pieces, long texts in windows."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

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
from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.datasets.spans import (
    Span,
    bio_tags,
    part_tag,
    spans_of,
    spans_of_tags,
    tags_of_spans,
)
from bigmodel.core.errors import TrainingError
from bigmodel.core.task import BaseFiles, Reporter
from bigmodel.metrics import spans
from bigmodel.training.loop import batches
from bigmodel.training.loop.device import make_accelerator
from bigmodel.training.loop.examples import Batch, fingerprint
from bigmodel.training.loop.recipe import TagParams
from bigmodel.training.loop.seed import set_seed
from bigmodel.training.pretrained import load_base, load_trained, longest, save_model
from bigmodel.training.text.encode import Encoded
from bigmodel.training.text.finetune import EncodedExamples, fit_vocabulary, tune
from bigmodel.training.text.prune_vocabulary import MARGIN_OF_NAMES, with_single_characters
from bigmodel.training.text.scratch import make_scratch
from bigmodel.training.text.tagging.decode import Floats, allowed
from bigmodel.training.text.tagging.pieces import Pieces, log_softmax, marks, read

IGNORED = -100  # the tag of special tokens and of padding
ANSWER_BATCH = 32
Look = tuple[float, list[Tensor], list[Tensor]]  # loss, and tags of each window: answered, right


@dataclass(frozen=True)
class TagExamples(EncodedExamples):
    """Windows of texts with a tag for each token."""

    targets: Sequence[Tensor]

    def batch(
        self,
        rows: Sequence[int],
        device: torch.device | str,
        epoch: int | None = None,  # noqa: ARG002 - texts are not varied
    ) -> Batch:
        tags = nn.utils.rnn.pad_sequence(
            [self.targets[row] for row in rows], batch_first=True, padding_value=IGNORED
        )
        return Batch(self.texts.batch(rows, device), tags.to(device))


class TagObjective:
    """Cross entropy of tags; held-out windows are measured by whole entities."""

    def __init__(self, kinds: tuple[str, ...]) -> None:
        self.labels = bio_tags(kinds)
        self.outputs = len(self.labels)
        self.tokens_a_row = 1.0  # a constant, so that a batch may be cut

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
        scores = pieces.merged(self._scores(pieces), len(self._tags))
        return [self._marked(pieces, row, scores[row]) for row in range(len(inputs))]

    def _marked(self, pieces: Pieces, row: int, scores: Floats) -> Marked:
        found = marks(pieces, row, scores, self._tags, self._moves)
        named = tuple(Span(start, end, kind) for start, end, kind, _ in found)
        return Marked(pieces.texts[row], named, tuple(sure for *_, sure in found), self.labels)

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


def train(
    data: TaskData, params: TagParams, base: BaseFiles, folder: Path, report: Reporter
) -> None:
    """Fine-tune a base to tags and leave the best weights in the folder.

    Raises:
        TrainingError: `spans_none_to_learn`.
    """
    if not data.labels:
        raise TrainingError("spans_none_to_learn")
    report.step(phase="load", step=0, steps=0)
    set_seed(params.seed)
    accelerator = make_accelerator(params.precision, report)
    objective = TagObjective(data.labels)
    model, tokenizer = _make(objective, data, params, base, accelerator.device.type != "cpu")
    tokenizer = with_single_characters(tokenizer)
    tokenizer = fit_vocabulary(model, tokenizer, data, report, MARGIN_OF_NAMES)
    most = longest(model, tokenizer, params.max_tokens)
    parts = []
    for rows in (data.train, data.validation):
        report.step(phase="prepare", step=0, steps=0)
        # epochs are chosen by words, as answers are: their first pieces tell
        parts.append(_part(rows, objective, tokenizer, most, by_words=rows is not data.train))
    objective.tokens_a_row = max(1.0, float(np.mean(parts[0].lengths or [1])))
    _begin_at_shares(model, parts[0], objective.outputs)
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
    save_model(folder, model, tokenizer, most)


def load(folder: Path) -> TunedTagger:
    """Load a fine-tuned model."""
    return TunedTagger(*load_trained(folder, AutoModelForTokenClassification))


def encoded(pieces: Pieces, tokenizer: PreTrainedTokenizerBase) -> Encoded:
    """Return windows as a network takes them; one with nothing to read becomes one padding token."""
    padding = int(tokenizer.pad_token_id or 0)
    empty = np.array([padding], np.int64)
    texts = [window.ids if len(window.ids) else empty for window in pieces.windows]
    return Encoded(texts, padding)


def _make(
    objective: TagObjective, data: TaskData, params: TagParams, base: BaseFiles, has_gpu: bool
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


def _part(
    rows: Rows,
    objective: TagObjective,
    tokenizer: PreTrainedTokenizerBase,
    most: int,
    *,
    by_words: bool,
) -> TagExamples:
    """Return windows with the tags of all their pieces, or of the first piece of each word alone."""
    pieces = read(tokenizer, rows.inputs, most)
    number = {tag: at for at, tag in enumerate(objective.labels)}
    by_row = []
    for row, target in enumerate(rows.targets):
        tags = np.array([number[tag] for tag in _piece_tags(pieces, row, target)], np.int64)
        if by_words:
            firsts = [first for first, _ in pieces.units(row)]
            tags = np.where(np.isin(np.arange(len(tags)), firsts), tags, IGNORED)
        by_row.append(tags)
    texts = encoded(pieces, tokenizer)
    targets = []
    for window, ids in zip(pieces.windows, texts.texts, strict=True):
        tags = np.full(len(ids), IGNORED, np.int64)
        end = window.first + len(window.inside)
        tags[window.inside] = by_row[window.row][window.first : end]
        targets.append(torch.from_numpy(tags))
    return TagExamples(texts, targets)


def _begin_at_shares(model: PreTrainedModel, part: TagExamples, outputs: int) -> None:
    """Let the last layer begin at how frequent each tag is: else the first hundreds of steps only learn that most is none."""
    layers = [m for m in model.modules() if isinstance(m, nn.Linear) and m.out_features == outputs]
    if not layers or not part.targets:
        return
    tags = torch.cat(list(part.targets))
    counts = torch.bincount(tags[tags != IGNORED], minlength=outputs) + 1.0
    with torch.no_grad():
        layers[-1].bias.copy_((counts / counts.sum()).log())


def _piece_tags(pieces: Pieces, row: int, target: str) -> list[str]:
    """Return a tag for each piece: all pieces of a word have its kind, and only the first may begin a mark."""
    tags: list[str] = []
    words = tags_of_spans(spans_of(target), pieces.unit_places(row))
    for (first, last), tag in zip(pieces.units(row), words, strict=True):
        kind = part_tag(tag)[1]
        tags += [tag, *[f"I-{kind}" if kind else tag] * (last - first - 1)]
    return tags
