"""Damage is made as it is asked for, tiles show no seam, and a model is left aside where it was no help."""

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from bigmodel.answers.picture import ANSWER
from bigmodel.core.datasets.dataset import Rows, TaskData
from bigmodel.core.errors import DatasetError, ModelError, TrainingError
from bigmodel.training.enhancement import finetune, instant, predictor
from bigmodel.training.enhancement.damage import SPARED, Damage, damaged, drawn
from bigmodel.training.enhancement.limit import limit_of
from bigmodel.training.enhancement.net import (
    EDSR,
    SPAN,
    Enhancer,
    EnhancerSize,
    enhanced,
    make_net,
)
from bigmodel.training.enhancement.plain import enlarged, noise_of, shrunk
from bigmodel.training.enhancement.predictor import Wisdom
from bigmodel.training.enhancement.read import Photos, photos_of
from bigmodel.training.enhancement.recipe import EnhanceParams
from bigmodel.training.enhancement.tiling import AROUND, TILE
from tests.fakes.clear_pictures import SIDE, clear_data, write_clear
from tests.fakes.reporter import FakeReporter
from tests.tasks.material import SCRATCH

QUICK = {"patch": 16, "patches": 64, "blocks": 1, "channels": 8, "epochs": 1}


def flat(side: int = 64) -> np.ndarray:  # type: ignore[type-arg]
    return np.full((side, side, 3), 120, np.uint8)


def paired(folder: Path, times: int) -> TaskData:
    """Return rows of small pictures beside clear ones that are so many times as large."""
    clear = clear_data(folder, 40)
    parts = []
    for rows in (clear.train, clear.validation, clear.test):
        given = []
        for path in rows.inputs:
            place = Path(path).with_suffix(".low.png")
            Image.fromarray(shrunk(np.asarray(Image.open(path)), times)).save(place)
            given.append(str(place))
        parts.append(Rows(rows.ids, given, rows.targets))
    return TaskData(*parts)


def untrained(scale: int, seed: int = 0) -> Enhancer:
    """Return a network whose every weight matters."""
    torch.manual_seed(seed)
    net = Enhancer(EnhancerSize(scale, 2, 8)).eval()
    for weights in net.parameters():
        torch.nn.init.normal_(weights, std=0.1)
    return net


def test_nothing_is_damaged_by_a_handle_of_none() -> None:
    dice = np.random.default_rng(0)
    assert {drawn(0.0, dice) for _ in range(20)} == {Damage()}


def test_a_share_of_pictures_is_spared_and_the_rest_is_damaged() -> None:
    dice = np.random.default_rng(0)
    made = [drawn(1.0, dice) for _ in range(2000)]
    assert sum(one == Damage() for one in made) / 2000 == pytest.approx(SPARED, abs=0.04)
    assert 20 < max(one.noise for one in made) <= 25
    assert min(one.jpeg for one in made if one.jpeg) >= 25
    assert Damage() not in [drawn(0.5, dice, spared=0.0) for _ in range(200)]


def test_noise_is_as_strong_as_it_says_and_is_told_from_the_picture() -> None:
    dice = np.random.default_rng(0)
    low = damaged(flat(128), 2, Damage(noise=15), dice)
    assert low.shape == (64, 64, 3)
    assert low.std() == pytest.approx(15, abs=0.7)
    assert noise_of(low) == pytest.approx(15 / np.sqrt(3), abs=1)  # of the mean of three colours
    assert noise_of(flat()) == 0


def test_fine_texture_is_no_noise_and_white_hides_none() -> None:
    dice = np.random.default_rng(0)
    leaves = damaged(flat(256), 2, Damage(noise=25), dice)
    leaves[:24, :40] = 128  # a twentieth is sky
    assert noise_of(leaves) < 1
    noisy = damaged(flat(256), 2, Damage(noise=15), dice)
    noisy[:24, :40] = 255
    assert noise_of(noisy) == pytest.approx(15 / np.sqrt(3), abs=1)


