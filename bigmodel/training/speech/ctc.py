"""Training and loading of speech models: letters of a person's own transcripts; it reads no database."""

import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torchaudio.functional import forced_align, merge_tokens

from bigmodel.answers.transcript import Transcript
from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.errors import DatasetError, TrainingError, loading_model
from bigmodel.core.task import BaseFiles, Reporter
from bigmodel.metrics.transcription import headline
from bigmodel.training.loop import batches
from bigmodel.training.loop.device import make_accelerator
from bigmodel.training.loop.dropout import use_byte_dropout
from bigmodel.training.loop.examples import Batch, fingerprint
from bigmodel.training.loop.loop import LOOK_ROWS, Training
from bigmodel.training.loop.optimizer import freeze
from bigmodel.training.loop.seed import set_seed
from bigmodel.training.speech.beam_search import Beam, Floats, search
from bigmodel.training.speech.char_lm import CharLM, fit_char_lm
from bigmodel.training.speech.charset import BLANK, Charset, make_charset
from bigmodel.training.speech.features import MELS, AugmentConfig, Recordings, Samples, read_samples
from bigmodel.training.speech.net import NetSize, SpeechNet
from bigmodel.training.speech.objective import CtcObjective
from bigmodel.training.speech.pretrained import (
    WaveCtc,
    Waveforms,
    load_base,
    load_ctc,
    save_ctc,
)
from bigmodel.training.speech.recipe import SpeechParams

Net = SpeechNet | WaveCtc
RECORD, WEIGHTS, LETTERS = "speech.json", "model.safetensors", "letters.json"
ANSWER_BATCH = 16
LEAST_LOG = -1e4  # of a share: alignment cannot reckon with none
LONGEST_S = 40  # of a recording that is learned from: longer ones take too much memory
RATE_HZ = 16_000
SHORT_SHARE = 0.01  # of recordings that may be too short for their texts at the wider stride
ROOM = 1.3  # steps there should be for each letter
WIDTH = 128  # of a network for up to three hours of speech
LARGE_HOURS = 3.0
# Weights of the letter model that are tried on held-out rows, the usual one first.
STEERING = ((0.5, 0.5), (0.3, 0.3), (0.0, 0.0), (0.8, 0.8), (1.2, 1.2))


@dataclass(frozen=True)
class _Part:
    """Recordings and their transcripts, as the loop takes rows."""

    texts: Recordings
    targets: Sequence[str]

    def __len__(self) -> int:
        return len(self.targets)

    @property
    def lengths(self) -> Sequence[int]:
        return self.texts.lengths

    def batch(
        self, rows: Sequence[int], device: torch.device | str, epoch: int | None = None
    ) -> Batch:
        """Return some recordings, with the letters and the text of each."""
        spelled = [(self.texts.targets[row], self.targets[row]) for row in rows]
        return Batch(self.texts.batch(rows, device, epoch), spelled)


class SpeechPredictor:
    """A trained model that writes down speech. It computes in 32 bits."""

    labels: tuple[str, ...] = ()

    def __init__(self, net: Net, alphabet: Charset, beam: Beam, letters: CharLM | None) -> None:
        self._device = "cuda" if torch.cuda.is_available() else "cpu"
        self.net = net.to(self._device).eval()
        self.alphabet, self.beam, self.letters = alphabet, beam, letters

    def answer(self, inputs: Sequence[str]) -> list[Transcript]:
        """Return what is said in each recording."""
        return self.spelled([read_samples(path) for path in inputs])

    def spelled(self, samples: Sequence[Samples]) -> list[Transcript]:
        """Return what is said in each recording that was read."""
        return [
            spell(shares, self.alphabet, self.beam, self.letters) for shares in self.shares(samples)
        ]

    def shares(self, samples: Sequence[Samples]) -> list[Floats]:
        """Return the log-shares of letters at every step of each recording: (steps, outputs)."""
        recordings = _listened(self.net)(samples, [[]] * len(samples))
        if isinstance(self.net, SpeechNet):
            recordings.mean, recordings.spread = self.net.mean.cpu(), self.net.spread.cpu()
        found: list[Floats] = [np.empty((0, self.alphabet.outputs))] * len(samples)
        with torch.inference_mode():
            for rows in batches.by_length(recordings.lengths, ANSWER_BATCH):
                logits, steps = self.net(**recordings.batch(rows, self._device))
                logs = logits.double().log_softmax(dim=-1).cpu().numpy()
                for place, row in enumerate(rows):
                    found[row] = logs[place, : int(steps[place])]
        return found


