"""Bodies for pictures come from a folder, a ZIP or a hub, are checked, belong to picture tasks only, and are trained."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from bigmodel.base_models import shelf
from bigmodel.base_models.check import check_folder
from bigmodel.base_models.config import has_stages
from bigmodel.base_models.folder import import_path
from bigmodel.core.errors import ModelError
from bigmodel.core.task import BaseFiles, Medium
from bigmodel.services.training.base_models import BaseModelService
from bigmodel.settings import Settings
from bigmodel.tasks import get_task
from bigmodel.training.images import finetune
from bigmodel.training.images.recipe import ImageParams
from bigmodel.words import load_words
from tests.fakes.pictures import picture_data
from tests.fakes.reporter import FakeReporter
from tests.fakes.scratch_store import ScratchStore
from tests.fakes.tiny_vision import write_tiny_timm, write_tiny_vit

Write = Callable[[Path], Path]
PARAMS = ImageParams.model_validate({"epochs": 1, "pixels": 32, "batch_size": 16})
both = pytest.mark.parametrize("write", [write_tiny_timm, write_tiny_vit])


@both
@pytest.mark.parametrize("frozen", [0, 2])
def test_body_is_trained_and_loaded_again(write: Write, frozen: int, tmp_path: Path) -> None:
    base = BaseFiles("tiny", "folder", write(tmp_path / "base"))
    data = picture_data(tmp_path / "pictures", 40)
    (tmp_path / "model").mkdir()
    report = FakeReporter(tmp_path / "c")
    params = PARAMS.model_copy(update={"frozen_layers": frozen})
    finetune.train(data, params, base, tmp_path / "model", report)
    loaded = finetune.load_model(tmp_path / "model")
    scores = np.array(loaded.predict(data.test.inputs))
    assert scores.shape == (len(data.test), 2)
    np.testing.assert_allclose(scores.sum(axis=1), 1)
    assert scores.tolist() == finetune.load_model(tmp_path / "model").predict(data.test.inputs)
    assert loaded.explain(data.train.inputs[:1])[0].nearest[0][0] == data.train.ids[0]


@both
def test_zip_becomes_a_base_for_pictures(write: Write, settings: Settings, tmp_path: Path) -> None:
    folder = write(tmp_path / "body")
    with zipfile.ZipFile(tmp_path / "body.zip", "w") as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, f"body/{file.name}")
    base = import_path(tmp_path / "body.zip", settings)
    assert base.medium == Medium.IMAGE
    assert shelf.read(settings.bases, base.name) == base
    assert shelf.find(settings.bases, base.name) is not None


@pytest.mark.parametrize(("write", "finds"), [(write_tiny_timm, True), (write_tiny_vit, False)])
def test_body_without_stages_is_not_offered_for_finding_and_the_reason_is_told(
    write: Write, finds: bool, settings: Settings, tmp_path: Path
) -> None:
    bases, task = BaseModelService(settings, ScratchStore()), get_task("object_detection")
    base = bases.import_path("local", write(tmp_path / "body"))
    assert base in bases.all("local", get_task("image_classification"))
    assert (base in bases.all("local", task)) == finds
    if finds:
        return bases.require_for("local", base.name, task.name)
    with pytest.raises(ModelError, match="base_without_stages") as caught:
        bases.require_for("local", base.name, task.name)
    assert all(base.name in load_words().say(code, caught.value.message) for code in ("en", "zh"))
    return None


@pytest.mark.parametrize(
    ("name", "has_maps"),
    [("resnet18", True), ("convnext_atto", True), ("mobilevit_s", True), ("vit_tiny_patch16_224", False),
     ("deit_tiny_patch16_224", False), ("swin_tiny_patch4_window7_224", False), ("mixer_b16_224", False)],
)  # fmt: skip
def test_names_of_timm_tell_whether_a_body_has_stages(name: str, has_maps: bool) -> None:
    assert has_stages({"architecture": name}) == has_maps


@pytest.mark.parametrize("name", ["hf-hub:a/b", "local-dir:/etc", "../resnet", "Resnet18.a1"])
def test_address_is_no_architecture(name: str, tmp_path: Path) -> None:
    folder = write_tiny_timm(tmp_path / "body")
    config = json.loads((folder / "config.json").read_text("utf-8"))
    (folder / "config.json").write_text(json.dumps({**config, "architecture": name}), "utf-8")
    with pytest.raises(ModelError, match="model_family_unknown"):
        check_folder(folder)


def test_weights_of_another_body_are_refused(tmp_path: Path) -> None:
    folder = write_tiny_timm(tmp_path / "body")
    config = json.loads((folder / "config.json").read_text("utf-8"))
    (folder / "config.json").write_text(json.dumps({**config, "architecture": "resnet18"}), "utf-8")
    data = picture_data(tmp_path / "pictures", 20)
    with pytest.raises(ModelError, match="base_cannot_be_loaded"):
        finetune.train(
            data, PARAMS, BaseFiles("tiny", "folder", folder), tmp_path, FakeReporter(tmp_path)
        )