def test_blur_and_jpeg_take_detail_away(tmp_path: Path) -> None:
    clear = np.asarray(Image.open(write_clear(tmp_path / "a.png", np.random.default_rng(1))))
    dice = np.random.default_rng(0)
    assert damaged(clear, 1, Damage(blur=1.5), dice).std() < clear.std()
    assert not np.array_equal(damaged(clear, 1, Damage(jpeg=30), dice), clear)
    assert np.array_equal(damaged(clear, 1, Damage(), dice), clear)


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_a_patch_is_the_same_part_of_all_sides(tmp_path: Path, scale: int) -> None:
    data = clear_data(tmp_path, 3, side=12 * 12)
    photos = Photos([(path, path) for path in data.train.inputs], scale)
    for seed in range(8):
        patch = photos.patch(0, 12, 0.0, np.random.default_rng(seed))
        assert patch.given.shape == (12, 12, 3)
        assert patch.clear.shape == patch.plain.shape == (12 * scale, 12 * scale, 3)
        inner = slice(4, -4)
        off = np.abs(shrunk(patch.clear, scale).astype(int) - patch.given)[inner, inner]
        assert off.max() <= 1


def test_a_patch_is_the_plain_one_of_the_whole_picture(tmp_path: Path) -> None:
    data = clear_data(tmp_path, 3, side=96)
    [path, *_] = data.train.inputs
    whole = enlarged(shrunk(np.asarray(Image.open(path)), 2), 2)
    patch = Photos([(path, path)], 2).patch(0, 48, 0.0, np.random.default_rng(0))
    sides = [np.rot90(whole, turns) for turns in range(4)]
    sides += [np.flip(side, 0) for side in sides]
    assert any(np.array_equal(side, patch.plain) for side in sides)


def test_an_untrained_network_answers_the_plain_picture() -> None:
    given = np.random.default_rng(0).integers(0, 256, (20, 24, 3)).astype(np.uint8)
    plain = enlarged(given, 3)
    made = enhanced(Enhancer(EnhancerSize(3, 2, 8)).eval(), given, plain, 3, "cpu")
    assert np.array_equal(made, plain)


@pytest.mark.parametrize(
    ("family", "blocks", "around"), [(EDSR, 8, 24), (EDSR, 10, 24), (EDSR, 20, 43), (SPAN, 9, 30)]
)
def test_tiles_are_given_as_much_around_as_the_network_sees(
    family: str, blocks: int, around: int
) -> None:
    """The answer to the middle pixel changes with those that far off at most."""
    size = EnhancerSize(1, blocks, 8, family)
    assert size.around == around
    net = make_net(size).double().eval()
    given = torch.rand(1, 3, 1, 2 * around + 3, dtype=torch.float64, requires_grad=True)
    for weights in net.parameters():
        torch.nn.init.normal_(weights, std=0.3)
    net(given, torch.zeros_like(given))[..., around + 1].sum().backward()
    assert given.grad is not None
    reached = given.grad.abs().sum(dim=(0, 1, 2))
    assert reached[[0, -1]].max() == 0
    assert (reached[1] > 0) == (around > AROUND)


def test_tiles_show_no_seam() -> None:
    net = Enhancer(EnhancerSize(1, 8, 8)).eval()
    torch.manual_seed(0)
    for weights in net.parameters():
        torch.nn.init.normal_(weights, std=0.06)
    size = (TILE + 40, TILE + 9, 3)
    given = np.random.default_rng(0).integers(0, 256, size).astype(np.uint8)
    tensor = torch.tensor(given)[None].permute(0, 3, 1, 2).float() / 255
    with torch.inference_mode():
        [whole] = net(tensor, tensor).clamp(0, 1).mul(255).round().byte()
    made = enhanced(net, given, given, 1, "cpu")
    assert np.abs(made.astype(int) - whole.permute(1, 2, 0).numpy()).max() <= 1


