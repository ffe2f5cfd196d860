"""Pictures that are made: by class, by seed, with a note, refused of too few photos; and the pair, that goes on bit for bit."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from bigmodel.answers.made import ANSWER
from bigmodel.core.answer import Tried
from bigmodel.core.datasets.dataset import Rows, Split, TaskData
from bigmodel.core.errors import ModelError, TrainingError
from bigmodel.core.task import BaseFiles, StopRequested
from bigmodel.data.media.made import MADE, NOTE
from bigmodel.jobs.worker.evaluation import Answers, read
from bigmodel.training.generation import adversarial, flow, gaussian, instant
from bigmodel.training.generation.gaussian import fit_gaussians
from bigmodel.training.generation.learned import read_learned
from bigmodel.training.generation.net import FlowNet, NetSize, flow_stages
from bigmodel.training.generation.recipe import GenerationParams
from tests.fakes.pictures import picture_data
from tests.fakes.reporter import FakeReporter

PAIR = BaseFiles("pair", "scratch")
QUICK = GenerationParams(base="pair", pixels=16, epochs=2, batch_size=32, averaging=0.5)


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> TaskData:
    return picture_data(tmp_path_factory.mktemp("pictures"), 160)


@pytest.fixture(scope="module")
def model(data: TaskData, tmp_path_factory: pytest.TempPathFactory) -> instant.GaussianMaker:
    folder = tmp_path_factory.mktemp("model")
    instant.train(data, QUICK, folder, FakeReporter(folder))
    return instant.load(folder)


def test_gaussian_keeps_mean_and_spread_of_a_class() -> None:
    dice = np.random.default_rng(0)
    direction = dice.standard_normal(8 * 8 * 3) * 8
    flat = 120 + dice.standard_normal((300, 1)) * direction
    squares = flat.reshape(300, 8, 8, 3).round().clip(0, 255).astype(np.uint8)
    found = fit_gaussians(squares, np.zeros(300, np.int64), 1)
    *_, made = found.stages([0] * 400, [(0, n) for n in range(400)])
    assert np.abs(made.mean(axis=0) - squares.mean(axis=0)).max() < 4
    ratio = made.astype(float).std(axis=0) / np.maximum(squares.astype(float).std(axis=0), 4)
    assert 0.8 < np.median(ratio) < 1.2


def test_gaussian_of_very_many_photos_is_that_of_evenly_chosen_ones(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sizes = []
    found = np.linalg.eigh
    monkeypatch.setattr(np.linalg, "eigh", lambda product: sizes.append(len(product)) or found(product))  # fmt: skip
    monkeypatch.setattr(gaussian, "MOST_ROWS", 100)
    squares = np.repeat(np.arange(250, dtype=np.uint8), 48).reshape(250, 4, 4, 3)
    means = fit_gaussians(squares, np.zeros(250, np.int64), 1).means
    assert max(sizes) <= 100
    assert np.abs(means - 124.5).max() < 1  # neither the first ones alone nor the last


def test_gaussian_of_mirrored_photos_is_its_own_mirror_image() -> None:
    squares = np.random.default_rng(0).integers(0, 256, (80, 4, 4, 3), dtype=np.uint8)
    found = fit_gaussians(squares, np.zeros(80, np.int64), 1, is_mirrored=True)
    mean = found.means[0].reshape(4, 4, 3)
    assert np.abs(mean - mean[:, ::-1]).max() < 1e-3
    assert (found.spreads[0] > 0).sum() == 80 // 4  # a mirror image is no further photo


@pytest.mark.parametrize("few", [1, 3])
def test_gaussian_of_a_class_with_few_photos_shows_none_of_them(few: int) -> None:
    squares = np.random.default_rng(0).integers(0, 256, (120, 8, 8, 3), dtype=np.uint8)
    classes = np.where(np.arange(120) < few, 1, 0)
    found = fit_gaussians(squares, classes, 2)
    flat = squares.reshape(120, -1).astype(np.float32)
    for place in (0, 1):
        away = flat - found.means[place]
        assert np.abs(away).mean(axis=1).min() > 30
        along = away @ found.axes[place].T  # what mean and axes together can show of each photo
        assert np.linalg.norm(away - along @ found.axes[place], axis=1).min() > 0.3 * np.linalg.norm(away, axis=1).min()  # fmt: skip
        assert (found.spreads[place] > 0).sum() <= 120 // 4


def test_classes_with_few_photos_are_told_of(data: TaskData, tmp_path: Path) -> None:
    targets = ["lying"] * 5 + ["standing"] * (len(data.train) - 5)
    odd = replace(data, train=replace(data.train, targets=targets))
    report = FakeReporter(tmp_path)
    instant.train(odd, QUICK, tmp_path, report)
    assert "training.note.classes_few_to_make" in report.notes


def test_asked_for_a_class_it_makes_pictures_that_the_judge_takes_for_it(
    model: instant.GaussianMaker,
) -> None:
    *_, whole = model.stream_by("Lying", {"count": 16, "seed": 3})
    squares = whole.squares(whole.pixels)
    assert whole.label == "lying"
    assert squares.shape == (16, 16, 16, 3)
    measuring = model._measuring
    assert measuring is not None
    judged = measuring.sights.judge(measuring.sights.see(squares))
    assert (judged == model.labels.index("lying")).mean() > 0.8


def test_same_seed_makes_the_same_pictures(model: instant.GaussianMaker) -> None:
    def made(seed: int) -> bytes:
        *_, whole = model.stream_by("lying", {"count": 2, "seed": seed})
        return whole.pixels

    assert made(1) == made(1) != made(2)


def test_unknown_class_is_refused_with_the_known_ones(model: instant.GaussianMaker) -> None:
    with pytest.raises(ModelError, match="made_class_unknown") as caught:
        list(model.stream("sideways"))
    assert caught.value.args_of_words["known"] == "lying, standing"
    with pytest.raises(ModelError, match="made_class_unknown") as caught:
        list(model.stream("/home/somebody/a.png"))
    assert caught.value.args_of_words["name"] == "a.png"


def test_pictures_that_repeat_and_mirror_each_other_have_few_axes() -> None:
    half = np.random.default_rng(0).integers(0, 256, (4, 16, 8, 3)).astype(np.uint8)
    squares = np.tile(np.concatenate([half, half[:, :, ::-1]], axis=2), (30, 1, 1, 1))
    made = gaussian.fit_gaussians(squares, np.zeros(len(squares), np.int64), 1, is_mirrored=True)
    assert 1 <= (made.spreads > 0).sum() <= 3
    assert np.abs(made.axes).max() <= 1.01


def test_answer_grows_from_one_stage_to_a_filmstrip(model: instant.GaussianMaker) -> None:
    parts = list(model.stream("standing"))
    assert len(parts[0].squares(parts[0].course)) == 1
    assert len(parts[-1].squares(parts[-1].course)) == 8
    assert len(parts[-1].squares(parts[-1].nearest)) == 4


def test_every_file_says_that_a_model_made_it(model: instant.GaussianMaker) -> None:
    *_, whole = model.stream_by("lying", {"count": 3})
    files = ANSWER.files(whole)
    assert list(files) == ["-1.png", "-2.png", "-3.png"]
    for content in files.values():
        with Image.open(BytesIO(content)) as picture:
            assert picture.text["Description"] == NOTE  # type: ignore[attr-defined]
            assert MADE in picture.text["XML:com.adobe.xmp"]  # type: ignore[attr-defined]


def test_answers_that_are_stored_are_read_again(
    data: TaskData, model: instant.GaussianMaker, tmp_path: Path
) -> None:
    answers = Answers(ANSWER)
    given = model.answer(data.test.inputs)
    answers.add(data.labels, Split.TEST, data.test, given)
    answers.write(tmp_path)
    truth, found = read(tmp_path, ANSWER, Split.TEST, data.labels)
    assert truth == list(data.test.targets)
    assert [one.pixels for one in found] == [one.pixels for one in given]
    told = ANSWER.evaluate(Tried(truth, found, data.labels, {"instant": found}))
    same = told.measures["frechet_distance"].value
    assert told.measures["baseline_frechet_distance"].value == pytest.approx(same)
    [grid] = told.panels
    assert [row["name"] for row in grid.data["rows"]] == ["lying", "standing"]
    assert grid.quotes


def test_photos_without_classes_are_learned_from(data: TaskData, tmp_path: Path) -> None:
    bare = TaskData(*(Rows(p.ids, p.inputs, [""] * len(p)) for p in (data.train, data.validation, data.test)))  # fmt: skip
    instant.train(bare, QUICK, tmp_path, FakeReporter(tmp_path))
    answers = instant.load(tmp_path).answer(bare.test.inputs)
    assert "judged_right" not in ANSWER.headline(bare.test.targets, answers, ())
    assert {answer.label for answer in answers} == {""}


def test_photos_without_a_known_class_are_left_out(data: TaskData, tmp_path: Path) -> None:
    report = FakeReporter(tmp_path)
    targets = ["", "sideways", *data.train.targets[2:]]
    found = read_learned(replace(data.train, targets=targets), data.labels, 16, report)
    assert (len(found.squares), len(found.classes)) == (len(targets) - 2, len(targets) - 2)
    lying = targets.count("lying") / (len(targets) - 2)
    assert found.shares(2)[0] == pytest.approx(lying)
    assert report.notes == ["training.note.photos_without_class"]
    bare = replace(data, train=replace(data.train, targets=[""] * 60 + targets[60:]))
    with pytest.raises(TrainingError, match="photos_few_to_make"):
        instant.train(bare, QUICK, tmp_path, report)


def test_photos_without_a_known_class_do_not_measure(
    data: TaskData, model: instant.GaussianMaker
) -> None:
    given = model.answer(data.test.inputs)
    truth = ["", "sideways", *data.test.targets[2:]]
    whole = ANSWER.evaluate(Tried(truth, given, data.labels, {"instant": given}))
    part = ANSWER.evaluate(Tried(truth[2:], given[2:], data.labels, {"instant": given[2:]}))
    assert whole.measures == part.measures
    assert whole.rows == len(truth) - 2
    assert ANSWER.headline(truth, given, data.labels) == ANSWER.headline(truth[2:], given[2:], data.labels)  # fmt: skip
    [told] = [one for one in whole.remarks if one.key.endswith("made_unclassed")]
    assert told.args == {"count": 2, "rows": len(truth)}
    nothing = ANSWER.headline([""] * len(given), given, data.labels)
    assert "judged_photos" not in nothing


def test_fewer_than_a_hundred_photos_are_refused(data: TaskData, tmp_path: Path) -> None:
    part = Rows(data.train.ids[:99], data.train.inputs[:99], data.train.targets[:99])
    few = TaskData(part, data.validation, data.test, data.labels)
    with pytest.raises(TrainingError, match="photos_few_to_make"):
        instant.train(few, QUICK, tmp_path, FakeReporter(tmp_path))


def test_few_photos_are_warned_of(data: TaskData, tmp_path: Path) -> None:
    report = FakeReporter(tmp_path)
    instant.train(data, QUICK, tmp_path, report)
    assert "training.note.photos_few_to_make" in report.notes


def test_flow_of_one_step_follows_the_direction_of_the_network() -> None:
    class Toward(FlowNet):
        def forward(self, pictures: torch.Tensor, moments: torch.Tensor, classes: torch.Tensor) -> torch.Tensor:  # fmt: skip
            return (0.5 - pictures) / (1 - moments)[:, None, None, None].clamp(min=0.1)

    made = list(flow_stages(Toward(NetSize(0)), [0], [(1,)], 16, guidance=1, steps=1))
    assert np.abs(made[-1].astype(int) - 191).max() <= 1  # (0.5 + 1) · 127.5


def test_noise_and_moment_of_a_row_hang_on_seed_epoch_and_row_alone(data: TaskData) -> None:
    learned = flow.Learned(np.zeros((9, 16, 16, 3), np.uint8), np.zeros(9, np.int64))
    examples = flow.FlowExamples(learned, 2, 5, True)
    together, alone = examples.batch([3, 4], "cpu", 1), examples.batch([4], "cpu", 1)
    assert torch.equal(together.inputs["pictures"][1], alone.inputs["pictures"][0])
    other = examples.batch([4], "cpu", 2)
    assert not torch.equal(other.inputs["pictures"], alone.inputs["pictures"])


def test_pair_shows_a_grid_and_goes_on_bit_for_bit(data: TaskData, tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("straight", "resumed")]
    for folder in folders:
        folder.mkdir()
    straight = FakeReporter(tmp_path / "a")
    adversarial.train(data, QUICK, PAIR, folders[0], straight)
    paused = FakeReporter(tmp_path / "b", stop_at=5)
    with pytest.raises(StopRequested):
        adversarial.train(data, QUICK, PAIR, folders[1], paused)
    on = FakeReporter(tmp_path / "c", resume=paused.checkpoints[-1])
    adversarial.train(data, QUICK, PAIR, folders[1], on)
    contents = [(folder / "model.safetensors").read_bytes() for folder in folders]
    assert contents[0] == contents[1]
    assert [name for _, name in straight.samples] == ["grid.png"] * 2
    assert straight.curves["validation/frechet_distance"]
    answers = adversarial.load(folders[0]).answer(data.test.inputs)
    assert len({answer.pixels for answer in answers}) == len(answers)


def test_critic_learns_nothing_by_the_generators_loss() -> None:
    torch.manual_seed(0)
    pair = adversarial.Pair(adversarial.PairSize(1, 16))
    noise, classes = torch.randn(4, 96), torch.zeros(4, dtype=torch.long)
    _, fooled = pair.train()(noise, classes, torch.rand(4, 3, 16, 16))
    fooled.backward()
    assert not any(weight.grad.any() for weight in pair.critic.parameters() if weight.grad is not None)  # fmt: skip
    assert any(weight.grad.any() for weight in pair.generator.parameters() if weight.grad is not None)  # fmt: skip
