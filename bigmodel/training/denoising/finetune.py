"""Training and loading of the network that takes noise out of recordings; it reads no database."""

import json
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.errors import loading_model
from bigmodel.core.task import BaseFiles, Reporter
from bigmodel.data.media.audio import RATE, write_sound
from bigmodel.data.media.noise import made as noises
from bigmodel.training.denoising.cleaning import SoundPredictor
from bigmodel.training.denoising.examples import Mixtures, Pairs, Stock
from bigmodel.training.denoising.inference import clean_by
from bigmodel.training.denoising.net import MaskNet, NetSize
from bigmodel.training.denoising.objective import EnhanceObjective
from bigmodel.training.denoising.pairs import Twins, read_twins
from bigmodel.training.denoising.recipe import EnhanceParams
from bigmodel.training.denoising.spectra import Floats
from bigmodel.training.denoising.voices import voices_of_the_app
from bigmodel.training.loop.device import make_accelerator
from bigmodel.training.loop.examples import fingerprint
from bigmodel.training.loop.loop import Training
from bigmodel.training.loop.seed import set_seed

RECORD, WEIGHTS = "clean.json", "model.safetensors"
MADE = 160  # noises made by rule, each of two pieces
BABBLES = 16  # of the person's own recordings
FEWEST_ROWS, MOST_ROWS = 240, 3_000  # pieces of an epoch
HELD_S = 5.0  # of a held-out recording that is looked at while training
MOST_HELD = 48
LOOK_ROWS = 8
MOST_OTHERS_KEPT = 240


def train(
    data: TaskData, params: EnhanceParams, base: BaseFiles, folder: Path, report: Reporter
) -> None:
    """Train a network on mixtures, and leave the weights that clean held-out recordings best."""
    report.step(phase="load", step=0, steps=0)
    set_seed(params.seed)
    twins = read_twins(data.train, report)
    held = read_twins(data.validation, report, most=MOST_HELD, longest_s=HELD_S)
    examples = mixtures_of(twins, params)
    net = MaskNet(NetSize())
    accelerator = make_accelerator(params.precision, report)
    Training(
        net,
        accelerator,
        EnhanceObjective(),
        params,
        train=examples,
        validation=Pairs(held.noisy, held.clean, [len(sound) for sound in held.clean]),
        report=report,
        fingerprint=fingerprint(params, base, data, *map(_bytes, twins.noisy)),
        look_rows=LOOK_ROWS,
        after_check=_Heard(net, held, report),
        after_rows=len(data.validation) + len(data.test),
    ).run()
    trained = accelerator.unwrap_model(net, keep_fp32_wrapper=False).to("cpu")
    weights = {name: tensor.contiguous() for name, tensor in trained.state_dict().items()}
    save_file(weights, folder / WEIGHTS)
    record = {"v": 1, "net": net.size.to_json()}
    (folder / RECORD).write_text(json.dumps(record), "utf-8")


class _Heard:
    """Lets a held-out recording be heard beside the curves, as the network cleans it by now."""

    def __init__(self, net: MaskNet, held: Twins, report: Reporter) -> None:
        self._net, self._held, self._report = net, held, report

    def __call__(self, step: int) -> None:
        cleaned = clean_by(self._net, self._held.noisy[0])
        self._report.sample(step, "cleaned.flac", write_sound(cleaned))


def mixtures_of(twins: Twins, params: EnhanceParams) -> Mixtures:
    """Return the pieces that are learned from: own voices and others, own noise and made noise."""
    length = int(params.piece_s * RATE)
    dice = np.random.default_rng([params.seed, 1])
    long = 2 * length
    made = [noises.VARIED[n % len(noises.VARIED)](long, dice) for n in range(MADE)]
    made += [noises.babble(twins.clean, long, dice) for _ in range(BABBLES)]
    others = voices_of_the_app() if params.other_voices else []
    stock = Stock(twins.clean, twins.noises(), made, others[:MOST_OTHERS_KEPT])
    pieces = sum(max(1, len(sound) // length) for sound in twins.clean)
    return Mixtures(
        stock,
        min(MOST_ROWS, max(FEWEST_ROWS, pieces)),
        length,
        params.seed,
        params.other_voices,
        params.made_noise,
    )


def load_model(folder: Path) -> SoundPredictor:
    """Load a model that `train` wrote.

    Raises:
        ModelError: files are missing or do not belong together.
    """
    with loading_model():
        record = json.loads((folder / RECORD).read_text("utf-8"))
        net = MaskNet(NetSize(**record["net"]))
        net.load_state_dict(load_file(folder / WEIGHTS))
    net = net.to("cuda" if torch.cuda.is_available() else "cpu").eval()

    def clean(noisy: Floats) -> Floats:
        return clean_by(net, noisy)

    return SoundPredictor(clean, folder)


def _bytes(sound: Floats) -> bytes:
    return np.ascontiguousarray(sound).tobytes()
