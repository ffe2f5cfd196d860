"""Fine-tuning, storing and loading of Whisper models; safetensors only, never code of a model.

The window is cut to the longest recording, since a folder of short commands needs no thirty seconds: the
places beyond it are left out, and what is kept is still a plain Whisper.
"""

import json
import math
import shutil
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from torch import nn
from transformers import WhisperForConditionalGeneration

from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.errors import DatasetError, ModelError, TrainingError, loading_model
from bigmodel.core.task import BaseFiles, Reporter
from bigmodel.training.loop.device import make_accelerator
from bigmodel.training.loop.examples import fingerprint
from bigmodel.training.loop.loop import Training
from bigmodel.training.loop.seed import set_seed
from bigmodel.training.pretrained import SAFELY, quiet
from bigmodel.training.speech.as_it_is import (
    LISTENED,
    ReadyPredictor,
    hear_languages,
    likeliest,
    read_language,
    ready_decoding,
)
from bigmodel.training.speech.charset import normalise
from bigmodel.training.speech.decoding import LEAST_REPEATS, DecodingConfig, longest_run
from bigmodel.training.speech.features import HOP, RATE_HZ, AugmentConfig, Samples, read_samples
from bigmodel.training.speech.pieces.listening import Seq2SeqPredictor
from bigmodel.training.speech.recipe import SpeechParams
from bigmodel.training.speech.seq2seq_head import (
    STRIDE,
    TOKENIZER,
    PromptTokenizer,
    Seq2SeqExamples,
    Seq2SeqModel,
    Seq2SeqObjective,
    as_sound,
    language_of,
    make_frontend,
)
from bigmodel.training.speech.spoken_text import Manner, one_script, writes_no_digits

RECORD, CONFIG = "writer.json", "config.json"
FAMILY = "whisper"
ROOM, SPARE_S = 1.3, 0.2  # a window is so much longer than the longest recording
LOOK_ROWS = 16
MOST_TIMES, MORE = (
    2,
    8,
)  # a text may become so much longer than the longest one learnt from, in tokens
Read = list[tuple[Samples, str]]


def is_seq2seq(folder: Path | None) -> bool:
    """Tell whether the folder holds a Whisper model."""
    if folder is None or not (folder / CONFIG).is_file():
        return False
    try:
        return bool(json.loads((folder / CONFIG).read_text("utf-8"))["model_type"] == FAMILY)
    except (ValueError, KeyError, TypeError):
        return False


def train(
    data: TaskData, params: SpeechParams, base: BaseFiles, folder: Path, report: Reporter
) -> None:
    """Train a base further on recordings and their texts, or take it as it is, and leave the best weights."""
    report.step(phase="load", step=0, steps=0)
    set_seed(params.seed)
    accelerator = make_accelerator(params.precision, report)
    whole, pen = _load_base(base)
    texts = [normalise(text, params.letter_case) for text in data.train.targets]
    if not any(texts):
        raise TrainingError("transcripts_are_empty")
    language = _language(whole, pen, data.train, params)
    text = Manner(
        params.letter_case,
        language,
        params.numbers == "words" or (params.numbers == "auto" and writes_no_digits(texts)),
        one_script(texts) if language == "zh" else {},
    )
    if params.as_it_is:
        _save(folder, Seq2SeqModel(whole, pen, ready_decoding(whole, pen, text)), text, base)
        report.note("training.note.used_as_it_is", language=language or "en")
        return
    rows, held = (_read(part, whole, params, report) for part in (data.train, data.validation))
    _narrow(whole, max(len(samples) for samples, _ in rows + held))
    writer = Seq2SeqModel(whole, pen, _taught(whole, pen, text, [text for _, text in rows + held]))
    _freeze(writer, params.frozen_layers)
    Training(
        writer,
        accelerator,
        Seq2SeqObjective(pen, text),
        params,
        train=_examples(rows, writer, params, is_varied=True),
        validation=_examples(held, writer, params, is_varied=False),
        report=report,
        fingerprint=fingerprint(params, base, data),
        look_rows=LOOK_ROWS,
        after_rows=len(data.validation) + len(data.test),
        checks_first=True,
    ).run()
    writer = accelerator.unwrap_model(writer, keep_fp32_wrapper=False).to("cpu")
    _save(folder, writer, text, base)