def test_a_large_picture_comes_tile_by_tile_and_whole_as_at_once(tmp_path: Path) -> None:
    large = np.random.default_rng(0).integers(0, 256, (40, TILE + 40, 3)).astype(np.uint8)
    Image.fromarray(large).save(tmp_path / "large.png")
    model = predictor.PictureEnhancer(untrained(2), Wisdom(0.0))
    first, whole = model.stream(str(tmp_path / "large.png"))
    assert (first.done, first.picture) == ((1, 2), b"")
    assert first.preview != whole.preview
    assert [whole] == model.answer([str(tmp_path / "large.png")])
    assert ANSWER.decode(ANSWER.encode(first), ()) == first


@pytest.mark.parametrize(
    ("gains", "limit"),
    [
        ([(1, 0.5), (2, 0.4), (9, 0.1)], None),
        ([(1, 0.5), (2, 0.4), (9, -3.0)], 5.5),
        ([(1, -0.1), (2, -0.4)], -1.0),
        ([(1, -0.1), (2, 0.4), (8, -1.0)], 5.0),
        ([], None),
    ],
)
def test_limit_is_where_gains_add_up_to_most(
    gains: list[tuple[float, float]], limit: float | None
) -> None:
    assert limit_of(gains) == limit


def test_noisier_pictures_than_the_limit_are_left_plain(tmp_path: Path) -> None:
    calm, wild = tmp_path / "calm.png", tmp_path / "wild.png"
    Image.fromarray(flat()).save(calm)
    Image.fromarray(damaged(flat(), 1, Damage(noise=20), np.random.default_rng(0))).save(wild)
    model = predictor.PictureEnhancer(untrained(2), Wisdom(0.0, 5.0))
    first, second = model.answer([str(calm), str(wild)])
    assert (first.maker, second.maker) == ("model", "left")
    assert second.picture == second.plain
    assert first.picture != first.plain
    assert first.size == (128, 128)


def test_pairs_say_their_scale(tmp_path: Path) -> None:
    report, data = FakeReporter(tmp_path / "c"), paired(tmp_path / "data", 3)
    instant.train(data, EnhanceParams(scale=2), tmp_path, report)
    assert json.loads((tmp_path / "instant.json").read_text("utf-8"))["scale"] == 3
    assert "training.note.scale_of_pairs" in report.notes
    loaded = instant.load(tmp_path)
    [asked] = ANSWER.asked(data.test.inputs[:1], data.test.targets[:1])
    [answer] = loaded.answer([asked])
    assert answer.size == (SIDE, SIDE)
    assert answer.measures[0] == answer.measures[2]
    assert answer.maker == "plain"
    assert answer.strip
    assert not answer.picture


def test_pairs_of_another_size_are_refused_where_they_are_measured(tmp_path: Path) -> None:
    data = paired(tmp_path / "data", 2)
    [asked] = ANSWER.asked(data.test.inputs[:1], data.test.targets[:1])
    with pytest.raises(DatasetError, match="pairs_scale"):
        instant.PlainEnlarger(4, 0.0).answer([asked])


