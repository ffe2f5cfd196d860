"""Training and loading of Transformers that translate: from scratch, or a base that already translates; it reads no database.

The network from scratch is an encoder and a decoder with norms before each part and one table of words for both
languages and the output (Vaswani et al. 2017, as MBart has it).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import nn
from transformers import (
    AutoConfig,
    AutoModelForSeq2SeqLM,
    AutoTokenizer,
    MBartConfig,
    MBartForConditionalGeneration,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from bigmodel.answers.translated import Translation
from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.errors import ModelError, TrainingError, loading_model
from bigmodel.core.task import BaseFiles, Explanation, Reporter
from bigmodel.training.bilingual.beam_answers import beam_answers
from bigmodel.training.bilingual.document import Rendering
from bigmodel.training.bilingual.examples import encode_pairs
from bigmodel.training.bilingual.pieces import BEGIN_PIECE, END_PIECE, PAD, learn_pieces
from bigmodel.training.bilingual.recipe import TranslationParams
from bigmodel.training.loop import batches
from bigmodel.training.loop.device import make_accelerator
from bigmodel.training.loop.dropout import use_byte_dropout
from bigmodel.training.loop.examples import fingerprint
from bigmodel.training.loop.loop import Training
from bigmodel.training.loop.objective import TokenObjective
from bigmodel.training.loop.optimizer import freeze
from bigmodel.training.loop.seed import set_seed
from bigmodel.training.pretrained import SAFELY, load_with_new_head, quiet
from bigmodel.training.text.near_rows import NearRows, load_near, save_near

WIDTH, HEADS, INNER = 256, 4, 768
ENCODER_LAYERS, DECODER_LAYERS = 3, 2
DROPOUT, DROPOUT_FEW = 0.1, 0.3
FEW_PAIRS = 10_000
FAR_LONGER = 3.0  # times as many tokens: such a pair is no translation
SLACK = 12  # tokens that two short sentences may differ by
ANSWER_BATCH = 32


class Seq2SeqPredictor:
    """A trained translator. It computes in 32 bits."""

    labels: tuple[str, ...] = ()

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        near: NearRows | None = None,
    ) -> None:
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        nn.Module.to(model, self._device)
        nn.Module.eval(model)
        self._model, self._tokenizer, self._near = model, tokenizer, near

    def answer(self, inputs: Sequence[str]) -> list[Translation]:
        """Return the translation of each text, with the next ones."""
        found: list[Translation] = [Translation("", 0.0)] * len(inputs)
        filled = [place for place, text in enumerate(inputs) if text.strip()]
        lengths = [len(inputs[place]) for place in filled]
        for rows in batches.by_length(lengths, ANSWER_BATCH):
            texts = [inputs[filled[row]] for row in rows]
            for row, made in zip(rows, self._render(texts), strict=True):
                first, *others = made
                told = tuple((one.text, one.certainty) for one in others)
                found[filled[row]] = Translation(first.text, first.certainty, told, first.unknown)
        return found

    def explain(self, inputs: Sequence[str]) -> list[Explanation]:
        """Return the training rows each text is most like."""
        return self._near.explain(inputs) if self._near else [Explanation() for _ in inputs]

    def _render(self, texts: Sequence[str]) -> list[list[Rendering]]:
        with torch.inference_mode():
            return beam_answers(self._model, self._tokenizer, texts, self._device)


def train(
    data: TaskData, params: TranslationParams, base: BaseFiles, folder: Path, report: Reporter
) -> None:
    """Train from scratch or fine-tune a base, and leave the best weights in the folder."""
    report.step(phase="load", step=0, steps=0)
    set_seed(params.seed)
    accelerator = make_accelerator(params.precision, report)
    model, tokenizer = _make(data, params, base)
    kept = _parallel(data.train, tokenizer, report)
    train_part = encode_pairs(kept.inputs, kept.targets, tokenizer, model, params.max_tokens)
    report.step(phase="prepare", step=0, steps=0)
    held = data.validation
    validation = encode_pairs(held.inputs, held.targets, tokenizer, model, params.max_tokens)
    freeze(model, params.frozen_layers)
    if accelerator.device.type == "cpu":
        use_byte_dropout(model)
    Training(
        model,
        accelerator,
        TokenObjective(params.label_smoothing),
        params,
        train=train_part,
        validation=validation,
        report=report,
        fingerprint=fingerprint(params, base, data, *_bytes(train_part.sources)),
    ).run()
    model = accelerator.unwrap_model(model, keep_fp32_wrapper=False).to("cpu")
    save(folder, model, tokenizer, params)
    report.step(phase="evaluate", step=0, steps=0)
    save_near(data.train, folder)


def load_model(folder: Path) -> Seq2SeqPredictor:
    """Load a model that `save` wrote.

    Raises:
        ModelError: files are missing or do not belong together.
    """
    with loading_model():
        model, tokenizer = _loaded(folder)
    return Seq2SeqPredictor(model, tokenizer, load_near(folder))


def save(
    folder: Path,
    model: PreTrainedModel,
    tokenizer: PreTrainedTokenizerBase,
    params: TranslationParams,
) -> None:
    """Write a model that plain `AutoModelForSeq2SeqLM` loads, its tokenizer beside it."""
    model.config.dtype = torch.float32
    tokenizer.model_max_length = params.max_tokens
    how: Any = model.generation_config
    how.num_beams, how.max_length, how.length_penalty = params.beam_width, None, 1.0
    with quiet():
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)


def _loaded(folder: Path) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    with quiet():
        model = AutoModelForSeq2SeqLM.from_pretrained(folder, **SAFELY, dtype="float32")
    return model, tokenizer


def _make(
    data: TaskData, params: TranslationParams, base: BaseFiles
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Return a network and its tokenizer.

    Raises:
        ModelError: the files of a base make up no model of two halves.
    """
    if base.kind == "scratch":
        return _scratch(data, params)
    if base.folder is None:
        raise ModelError("base_has_no_files", base=base.name)
    try:
        config = AutoConfig.from_pretrained(base.folder, local_files_only=True)
        tokenizer = AutoTokenizer.from_pretrained(base.folder, local_files_only=True)
        model = load_with_new_head(AutoModelForSeq2SeqLM, base.folder, config=config)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        reason = str(error)[:300]
        raise ModelError("base_cannot_be_loaded", base=base.name, reason=reason) from error
    return model, tokenizer


