"""The parts of models that hear a window of sound and write tokens (Whisper, Radford et al. 2022); never code of a model."""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional
from torchaudio.transforms import MelSpectrogram
from transformers import WhisperForConditionalGeneration

from bigmodel.core.results import alignment
from bigmodel.training.loop.examples import Batch
from bigmodel.training.speech import decoding
from bigmodel.training.speech.decoding import DecodingConfig, Written
from bigmodel.training.speech.features import (
    HOP,
    RATE_HZ,
    SCALE,
    AugmentConfig,
    Samples,
    augment,
)
from bigmodel.training.speech.objective import EvalOutput, TranscriptObjective
from bigmodel.training.speech.spoken_text import Manner

TOKENIZER = "tokenizer.json"
START, END, WRITE, NO_TIMES = (
    "<|startoftranscript|>", "<|endoftext|>", "<|transcribe|>", "<|notimestamps|>",
)  # fmt: skip
SILENT = ("<|nospeech|>", "<|nocaptions|>")
LANGUAGE = re.compile(r"[a-z]{2,3}")
MUSIC = "♩♪♫♬♭♮♯"
NOT_SAID = (
    *"\"#()*+/:;<=>@[]\\^_`{|}~「」『』-'",
    *[
        "<<",
        ">>",
        "<<<",
        ">>>",
        "--",
        "---",
        "-(",
        "-[",
        "('",
        '("',
        "((",
        "))",
        "(((",
        ")))",
        "[[",
        "]]",
        "{{",
        "}}",
        "♪♪",
        "♪♪♪",
    ],
    *MUSIC,
)
STRIDE = 2  # frames of sound a place of the encoder takes
LEFT_OUT = -100  # of the loss
SCRIPTS = (("zh", "\u4e00", "\u9fff"), ("ko", "\uac00", "\ud7a3"), ("ru", "\u0400", "\u04ff"))
KANA = ("\u3040", "\u30ff")


class PromptTokenizer:
    """The tokenizer of a folder: texts to tokens and back. Tokens that are not text are never written."""

    def __init__(self, folder: Path, outputs: int) -> None:
        self._tokens = Tokenizer.from_file(str(folder / TOKENIZER))
        marks = self._tokens.get_added_tokens_decoder()
        self.end = self._mark(END)
        self.start = self._mark(START)
        size = self._tokens.get_vocab_size()
        if size > outputs:
            raise ValueError(f"{TOKENIZER}: {size} tokens, but the model knows {outputs}")
        self.barred = torch.zeros(outputs, dtype=torch.bool)
        self.barred[[number for number in marks if number != self.end]] = True
        self.barred[size:] = True

        self.no_speech = next((n for n in map(self._number, SILENT) if n is not None), None)
        named = {number: token.content.strip("<|>") for number, token in marks.items()}
        is_language = {n: name for n, name in named.items() if LANGUAGE.fullmatch(name)}
        self.languages = is_language if self._number(WRITE) is not None else {}

    def prompt(self, language: str) -> tuple[int, ...]:
        """Return what stands before every text: the start, the language if the model knows several, the task."""
        if (
            not self.languages
        ):  # tokenizers of English models have such tokens, which nothing was learned of
            named: tuple[str, ...] = (NO_TIMES,)
        else:
            named = (f"<|{language}|>", WRITE, NO_TIMES)
        found = [self._tokens.token_to_id(name) for name in named]
        return (self.start, *(number for number in found if number is not None))

    def encode(self, text: str) -> list[int]:
        """Return the tokens of a text, the end included; Whisper begins texts of spaced scripts with a space."""
        spaced = text if alignment.is_unspaced(text) or not text else f" {text}"
        return [*self._tokens.encode(spaced, add_special_tokens=False).ids, self.end]

    def decode(self, tokens: Sequence[int]) -> str:
        """Return the text of tokens."""
        text: str = self._tokens.decode(list(tokens), skip_special_tokens=True)
        return text

    def non_speech(self, but: Collection[int]) -> tuple[int, ...]:
        """Return tokens of brackets, notes and other marks that nobody says, but for those that texts have."""
        found = set()
        for mark in NOT_SAID:
            for way in (mark, f" {mark}"):
                tokens = self._tokens.encode(way, add_special_tokens=False).ids
                if len(tokens) == 1 or (mark in MUSIC and len(tokens) == 2):
                    found.add(tokens[0])
        return tuple(sorted(found - set(but)))

    def barred_first(self) -> tuple[int, ...]:
        """Return what no text begins with: its end, and a space by itself."""
        space = self._tokens.encode(" ", add_special_tokens=False).ids
        return (self.end, *space) if len(space) == 1 else (self.end,)

    def _number(self, name: str) -> int | None:
        number: int | None = self._tokens.token_to_id(name)
        return number

    def _mark(self, name: str) -> int:
        number = self._tokens.token_to_id(name)
        if number is None:
            raise ValueError(f"{TOKENIZER}: {name} is missing")
        return int(number)


