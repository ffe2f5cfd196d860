"""Two people with browsers of their own: no tab shows one what is the other's, and no handler does the other's work."""

from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from starlette.requests import Request

from bigmodel.core.errors import NotFoundError
from bigmodel.core.job import State
from bigmodel.services.studio import Services
from bigmodel.settings import Settings
from pages.data import DataTab
from pages.home import HomeTab
from pages.jobs import JobsTab
from pages.results import ResultsTab
from pages.shared.jobs.jobs_list import Asked
from pages.sort import SortTab
from pages.train import TrainTab
from tests.fakes.journey import write_table
from tests.fakes.services import real_services
from tests.pages.one_tab import one_tab

ANNA, BO = "anna", "bo"


def by(person: str) -> gr.Request:
    headers = [(b"accept-language", b"en")]
    scope = {"type": "http", "state": {"owner": person}, "headers": headers}
    return gr.Request(request=Request(scope))


class House:
    """One house in which each person has a dataset and a training that waits, named after them."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.services: Services = real_services(settings)
        self.datasets: dict[str, str] = {}
        self.jobs: dict[str, str] = {}
        for person in (ANNA, BO):
            table = write_table(folder / f"{person}.csv", 60)
            made = self.services.datasets.import_file(person, table, name=f"data of {person}")
            job = self.services.training.submit(
                person, made.id, base="instant", name=f"training of {person}"
            )
            self.datasets[person], self.jobs[person] = made.id, job.id

    def tab(self, make: Any) -> Any:  # Any: each tab has handlers of its own
        return one_tab(make, self.services)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    home = tmp_path_factory.mktemp("owners")
    settings = Settings(home=home / "home", offline=True)
    settings.make_folders()
    return House(settings, home)


def told(values: object) -> str:
    """Return all that a tab was filled with, as text."""
    if isinstance(values, dict):
        return " ".join(told(value) for value in values.values())
    if isinstance(values, list | tuple):
        return " ".join(told(value) for value in values)
    if isinstance(values, gr.blocks.Block):
        return told(vars(values).get("_constructor_args", "")) + told(getattr(values, "value", ""))
    return str(values)


def assert_own(said: str, person: str, other: str) -> None:
    assert person in said
    assert other not in said


@pytest.mark.parametrize(("person", "other"), [(ANNA, BO), (BO, ANNA)])
def test_home_lists_own_trainings(house: House, person: str, other: str) -> None:
    recent = house.tab(HomeTab).show(by(person))[1]
    assert_own(recent, f"training of {person}", f"training of {other}")


@pytest.mark.parametrize("foreign", [False, True])
def test_data_offers_own_datasets(house: House, foreign: bool) -> None:
    asked = house.datasets[BO if foreign else ANNA]  # also where a link names the other's
    said = told(house.tab(DataTab).show(asked, by(ANNA)))
    assert_own(said, "data of anna", "data of bo")
    assert house.datasets[BO] not in said


@pytest.mark.parametrize("foreign", [False, True])
def test_train_offers_own_datasets(house: House, foreign: bool) -> None:
    asked = house.datasets[BO if foreign else ANNA]
    tab = house.tab(TrainTab)
    shown = tab.show(asked, "", by(ANNA))
    if foreign:  # what was asked for and is there is not chosen anew
        assert shown[tab.ctx.dataset] == house.datasets[ANNA]
    assert_own(told(shown), "data of anna", "data of bo")


@pytest.mark.parametrize("foreign", [False, True])
def test_jobs_lists_own_trainings(house: House, foreign: bool) -> None:
    asked = house.jobs[BO if foreign else ANNA]
    tab = house.tab(JobsTab)
    shown = tab.show(asked, False, Asked(), by(ANNA))
    if foreign:
        assert shown[tab.ctx.job] == house.jobs[ANNA]
    assert_own(told(shown), "training of anna", "training of bo")


def test_results_of_another_are_not_there(house: House) -> None:
    tab = house.tab(ResultsTab)
    said = told(tab.show(house.jobs[BO], None, by(ANNA)))
    assert "bo" not in said.split()
    assert "training of bo" not in said
    with pytest.raises(NotFoundError):
        tab._packer("model")(house.jobs[BO], None, by(ANNA))


def test_rows_of_another_cannot_be_sorted(house: House) -> None:
    said = told(house.tab(SortTab).show(house.datasets[BO], by(ANNA)))
    assert house.datasets[BO] not in said
    assert "data of bo" not in said


@pytest.mark.parametrize("what", ["stop", "hold", "go_on", "put_first"])
def test_job_of_another_cannot_be_moved(house: House, what: str) -> None:
    controls = house.tab(JobsTab).controls
    with pytest.raises(NotFoundError):
        getattr(controls, what)(house.jobs[BO], by(ANNA))
    assert house.services.jobs.get(BO, house.jobs[BO]).state == State.QUEUED


def test_dataset_of_another_is_neither_renamed_nor_deleted(house: House) -> None:
    datasets, own = house.services.datasets, house.datasets[BO]
    with pytest.raises(NotFoundError):
        datasets.rename(ANNA, own, "mine")
    with pytest.raises(NotFoundError):
        datasets.delete(ANNA, own)
    assert datasets.get(BO, own).name == "data of bo"


def test_training_on_data_of_another_is_refused(house: House) -> None:
    with pytest.raises(NotFoundError):
        house.services.training.submit(ANNA, house.datasets[BO], base="instant")
    assert len(house.services.jobs.all(ANNA, 10, 0)) == 1