def train(
    data: TaskData, params: SpeechParams, base: BaseFiles, folder: Path, report: Reporter
) -> None:
    """Train a network from scratch, or a body that listened to much speech, and leave the best weights."""
    report.step(phase="load", step=0, steps=0)
    if params.as_it_is:
        raise TrainingError("base_needs_training", base=base.name)
    set_seed(params.seed)
    accelerator = make_accelerator(params.precision, report)
    alphabet = make_charset(data.train.targets, params.letter_case)
    if not alphabet.letters:
        raise TrainingError("transcripts_are_empty")
    variation = AugmentConfig(params.vary_speed, params.vary_noise, params.vary_masks)
    kind = Recordings if base.kind == "scratch" else Waveforms
    train_part = _part(
        data.train, alphabet, report, kind=kind, seed=params.seed, variation=variation
    )
    validation = _part(data.validation, alphabet, report, kind=kind)
    net: Net
    if base.kind == "scratch":
        net = _make_scratch(train_part.texts, validation.texts, alphabet, params)
    else:
        net = load_base(base, alphabet.outputs)
        freeze(net.model, params.frozen_layers)
    if accelerator.device.type == "cpu":
        use_byte_dropout(net)
    Training(
        net,
        accelerator,
        CtcObjective(alphabet),
        params,
        train=train_part,
        validation=validation,
        report=report,
        fingerprint=fingerprint(params, base, data),
        look_rows=LOOK_ROWS // 4,
        after_rows=2 * len(data.validation) + len(data.test),
    ).run()
    net = accelerator.unwrap_model(net, keep_fp32_wrapper=False).to("cpu")
    letters = _letters(data.train.targets, alphabet, params)
    predictor = SpeechPredictor(net, alphabet, Beam(params.beam_width), letters)
    beam = _choose_beam(predictor, validation, report)
    save(folder, net, alphabet, beam, letters)


def _make_scratch(
    recordings: Recordings, held: Recordings, alphabet: Charset, params: SpeechParams
) -> SpeechNet:
    """Return a network of the right size, that knows how loud each band of pitch usually is."""
    net = SpeechNet(choose_size(recordings, alphabet.outputs, params))
    recordings.learn_level()
    held.mean, held.spread = recordings.mean, recordings.spread
    net.mean.copy_(recordings.mean)
    net.spread.copy_(recordings.spread)
    return net


def _listened(net: Net) -> type[Recordings]:
    """Return how a network wants recordings: as log-mel frames, or as plain samples."""
    return Recordings if isinstance(net, SpeechNet) else Waveforms


def choose_size(recordings: Recordings, outputs: int, params: SpeechParams) -> NetSize:
    """Return a network for these recordings: steps of 40 ms where all letters find room, else of 20 ms."""
    needed = [len(text) + _repeats(text) for text in recordings.targets]
    rooms = [length / 4 for length in recordings.lengths]
    short = sum(room < ROOM * count for room, count in zip(rooms, needed, strict=True))
    stride = 4 if short <= SHORT_SHARE * len(needed) else 2
    is_large = sum(recordings.lengths) > LARGE_HOURS * 360_000
    width, layers = (2 * WIDTH, 3) if is_large else (WIDTH, 2)
    if params.speech_body == "conformer":
        layers *= 2
    return NetSize(
        outputs, mels=MELS, width=width, layers=layers, stride=stride, body=params.speech_body
    )


def spell(shares: Floats, alphabet: Charset, beam: Beam, letters: CharLM | None) -> Transcript:
    """Return the likeliest text of a recording, with the certainty of each word."""
    numbers = search(shares, beam, letters)
    text = alphabet.decode(numbers)
    sure = character_confidences(shares, numbers)
    words: list[tuple[str, list[float]]] = [("", [])]
    for number, one in zip(numbers, sure, strict=True):
        letter = alphabet.letters[number - 1]
        if letter == " ":
            words.append(("", []))
        else:
            words[-1] = (words[-1][0] + letter, [*words[-1][1], one])
    told = tuple((word, float(np.mean(each))) for word, each in words if word)
    certainty = float(np.exp(np.mean(np.log(np.maximum(sure, 1e-6))))) if sure else 0.0
    return Transcript(text, certainty, told)