def load_model(folder: Path) -> Seq2SeqPredictor:
    """Load a model that `train` left; where there are but the files of a base, it is used as it is.

    Raises:
        ModelError: files are missing or do not belong together.
    """
    with loading_model():
        whole = _load(folder)
        pen = PromptTokenizer(folder, whole.config.vocab_size)
        if not (folder / RECORD).is_file():
            return ReadyPredictor(whole, pen, read_language(folder))
        record = json.loads((folder / RECORD).read_text("utf-8"))
        manner = DecodingConfig.from_record(record)
        text = Manner(manner.case, manner.language, manner.numbers, record.get("letters", {}))
    return Seq2SeqPredictor(Seq2SeqModel(whole, pen, manner), text)


def ready_listener(
    base: BaseFiles, rows: Rows, *, window_s: float, language: str = "auto"
) -> Seq2SeqPredictor:
    """Return a base as it is, to hear short recordings such as these through a window of so many seconds; numbers are left in digits, and a language that is not named is heard.

    Raises:
        ModelError: `base_has_no_files` or `base_cannot_be_loaded`.
    """
    whole, pen = _load_base(base)
    text = Manner("lower", _language(whole, pen, rows, SpeechParams(language=language)))
    ready = ready_decoding(whole, pen, text)
    longest = max((len(pen.encode(one)) for one in rows.targets), default=0)
    most = min(
        ready.most, MOST_TIMES * longest + MORE
    )  # a listener that counts on for ever is stopped
    ready = replace(ready, most=most, least_window_s=window_s, short_window_s=window_s)
    return Seq2SeqPredictor(Seq2SeqModel(whole, pen, ready), text)


