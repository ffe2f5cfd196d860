"""An installation that only shows models: chosen ones and their demos, and nothing else is there or can be done."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bigmodel.core.errors import DatasetError, JobError, SettingsError
from bigmodel.core.job import Job
from bigmodel.core.language import Language
from bigmodel.services.studio import open_services
from bigmodel.settings import Settings
from pages.shared.demo.gallery_route import chosen
from pages.shared.demo.standalone import Alone
from pages.shared.web.endpoints import approved
from tests.fakes import journey
from tests.fakes.services import real_services
from tests.patience import PATIENCE_S
from tests.server import Studio

SHOWN, HIDDEN = "shown soup", "hidden soup"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Job]]:
    """A data folder with two trained models."""
    folder = tmp_path_factory.mktemp("demo-only")
    services = open_services(Settings(home=folder / "home", offline=True))
    table = journey.write_table(folder / "table.csv", 60)
    dataset = services.datasets.import_file("local", table)
    jobs = {name: journey.train(services, dataset, name=name) for name in (SHOWN, HIDDEN)}
    return folder / "home", jobs


def settings(home: Path, **more: object) -> Settings:
    return Settings.model_validate({"home": home, "offline": True, "demo_only": True, **more})


@pytest.fixture(scope="module")
def app(made: tuple[Path, dict[str, Job]]) -> Iterator[Studio]:
    environment = {"BIGMODEL_DEMO_ONLY": "1", "BIGMODEL_DEMO_MODELS": SHOWN}
    running = Studio(made[0], {**environment, "BIGMODEL_SIGN_IN": "open"})
    running.start()
    yield running
    running.stop()


@pytest.mark.slow
def test_chosen_models_are_shown_and_answer(app: Studio) -> None:
    with httpx.Client(base_url=app.url, timeout=PATIENCE_S) as anybody:
        for language, title in (("en", "Models to try"), ("zh", "可以试用的模型")):
            page = anybody.get("", params={"lang": language}).text
            assert title in page
            assert SHOWN in page
            assert HIDDEN not in page
        model = page.split('first" href="demo/')[1].split("/")[0]
        assert anybody.get(f"demo/{model}/").status_code == 200
        asked = anybody.post(f"demo/{model}/answer", json={"text": "lovely warm soup"})
        assert "html" in asked.json()


@pytest.mark.slow
def test_nothing_else_is_there(app: Studio, made: tuple[Path, dict[str, Job]]) -> None:
    hidden = made[1][HIDDEN].id
    with httpx.Client(base_url=app.url, timeout=PATIENCE_S) as anybody:
        for endpoint in approved():
            if not endpoint.is_demo:
                path = endpoint.path.lstrip("/").replace(":path", "")
                assert anybody.request(endpoint.method, path).status_code == 404, path
        assert anybody.get(f"demo/{hidden}/").status_code == 404
        assert anybody.post(f"demo/{hidden}/answer", json={"text": "x"}).status_code == 404


def test_services_refuse_data_and_training(
    made: tuple[Path, dict[str, Job]], tmp_path: Path
) -> None:
    services = open_services(settings(made[0]))
    table = journey.write_table(tmp_path / "table.csv", 60)
    (dataset,) = services.datasets.all("local")
    job = made[1][SHOWN].id
    for error, way in (
        (DatasetError, lambda: services.datasets.import_file("local", table)),
        (DatasetError, lambda: services.datasets.import_folder("local", tmp_path)),
        (DatasetError, lambda: services.append.add_rows("local", dataset.id, table)),
        (DatasetError, lambda: services.project.uploads.open("local", 1)),
        (DatasetError, lambda: services.uploads.open("local", "folder", "a")),
        (JobError, lambda: services.training.submit("local", dataset.id, base="instant")),
        (JobError, lambda: services.control.again("local", job)),
    ):
        with pytest.raises(error, match="demo_only"):
            way()
    assert len(services.datasets.all("local")) == 1


def test_model_that_is_not_there_is_named(tmp_path: Path) -> None:
    named = settings(tmp_path / "home", demo_models="nothing")
    named.make_folders()
    with pytest.raises(SettingsError, match="demo_models_unknown"):
        chosen(real_services(named), "local")


@pytest.mark.parametrize(
    ("spoken", "why"), [("en", "ZeroGPU, which lends"), ("zh", "使用 ZeroGPU")]
)
def test_page_on_zero_gpu_says_why_nothing_is_trained(
    tmp_path: Path, spoken: Language, why: str
) -> None:
    for is_zero in (True, False):
        services = real_services(settings(tmp_path / "home", zero_gpu=is_zero))
        assert (why in Alone(services, spoken).gallery("local", [])) == is_zero
