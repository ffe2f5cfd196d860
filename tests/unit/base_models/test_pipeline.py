"""A pipeline of the Stable Diffusion family as a base: what passes, what is refused and why, what is left, and who may train on it."""

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from bigmodel.base_models import hub, shelf
from bigmodel.base_models.folder import import_path
from bigmodel.base_models.locate import locate
from bigmodel.core.errors import ModelError
from bigmodel.services.training.base_models import BaseModelService
from bigmodel.settings import Settings
from bigmodel.tasks import find_tasks, get_task
from bigmodel.words import load_words
from tests.fakes.hub import FakeHub, serving
from tests.fakes.scratch_store import ScratchStore
from tests.fakes.tiny_diffusion import write_tiny_diffusion

UNET, VAE = "unet/diffusion_pytorch_model", "vae/diffusion_pytorch_model"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_diffusion(tmp_path_factory.mktemp("pipeline") / "tiny")


@pytest.fixture
def pipeline(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "tiny"))


def edit(name: str, **changes: object) -> Callable[[Path], object]:
    def apply(folder: Path) -> None:
        value = json.loads((folder / name).read_text("utf-8"))
        (folder / name).write_text(json.dumps(value | changes), "utf-8")

    return apply


def pickled(folder: Path) -> None:
    (folder / f"{UNET}.safetensors").rename(folder / f"{UNET}.bin")


def test_pipeline_becomes_a_base_without_its_filters(pipeline: Path, settings: Settings) -> None:
    (pipeline / "safety_checker").mkdir()
    (pipeline / "safety_checker" / "model.safetensors").write_bytes(b"x")
    (pipeline / "v1-5-pruned.ckpt").write_bytes(b"x")
    base = import_path(pipeline, settings)
    assert (base.medium, base.writes, base.needs_gpu) == ("image", True, True)
    folder = shelf.find(settings.bases, "tiny")
    assert folder is not None
    assert {path.name for path in folder.iterdir()} == {
        "model_index.json", "unet", "vae", "text_encoder", "tokenizer", "scheduler",
    }  # fmt: skip
    (folder / f"{UNET}.safetensors").write_bytes(b"cut")
    assert shelf.find(settings.bases, "tiny") is None, "files in folders are counted, too"


def test_zip_of_a_pipeline_is_the_same_base(
    pipeline: Path, settings: Settings, tmp_path: Path
) -> None:
    with zipfile.ZipFile(tmp_path / "up.zip", "w") as archive:
        for path in pipeline.rglob("*"):
            archive.write(path, path.relative_to(pipeline.parent))
    assert import_path(tmp_path / "up.zip", settings).needs_gpu


@pytest.mark.parametrize(
    ("key", "change"),
    [
        ("model_has_code", lambda folder: (folder / "pipeline.py").write_text("")),
        ("model_has_code", lambda folder: (folder / "unet" / "net.py").write_text("")),
        ("model_pickle", pickled),
        ("pipeline_lacks", lambda folder: (folder / f"{VAE}.safetensors").unlink()),
        ("pipeline_lacks", lambda folder: (folder / "tokenizer/tokenizer.json").unlink()),
        ("model_family_unknown", edit("model_index.json", _class_name="FluxPipeline")),
        ("model_wants_code", edit("model_index.json", unet=["my_code", "UNet2DConditionModel"])),
        ("model_wants_code", edit("model_index.json", unet=["diffusers", "Evil"])),
        ("model_wants_code", edit("unet/config.json", auto_map={"AutoModel": "x.Y"})),
        ("model_path_outside", edit("tokenizer/tokenizer_config.json", vocab_file="../../x")),
        ("model_too_big", edit("unet/config.json", layers_per_block=10**6)),
        ("model_too_big", edit("unet/config.json", block_out_channels=[10**9, 8])),
        ("model_sizes_differ", edit("unet/config.json", cross_attention_dim=32)),
        ("model_family_unknown", edit("scheduler/scheduler_config.json", prediction_type="sample")),
        (
            "model_weights_broken",
            lambda folder: (folder / f"{UNET}.safetensors").write_bytes(b"no"),
        ),
        ("model_link", lambda folder: _link(folder / f"{VAE}.safetensors")),
    ],
)
def test_refused_pipelines_leave_nothing(
    key: str, change: Callable[[Path], object], pipeline: Path, settings: Settings
) -> None:
    change(pipeline)
    with pytest.raises(ModelError) as caught:
        import_path(pipeline, settings)
    assert caught.value.key == key
    assert load_words().say("zh", caught.value.message)
    assert list(settings.bases.iterdir()) == []


def _link(path: Path) -> None:
    other = path.with_name("elsewhere")
    path.rename(other)
    path.symlink_to(other)


def test_hub_gives_halves_where_all_parts_have_them(pipeline: Path, settings: Settings) -> None:
    for path in list(pipeline.rglob("*.safetensors")):
        shutil.copyfile(path, path.with_suffix(".fp16.safetensors"))
    (pipeline / "unet" / "diffusion_pytorch_model.bin").write_bytes(b"x")
    with serving(FakeHub(models={"someone/tiny": pipeline})) as served:
        asked = settings.model_copy(update={"hub_url": served.url, "offline": False})
        base = hub.fetch("someone/tiny", asked)
    folder = shelf.find(settings.bases, "someone/tiny")
    assert folder is not None
    found = {path.name for path in folder.rglob("*") if path.suffix in (".safetensors", ".bin")}
    assert found == {"diffusion_pytorch_model.fp16.safetensors", "model.fp16.safetensors"}
    assert base.needs_gpu


def test_pipeline_is_for_pictures_alone_and_for_machines_with_a_graphics_card(
    pipeline: Path, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path / "home", gpu=False)
    settings.make_folders()
    bases = BaseModelService(settings, ScratchStore())
    base = bases.import_path("local", pipeline)
    for task in find_tasks().values():
        offered = [one.name for one in bases.all("local", task)]
        assert (base.name in offered) == (task.name == "image_generation")
    task = get_task("image_generation")
    with pytest.raises(ModelError, match="base_needs_gpu"):
        locate(base.name, task, settings)
    found = locate(base.name, task, settings.model_copy(update={"gpu": True}))
    assert found.folder is not None
