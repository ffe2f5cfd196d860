"""Adapters on a tiny pipeline of the Stable Diffusion family: they learn, go on bit for bit, draw, and are loaded by diffusers itself."""

import runpy
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import StableDiffusionPipeline
from safetensors.torch import load_file

from bigmodel.core.datasets.dataset import TaskData
from bigmodel.core.errors import ModelError
from bigmodel.core.task import BaseFiles, StopRequested
from bigmodel.services.results.adapter import adapter_of
from bigmodel.services.results.standalone import assemble
from bigmodel.tasks.image_generation.engine import ENGINE
from bigmodel.tasks.image_generation.spec import TASK
from bigmodel.training.generation.latent.adapted import load_parts
from bigmodel.training.generation.latent.names import ADAPTER
from bigmodel.training.generation.latent.schedule import Noising
from bigmodel.training.generation.maker import Maker
from bigmodel.training.generation.recipe import GenerationParams
from tests.fakes.pictures import picture_data
from tests.fakes.reporter import FakeReporter
from tests.fakes.tiny_diffusion import write_tiny_diffusion

QUICK = GenerationParams(
    base="tiny", tuned_pixels=64, epochs=2, batch_size=32, averaging=0.5, rank=4, alpha=8,
    learning_rate=1e-2, precision="fp32",
)  # fmt: skip


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> BaseFiles:
    folder = tmp_path_factory.mktemp("base") / "tiny"
    return BaseFiles("tiny", "folder", write_tiny_diffusion(folder))


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> TaskData:
    return picture_data(tmp_path_factory.mktemp("pictures"), 150)


@pytest.fixture(scope="module")
def trained(base: BaseFiles, data: TaskData, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("model")
    report = FakeReporter(folder.with_name("checkpoints"))
    ENGINE.train(data, QUICK, base, folder, report)
    losses = [value for _, value in report.curves["validation/loss"]]
    assert losses[-1] < losses[0]
    assert {name for _, name in report.samples} == {"grid.png"}
    return folder


def test_adapter_goes_on_bit_for_bit(
    base: BaseFiles, data: TaskData, trained: Path, tmp_path: Path
) -> None:
    stopped = FakeReporter(tmp_path / "c", stop_at=5)
    (tmp_path / "m").mkdir()
    with pytest.raises(StopRequested):
        ENGINE.train(data, QUICK, base, tmp_path / "m", stopped)
    again = FakeReporter(tmp_path / "d", resume=stopped.checkpoints[-1])
    ENGINE.train(data, QUICK, base, tmp_path / "m", again)
    one, other = load_file(trained / ADAPTER), load_file(tmp_path / "m" / ADAPTER)
    assert all(torch.equal(value, other[name]) for name, value in one.items())
    assert any(".lora_B" in name or "lora.up" in name for name in one)


def test_pictures_come_by_class_and_seed_in_stages(trained: Path) -> None:
    maker = ENGINE.load(trained)
    assert isinstance(maker, Maker)
    how = {"count": 2.0, "steps": 4.0, "guidance": 3.0, "seed": 1.0}
    *stages, last = maker.stream_by("lying", how)
    assert len(stages) == 4
    assert last.side == 64
    assert len(last.squares(last.pixels)) == len(last.squares(last.nearest)) == 2
    *_, same = maker.stream_by("lying", how)
    *_, other = maker.stream_by("standing", how)
    assert same.pixels == last.pixels != other.pixels
    with pytest.raises(ModelError, match="made_class_unknown"):
        list(maker.stream_by("sideways", {}))


def test_made_pictures_are_measured_as_those_of_other_models(
    trained: Path, data: TaskData, tmp_path: Path
) -> None:
    made = ENGINE.load(trained).answer(data.test.inputs[:3])
    assert {one.judged for one in made} <= set(data.labels)
    assert all(one.side == 64 and one.numbers and one.photo for one in made)
    (tmp_path / "m").mkdir()
    ENGINE.train_instant(data, QUICK, tmp_path / "m", FakeReporter(tmp_path / "c"))
    beside = ENGINE.load(tmp_path / "m").answer(data.test.inputs[:3])
    assert {one.side for one in beside} == {64}, "baseline and model can be compared"


def test_diffusers_loads_the_adapter_and_says_the_same(trained: Path, base: BaseFiles) -> None:
    pipeline = StableDiffusionPipeline.from_pretrained(base.folder, local_files_only=True)
    adapter = trained.with_name("alone")
    adapter.mkdir()
    (adapter / "pytorch_lora_weights.safetensors").write_bytes((trained / ADAPTER).read_bytes())
    ours = ENGINE.load(trained)._drawer.unet  # type: ignore[attr-defined]
    asked = (torch.randn(1, 4, 32, 32), 500, torch.randn(1, 20, 16))
    with torch.inference_mode():
        bare = pipeline.unet(*asked).sample
        pipeline.load_lora_weights(adapter)
        assert torch.allclose(pipeline.unet(*asked).sample, ours(*asked).sample, atol=1e-5)
        assert not torch.allclose(ours(*asked).sample, bare, atol=1e-3)


def test_base_in_pieces_is_refused(base: BaseFiles, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="base_cannot_be_loaded"):
        load_parts(replace(base, folder=tmp_path), [""], "cpu")


@pytest.mark.parametrize("kind", ["epsilon", "v_prediction"])
def test_weights_of_moments_are_those_of_min_snr(kind: str) -> None:
    noising = Noising({"prediction_type": kind, "num_train_timesteps": 1000})
    moments = torch.tensor([10, 900])
    kept = noising._mixer.alphas_cumprod[moments].numpy()
    signal = kept / (1 - kept)
    divisor = signal if kind == "epsilon" else signal + 1
    assert np.allclose(noising.weights(moments), np.minimum(signal, 5) / divisor)
    clear, noise = torch.ones(2, 4, 2, 2), torch.zeros(2, 4, 2, 2)
    wanted = noising.wanted(clear, noise, moments)
    assert torch.equal(wanted, noise) == (kind == "epsilon")


def test_program_that_goes_along_makes_the_same_pictures(trained: Path, tmp_path: Path) -> None:
    program = TASK.folder / "predict_latent.py"
    shutil.copytree(trained, tmp_path / "model")
    (tmp_path / "model" / "predict.py").write_text(assemble(program), "utf-8")
    found = runpy.run_path(str(tmp_path / "model" / "predict.py"))["Model"]()
    made = found.make("lying", count=2, seed=1, guidance=3.0, steps=4)
    maker = ENGINE.load(trained)
    assert isinstance(maker, Maker)
    *_, ours = maker.stream_by("lying", {"count": 2.0, "steps": 4.0, "guidance": 3.0, "seed": 1.0})
    assert made.tobytes() == ours.pixels


def test_adapter_is_taken_along_alone_with_how_diffusers_loads_it(trained: Path) -> None:
    found = adapter_of(trained)
    assert found is not None
    assert not found.is_network
    assert list(found.files.values()) == ["pytorch_lora_weights.safetensors"]
    loading = found.alone(trained, "someone/base").loading
    assert 'from_pretrained("someone/base")' in loading
    assert '"a photo of lying"' in loading
