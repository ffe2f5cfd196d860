"""Fetching from a hub: a real HTTP server on loopback, a tiny BERT, and everything that can go wrong on the way."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from bigmodel.base_models import hub, shelf
from bigmodel.base_models.locate import locate
from bigmodel.core.errors import ModelError
from bigmodel.services.training.base_models import BaseModelService
from bigmodel.settings import Settings
from bigmodel.tasks import find_tasks
from bigmodel.words import load_words
from tests.fakes.hub import COMMIT, FakeHub, serving
from tests.fakes.scratch_store import ScratchStore
from tests.fakes.tiny_bert import write_tiny_bert
from tests.patience import PATIENCE_S

NAME = "some-one/tiny.bert_zh"


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeHub]:
    model = write_tiny_bert(tmp_path / "hub" / "tiny")
    (model / "pytorch_model.bin").write_bytes(b"never sent")
    (model / "README.md").write_text("# tiny")
    with serving(FakeHub({NAME: model})) as running:
        yield running


@pytest.fixture
def online(fake: FakeHub, tmp_path: Path) -> Settings:
    made = Settings(home=tmp_path / "home", hub_url=fake.url, hub_s=PATIENCE_S)
    made.make_folders()
    return made


def refusal(name: str, settings: Settings, *, fetch: bool = False) -> str:
    ask = hub.fetch if fetch else hub.describe
    with pytest.raises(ModelError) as caught:
        ask(name, settings)
    assert load_words().say("zh", caught.value.message)
    return caught.value.key


def test_describe_names_commit_size_and_licence(online: Settings) -> None:
    model = hub.describe(NAME, online)
    assert (model.revision, model.licence, model.languages) == (COMMIT, "apache-2.0", ("zh",))
    assert model.architecture == "bert"
    assert "pytorch_model.bin" not in model.files
    assert model.size_mb > 0


def test_fetched_model_is_complete_and_pinned(online: Settings, fake: FakeHub) -> None:
    seen: list[tuple[int, int]] = []
    base = hub.fetch(NAME, online, lambda done, total: seen.append((done, total)))
    folder = shelf.find(online.bases, NAME)
    assert folder is not None
    sent = fake.models[NAME] / "model.safetensors"
    assert (folder / "model.safetensors").read_bytes() == sent.read_bytes()
    assert (base.kind, base.revision, fake.revisions) == ("hub", COMMIT, {COMMIT})
    assert seen
    assert not any(path.name.startswith(".") for path in online.bases.iterdir())


def test_only_needed_files_are_asked_for(online: Settings, fake: FakeHub) -> None:
    hub.fetch(NAME, online)
    assert not any("pytorch_model" in path or "README" in path for path in fake.requests)


def test_fetched_model_needs_no_hub_any_more(online: Settings, fake: FakeHub) -> None:
    hub.fetch(NAME, online)
    fake.requests.clear()
    offline = online.model_copy(update={"offline": True})
    assert hub.fetch(NAME, offline).name == NAME
    task = find_tasks()["text_classification"]
    assert locate(NAME, task, offline).folder == shelf.find(online.bases, NAME)
    assert fake.requests == []


def test_broken_download_goes_on_where_it_stopped(online: Settings, fake: FakeHub) -> None:
    fake.cut_after = 30_000
    hub.fetch(NAME, online)
    assert fake.ranges[:2] == ["bytes=30000-", "bytes=60000-"]
    assert shelf.find(online.bases, NAME) is not None


def test_later_fetch_goes_on_where_the_first_gave_up(online: Settings, fake: FakeHub) -> None:
    fake.budget = 10_000
    assert refusal(NAME, online, fetch=True) == "hub_unreachable"
    assert shelf.find(online.bases, NAME) is None
    fake.budget = 10**9
    fake.ranges.clear()
    hub.fetch(NAME, online)
    assert fake.ranges == ["bytes=10000-"]
    assert shelf.find(online.bases, NAME) is not None


def test_token_of_the_machine_is_never_sent(
    online: Settings, fake: FakeHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_planted")
    hub.fetch(NAME, online)
    assert fake.requests
    assert fake.authorizations == []


def test_weights_that_changed_on_the_way_are_refused(online: Settings, fake: FakeHub) -> None:
    fake.lies = True
    assert refusal(NAME, online, fetch=True) == "hub_file_differs"
    assert shelf.find(online.bases, NAME) is None


def test_unsafe_model_is_refused_before_its_weights(
    online: Settings, fake: FakeHub, tmp_path: Path
) -> None:
    fake.models[NAME] = write_tiny_bert(tmp_path / "evil", auto_map={"AutoModel": "evil.Evil"})
    assert refusal(NAME, online, fetch=True) == "model_wants_code"
    assert not any("model.safetensors" in path for path in fake.requests)


def test_model_without_safetensors_is_refused(online: Settings, fake: FakeHub) -> None:
    (fake.models[NAME] / "model.safetensors").unlink()
    assert refusal(NAME, online) == "no_safetensors"


def test_gated_and_unknown_models_are_told_apart(online: Settings, fake: FakeHub) -> None:
    fake.gated.add(NAME)
    assert refusal(NAME, online) == "hub_gated"
    assert refusal("some-one/nothing", online) == "hub_unknown_model"


@pytest.mark.parametrize(
    "name",
    ["", "bert", "a/b/c", "../etc/passwd", "http://169.254.169.254/x", "a/b?c", "a/../b", "/etc"],
)
def test_wrong_id_reaches_nobody(name: str, online: Settings, fake: FakeHub) -> None:
    assert refusal(name, online) == "hub_id_wrong"
    assert fake.requests == []


@pytest.mark.slow
def test_silent_hub_is_given_up_in_time(online: Settings, fake: FakeHub) -> None:
    fake.is_stalled = True
    assert refusal(NAME, online.model_copy(update={"hub_s": 2.0})) == "hub_unreachable"
    assert time.monotonic() - fake.asked_at < PATIENCE_S  # without a limit it would be for ever


def test_missing_hub_is_said(online: Settings) -> None:
    nobody = online.model_copy(update={"hub_url": "http://127.0.0.1:9"})
    assert refusal(NAME, nobody) == "hub_unreachable"
    assert not hub.is_reachable(nobody)


def test_offline_setting_asks_nobody(online: Settings, fake: FakeHub) -> None:
    assert refusal(NAME, online.model_copy(update={"offline": True})) == "hub_offline"
    assert fake.requests == []


def test_fetch_is_stopped_and_begun_again(online: Settings) -> None:
    service = BaseModelService(online, ScratchStore())
    with pytest.raises(ModelError, match="fetch_stopped"):
        service.fetch("me", NAME, lambda done, total: service.stop(NAME))
    assert service.all("me", find_tasks()["text_classification"])[-1].kind != "hub"
    assert service.fetch("me", NAME).name == NAME


def test_service_remembers_a_fetched_base(online: Settings) -> None:
    service = BaseModelService(online, ScratchStore())
    assert service.is_reachable()
    base = service.fetch("me", f"https://huggingface.co/{NAME}")
    task = find_tasks()["text_classification"]
    assert base in service.all("me", task)
    assert base not in service.all("somebody", task)
    assert service.is_ready(base)
