"""Fine-tuning of one body with a head for each column, and loading it.

The heads are the rows of one linear layer, so that a model is a plain one of Transformers whose outputs have names: of
whole texts, or of their pieces where words are marked.
"""

import json
import time
from pathlib import Path

import torch
from torch import nn
from transformers import AutoModelForSequenceClassification, AutoModelForTokenClassification

from bigmodel.core.datasets.columns import heads_of
from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.errors import TrainingError
from bigmodel.core.task import BaseFiles, Reporter
from bigmodel.training.loop.recipe import ColumnsParams
from bigmodel.training.pretrained import load_trained
from bigmodel.training.text.columns.apart import Trained, load_apart, measure_apart
from bigmodel.training.text.columns.aside import Aside
from bigmodel.training.text.columns.heads import marks_words
from bigmodel.training.text.columns.marked import MarkedObjective, MarkedPredictor
from bigmodel.training.text.columns.objective import ColumnsObjective
from bigmodel.training.text.columns.predictor import ColumnsPredictor
from bigmodel.training.text.finetune import Fitted, fit_head, keep_head
from bigmodel.training.text.predictor import load_ood_reference
from bigmodel.training.text.tagging.finetune import fit_pieces

MARKED = "TokenClassification"


def train(
    data: TaskData, params: ColumnsParams, base: BaseFiles, folder: Path, report: Reporter
) -> None:
    """Fine-tune one body to all columns and leave the best weights in the folder.

    Where it is asked for, a model for each column is trained too, on the same rows with the same settings; a time
    limit is shared evenly between all trainings. A training that was gone on from is not compared: its time is unknown.

    Raises:
        TrainingError: `columns_none_to_learn`.
    """
    heads = heads_of(data.labels)
    if not heads:
        raise TrainingError("columns_none_to_learn")
    each = params
    if params.compare_apart:
        limit = params.budget_s // (1 + len(heads))
        each = params.model_copy(update={"budget_s": max(limit, int(params.budget_s > 0))})
    start = _clock()
    is_resumed = report.resume is not None
    fitted = _fit(data, each, base, report)
    seconds = _clock() - start
    kind = _kind(data.labels)
    keep_head(fitted, data, base, folder=folder, report=report, limit_s=params.budget_s, kind=kind)
    if kind is MarkedPredictor:  # by this file the program that goes along with a download is known
        record = {"v": 1, "columns": [head.column for head in heads if head.kinds]}
        (folder / "marked.json").write_text(json.dumps(record, ensure_ascii=False), "utf-8")
    if not params.compare_apart:
        return
    if is_resumed:
        report.note("training.note.apart_skipped", "warning")
        return
    shared = load(folder)
    took = Trained(shared.answer, shared.parameters, seconds)
    measure_apart(data, took, lambda part: _alone(part, each, base, report), folder)


def load(folder: Path) -> ColumnsPredictor:
    """Load a fine-tuned model."""
    has_marks = network_of(folder) == MARKED
    auto = AutoModelForTokenClassification if has_marks else AutoModelForSequenceClassification
    kind = MarkedPredictor if has_marks else ColumnsPredictor
    model = kind(*load_trained(folder, auto), load_ood_reference(folder))
    model.apart = load_apart(folder)
    return model


def network_of(folder: Path) -> str:
    """Return the kind of head that a model has, as Transformers calls it."""
    names = json.loads((folder / "config.json").read_text("utf-8"))["id2label"].values()
    return MARKED if marks_words(tuple(names)) else "SequenceClassification"


def _kind(labels: tuple[str, ...]) -> type[ColumnsPredictor]:
    return MarkedPredictor if marks_words(labels) else ColumnsPredictor


def _fit(data: TaskData, params: ColumnsParams, base: BaseFiles, report: Reporter) -> Fitted:
    if marks_words(data.labels):
        return fit_pieces(MarkedObjective(data, params), data, params, base, report)
    return fit_head(ColumnsObjective(data, params), data, params, base, report)


def _alone(data: TaskData, params: ColumnsParams, base: BaseFiles, report: Reporter) -> Trained:
    """Train a model of one column, which nothing is kept of but what it answers."""
    with Aside.begun(report, data.labels[0]) as aside:
        start = _clock()
        model, tokenizer, _ = _fit(data, params, base, aside)
        seconds = _clock() - start
        nn.Module.eval(model)
        predictor = _kind(data.labels)(model, tokenizer)
        return Trained(predictor.answer, predictor.parameters, seconds)


def _clock() -> float:
    """Return seconds of computing: on a processor those of this process alone, so that what else runs does not count."""
    return time.monotonic() if torch.cuda.is_available() else time.process_time()
