"""People are told from strangers by thresholds of their own recordings; short recordings are joined to know long ones."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from bigmodel.answers.speaker import ANSWER
from bigmodel.core.datasets.dataset import Rows
from bigmodel.core.datasets.inputs import join_inputs
from bigmodel.core.task import BaseFiles, HasBaseline
from bigmodel.tasks import get_task, load_engine
from bigmodel.training.speaker.ge2e import VoiceEncoder, load_encoder
from bigmodel.training.speaker.profiles import LENGTHS_S, length_of, of_arrays
from bigmodel.training.speaker.recognition import SpeakerPredictor
from bigmodel.training.speaker.takes import ColourEar, hear
from bigmodel.training.speaker.thresholds import Takes, enrol
from bigmodel.training.speaker.voice import colour, seconds_of, speech
from tests.fakes.reporter import FakeReporter
from tests.fakes.sounds import LABELS, sound_data

TASK = get_task("speaker_recognition")
SIZE = 24


def voices(dice: np.random.Generator, people: int, each: int, spread: float = 0.5) -> Takes:
    centres = dice.normal(0, 1, (people, SIZE))
    whose = np.repeat(np.arange(people), each)
    vectors = centres[whose] + dice.normal(0, spread, (len(whose), SIZE))
    return Takes(vectors.astype(np.float32), whose, np.full(len(whose), 3.0, np.float32))


@pytest.mark.parametrize(("people", "most"), [(3, 0.08), (4, 0.05), (5, 0.05), (30, 0.03)])
def test_strangers_seldom_reach_the_threshold(people: int, most: float) -> None:
    let_in = []
    for seed in range(12):
        dice = np.random.default_rng(seed)
        takes, strangers = voices(dice, people, 12), voices(dice, 100, 12)
        profiles = enrol(takes, [takes], share=0.01)
        likest = profiles.likeness(strangers.vectors).max(axis=1)
        let_in.append((likest >= profiles.thresholds[0]).mean())
        own = profiles.likeness(takes.vectors)
        assert (own.argmax(axis=1) == takes.people).all()
        assert (own.max(axis=1) >= profiles.thresholds[0]).mean() > 0.9
    assert np.mean(let_in) < most


def encoded_voices(dice: np.random.Generator, people: int, each: int) -> Takes:
    """Voices as far from each other as those of people who do not know each other are to GE2E, tone colour beside them."""
    own = dice.normal(0, 0.68, (people, 43)) + 0.73
    told = np.hstack([own, dice.normal(0, 1, (people, SIZE))])
    whose = np.repeat(np.arange(people), each)
    vectors = told[whose] + dice.normal(0, 0.3, (len(whose), told.shape[1]))
    return Takes(vectors.astype(np.float32), whose, np.full(len(whose), 1.5, np.float32))


@pytest.mark.parametrize("people", [2, 3, 6, 20])
def test_an_encoder_keeps_strangers_out_however_few_people_are_known(people: int) -> None:
    let_in, refused = [], []
    for seed in range(12):
        dice = np.random.default_rng(seed)
        takes, others = encoded_voices(dice, people, 6), encoded_voices(dice, 60, 6)
        profiles = enrol(takes, [takes], share=0.01, encoded=43)
        let_in.append(profiles.likeness(others.vectors).max(axis=1) >= profiles.thresholds[0])
        own = profiles.likeness(takes.vectors)[np.arange(len(takes.people)), takes.people]
        refused.append(own < profiles.thresholds[0])
    assert np.mean(let_in) < 0.03
    assert np.mean(np.concatenate(refused)) < 0.2


def test_who_was_left_out_is_a_stranger_to_the_others() -> None:
    takes = voices(np.random.default_rng(0), 6, 10)
    profiles = enrol(takes, [takes], share=0.1)
    chosen = takes.people != 2
    rest = Takes(takes.vectors[chosen], takes.people[chosen], takes.seconds[chosen])
    alone = enrol(rest, [rest], share=0.1)
    mine = takes.vectors[takes.people == 2]
    assert np.allclose(profiles.strangest(mine)[:, 2], alone.likeness(mine).max(axis=1)), (
        "as if never heard"
    )


def test_one_other_person_is_enough_and_none_is_no_stranger() -> None:
    takes = voices(np.random.default_rng(1), 2, 6)
    profiles = enrol(takes, [takes], share=0.01)
    assert (profiles.likeness(takes.vectors).argmax(axis=1) == takes.people).all()
    assert 0 < profiles.thresholds[0] <= 1


def test_short_recordings_are_joined_for_longer_lengths(tmp_path: Path) -> None:
    rows = sound_data(tmp_path, rows=60, seconds=0.6).train
    takes, asked = hear(rows, LABELS, ColourEar(), FakeReporter(tmp_path), lambda *_: None)
    assert (takes.seconds < LENGTHS_S[0]).all()
    assert [len(each.people) > 0 for each in asked] == [True, True, True]
    assert {length_of(float(seconds)) for seconds in asked[1].seconds} == {1}
    assert {length_of(float(seconds)) for seconds in asked[2].seconds} == {2}


def test_silence_around_speech_is_left_out() -> None:
    tone = np.sin(np.arange(16_000) / 5).astype(np.float32)
    clip = np.concatenate([np.zeros(16_000, np.float32), tone, np.zeros(8_000, np.float32)])
    assert 1.0 <= seconds_of(speech(clip)) < 1.1
    assert np.isfinite(colour(np.zeros(10, np.float32))).all()
    assert len(speech(np.zeros(10, np.float32))) == 10


def test_frozen_encoder_is_kept_with_the_profiles(tmp_path: Path) -> None:
    torch.manual_seed(0)
    base = tmp_path / "ge2e"
    base.mkdir()
    weights = VoiceEncoder().state_dict()
    kept = {n: v for n, v in weights.items() if n.startswith(("lstm.", "linear."))}
    save_file(kept, base / "model.safetensors")
    data = sound_data(tmp_path / "data", rows=24)
    folder = tmp_path / "model"
    folder.mkdir()
    engine = load_engine(TASK)
    report = FakeReporter(tmp_path / "checkpoints")
    files = BaseFiles("voice-features", "features", base)
    engine.train(data, TASK.params(base="voice-features"), files, folder, report)
    answers = engine.load(folder).answer(data.test.inputs)
    assert [answer.likest for answer in answers] == list(data.test.targets)
    [alone] = engine.load(folder).answer(data.test.inputs[:1])
    assert alone.scores == pytest.approx(answers[0].scores, abs=1e-6)
    assert len(report.steps) >= 4, "a forecast times them"
    [same] = engine.load(folder).answer([join_inputs([data.test.inputs[0]] * 3)])
    assert same.likest == data.test.targets[0]


def test_several_recordings_are_one_only_where_an_encoder_hears_one_voice(tmp_path: Path) -> None:
    class Encoder:
        def vectors(self, sounds: Sequence[np.ndarray]) -> list[np.ndarray]:
            return [np.array([sound[0], 1 - sound[0], 1.0], np.float32) for sound in sounds]

    data = sound_data(tmp_path / "data", rows=24)
    instant = tmp_path / "instant"
    instant.mkdir()
    engine = load_engine(TASK)
    assert isinstance(engine, HasBaseline)
    engine.train_instant(data, TASK.params(), instant, FakeReporter(tmp_path))
    pair = join_inputs([data.test.inputs[0]] * 2)
    [nobody] = engine.load(instant).answer([pair])
    assert nobody.text == ""
    knowing = SpeakerPredictor(Encoder(), instant, "colour")
    one, other = np.zeros(8_000, np.float32), np.ones(8_000, np.float32)
    knowing._profiles = replace(knowing._profiles, encoded=np.array([2]))
    assert knowing._is_one_voice([one, one, one])
    assert not knowing._is_one_voice([one, other, one])


def test_people_of_one_name_by_now_are_one(tmp_path: Path) -> None:
    data = sound_data(tmp_path, rows=24)
    engine = load_engine(TASK)
    engine.train_instant(data, TASK.params(), tmp_path, FakeReporter(tmp_path))  # type: ignore[attr-defined]
    answers = engine.load(tmp_path).answer(data.test.inputs)
    joined = ANSWER.renamed(answers, lambda name: "noise" if name != "chirp" else name)
    assert joined[0].labels == ("noise", "chirp")
    wanted = [max(one.scores[0], one.scores[2]) for one in answers]
    assert [one.scores[0] for one in joined] == wanted


def test_strangers_among_held_out_rows_do_not_stop_a_training(tmp_path: Path) -> None:
    data = sound_data(tmp_path / "data", rows=24)
    held = Rows(data.validation.ids, data.validation.inputs, ["Zoe", *data.validation.targets[1:]])
    engine, folder = load_engine(TASK), tmp_path / "model"
    folder.mkdir()
    params = TASK.params.model_validate({"base": "scratch", "epochs": 1, "clip_s": 0.3})
    mixed = type(data)(data.train, held, data.test, data.labels)
    scratch = BaseFiles("scratch", "scratch")
    engine.train(mixed, params, scratch, folder, FakeReporter(tmp_path / "c"))
    assert len(engine.load(folder).answer(data.test.inputs)) == len(data.test)


def test_encoder_without_some_of_its_weights_is_refused(tmp_path: Path) -> None:
    weights = VoiceEncoder().state_dict()
    del weights["linear.weight"]
    save_file(weights, tmp_path / "model.safetensors")
    with pytest.raises(KeyError, match=r"linear\.weight"):
        load_encoder(tmp_path / "model.safetensors")


def test_what_an_encoder_hears_counts_before_the_rest_and_older_files_know_none() -> None:
    dice = np.random.default_rng(5)
    takes = voices(dice, 3, 12, spread=0.2)
    front = np.abs(voices(dice, 3, 12, spread=0.1).vectors)
    known = Takes(np.hstack([front, 3 * takes.vectors]), takes.people, takes.seconds)
    mixed = np.hstack([front, np.roll(3 * takes.vectors, 12, axis=0)])  # with the rest of another
    likest = {
        encoded: enrol(known, [known], 0.01, encoded).likeness(mixed).argmax(axis=1)
        for encoded in (SIZE, 0)
    }
    assert (likest[SIZE] == known.people).all()
    assert (likest[0] != known.people).any()
    arrays = enrol(known, [known], 0.01).arrays()
    del arrays["encoded"], arrays["by_colour"]
    assert (of_arrays(arrays).likeness(mixed).argmax(axis=1) == likest[0]).all()
