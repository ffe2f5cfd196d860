"""Fine-tuning of text models to the start and the end of an answer, and loading them: long passages in windows."""

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers.processors import TemplateProcessing
from torch import Tensor, nn
from torch.nn import functional
from transformers import (
    AutoModelForQuestionAnswering,
    AutoModelForTokenClassification,
    BertForTokenClassification,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from bigmodel.answers.extracted import Found
from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.datasets.extracts import extracts_of, texts_of
from bigmodel.core.errors import ModelError, TrainingError
from bigmodel.core.task import BaseFiles, Reporter
from bigmodel.metrics import extraction
from bigmodel.training.loop import batches
from bigmodel.training.loop.device import make_accelerator
from bigmodel.training.loop.examples import Batch, fingerprint
from bigmodel.training.loop.recipe import ExtractParams
from bigmodel.training.loop.seed import set_seed
from bigmodel.training.pretrained import load_base, load_trained, longest, save_model
from bigmodel.training.text.encode import Encoded
from bigmodel.training.text.extraction.calibration import fit_line
from bigmodel.training.text.extraction.choice import asked_parts
from bigmodel.training.text.extraction.found import as_found
from bigmodel.training.text.extraction.windows import (
    NOTHING,
    Decision,
    Floats,
    Window,
    best_score,
    choices,
    read,
    target_of,
)
from bigmodel.training.text.finetune import EncodedExamples, fit_vocabulary, tune
from bigmodel.training.text.half import OneAtATime
from bigmodel.training.text.prune_vocabulary import MARGIN_OF_NAMES
from bigmodel.training.text.scratch import make_scratch

RECORD = "extract.json"
ENDS = ("start", "end")
ANSWER_BATCH = 32
EMPTY_SHARE = (
    0.5  # of the windows of an answered question that do not hold the answer are learned from
)
MOST_EMPTY = 4.0  # windows without the answer that one question is learned from, about
MOST_THRESHOLDS = 200
EVERY = 1_000_000  # windows: none of them is left out
FORBIDDEN = -1e4
Look = tuple[float, list[tuple[int, int]], list[tuple[int, int]]]  # loss; pieces answered and right


@dataclass(frozen=True)
class SpanExamples(EncodedExamples):
    """Windows with the pieces that the answer begins and ends with, and from where to where the passage goes."""

    targets: Tensor  # (windows, 4)

    def batch(
        self,
        rows: Sequence[int],
        device: torch.device | str,
        epoch: int | None = None,  # noqa: ARG002 - texts are not varied
    ) -> Batch:
        return Batch(self.texts.batch(rows, device), self.targets[rows].to(device))


class SpanObjective:
    """Cross entropy of start and end over the pieces of the passage and the place that stands for none."""

    def loss(self, raw: Tensor, targets: Tensor) -> Tensor:
        masked = _masked(raw, targets)
        both = (functional.cross_entropy(masked[..., at], targets[:, at]) for at in (0, 1))
        return sum(both, start=torch.zeros((), device=raw.device)) / 2

    def look(self, raw: Tensor, targets: Tensor) -> Look:
        """Return the loss of a batch, and the first and last pieces answered and right of each window."""
        masked = _masked(raw, targets)
        starts = masked[..., 0].argmax(dim=1)
        behind = torch.arange(raw.shape[1], device=raw.device)[None] < starts[:, None]
        ends = masked[..., 1].masked_fill(behind, FORBIDDEN).argmax(dim=1)
        answered = torch.stack([starts, ends], dim=1).cpu().tolist()
        right = targets[:, :2].cpu().tolist()
        loss = float(self.loss(raw, targets)) * len(targets)
        return loss, [(a, b) for a, b in answered], [(a, b) for a, b in right]

    def measure(self, looks: Sequence[Look]) -> dict[str, float]:
        answered = [one for _, rows, _ in looks for one in rows]
        right = [one for *_, rows in looks for one in rows]
        f1 = [_common(*pair) for pair in zip(answered, right, strict=True)]
        count = max(1, len(right))
        exact = sum(a == b for a, b in zip(answered, right, strict=True))
        loss = sum(look[0] for look in looks) / count
        return {"loss": loss, "f1": sum(f1) / count, "exact_match": exact / count}

    def score(self, measures: dict[str, float]) -> float:
        return measures["f1"] - 1e-3 * measures["loss"]


class TunedFinder:
    """A fine-tuned model that finds answers: on a GPU in 32 bits, on a processor question by question, so that none depends on its neighbours."""

    labels: tuple[str, ...] = ()

    def __init__(
        self, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase, how: Decision
    ) -> None:
        self._model, self._tokenizer, self._how = model, tokenizer, how
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        nn.Module.to(model, self._device)
        self._alone = OneAtATime(model, _head(model)) if self._device == "cpu" else None

    def answer(self, inputs: Sequence[str]) -> list[Found]:
        """Return the answer to each question in its passage."""
        pairs = [asked_parts(text) for text in inputs]
        windows, scores = self.scored(pairs)
        found = choices(windows, scores, len(pairs), self._how)
        return [as_found(*pair, choice) for pair, choice in zip(pairs, found, strict=True)]

    def scored(self, pairs: Sequence[tuple[str, str]]) -> tuple[list[Window], list[Floats]]:
        """Return the windows of passages and the scores of their pieces, (pieces, start and end)."""
        windows = read(self._tokenizer, pairs, int(self._tokenizer.model_max_length))
        if self._alone:
            return windows, self._one_by_one(windows, self._alone)
        texts = Encoded([window.ids for window in windows], int(self._tokenizer.pad_token_id or 0))
        found: dict[int, Floats] = {}
        with torch.inference_mode():
            for rows in batches.by_length(texts.lengths, ANSWER_BATCH):
                raw = self._model(**texts.batch(rows, self._device))
                both = (
                    torch.stack([raw.start_logits, raw.end_logits], dim=-1).double().cpu().numpy()
                )
                found |= {
                    row: one[: texts.lengths[row]] for row, one in zip(rows, both, strict=True)
                }
        return windows, [found[at] for at in range(len(windows))]

    def _one_by_one(self, windows: Sequence[Window], alone: OneAtATime) -> list[Floats]:
        """Return the scores of windows; those of one question that are as long as each other are read at once."""
        alike: dict[tuple[int, int], list[int]] = {}
        for at, window in enumerate(windows):
            alike.setdefault((window.row, len(window.ids)), []).append(at)
        found: dict[int, Floats] = {}
        for places in alike.values():
            ids = np.stack([windows[at].ids for at in places])
            found |= zip(places, alone.parts(torch.from_numpy(ids)).double().numpy(), strict=True)
        return [found[at] for at in range(len(windows))]

    def decided(self, rows: Rows, *, has_nothing: bool) -> Decision:
        """Return how to decide, by rows that the weights were not fitted to: the threshold of the best F1, and how sure to be."""
        how = self._how
        if not len(rows):
            return replace(how, threshold=0.0 if has_nothing else None)
        pairs, accepted = (
            [asked_parts(text) for text in rows.inputs],
            [texts_of(t) for t in rows.targets],
        )
        windows, scores = self.scored(pairs)
        always = choices(windows, scores, len(pairs), how)
        texts = [as_found(*pair, choice).text for pair, choice in zip(pairs, always, strict=True)]
        f1 = extraction.scores(accepted, texts)[1]
        if has_nothing:
            empty = np.array([not one for one in accepted], np.float64)
            best = best_score(windows, scores, len(pairs), how)
            how = replace(how, threshold=_threshold(best, f1, empty))
        made = choices(windows, scores, len(pairs), how)
        said = [as_found(*pair, choice) for pair, choice in zip(pairs, made, strict=True)]
        right = extraction.scores(accepted, [one.text for one in said])[1]
        return replace(how, line=fit_line([one.certainty for one in said], right.tolist()))


def train(
    data: TaskData, params: ExtractParams, base: BaseFiles, folder: Path, report: Reporter
) -> None:
    """Fine-tune a base to starts and ends of answers and leave the best weights in the folder.

    Raises:
        TrainingError: `extracts_none_to_learn`.
    """
    if not any(extracts_of(target) for target in data.train.targets):
        raise TrainingError("extracts_none_to_learn")
    report.step(phase="load", step=0, steps=0)
    set_seed(params.seed)
    accelerator = make_accelerator(params.precision, report)
    model, tokenizer = _make(data, params, base, accelerator.device.type != "cpu")
    tokenizer = fit_vocabulary(model, tokenizer, data, report, MARGIN_OF_NAMES)
    # No kinds of tokens: questions and passages are told apart by their place alone, in plain Transformers as well.
    tokenizer.model_input_names = ["input_ids", "attention_mask"]
    tokenizer.init_kwargs["model_input_names"] = tokenizer.model_input_names
    most = longest(model, tokenizer, params.window_tokens)
    parts = []
    for rows in (data.train, data.validation):
        report.step(phase="prepare", step=0, steps=0)
        parts.append(_part(rows, tokenizer, most, params.seed))
    # all windows are read for an answer, of which a share is learned from: what follows training takes that long
    windows = read(tokenizer, [asked_parts(text) for text in data.validation.inputs], most)
    model = tune(
        model,
        SpanObjective(),
        params,
        accelerator=accelerator,
        train=parts[0],
        validation=parts[1],
        report=report,
        identity=partial(fingerprint, params, base, data),
        after_rows=3 * len(windows),
    )
    finder = _as_finder(model)
    save_model(folder, finder, tokenizer, most)
    report.step(phase="evaluate", step=0, steps=0)
    how = Decision(params.answer_tokens)
    tuned = TunedFinder(nn.Module.eval(finder), tokenizer, how)
    has_nothing = not all(extracts_of(target) for target in data.train.targets)
    how = tuned.decided(data.validation, has_nothing=has_nothing)
    (folder / RECORD).write_text(json.dumps({"v": 1} | asdict(how)), "utf-8")


def load(folder: Path) -> TunedFinder:
    """Load a fine-tuned model."""
    record = json.loads((folder / RECORD).read_text("utf-8"))
    how = Decision(record["answer_tokens"], record["threshold"], tuple(record["line"]))
    return TunedFinder(*load_trained(folder, AutoModelForQuestionAnswering), how)


def _make(
    data: TaskData, params: ExtractParams, base: BaseFiles, has_gpu: bool
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Return a model with two outputs a piece, and a tokenizer that puts a question before its passage."""
    if base.kind != "scratch":
        auto = AutoModelForTokenClassification
        return load_base(base, outputs=len(ENDS), labels=ENDS, has_gpu=has_gpu, auto=auto)
    model, tokenizer = make_scratch(
        data.train.inputs,
        outputs=len(ENDS),
        labels=ENDS,
        most_tokens=params.window_tokens,
        network=BertForTokenClassification,
    )
    names = ("[CLS]", "[SEP]")
    tokenizer.backend_tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B:1 [SEP]:1",
        special_tokens=[(name, tokenizer.convert_tokens_to_ids(name)) for name in names],
    )
    return model, tokenizer


def _as_finder(tagger: PreTrainedModel) -> PreTrainedModel:
    """Return a model with the same weights that `AutoModelForQuestionAnswering` loads."""
    finder: PreTrainedModel = AutoModelForQuestionAnswering.from_config(tagger.config)  # type: ignore[no-untyped-call]
    missing = finder.base_model.load_state_dict(tagger.base_model.state_dict(), strict=False)
    heads = [_head(tagger), _head(finder)]
    if missing.missing_keys or None in heads:
        name = tagger.config.model_type
        raise ModelError("base_cannot_be_loaded", base=name, reason=", ".join(missing.missing_keys))
    heads[1].load_state_dict(heads[0].state_dict())
    return finder


def _head(model: PreTrainedModel) -> Any:
    """Return the last layer, which makes start and end."""
    layers = [m for m in model.modules() if isinstance(m, nn.Linear)]
    return layers[-1] if layers[-1].out_features == len(ENDS) else None


def _part(rows: Rows, tokenizer: PreTrainedTokenizerBase, most: int, seed: int) -> SpanExamples:
    """Return the windows to learn from: those that hold the answer, and a share of the others."""
    dice = np.random.default_rng(seed)
    accepted = [extracts_of(target) for target in rows.targets]
    kept: list[Window] = []
    targets: list[tuple[int, int, int, int]] = []
    windows = read(tokenizer, [asked_parts(text) for text in rows.inputs], most, EVERY)
    shown = Counter(window.row for window in windows)
    for window in windows:
        answers = accepted[window.row]
        found = (NOTHING, NOTHING)
        if answers:
            found = target_of(window, answers[0].start, answers[0].start + len(answers[0].text))
        if found != (NOTHING, NOTHING) or dice.random() < _empty_share(
            shown[window.row], is_answered=bool(answers)
        ):
            kept.append(window)
            targets.append((*found, window.first, window.last))
    padding = int(tokenizer.pad_token_id or 0)
    return SpanExamples(
        Encoded([window.ids for window in kept], padding),
        torch.tensor(targets, dtype=torch.long).reshape(-1, 4),
    )


def _empty_share(windows: int, *, is_answered: bool) -> float:
    """Return how many of the windows of a question that hold no answer are learned from; of a long document a few."""
    return min(EMPTY_SHARE if is_answered else 1.0, MOST_EMPTY / windows)


def _masked(raw: Tensor, targets: Tensor) -> Tensor:
    """Return scores in 32 bits, those that are no pieces of the passage forbidden but for the first."""
    places = torch.arange(raw.shape[1], device=raw.device)[None]
    inside = (places >= targets[:, 2:3]) & (places < targets[:, 3:4]) | (places == NOTHING)
    return raw.float().masked_fill(~inside[..., None], FORBIDDEN)


def _common(one: tuple[int, int], other: tuple[int, int]) -> float:
    """Return the F1 of two runs of pieces."""
    common = min(one[1], other[1]) - max(one[0], other[0]) + 1
    lengths = one[1] - one[0] + other[1] - other[0] + 2
    return max(0.0, 2 * common / max(1, lengths))


def _threshold(best: Floats, f1: Floats, empty: Floats) -> float:
    """Return the score below which "not in this text" is said, by which F1 is best."""
    known = best[np.isfinite(best)]
    if not len(known):
        return 0.0
    tried = np.unique(np.quantile(known, np.linspace(0, 1, MOST_THRESHOLDS)))
    tried = np.concatenate([[tried[0] - 1], (tried[1:] + tried[:-1]) / 2, [tried[-1] + 1]])
    gained = [float(np.where(best > at, f1, empty).mean()) for at in tried]
    return float(tried[int(np.argmax(gained))])
