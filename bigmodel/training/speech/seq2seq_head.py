"""The parts of models that hear a window of sound and write tokens (Whisper, Radford et al. 2022); never code of a model."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional
from torchaudio.transforms import MelSpectrogram
from transformers import WhisperForConditionalGeneration

from bigmodel.answers.transcript import Transcript
from bigmodel.metrics.transcription import headline
from bigmodel.training.loop.examples import Batch
from bigmodel.training.speech.charset import Case, normalise
from bigmodel.training.speech.features import (
    HOP,
    RATE_HZ,
    SCALE,
    AugmentConfig,
    Samples,
    augment,
    read_samples,
)
from bigmodel.training.speech.objective import EvalOutput

TOKENIZER = "tokenizer.json"
START, END, WRITE, NO_TIMES = (
    "<|startoftranscript|>", "<|endoftext|>", "<|transcribe|>", "<|notimestamps|>",
)  # fmt: skip
STRIDE = 2  # frames of sound a place of the encoder takes
LEFT_OUT = -100  # of the loss
ANSWER_BATCH = 8
SCRIPTS = (("zh", "\u4e00", "\u9fff"), ("ko", "\uac00", "\ud7a3"), ("ru", "\u0400", "\u04ff"))
KANA = ("\u3040", "\u30ff")


@dataclass(frozen=True)
class DecodingConfig:
    """How a model writes: the tokens that stand before every text, how many may follow, and the case."""

    prompt: tuple[int, ...]
    most: int
    case: Case


class PromptTokenizer:
    """The tokenizer of a folder: texts to tokens and back. Tokens that are not text are never written."""

    def __init__(self, folder: Path, outputs: int) -> None:
        self._tokens = Tokenizer.from_file(str(folder / TOKENIZER))
        marks = self._tokens.get_added_tokens_decoder()
        self.end = self._mark(END)
        self._start = self._mark(START)
        size = self._tokens.get_vocab_size()
        if size > outputs:
            raise ValueError(f"{TOKENIZER}: {size} tokens, but the model knows {outputs}")
        self.barred = torch.zeros(outputs, dtype=torch.bool)
        self.barred[[number for number in marks if number != self.end]] = True
        self.barred[size:] = True

    def prompt(self, texts: Sequence[str]) -> tuple[int, ...]:
        """Return what stands before every text: the start, the language if the model knows several, the task."""
        named = (f"<|{language_of(texts)}|>", WRITE, NO_TIMES)
        found = [self._tokens.token_to_id(name) for name in named]
        return (self._start, *(number for number in found if number is not None))

    def encode(self, text: str) -> list[int]:
        """Return the tokens of a text, the end included."""
        return [*self._tokens.encode(text, add_special_tokens=False).ids, self.end]

    def decode(self, tokens: Sequence[int]) -> str:
        """Return the text of tokens."""
        text: str = self._tokens.decode(list(tokens), skip_special_tokens=True)
        return text

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

    def listen(self, sound: Tensor) -> Tensor:
        """Return frames (mels, frames) of a recording, cut or filled with silence to the window."""
        whole = functional.pad(sound[: self.samples], (0, max(0, self.samples - len(sound))))
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


Written = tuple[list[int], list[float]]  # tokens without the end, and how sure each was


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
        """Return what is heard in each recording, the likeliest token at every place."""
        return self._go_on(self.body.encoder(frames).last_hidden_state)

    def _logits(self, states: Tensor) -> Tensor:
        logits: Tensor = states @ self.body.decoder.embed_tokens.weight.T.to(states.dtype)
        return logits

    def _go_on(self, heard: Tensor) -> list[Written]:
        rows = len(heard)
        found: list[Written] = [([], []) for _ in range(rows)]
        given = torch.tensor([self.manner.prompt] * rows, device=heard.device)
        barred = self.pen.barred.to(heard.device)
        open_rows, cache = set(range(rows)), None
        for _ in range(self.manner.most):
            said = self.body.decoder(
                given, encoder_hidden_states=heard, past_key_values=cache, use_cache=True
            )
            cache = said.past_key_values
            logits = self._logits(said.last_hidden_state[:, -1]).float()
            sure, given = (
                logits.masked_fill(barred, -math.inf).softmax(dim=-1).max(-1, keepdim=True)
            )
            for row in sorted(open_rows):
                token = int(given[row])
                if token == self.pen.end:
                    open_rows.discard(row)
                    continue
                found[row][0].append(token)
                found[row][1].append(float(sure[row]))
            if not open_rows:
                break
        return found


class Seq2SeqObjective:
    """Cross entropy of each token after the true ones before it; held-out rows are written down freely."""

    labels: tuple[str, ...] = ()

    def __init__(self, pen: PromptTokenizer, case: Case) -> None:
        self._pen, self._case = pen, case

    def loss(self, raw: tuple[Tensor, list[Written]], targets: tuple[Tensor, list[str]]) -> Tensor:
        """Return the mean loss of a token."""
        return functional.cross_entropy(
            raw[0].float().flatten(0, 1), targets[0].flatten(), ignore_index=LEFT_OUT
        )

    def look(
        self, raw: tuple[Tensor, list[Written]], targets: tuple[Tensor, list[str]]
    ) -> EvalOutput:
        """Return what was written of a batch of held-out rows."""
        heard = [normalise(self._pen.decode(tokens), self._case) for tokens, _ in raw[1]]
        return EvalOutput(heard, targets[1], float(self.loss(raw, targets)))

    def measure(self, looks: Sequence[EvalOutput]) -> dict[str, float]:
        """Return the measures of all batches together."""
        truth = [text for look in looks for text in look.said]
        found = headline(truth, [text for look in looks for text in look.heard])
        loss = sum(look.loss * len(look.heard) for look in looks) / max(1, len(truth))
        return {"loss": loss, "wer": found["wer"], "cer": found["cer"]}

    def score(self, measures: dict[str, float]) -> float:
        """Return the measure that chooses the best weights: word errors, then letters, then the loss."""
        return -measures["wer"] - 1e-2 * measures["cer"] - 1e-4 * measures["loss"]


class Seq2SeqPredictor:
    """A trained model that writes down speech. Longer recordings are heard window by window."""

    labels: tuple[str, ...] = ()

    def __init__(self, writer: Seq2SeqModel) -> None:
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self.writer = writer.to(self._device).eval()
        self._ear = make_frontend(writer.whole)

    def answer(self, inputs: Sequence[str]) -> list[Transcript]:
        """Return what is said in each recording."""
        windows: list[Tensor] = []
        counts = []
        for path in inputs:
            parts = torch.split(as_sound(read_samples(path)), self._ear.samples) or (
                torch.zeros(1),
            )
            windows += [self._ear.listen(part) for part in parts]
            counts.append(len(parts))
        written = iter(self._write(windows))
        return [self._told([next(written) for _ in range(count)]) for count in counts]

    def _write(self, windows: Sequence[Tensor]) -> list[Written]:
        written: list[Written] = []
        with torch.inference_mode():
            for start in range(0, len(windows), ANSWER_BATCH):
                frames = torch.stack(list(windows[start : start + ANSWER_BATCH]))
                written += self.writer.write(frames.to(self._device))
        return written

    def _told(self, parts: Sequence[Written]) -> Transcript:
        pen, case = self.writer.pen, self.writer.manner.case
        text = normalise(" ".join(pen.decode(tokens) for tokens, _ in parts), case)
        words = [
            (normalise(pen.decode(tokens), case), float(np.mean(sure)))
            for part in parts
            for tokens, sure in self._words(part)
        ]
        certainties = [one for _, sure in parts for one in sure]
        certainty = (
            float(np.exp(np.mean(np.log(np.maximum(certainties, 1e-6))))) if certainties else 0.0
        )
        return Transcript(text, certainty, tuple((word, sure) for word, sure in words if word))

    def _words(self, part: Written) -> list[Written]:
        """Return the tokens of each word: a word begins where the text has a space."""
        words: list[Written] = []
        for token, sure in zip(*part, strict=True):
            if not words or self.writer.pen.decode([token]).startswith(" "):
                words.append(([], []))
            words[-1][0].append(token)
            words[-1][1].append(sure)
        return words


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