def character_confidences(steps: Floats, numbers: list[int]) -> list[float]:
    """Return how sure each letter of a text is: its share at the surest step where the best alignment writes it."""
    if not numbers:
        return []
    shares = torch.from_numpy(np.maximum(steps, LEAST_LOG).astype(np.float32))
    path, scores = forced_align(
        shares[None], torch.tensor([numbers], dtype=torch.int32), blank=BLANK
    )
    spans = merge_tokens(path[0], scores[0], blank=BLANK)
    return [float(shares[span.start : span.end, span.token].max().exp()) for span in spans]


def save(folder: Path, net: Net, alphabet: Charset, beam: Beam, letters: CharLM | None) -> None:
    """Write a model: weights, and in plain JSON all that is needed to read them."""
    if isinstance(net, SpeechNet):
        weights = {name: tensor.detach().contiguous() for name, tensor in net.state_dict().items()}
        save_file(weights, folder / WEIGHTS)
    else:
        save_ctc(folder, net)
    record = {
        "v": 1,
        "net": net.size.to_json() if isinstance(net, SpeechNet) else None,
        "letters": list(alphabet.letters),
        "case": alphabet.case,
        "beam": beam.__dict__,
    }
    (folder / RECORD).write_text(json.dumps(record, ensure_ascii=False), "utf-8")
    if letters:
        (folder / LETTERS).write_text(json.dumps(letters.to_json()), "utf-8")


def load_model(folder: Path) -> SpeechPredictor:
    """Load a model that `save` wrote.

    Raises:
        ModelError: files are missing or do not belong together.
    """
    with loading_model():
        record = json.loads((folder / RECORD).read_text("utf-8"))
        alphabet = Charset(tuple(record["letters"]), record["case"])
        net: Net
        if record["net"]:
            net = SpeechNet(NetSize(**record["net"]))
            net.load_state_dict(load_file(folder / WEIGHTS))
        else:
            net = load_ctc(folder)
        stored = folder / LETTERS
        letters = (
            CharLM.from_json(json.loads(stored.read_text("utf-8")), alphabet.outputs)
            if stored.is_file()
            else None
        )
    return SpeechPredictor(net, alphabet, Beam(**record["beam"]), letters)


def _part(
    rows: Rows,
    alphabet: Charset,
    report: Reporter,
    *,
    kind: type[Recordings],
    seed: int = 0,
    variation: AugmentConfig | None = None,
) -> _Part:
    """Read the recordings of rows; what cannot be read or is too long is left out and said."""
    samples, truth, left = [], [], 0
    for place, (path, text) in enumerate(zip(rows.inputs, rows.targets, strict=True)):
        if place % 64 == 0:
            report.step(phase="prepare", step=0, steps=0)
        try:
            sound = read_samples(path)
        except DatasetError:
            left += 1
            continue
        if len(sound) > LONGEST_S * RATE_HZ:
            left += 1
            continue
        samples.append(sound)
        truth.append(text)
    if left:
        report.note("training.note.recordings_left_out", "warning", count=left, seconds=LONGEST_S)
    if rows and not samples:
        raise TrainingError("recordings_are_unreadable")
    targets = [alphabet.encode(text) for text in truth]
    return _Part(kind(samples, targets, seed=seed, variation=variation), truth)


def _letters(transcripts: Sequence[str], alphabet: Charset, params: SpeechParams) -> CharLM | None:
    if not params.letter_model or params.beam_width == 1:
        return None
    return fit_char_lm([alphabet.encode(text) for text in transcripts], alphabet.outputs)


def _choose_beam(predictor: SpeechPredictor, validation: _Part, report: Reporter) -> Beam:
    """Return how much the letter model counts, by held-out rows; among equals the usual."""
    if not len(validation) or predictor.letters is None:
        return predictor.beam
    found = predictor.shares(validation.texts.samples)
    best, fewest = predictor.beam, float("inf")
    for weight, bonus in STEERING:
        report.step(phase="evaluate", step=0, steps=0)
        beam = replace(predictor.beam, weight=weight, bonus=bonus)
        heard = [spell(shares, predictor.alphabet, beam, predictor.letters) for shares in found]
        measures = headline(validation.targets, [one.text for one in heard])
        wrong = measures["wer"] + 0.01 * measures["cer"]
        if wrong < fewest:
            best, fewest = beam, wrong
    return best


def _repeats(text: Sequence[int]) -> int:
    """Return how many letters repeat the one before: CTC parts them by a blank."""
    return sum(a == b for a, b in itertools.pairwise(text))