class SpeechFrontend:
    """Samples to log-mel frames of a fixed window, as the makers of these models compute them."""

    def __init__(self, mels: int, window_s: float) -> None:
        self.samples = round(window_s * RATE_HZ)
        self._mel = MelSpectrogram(
            RATE_HZ, n_fft=400, hop_length=HOP, n_mels=mels, norm="slaney", mel_scale="slaney"
        )

    def listen(self, sound: Tensor, samples: int = 0) -> Tensor:
        """Return frames (mels, frames) of a recording, cut or filled with silence to `samples`, or to the window."""
        samples = samples or self.samples
        whole = functional.pad(sound[:samples], (0, max(0, samples - len(sound))))
        power = self._mel(whole)[:, :-1].clamp(min=1e-10).log10()
        frames: Tensor = (power.clamp(min=float(power.max()) - 8.0) + 4.0) / 4.0
        return frames


@dataclass(frozen=True)
class Seq2SeqExamples:
    """Recordings in memory with the tokens of their texts, as the loop takes rows."""

    samples: Sequence[Samples]
    texts: Sequence[str]
    tokens: Sequence[Sequence[int]]
    frontend: SpeechFrontend
    prompt: tuple[int, ...]
    seed: int = 0
    variation: AugmentConfig | None = None

    def __len__(self) -> int:
        return len(self.samples)

    @property
    def lengths(self) -> Sequence[int]:
        """Every recording is heard through the same window: what differs is the text."""
        return [len(tokens) for tokens in self.tokens]

    def batch(
        self, rows: Sequence[int], device: torch.device | str, epoch: int | None = None
    ) -> Batch:
        """Return frames and the tokens before each place; targets are the tokens at it."""
        frames = torch.stack([self._frames(row, epoch) for row in rows])
        before = len(self.prompt) - 1
        longest = before + max(len(self.tokens[row]) for row in rows)
        given = torch.full((len(rows), longest), self.prompt[0])
        wanted = torch.full((len(rows), longest), LEFT_OUT)
        for place, row in enumerate(rows):
            tokens = torch.tensor([*self.prompt, *self.tokens[row]])
            given[place, : len(tokens) - 1] = tokens[:-1]
            wanted[place, before : len(tokens) - 1] = tokens[before + 1 :]
        inputs = {"frames": frames.to(device), "given": given.to(device)}
        return Batch(inputs, (wanted.to(device), [self.texts[row] for row in rows]))

    def _frames(self, row: int, epoch: int | None) -> Tensor:
        sound = as_sound(self.samples[row])
        if epoch is not None and self.variation is not None:
            sound = augment(sound, self.variation, np.random.default_rng([self.seed, epoch, row]))
        return self.frontend.listen(sound)