@pytest.mark.parametrize("size", [(1, 1), (3, 20), (5, 2)])
def test_a_picture_of_fewer_pixels_than_the_scale_is_measured(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    Image.new("RGB", size, "teal").save(tmp_path / "tiny.png")
    [asked] = ANSWER.asked([str(tmp_path / "tiny.png")], [str(tmp_path / "tiny.png")])
    [answer] = instant.PlainEnlarger(4, 0.0).answer([asked])
    assert answer.size == tuple(max(4, side - side % 4) for side in size)
    assert answer.measures[0] == 100


def test_nothing_to_learn_is_refused(tmp_path: Path) -> None:
    data = clear_data(tmp_path / "data", 20)
    for train in (
        lambda: instant.train(data, EnhanceParams(scale=1), tmp_path, FakeReporter(tmp_path)),
        lambda: finetune.train(data, EnhanceParams(scale=1), SCRATCH, tmp_path, FakeReporter(tmp_path)),
    ):  # fmt: skip
        with pytest.raises(TrainingError, match="nothing_to_enhance"):
            train()


def test_pictures_at_their_own_size_are_damaged_in_the_same_way_each_time(tmp_path: Path) -> None:
    data = clear_data(tmp_path / "data", 20)
    asked = ANSWER.asked(data.test.inputs, data.test.targets)
    first, second = (instant.PlainEnlarger(1, 0.6).answer(asked) for _ in range(2))
    assert first == second
    assert all(answer.measures[0] < 45 for answer in first)


def test_unreadable_and_tiny_pictures_are_left_out_and_said(tmp_path: Path) -> None:
    data = clear_data(tmp_path / "data", 10)
    Path(data.train.inputs[0]).write_bytes(b"")
    Image.fromarray(flat(9)).save(data.train.inputs[1])
    report = FakeReporter(tmp_path / "c")
    photos = photos_of(data.train, 2, 96, report)
    assert (len(photos), photos.side) == (6, SIDE // 2)
    assert report.notes == ["training.note.pictures_left_out", "training.note.pictures_unfit"]


@pytest.mark.parametrize(("small", "kept", "side"), [(1, 7, 20), (3, 5, 20), (4, 8, 9)])
def test_a_few_small_pictures_are_left_out_and_do_not_shrink_the_parts_of_all(
    tmp_path: Path, small: int, kept: int, side: int
) -> None:
    data, report = clear_data(tmp_path / "data", 10), FakeReporter(tmp_path / "c")
    for path in data.train.inputs[:small]:
        Image.fromarray(flat(18)).save(path)
    photos = photos_of(data.train, 2, 20, report)
    assert (len(photos), photos.side) == (kept, side)
    assert report.notes == (["training.note.pictures_unfit"] if kept < 8 else [])


@pytest.mark.parametrize("values", [{"scale": 4}, {"scale": 1, "damage": 0.5}])
def test_each_way_is_trained_and_shows_what_it_makes(
    tmp_path: Path, values: dict[str, float]
) -> None:
    data, report = clear_data(tmp_path / "data", 40), FakeReporter(tmp_path / "c")
    params = EnhanceParams.model_validate({**QUICK, **values})
    finetune.train(data, params, SCRATCH, tmp_path, report)
    answers = predictor.load(tmp_path).answer(ANSWER.asked(data.test.inputs, data.test.targets))
    assert [answer.size for answer in answers] == [(SIDE, SIDE)] * 4
    assert report.samples[0][1] == "before-after-truth.png"
    assert ("training.note.patch_smaller" in report.notes) == (values["scale"] == 4)  # 48 / 4 < 16
    assert report.curves["validation/psnr"]


def test_weights_are_chosen_by_every_damage_though_few_photos_are_held_out(tmp_path: Path) -> None:
    data = clear_data(tmp_path, 40)
    photos = photos_of(data.validation, 2, 20, FakeReporter(tmp_path / "c"))
    looks = finetune.held_out(photos, EnhanceParams(scale=2, damage=0.8))
    noises = [noise_of(looks.patch(row).given) for row in range(looks.count)]
    assert looks.count >= 12 * len(photos) == 48
    assert 0.2 < np.mean(np.array(noises) > np.median(noises) + 2) < 0.6
    assert noises == [noise_of(looks.patch(row).given) for row in range(looks.count)]


def test_a_training_beats_plain_enlarging(tmp_path: Path) -> None:
    data = clear_data(tmp_path / "data", 40)
    longer = {"patches": 256, "channels": 16, "epochs": 8, "averaging": 0.9, "learning_rate": 3e-3}
    params = EnhanceParams.model_validate(QUICK | longer)
    finetune.train(data, params, SCRATCH, tmp_path, FakeReporter(tmp_path / "c"))
    answers = predictor.load(tmp_path).answer(ANSWER.asked(data.test.inputs, data.test.targets))
    assert ANSWER.headline(data.test.targets, answers, ())["psnr_gain"] > 0.05


def test_files_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    predictor.save(tmp_path, untrained(2), Wisdom(0.0))
    record = json.loads((tmp_path / "enhancer.json").read_text("utf-8"))
    record["net"]["channels"] = 16
    (tmp_path / "enhancer.json").write_text(json.dumps(record), "utf-8")
    with pytest.raises(ModelError, match="trained_model_cannot_be_loaded"):
        predictor.load(tmp_path)
