"""What a fine-tuned text model answers, and what it keeps of its training rows to tell strangers; it trains nothing."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import load_file
from torch import Tensor, nn
from transformers import PreTrainedModel, PreTrainedTokenizerBase

from bigmodel.answers.scores import ScorePredictor
from bigmodel.core.answer import Answer
from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.errors import TrainingError
from bigmodel.core.task import Explanation, Reporter
from bigmodel.training.loop import batches
from bigmodel.training.ood.known_rows import AT_ONCE, read_known
from bigmodel.training.ood.neighbours import FEWEST_HELD, VECTORS
from bigmodel.training.ood.score import (
    LEAST,
    LEAST_INSIDE,
    Floats,
    Numbers,
    cross_fitted,
    fit_calibration,
)
from bigmodel.training.pretrained import load_trained
from bigmodel.training.text.encode import Encoded, encode
from bigmodel.training.text.memory import (
    TextMemory,
    chosen_rows,
    load_memory,
    make_memory,
    unrepeated,
)
from bigmodel.training.text.ngrams import Ngrams, VectorizerConfig, fit_ngrams

TERMS = "neighbours_terms.json"
ANSWER_BATCH = 32
MOST_TUNED = 2_000  # training rows kept: each costs a pass through the network
SPREADS = (LEAST, LEAST, LEAST_INSIDE)  # of the signs: distance, unknown share, distance inside
UNREAD_TOKENS = 0.5  # share of unknown tokens from which next to nothing is read


@dataclass(frozen=True)
class OodReference:
    """What a fine-tuned model keeps of its training rows, and the reader of texts that goes with it."""

    memory: TextMemory
    pieces: Ngrams

    def ood_features(self, inputs: Sequence[str], vectors: Any) -> Floats:
        """Return the signs of strangeness of texts, (inputs, signs)."""
        return self.memory.look(self.pieces.read(inputs), vectors=vectors).ood_features

    def save(self, folder: Path) -> None:
        """Write both beside the model."""
        self.memory.save(folder, {"rarity": self.pieces.rarity})
        reading, terms = self.pieces.reading.__dict__, list(self.pieces.terms)
        stored = json.dumps({"v": 1, "reading": reading, "terms": terms}, ensure_ascii=False)
        (folder / TERMS).write_text(stored, "utf-8")


class TextPredictor(ScorePredictor):
    """A fine-tuned model that answers. It computes in 32 bits, so answers do not depend on the neighbours."""

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        known: OodReference | None = None,
    ) -> None:
        self._model, self._tokenizer, self._known = model, tokenizer, known
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        nn.Module.to(model, self._device)
        names = {int(number): name for number, name in (model.config.id2label or {}).items()}
        labels = tuple(names[number] for number in range(len(names)))  # its JSON is unordered
        self.labels = () if model.config.problem_type == "regression" else labels

    def predict(self, inputs: Sequence[str]) -> list[list[float]]:
        """Return probabilities in the order of the labels, or one number, a row for each input."""
        if not inputs:
            return []
        return self._scores(self._answer(self._read(inputs))[0])

    def explain(self, inputs: Sequence[str]) -> list[Explanation]:
        """Return the training rows each input is most like, whether it is like any, and why it cannot be read."""
        return self.look(inputs)[1]

    def look(self, inputs: Sequence[str]) -> tuple[list[Answer], list[Explanation]]:
        """Return what `answer` and `explain` return."""
        if not inputs or self._known is None:
            return self.answer(inputs), [Explanation() for _ in inputs]
        answers, vectors, texts = self._passed(inputs)
        memory, read = self._known.memory, self._known.pieces.read(inputs)
        look = memory.look(read, vectors=vectors)
        unread = None if memory.is_own else self._unread(texts)
        return list(answers), memory.explain(inputs, read, look, unread)

    def vectors(self, inputs: Sequence[str]) -> Any:
        """Return what the last layer holds of each text, the mean over its tokens: (texts, width)."""
        return self._answer(self._read(inputs), with_vectors=True)[1]

    def _passed(self, inputs: Sequence[str]) -> tuple[Sequence[Answer], Any, Encoded]:
        """Return answers, vectors and what was read of texts, in one pass through the network."""
        texts = self._read(inputs)
        raw, vectors = self._answer(texts, with_vectors=True)
        return self.answers(self._scores(raw)), vectors, texts

    def _read(self, inputs: Sequence[str]) -> Encoded:
        return encode(self._tokenizer, inputs, int(self._tokenizer.model_max_length))

    def _answer(self, texts: Encoded, *, with_vectors: bool = False) -> tuple[Tensor, Any]:
        """Return what the model says of texts, and their vectors where those are asked for."""
        raw = torch.empty(len(texts.texts), max(1, len(self.labels)))
        vectors: dict[int, Any] = {}
        with torch.inference_mode():
            for rows in batches.by_length(texts.lengths, ANSWER_BATCH):
                batch = texts.batch(rows, self._device)
                said = self._model(**batch, output_hidden_states=with_vectors)
                raw[rows] = said.logits.float().cpu()
                if with_vectors:
                    vectors |= zip(rows, mean_state(said, batch["attention_mask"]), strict=True)
        return raw, np.stack([vectors[row] for row in range(len(raw))]) if vectors else None

    def _scores(self, raw: Tensor) -> list[list[float]]:
        return (raw.double().softmax(dim=1) if self.labels else raw.double()).tolist()

    def _unread(self, texts: Encoded) -> list[bool]:
        """Tell of which texts most tokens are the one that stands for all unknown pieces."""
        unknown = self._tokenizer.unk_token_id
        nothing = self._tokenizer(" ")["input_ids"]  # what every text has: a prefix, a space
        around = {*self._tokenizer.all_special_ids, *nothing} - {unknown}
        inside = [[token for token in text.tolist() if token not in around] for text in texts.texts]
        return [text.count(unknown) > UNREAD_TOKENS * len(text) for text in inside]


def load_model(folder: Path) -> TextPredictor:
    """Load a fine-tuned model."""
    return TextPredictor(*load_trained(folder), load_ood_reference(folder))


def fit_ood_reference(
    predictor: TextPredictor,
    data: TaskData,
    report: Reporter,
    *,
    is_own: bool,
    limit_s: float = 0.0,
) -> OodReference:
    """Return what a model keeps of its training rows. `is_own`: it knows no letters but theirs.

    Under a time limit of the job (`limit_s`) it keeps fewer where time is short. What is usual comes from the validation rows; where those are few, from training rows among themselves.
    """
    inputs = data.train.inputs
    chosen, vectors = read_known(
        len(inputs),
        MOST_TUNED,
        lambda part: predictor.vectors([inputs[row] for row in part]),
        report,
        limit_s=limit_s,
        after=2 * len(data.validation) + len(data.test),
    )
    rows = chosen_rows(data.train, chosen)
    known = _known(rows, vectors, is_own=is_own)
    ood_features = []
    if held := unrepeated(data.validation.inputs, data.train.inputs):
        ood_features.append(known.ood_features(held, _vectors(predictor, held, report)))

    def signs_of(learn: Numbers, look: Numbers) -> Floats | None:
        try:
            part = _known(chosen_rows(rows, learn), vectors[learn], is_own=is_own)
        except TrainingError:  # what is left has no text
            return None
        return part.ood_features([rows.inputs[n] for n in look], vectors[look])

    if len(held) < FEWEST_HELD:
        ood_features += cross_fitted(len(rows), signs_of)
    calibration = fit_calibration(np.concatenate(ood_features), SPREADS) if ood_features else None
    return replace(known, memory=replace(known.memory, calibration=calibration))


def load_ood_reference(folder: Path) -> OodReference | None:
    """Load what `Known.save` wrote; None where there is nothing, as in a downloaded package."""
    memory = load_memory(folder)
    if memory is None or not (folder / TERMS).is_file():
        return None
    stored = json.loads((folder / TERMS).read_text("utf-8"))
    rarity = load_file(folder / VECTORS)["rarity"]
    return OodReference(
        memory, Ngrams(VectorizerConfig(**stored["reading"]), stored["terms"], rarity)
    )


def _vectors(predictor: TextPredictor, inputs: Sequence[str], report: Reporter) -> Floats:
    parts = []
    for start in range(0, len(inputs), AT_ONCE):
        report.step(phase="evaluate", step=0, steps=0)
        parts.append(predictor.vectors(inputs[start : start + AT_ONCE]))
    return np.concatenate(parts)


def mean_state(said: Any, mask: Tensor) -> Any:
    """Return the mean over tokens of the last layer; models with two halves read in the first one."""
    states = said.get("hidden_states")
    last = states[-1] if states else said["encoder_last_hidden_state"]
    filled = mask[..., None]
    return ((last.float() * filled).sum(dim=1) / filled.sum(dim=1)).cpu().numpy()


def _known(rows: Rows, vectors: Any, *, is_own: bool) -> OodReference:
    pieces, features = fit_ngrams(rows.inputs)
    memory = make_memory(rows, features, pieces.reading.longest, vectors)
    return OodReference(replace(memory, is_own=is_own), pieces)
