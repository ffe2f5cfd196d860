"""Training and loading of Transformers that write, from scratch or by adapters on a base; it reads no database.

The network from scratch is a decoder with rotary places, norms of the root mean square and gated layers, as LLaMA has them
(Touvron et al. 2023); words and output share one table.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import nn
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedModel,
    PreTrainedTokenizerBase,
)

from bigmodel.answers.written import ANSWER, Written
from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.datasets.turns import turns_of
from bigmodel.core.errors import TrainingError, loading_model
from bigmodel.core.task import BaseFiles, Reporter
from bigmodel.training.loop import batches
from bigmodel.training.loop.device import make_accelerator
from bigmodel.training.loop.examples import Examples, fingerprint
from bigmodel.training.loop.loop import Training
from bigmodel.training.loop.seed import set_seed
from bigmodel.training.pretrained import SAFELY, quiet
from bigmodel.training.writing.baseline import USUAL, are_chats, thinned
from bigmodel.training.writing.bases.lora import (
    Adapted,
    Spoken,
    Untuned,
    adapt,
    load_untuned,
    merge,
)
from bigmodel.training.writing.copying import learn_runs
from bigmodel.training.writing.counted import NOTHING, Counter, Surprise, asked_of, size_of
from bigmodel.training.writing.examples import Conversations, NextToken, Windows
from bigmodel.training.writing.letters import Letters, count_letters, load_letters, save_letters
from bigmodel.training.writing.pieces import learn_pieces
from bigmodel.training.writing.recipe import WritingParams
from bigmodel.training.writing.sampling import tokens_after, written_after
from bigmodel.training.writing.surprise import nats_of
from bigmodel.training.writing.tokens import (
    banned_tokens,
    is_chatty,
    prompt_tokens,
    row_tokens,
    text_of,
)

MUCH_TEXT = 300_000  # characters from which on the larger network is worth its time
SMALL: Mapping[str, Any] = {
    "hidden_size": 192,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "intermediate_size": 512,
}
LARGE: Mapping[str, Any] = {
    "hidden_size": 256,
    "num_hidden_layers": 6,
    "num_attention_heads": 8,
    "intermediate_size": 688,
}
USUAL_TOKENS = 48  # that are written where nobody said how much
SAMPLE_TOKENS = 80
SAMPLES = 3
ANSWER_BATCH = 32
AFTER_BASE = 10  # times the held-out rows: texts of the model and of its base are longer work


class DecoderPredictor:
    """A trained writer. It computes in 32 bits."""

    labels: tuple[str, ...] = ()

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        letters: Letters,
        counter: Counter,
        untuned: Untuned | None = None,
    ) -> None:
        """`untuned` lets the model speak as the base that it was tuned from."""
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        nn.Module.to(model, self._device)
        nn.Module.eval(model)
        self._model, self._tokenizer = model, tokenizer
        self._letters, self._counter, self._untuned = letters, counter, untuned

    def answer(self, inputs: Sequence[str]) -> list[Written]:
        """Return what comes after each text, or is answered, and how surprising the text was."""
        found: list[Written] = [Written("")] * len(inputs)
        filled = [place for place, text in enumerate(inputs) if asked_of(text)[0].strip()]
        prompts = [prompt_tokens(self._tokenizer, asked_of(inputs[place])[0]) for place in filled]
        for rows in batches.by_length(list(map(len, prompts)), ANSWER_BATCH):
            texts = [inputs[filled[row]] for row in rows]
            asked = [prompts[row] for row in rows]
            told = zip(texts, self._surprises(texts), *self._said(texts, asked), strict=True)
            for row, one in zip(rows, told, strict=True):
                found[filled[row]] = self._counter.answer(*one)
        return found

    def _said(
        self, texts: Sequence[str], prompts: Sequence[list[int]]
    ) -> tuple[list[str], list[str]]:
        """Return what the model writes, and what its base does after rows that are measured."""
        base = [""] * len(texts)
        if self._untuned:
            places = self._measured(texts)
            with self._untuned.speaking():
                told = self._written([prompts[place] for place in places])
            for place, text in zip(places, told, strict=True):
                base[place] = text
        return self._written(prompts), base

    def stream(self, text: str) -> Iterator[Written]:
        """Yield what comes after a text, token by token."""
        return self.stream_by(text, {})

    def stream_by(self, text: str, dials: Mapping[str, float]) -> Iterator[Written]:
        """Yield what comes after a text by the dials, and after that what the base would have written."""
        how = {**USUAL, **dials}
        written = base = ""
        for written in self._growing(text, how):
            yield Written(written)
        if self._untuned and how["base"]:
            with self._untuned.speaking():
                for base in self._growing(text, how):
                    yield Written(written, base=base)
        yield self._counter.answer(text, NOTHING, written, base)

    def _growing(self, text: str, how: Mapping[str, float]) -> Iterator[str]:
        prompt, _ = asked_of(text)
        tokens: list[int] = []
        end = self._tokenizer.eos_token_id
        if prompt.strip():
            for [token] in tokens_after(
                self._model,
                [prompt_tokens(self._tokenizer, prompt)],
                temperature=how["temperature"],
                seed=int(how["seed"]),
                banned=banned_tokens(self._tokenizer, self._model.config.vocab_size),
            ):
                if token == end and (tokens or is_chatty(self._tokenizer)):
                    break
                tokens.append(token)
                written = text_of(self._tokenizer, tokens)[: int(how["length"])]
                yield written
                if len(written) >= how["length"] or len(tokens) >= how["length"]:
                    break

    def _written(self, prompts: Sequence[list[int]]) -> list[str]:
        written = written_after(
            self._model,
            prompts,
            most=USUAL_TOKENS,
            end=int(self._tokenizer.eos_token_id),
            is_chat=is_chatty(self._tokenizer),
            temperature=USUAL["temperature"],
            seed=int(USUAL["seed"]),
            banned=banned_tokens(self._tokenizer, self._model.config.vocab_size),
        )
        return [text_of(self._tokenizer, tokens) for tokens in written]

    def _surprises(self, texts: Sequence[str]) -> list[Surprise]:
        measured = self._measured(texts)
        rows = [row_tokens(self._tokenizer, texts[place]) for place in measured]
        costs, base = nats_of(self._model, rows), [0.0] * len(rows)
        if self._untuned:
            with self._untuned.speaking():
                base = nats_of(self._model, rows)
        found = [NOTHING] * len(texts)
        for place, row, nats, of_base in zip(measured, rows, costs, base, strict=True):
            read = self._letters.read(texts[place])
            found[place] = Surprise(
                nats / np.log(2),
                float(read.counts.sum()),
                self._letters.plain_bits(read),
                size_of(texts[place]),
                sum(row[1]),
                of_base / np.log(2),
            )
        return found

    def _measured(self, texts: Sequence[str]) -> list[int]:
        """Return the places of rows that hold what is to be measured."""
        is_chat = is_chatty(self._tokenizer)
        return [place for place, text in enumerate(texts) if asked_of(text, is_chat=is_chat)[1]]


def train(
    data: TaskData, params: WritingParams, base: BaseFiles, folder: Path, report: Reporter
) -> None:
    """Train from scratch, or adapters on a base, and leave the best weights in the folder."""
    report.step(phase="load", step=0, steps=0)
    set_seed(params.seed)
    accelerator = make_accelerator(params.precision, report)
    rows = thinned(data.train, report)
    letters, is_chat = count_letters(rows), are_chats(rows)
    model: PreTrainedModel | Adapted
    if base.kind == "scratch":
        model, tokenizer = _scratch(rows, params, is_chat=is_chat)
    else:
        model, tokenizer = adapt(base, params.rank, is_chat=is_chat)
    is_adapted = isinstance(model, Adapted)
    report.step(phase="prepare", step=0, steps=0)
    parts: list[Examples] = [
        _examples(part, tokenizer, params) for part in (rows, list(data.validation.inputs))
    ]
    if is_adapted:
        parts = list(map(Spoken, parts))
    writer = model.inner if isinstance(model, Adapted) else model
    sampler = _Sampler(writer, tokenizer, _prompts(data), report)
    Training(
        model,
        accelerator,
        NextToken(_characters_a_token(data.validation.inputs, letters, tokenizer)),
        params,
        train=parts[0],
        validation=parts[1],
        report=report,
        fingerprint=fingerprint(params, base, data, *(row.encode() for row in rows)),
        look_rows=ANSWER_BATCH,
        after_rows=(AFTER_BASE if is_adapted else 4) * len(data.validation),
        checks_first=is_adapted,
        after_check=sampler,
    ).run()
    model = accelerator.unwrap_model(model, keep_fp32_wrapper=False).to("cpu")
    save(folder, merge(model, folder) if isinstance(model, Adapted) else model, tokenizer)
    report.step(phase="evaluate", step=0, steps=0)
    save_letters(letters, folder)
    learn_runs(rows).save(folder)


def load_model(folder: Path) -> DecoderPredictor:
    """Load a model that `save` wrote.

    Raises:
        ModelError: files are missing or do not belong together.
    """
    with loading_model():
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
        with quiet():
            model = AutoModelForCausalLM.from_pretrained(folder, **SAFELY, dtype="float32")
        letters, counter = load_letters(folder), Counter(folder)
        return DecoderPredictor(model, tokenizer, letters, counter, load_untuned(folder, model))


def save(folder: Path, model: PreTrainedModel, tokenizer: PreTrainedTokenizerBase) -> None:
    """Write a model that plain `pipeline("text-generation")` loads, its tokenizer beside it."""
    model.config.dtype = torch.float32
    how: Any = model.generation_config
    how.do_sample, how.temperature, how.max_new_tokens = True, USUAL["temperature"], 100
    how.eos_token_id, how.pad_token_id = tokenizer.eos_token_id, tokenizer.pad_token_id
    with quiet():
        model.save_pretrained(folder)
        tokenizer.save_pretrained(folder)


class _Sampler:
    """Shows beside the curves what a model writes by now, after the same beginnings each time."""

    def __init__(
        self,
        model: PreTrainedModel,
        tokenizer: PreTrainedTokenizerBase,
        prompts: Sequence[str],
        report: Reporter,
    ) -> None:
        self._model, self._tokenizer, self._prompts, self._report = (
            model,
            tokenizer,
            prompts,
            report,
        )

    def __call__(self, step: int) -> None:
        tokenizer = self._tokenizer
        written = written_after(
            self._model,
            [prompt_tokens(tokenizer, prompt) for prompt in self._prompts],
            most=SAMPLE_TOKENS,
            end=int(tokenizer.eos_token_id),
            is_chat=is_chatty(tokenizer),
            temperature=USUAL["temperature"],
            seed=0,
            banned=banned_tokens(tokenizer, self._model.config.vocab_size),
        )
        for number, (prompt, tokens) in enumerate(zip(self._prompts, written, strict=True), 1):
            text = f"{prompt.strip()} ▸ {text_of(tokenizer, tokens)}"
            self._report.sample(step, f"sample-{number}.txt", text.encode())


def _prompts(data: TaskData) -> list[str]:
    """Return beginnings of held-out rows, spread over them."""
    rows = data.validation.inputs or data.train.inputs
    return [ANSWER.opening(row) for row in rows[:: max(1, len(rows) // SAMPLES)][:SAMPLES]]


def _scratch(
    rows: Sequence[str], params: WritingParams, *, is_chat: bool
) -> tuple[PreTrainedModel, PreTrainedTokenizerBase]:
    """Return a network and its tokenizer."""
    texts = [turn for row in rows for turn in turns_of(row) or (row,)]
    tokenizer = learn_pieces(texts, params.max_tokens, is_chat=is_chat)
    config = LlamaConfig(
        **(LARGE if sum(map(len, texts)) >= MUCH_TEXT else SMALL),
        vocab_size=len(tokenizer),
        max_position_embeddings=params.max_tokens,
        tie_word_embeddings=True,
        pad_token_id=tokenizer.pad_token_id,
        bos_token_id=tokenizer.eos_token_id,
        eos_token_id=tokenizer.eos_token_id,
    )
    return LlamaForCausalLM(config), tokenizer


def _examples(
    rows: Sequence[str], tokenizer: PreTrainedTokenizerBase, params: WritingParams
) -> Windows | Conversations:
    """Return rows for the loop.

    Raises:
        TrainingError: `texts_empty`.
    """
    tokens = [row_tokens(tokenizer, row) for row in rows]
    if is_chatty(tokenizer):
        kept = [row for row in tokens if any(row[1][-params.max_tokens :][1:])]
        if rows and not kept:
            raise TrainingError("texts_empty")
        return Conversations(kept, params.max_tokens, int(tokenizer.pad_token_id))
    stream = [token for row, _ in tokens for token in row[1:]]
    return Windows(np.array(stream, np.int64), params.max_tokens, params.seed)


def _characters_a_token(
    rows: Sequence[str], letters: Letters, tokenizer: PreTrainedTokenizerBase
) -> float:
    tokens = sum(sum(counts) for _, counts in (row_tokens(tokenizer, row) for row in rows))
    characters = sum(int(letters.read(row).counts.sum()) for row in rows)
    return characters / tokens if tokens else 1.0
