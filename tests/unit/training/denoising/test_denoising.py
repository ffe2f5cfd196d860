"""Noise is taken out, voice stays; pieces hang on their place alone, and recordings come back as long as they were."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch

from bigmodel.answers.enhanced import ANSWER, enhanced, judged
from bigmodel.core.datasets.dataset import Rows
from bigmodel.core.errors import TrainingError
from bigmodel.data.media.audio import read_sound, write_sound
from bigmodel.data.media.noise import made as noises
from bigmodel.metrics.sound.alignment import in_step
from bigmodel.metrics.sound.measures import si_sdr
from bigmodel.services.panels import answer_html
from bigmodel.training.denoising.cleaning import SoundPredictor, blended
from bigmodel.training.denoising.examples import (
    Mixtures,
    Stock,
    sounds_of_batch,
    spectra_of_batch,
)
from bigmodel.training.denoising.inference import PART, clean_by
from bigmodel.training.denoising.net import MaskNet, NetSize
from bigmodel.training.denoising.objective import EnhanceObjective
from bigmodel.training.denoising.pairs import read_twins
from bigmodel.training.denoising.spectra import HOP, Floats, sound_of, spectra_of
from bigmodel.training.denoising.voices import changed, voices_of_the_app
from bigmodel.training.denoising.wiener import Wiener
from bigmodel.words import load_words
from tests.fakes.noisy import voice, write_pair
from tests.fakes.reporter import FakeReporter


def noisy_voice(seconds: float = 2.0, snr_db: float = 3.0, seed: int = 0) -> tuple[Floats, Floats]:
    dice = np.random.default_rng(seed)
    clean = voice(seconds, dice)
    return noises.mixed(clean, noises.white(len(clean), dice), snr_db)


@pytest.mark.parametrize("length", [1, HOP - 1, HOP, 5 * HOP + 3, 16_000])
def test_spectra_give_back_the_samples_and_are_the_same_in_torch(length: int) -> None:
    sound = np.random.default_rng(0).standard_normal(length).astype(np.float32)
    spectra = spectra_of(sound)
    assert sound_of(spectra, length) == pytest.approx(sound, abs=1e-5)
    batch = spectra_of_batch(torch.from_numpy(sound)[None])
    assert batch[0].numpy() == pytest.approx(spectra, abs=1e-3)
    assert sounds_of_batch(batch, length)[0].numpy() == pytest.approx(sound, abs=1e-5)


def test_rule_takes_hiss_out_and_leaves_silence_alone() -> None:
    noisy, clean = noisy_voice()
    cleaned = Wiener(2.0).clean(noisy)
    assert len(cleaned) == len(noisy)
    assert (
        si_sdr(clean.astype("f8"), cleaned.astype("f8"))
        > si_sdr(clean.astype("f8"), noisy.astype("f8")) + 3
    )
    assert (Wiener(2.0).clean(np.zeros(5_000, np.float32)) == 0).all()
    assert Wiener(2.0, 0.0).clean(noisy) is noisy


def test_long_recording_is_cleaned_as_its_parts_are() -> None:
    torch.manual_seed(0)
    net = MaskNet(NetSize(width=8, blocks=2)).eval()
    noisy = np.random.default_rng(0).standard_normal((PART + 300) * HOP).astype(np.float32)
    cleaned = clean_by(net, noisy)
    assert cleaned.shape == noisy.shape
    assert np.isfinite(cleaned).all()
    assert clean_by(net, noisy[:0]).shape == (0,)
    assert clean_by(net, noisy[:100]).shape == (100,)


def test_gains_lie_between_the_lowest_and_one_at_any_level() -> None:
    net = MaskNet(NetSize(width=8, blocks=2)).eval()
    spectra = spectra_of_batch(torch.randn(2, 8_000))
    with torch.inference_mode():
        gains, softer = net(spectra), net(0.01 * spectra)
    assert gains.shape == spectra.shape
    assert net.size.lowest <= float(gains.min()) <= float(gains.max()) <= 1
    assert softer == pytest.approx(gains, abs=1e-3)


def test_pieces_hang_on_seed_epoch_and_row_alone() -> None:
    dice = np.random.default_rng(0)
    stock = Stock([voice(0.5, dice), voice(2.0, dice)], [noises.white(9_000, dice)], [noises.hum(9_000, dice)], [voice(1.0, dice)])  # fmt: skip
    mixtures = Mixtures(stock, 10, 8_000, seed=1, other_voices=0.5, made_noise=0.5)
    first = mixtures.pair(3, 1)
    assert all((a == b).all() for a, b in zip(first, mixtures.pair(3, 1), strict=True))
    for other in (mixtures.pair(4, 1), mixtures.pair(3, 2)):
        assert (first[0] != other[0]).any()
    for row in range(10):
        noisy, clean = mixtures.pair(row, 0)
        assert len(noisy) == len(clean) == 8_000
        assert np.abs(noisy).max() < 1


def test_loss_falls_where_gains_come_nearer() -> None:
    noisy, clean = noisy_voice()
    stock = Stock([clean], [noisy - clean], [noises.white(40_000, np.random.default_rng(1))])
    batch = Mixtures(stock, 4, 16_000, seed=0).batch([0, 1])
    goal = EnhanceObjective()
    true = spectra_of_batch(batch.targets.clean).abs() / (batch.targets.spectra.abs() + 1e-9)
    right, wrong = true.clamp(0, 1), torch.ones_like(true)
    assert goal.loss(right, batch.targets) < goal.loss(wrong, batch.targets)
    look = goal.look(wrong, batch.targets)
    assert look.after == pytest.approx(look.before, abs=1e-3)
    assert goal.measure([look])["si_sdr_improvement"] == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("late", [0, 400, -400])
def test_recorder_that_began_late_is_brought_in_step(late: int) -> None:
    noisy, clean = noisy_voice()
    shifted = np.pad(noisy, (late, 0)) if late >= 0 else noisy[-late:]
    one, two, by = in_step(shifted, clean)
    assert by == late
    assert si_sdr(two.astype("f8"), one.astype("f8")) == pytest.approx(3, abs=1)


@pytest.mark.parametrize("late", [800, -800])
def test_recorder_that_began_late_is_measured_in_step(late: int) -> None:
    noisy, clean = noisy_voice()
    even = judged(enhanced(noisy, clean), clean, is_kept=False).judged
    apart = [np.pad(one, (late, 0)) if late >= 0 else one[-late:] for one in (noisy, clean)]
    answer = judged(enhanced(*apart), clean, is_kept=True)
    assert even is not None
    assert answer.judged is not None
    assert answer.judged.si_sdr_before == pytest.approx(even.si_sdr_before, abs=0.5)
    assert answer.judged.si_sdr > 25
    sounds = [read_sound(BytesIO(each)) for each in (answer.cleaned, answer.clean)]
    assert np.abs(sounds[0] - sounds[1]).max() < 1e-3


def test_recordings_that_cannot_be_read_are_left_out_and_said(tmp_path: Path) -> None:
    good = [write_pair(tmp_path, str(n), seed=n) for n in range(2)]
    bad = tmp_path / "bad.flac"
    bad.write_bytes(b"no sound")
    report = FakeReporter(tmp_path)
    rows = Rows(
        ["a", "b", "c"],
        [*(str(n) for n, _ in good), str(bad)],
        [*(str(c) for _, c in good), str(bad)],
    )
    assert len(read_twins(rows, report)) == 2
    with pytest.raises(TrainingError, match="clips_are_unreadable"):
        read_twins(Rows(["c"], [str(bad)], [str(bad)]), report)


def test_other_throats_differ_and_are_as_long() -> None:
    sound = voice(1.0, np.random.default_rng(0))
    one, two = (changed(sound, 12_000, np.random.default_rng(seed)) for seed in (1, 2))
    assert len(one) == len(two) == 12_000
    assert not np.allclose(one, two)
    assert len(voices_of_the_app()) == 60


def test_strength_mixes_the_noisy_recording_back_in(tmp_path: Path) -> None:
    noisy, clean = noisy_voice(0.5)
    assert (blended(noisy, clean, 0.0) == noisy).all()
    assert (blended(noisy, clean, 1.0) == clean).all()
    path = tmp_path / "take.flac"
    path.write_bytes(write_sound(noisy))
    predictor = SoundPredictor(lambda sound: 0 * sound, tmp_path)
    [half] = predictor.stream_by(str(path), {"strength": 0.5})
    [whole] = predictor.stream(str(path))
    told = {
        name: ANSWER.files(answer)["-clean.wav"]
        for name, answer in (("half", half), ("whole", whole))
    }
    (tmp_path / "half.wav").write_bytes(told["half"])
    assert read_sound(tmp_path / "half.wav") == pytest.approx(0.5 * noisy, abs=1e-3)
    assert [whole] == predictor.answer([str(path)])


def test_answer_is_judged_beside_its_twin_and_drawn_as_takes_that_switch(tmp_path: Path) -> None:
    noisy, clean = map(str, write_pair(tmp_path, "1"))
    predictor = SoundPredictor(Wiener(2.0).clean, tmp_path)
    asked = ANSWER.asked([noisy] * 90, [clean] * 90)
    judged, silent = predictor.answer(asked[:2])
    assert judged.judged is not None
    assert judged.judged == silent.judged
    assert (bool(judged.cleaned), bool(silent.cleaned)) == (True, False)
    assert ANSWER.mistakes(["", ""], [silent, judged]) == [1, 0]
    measures = ANSWER.headline([""], [judged], ())
    assert measures["si_sdr_improvement"] == pytest.approx(judged.judged.gain)
    assert ANSWER.decode(ANSWER.encode(judged), ()) == judged
    assert ANSWER.stored(clean) == "1.flac"
    say = load_words().text
    drawn = answer_html(ANSWER.view(judged), lambda key, **args: say("en", key, **args))
    assert drawn.count("<audio") == drawn.count('type="radio"') == 3
    assert [name in drawn for name in (">noisy<", ">cleaned<", ">clean<")] == [True] * 3
    [plain] = predictor.answer([noisy])
    drawn = answer_html(ANSWER.view(plain), lambda key, **args: say("zh", key, **args))
    assert drawn.count("<audio") == 2