def _language(
    whole: WhisperForConditionalGeneration, pen: PromptTokenizer, rows: Rows, params: SpeechParams
) -> str:
    """Return the language to write: the one chosen, or told by the script, or heard in some of the recordings."""
    if not pen.languages:
        return "en"
    known = set(pen.languages.values())
    if params.language != "auto" and params.language in known:
        return params.language
    by_script = language_of(rows.targets)
    if by_script != "en":
        return by_script if by_script in known else "en"
    writer = Seq2SeqModel(whole, pen, DecodingConfig((pen.start,), 1, "keep")).eval()
    sounds = []
    for path in rows.inputs[:: max(1, len(rows) // LISTENED)][:LISTENED]:
        with suppress(DatasetError):
            sounds.append(as_sound(read_samples(path)))
    return likeliest(pen, hear_languages(writer, sounds))


def _taught(
    whole: WhisperForConditionalGeneration,
    pen: PromptTokenizer,
    text: Manner,
    texts: Sequence[str],
) -> DecodingConfig:
    """Return how a model writes that learns these texts."""
    tokens = [pen.encode(one) for one in texts]
    prompt = pen.prompt(text.language)
    room = whole.config.max_target_positions - len(prompt)
    return DecodingConfig(
        prompt,
        min(room, MOST_TIMES * max(map(len, tokens)) + MORE),
        text.case,
        barred=pen.non_speech({token for one in tokens for token in one}),
        barred_first=tuple(set(pen.barred_first()) - {one[0] for one in tokens}),
        repeats=max(LEAST_REPEATS, longest_run(tokens) + 1),
        language=text.language,
        numbers=text.numbers,
    )


def _load_base(base: BaseFiles) -> tuple[WhisperForConditionalGeneration, PromptTokenizer]:
    if base.folder is None:
        raise ModelError("base_has_no_files", base=base.name)
    try:
        whole = _load(base.folder)
        return whole, PromptTokenizer(base.folder, whole.config.vocab_size)
    except (OSError, ValueError, KeyError, RuntimeError) as error:
        raise ModelError(
            "base_cannot_be_loaded", base=base.name, reason=str(error)[:300]
        ) from error


def _load(folder: Path) -> WhisperForConditionalGeneration:
    with quiet():  # Any: a pair, where it is told what was missing
        loaded: Any = WhisperForConditionalGeneration.from_pretrained(
            folder, **SAFELY, dtype="float32", attn_implementation="sdpa", output_loading_info=True
        )
    whole, told = loaded
    if told["missing_keys"]:
        raise ValueError(f"model.safetensors: {sorted(told['missing_keys'])[0]} is missing")
    whole.config.apply_spec_augment = False  # it draws from a shared generator: variation is ours
    whole.config.encoder_layerdrop = whole.config.decoder_layerdrop = 0.0
    whole.model.encoder.layerdrop = whole.model.decoder.layerdrop = 0.0
    model: WhisperForConditionalGeneration = whole
    return model


def _read(
    rows: Rows, whole: WhisperForConditionalGeneration, params: SpeechParams, report: Reporter
) -> Read:
    """Return recordings with their texts; what cannot be read or is longer than the window is left out and said."""
    found: Read = []
    limit = make_frontend(whole).samples
    for place, (path, text) in enumerate(zip(rows.inputs, rows.targets, strict=True)):
        if place % 64 == 0:
            report.step(phase="prepare", step=0, steps=0)
        try:
            samples = read_samples(path)
        except DatasetError:
            continue
        if len(samples) <= limit:
            found.append((samples, normalise(text, params.letter_case)))
    left = len(rows) - len(found)
    if left:
        seconds = limit // RATE_HZ
        report.note("training.note.recordings_left_out", "warning", count=left, seconds=seconds)
    if rows and not found:
        raise TrainingError("recordings_are_unreadable")
    return found


def _narrow(whole: WhisperForConditionalGeneration, samples: int) -> None:
    """Leave the encoder no more places than a somewhat longer recording fills."""
    wanted = math.ceil((ROOM * samples + SPARE_S * RATE_HZ) / HOP / STRIDE)
    if wanted < whole.config.max_source_positions:
        encoder = whole.model.encoder
        places = encoder.embed_positions.weight[:wanted].detach().clone()
        encoder.embed_positions = nn.Embedding(wanted, places.shape[1], _weight=places)
        encoder.embed_positions.requires_grad_(False)
        encoder.max_source_positions = whole.config.max_source_positions = wanted


def _examples(
    rows: Read, writer: Seq2SeqModel, params: SpeechParams, *, is_varied: bool
) -> Seq2SeqExamples:
    most = writer.whole.config.max_target_positions - len(writer.manner.prompt)
    return Seq2SeqExamples(
        [samples for samples, _ in rows],
        [text for _, text in rows],
        [writer.pen.encode(text)[:most] for _, text in rows],
        make_frontend(writer.whole),
        writer.manner.prompt,
        params.seed,
        AugmentConfig(params.vary_speed, params.vary_noise) if is_varied else None,
    )


def _freeze(writer: Seq2SeqModel, layers: int) -> None:
    """Keep so many of the layers that hear as they are, and the convolutions before them."""
    encoder = writer.body.encoder
    for part in [encoder.conv1, encoder.conv2, *encoder.layers[:layers]] if layers else []:
        part.requires_grad_(False)


def _save(folder: Path, writer: Seq2SeqModel, text: Manner, base: BaseFiles) -> None:
    """Write a model that plain Transformers loads, its tokenizer and its manner beside it."""
    with quiet():
        writer.whole.save_pretrained(folder)
    if base.folder:
        shutil.copyfile(base.folder / TOKENIZER, folder / TOKENIZER)
    record = {"v": 1, **asdict(writer.manner), "letters": dict(text.letters)}
    (folder / RECORD).write_text(json.dumps(record, ensure_ascii=False), "utf-8")
