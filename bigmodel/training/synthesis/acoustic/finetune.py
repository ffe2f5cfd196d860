"""Training and loading of a voice that says any sentence; it reads no database."""

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.errors import TrainingError, loading_model
from bigmodel.core.task import BaseFiles, Reporter
from bigmodel.data.media.audio import write_sound
from bigmodel.data.media.made import SPOKEN_NOTE
from bigmodel.training.loop.device import make_accelerator
from bigmodel.training.loop.examples import fingerprint
from bigmodel.training.loop.loop import Training
from bigmodel.training.loop.recipe import TunedParams
from bigmodel.training.loop.seed import set_seed
from bigmodel.training.synthesis.acoustic.examples import Take, Takes, VoiceObjective, takes_of
from bigmodel.training.synthesis.acoustic.mels import HOP
from bigmodel.training.synthesis.acoustic.net import VoiceNet, VoiceSize
from bigmodel.training.synthesis.acoustic.voice import SentenceVoice, load_sentence_voice
from bigmodel.training.synthesis.hearing import find_listener
from bigmodel.training.synthesis.library import VOICE_HZ
from bigmodel.training.synthesis.sentences import COMMON, next_sentences
from bigmodel.training.synthesis.speaking import VoicePredictor
from bigmodel.training.synthesis.units import units_of

LOOK_ROWS = 16
FEWEST_S = 300.0  # of recordings below which hardly a sound comes often enough
ANSWERED = 16  # rows that are said when it is done; what listening to them takes, the baseline's measuring has told


def train(
    data: TaskData, params: TunedParams, base: BaseFiles, folder: Path, report: Reporter
) -> None:
    """Train a voice, and leave the weights that come nearest to held-out recordings.

    Raises:
        TrainingError: `recordings_are_unreadable`.
    """
    set_seed(params.seed)
    takes, held = takes_of(data.train, report), takes_of(data.validation, report)
    if not takes:
        raise TrainingError("recordings_are_unreadable")
    _warn(data, takes, folder, report)
    symbols = sorted({symbol for take in takes for symbol in take.symbols})
    net = VoiceNet(VoiceSize(len(symbols)))
    every = torch.cat([take.mels for take in takes])
    net.centre.copy_(every.mean(dim=0))
    net.spread.copy_(every.std(dim=0).clamp(min=1e-3))
    known = {unit.key for text in data.train.inputs for unit in units_of(text)}
    about = {"next": next_sentences(known, data.train.inputs), "is_english": bool(COMMON & known)}
    accelerator = make_accelerator(params.precision, report)
    examples = _numbered(takes, symbols, net)
    Training(
        net, accelerator, VoiceObjective(), params,
        train=examples,
        validation=_numbered(held, symbols, net),
        report=report,
        fingerprint=fingerprint(params, base, data, *(mels.numpy().tobytes() for mels in examples.mels)),
        look_rows=LOOK_ROWS,
        after_check=_Heard(SentenceVoice(net, symbols, about), data, report),
        after_rows=ANSWERED,
    ).run()  # fmt: skip
    trained = accelerator.unwrap_model(net, keep_fp32_wrapper=False).to("cpu")
    SentenceVoice(trained, symbols, about).save(folder)


class _Heard:
    """Lets a held-out sentence be heard beside the curves, as the voice says it by now."""

    def __init__(self, voice: SentenceVoice, data: TaskData, report: Reporter) -> None:
        self._voice, self._report = voice, report
        self._text = next(iter([*data.validation.inputs, *data.train.inputs]))

    def __call__(self, step: int) -> None:
        sound = self._voice.say(self._text).sound
        self._report.sample(step, "spoken.flac", write_sound(sound, note=SPOKEN_NOTE))


def _warn(data: TaskData, takes: Sequence[Take], folder: Path, report: Reporter) -> None:
    """Say before the minutes are spent what speaks against them."""
    seconds = sum(len(take.mels) for take in takes) * HOP / VOICE_HZ
    if left_out := len(data.train) - len(takes):
        report.note("training.note.spoken_left_out", "warning", count=left_out)
    if seconds < FEWEST_S:
        report.note("training.note.sentence_voice_short", "warning", minutes=f"{seconds / 60:.1f}")
    if not find_listener(folder, data.train.inputs[0]):
        report.note("training.note.sentence_voice_unheard", "warning")


def _numbered(takes: Sequence[Take], symbols: Sequence[str], net: VoiceNet) -> Takes:
    """Return takes with the numbers of their symbols, each band brought to mean 0 and spread 1."""
    places = {symbol: place for place, symbol in enumerate(symbols, start=1)}
    texts: list[Tensor] = []
    mels: list[Tensor] = []
    for take in takes:
        if set(take.symbols) <= set(places):  # a held-out one may have others
            texts.append(torch.tensor([places[symbol] for symbol in take.symbols]))
            mels.append((take.mels - net.centre) / net.spread)
    return Takes(texts, mels, [len(one) for one in mels])


def load(folder: Path) -> VoicePredictor:
    """Load a voice that `train` wrote.

    Raises:
        ModelError: files are missing or do not belong together.
    """
    with loading_model():
        return VoicePredictor(load_sentence_voice(folder), folder)