def _scratch(
    data: TaskData, params: TranslationParams
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    tokenizer = learn_pieces([*data.train.inputs, *data.train.targets], params.max_tokens)
    config = MBartConfig(
        vocab_size=len(tokenizer),
        d_model=WIDTH,
        encoder_layers=ENCODER_LAYERS,
        decoder_layers=DECODER_LAYERS,
        encoder_ffn_dim=INNER,
        decoder_ffn_dim=INNER,
        encoder_attention_heads=HEADS,
        decoder_attention_heads=HEADS,
        dropout=DROPOUT if len(data.train) >= FEW_PAIRS else DROPOUT_FEW,
        attention_dropout=0.0,
        activation_dropout=0.0,
        activation_function="relu",
        max_position_embeddings=2 * params.max_tokens + SLACK,
        pad_token_id=PAD,
        bos_token_id=BEGIN_PIECE,
        eos_token_id=END_PIECE,
        decoder_start_token_id=END_PIECE,
        forced_eos_token_id=None,
        scale_embedding=True,
        init_std=WIDTH**-0.5,
    )
    model = MBartForConditionalGeneration(config)
    for name, parameter in model.named_parameters():
        is_table = "embed" in name or "shared" in name or "lm_head" in name
        if parameter.ndim == 2 and not is_table:
            nn.init.xavier_uniform_(parameter)
    return model, tokenizer


def _parallel(rows: Rows, tokenizer: PreTrainedTokenizerBase, report: Reporter) -> Rows:
    """Return the pairs that can be translations: both sides filled, neither far longer, not the same text.

    Raises:
        TrainingError: `pairs_empty`, where none is left.
    """
    sides = [tokenizer(list(texts))["input_ids"] for texts in (rows.inputs, rows.targets)]
    places = []
    for place, (source, target) in enumerate(zip(*sides, strict=True)):
        long, short = max(len(source), len(target)), min(len(source), len(target))
        is_same = rows.inputs[place] == rows.targets[place]
        if short and long <= FAR_LONGER * short + SLACK and not is_same:
            places.append(place)
    if not places:
        raise TrainingError("pairs_empty")
    if left := len(rows) - len(places):
        report.note("training.note.pairs_left_out", "warning", count=left)
    columns = (rows.ids, rows.inputs, rows.targets)
    return Rows(*([column[place] for place in places] for column in columns))


def _bytes(rows: Sequence[Sequence[int]]) -> list[bytes]:
    return [b"".join(number.to_bytes(4, "little") for number in row) for row in rows]
