"""What is published is what was shown, private unless asked, and the token is nowhere afterwards."""

import logging
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bigmodel.core.errors import ModelError
from bigmodel.core.model import TrainedModel
from bigmodel.services.results.results import ResultService
from bigmodel.services.sharing.publish import PublishService
from bigmodel.settings import Settings
from tests.fakes.hub_inbox import Inbox, receiving
from tests.fakes.trained import OWNER, Training
from tests.unit.services.results.test_export import ENGLISH, add_instant, trained

TOKEN = "hf_Sauerkirsche123456"
SPACE = "anna/soup"


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with receiving(Inbox(TOKEN)) as made:
        yield made


@pytest.fixture
def made(tmp_path: Path, inbox: Inbox) -> tuple[PublishService, TrainedModel, Training]:
    settings = Settings(home=tmp_path / "home", hub_url=inbox.url)
    settings.make_folders()
    targets = ["bad", "good", "bad", "bad", "good"]
    training = trained(settings, ENGLISH, targets, "text_classification")
    model = add_instant(training, ENGLISH, targets)
    results = ResultService(settings, training.store, lambda *_: [])
    return PublishService(settings, results), model, training


Made = tuple[PublishService, TrainedModel, Training]


def test_space_holds_what_was_shown_and_nobody_sees_it(
    made: Made, inbox: Inbox, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    service, model, training = made
    shown = service.shipment(OWNER, model.id)
    url = service.publish(OWNER, model.id, SPACE, token=f" {TOKEN}\n")
    assert url == f"{inbox.url}/spaces/{SPACE}"
    sent = inbox.spaces[SPACE]
    assert {name: len(content) for name, content in sent.items()} == dict(shown.files)
    assert sent["README.md"].decode("utf-8") == shown.card
    assert inbox.public == set()
    home = training.settings.home
    kept = [
        path for path in home.rglob("*") if path.is_file() and TOKEN.encode() in path.read_bytes()
    ]
    assert kept == []
    assert TOKEN not in caplog.text
    assert TOKEN not in repr(vars(service))
    package = ResultService(training.settings, training.store, lambda *_: []).download(
        OWNER, model.id, "space"
    )
    with zipfile.ZipFile(package) as file:
        assert {name: file.read(name) for name in file.namelist()} == sent


def test_public_is_a_choice(made: Made, inbox: Inbox) -> None:
    service, model, _ = made
    service.publish(OWNER, model.id, SPACE, token=TOKEN, is_private=False)
    assert inbox.public == {SPACE}


def test_nothing_is_overwritten(made: Made, inbox: Inbox) -> None:
    service, model, _ = made
    inbox.spaces[SPACE] = {"own": b"1"}
    with pytest.raises(ModelError, match="hub_space_exists"):
        service.publish(OWNER, model.id, SPACE, token=TOKEN)
    assert inbox.spaces[SPACE] == {"own": b"1"}


@pytest.mark.parametrize(
    ("ending", "status", "key"),
    [("create", 403, "hub_token_weak"), ("create", 402, "hub_refused"), ("commit/main", 400, "hub_refused")],
)  # fmt: skip
def test_refusal_is_said_and_leaves_nothing(
    made: Made, inbox: Inbox, ending: str, status: int, key: str
) -> None:
    service, model, _ = made
    inbox.refuses[ending] = status
    with pytest.raises(ModelError) as raised:
        service.publish(OWNER, model.id, SPACE, token=TOKEN)
    assert raised.value.key == key
    assert inbox.spaces == {}


@pytest.mark.parametrize(
    ("space", "token", "key"),
    [(SPACE, "hf_another12345", "hub_token_wrong"), (SPACE, "two lines\nof it", "hub_token_wrong"), ("../x", TOKEN, "hub_id_wrong")],
)  # fmt: skip
def test_wrong_token_or_name_is_named(
    made: Made, inbox: Inbox, space: str, token: str, key: str
) -> None:
    service, model, _ = made
    with pytest.raises(ModelError) as raised:
        service.publish(OWNER, model.id, space, token=token)
    assert raised.value.key == key
    assert inbox.spaces == {}


def test_nothing_is_sent_offline(made: Made, inbox: Inbox) -> None:
    service, model, training = made
    offline = training.settings.model_copy(update={"offline": True})
    with pytest.raises(ModelError, match="hub_offline"):
        PublishService(offline, service._results).publish(OWNER, model.id, SPACE, token=TOKEN)
    assert inbox.spaces == {}