class Seq2SeqModel(nn.Module):
    """The body of such a model. In training it answers to given tokens; else it also writes by itself."""

    def __init__(
        self, whole: WhisperForConditionalGeneration, pen: PromptTokenizer, manner: DecodingConfig
    ) -> None:
        super().__init__()
        self.body = (
            whole.model
        )  # the head shares the body's word vectors, so it holds nothing of its own
        self._whole = (whole,)  # kept out of the modules: its weights are the body's
        self.pen, self.manner = pen, manner

    @property
    def whole(self) -> WhisperForConditionalGeneration:
        return self._whole[0]

    def forward(self, frames: Tensor, given: Tensor) -> tuple[Tensor, list[Written]]:
        """Return logits (rows, places, tokens), and what is written; nothing in training."""
        heard = self.body.encoder(frames).last_hidden_state
        said = self.body.decoder(given, encoder_hidden_states=heard, use_cache=False)
        return self._logits(said.last_hidden_state), [] if self.training else self._go_on(heard)

    def write(self, frames: Tensor) -> list[Written]:
        """Return what is heard in each recording, of whatever length up to the window."""
        return self._go_on(self._hear(frames))

    def _logits(self, states: Tensor) -> Tensor:
        logits: Tensor = states @ self.body.decoder.embed_tokens.weight.T.to(states.dtype)
        return logits

    def _go_on(self, heard: Tensor) -> list[Written]:
        def decode(given: Tensor, cache: Any) -> tuple[Tensor, Any]:
            said = self.body.decoder(
                given, encoder_hidden_states=heard, past_key_values=cache, use_cache=True
            )
            return self._logits(said.last_hidden_state), said.past_key_values

        barred = self.pen.barred.to(heard.device)
        return decoding.write(decode, len(heard), self.manner, barred, self.pen.end)

    def languages(self, frames: Tensor) -> Tensor:
        """Return how likely each token is as the language of each recording: (rows, tokens)."""
        heard = self._hear(frames)
        start = torch.full((len(frames), 1), self.pen.start, device=frames.device)
        said = self.body.decoder(start, encoder_hidden_states=heard, use_cache=False)
        return self._logits(said.last_hidden_state)[:, 0].float()

    def _hear(self, frames: Tensor) -> Tensor:
        """Return what the encoder makes of frames, of as many places as they fill: (rows, places, width)."""
        encoder = self.body.encoder
        states = functional.gelu(encoder.conv1(frames.to(encoder.conv1.weight.dtype)))
        states = functional.gelu(encoder.conv2(states)).transpose(1, 2)
        states = states + encoder.embed_positions.weight[: states.shape[1]]
        for layer in encoder.layers:
            states = layer(states, None)
        heard: Tensor = encoder.layer_norm(states)
        return heard


class Seq2SeqObjective(TranscriptObjective):
    """Cross entropy of each token after the true ones before it; held-out rows are written down freely."""

    labels: tuple[str, ...] = ()

    def __init__(self, pen: PromptTokenizer, text: Manner) -> None:
        self._pen, self._text = pen, text

    def loss(self, raw: tuple[Tensor, list[Written]], targets: tuple[Tensor, list[str]]) -> Tensor:
        """Return the mean loss of a token."""
        return functional.cross_entropy(
            raw[0].float().flatten(0, 1), targets[0].flatten(), ignore_index=LEFT_OUT
        )

    def look(
        self, raw: tuple[Tensor, list[Written]], targets: tuple[Tensor, list[str]]
    ) -> EvalOutput:
        """Return what was written of a batch of held-out rows."""
        heard = [self._text.write(self._pen.decode(tokens)) for tokens, _ in raw[1]]
        return EvalOutput(heard, targets[1], float(self.loss(raw, targets)))


def make_frontend(whole: WhisperForConditionalGeneration) -> SpeechFrontend:
    """Return the ear of a model: as long a window as its encoder has places for."""
    config = whole.config
    return SpeechFrontend(config.num_mel_bins, config.max_source_positions * STRIDE * HOP / RATE_HZ)


def as_sound(samples: Samples) -> Tensor:
    """Return 16-bit samples as numbers from -1 to 1."""
    return torch.from_numpy(samples.astype(np.float32) / SCALE)


def language_of(texts: Sequence[str]) -> str:
    """Return the language that a multilingual model is told to write, by the script of the texts."""
    letters = [letter for text in texts for letter in text if letter.isalpha()]
    if any(KANA[0] <= letter <= KANA[1] for letter in letters):
        return "ja"
    for name, first, last in SCRIPTS:
        if 2 * sum(first <= letter <= last for letter in letters) > len(letters):
            return name
    return "en"
