"""Cleaning up from the Jobs tab: all finished trainings, or the one that is chosen."""

from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest
from starlette.requests import Request

from bigmodel.core.ids import new_id
from bigmodel.core.job import Job, State
from bigmodel.services.jobs.disk import DiskUse, JobDisk
from bigmodel.words import load_words
from pages.shared.jobs.disk_panel import ALL, DiskPanel
from tests.fakes.things import dataset_of, job_of
from tests.pages.one_tab import one_tab


class Disk:
    """Two finished trainings of different sizes."""

    def __init__(self) -> None:
        self.spare = {new_id(): 3.0, new_id(): 40.0}

    def use(self, owner: str) -> DiskUse:
        jobs = tuple(JobDisk(self._job(job_id), 1.0, spare) for job_id, spare in self.spare.items())
        return DiskUse(1.0, 1.0, 1.0, 1.0, 1.0, jobs)

    def clean(self, owner: str, job_id: str) -> float:
        gone = [job_id] if job_id else list(self.spare)
        return sum(self.spare.pop(each) for each in gone)

    def _job(self, job_id: str) -> Job:
        return job_of(dataset_of(), id=job_id, state=State.SUCCEEDED)


@pytest.fixture
def disk() -> Disk:
    return Disk()


@pytest.fixture
def panel(disk: Disk) -> DiskPanel:
    services: Any = SimpleNamespace(
        disk=disk, words=load_words(), settings=SimpleNamespace(language=None)
    )
    return one_tab(lambda ctx, _tab: DiskPanel(ctx, lambda handler: handler), services)


def request() -> gr.Request:
    return gr.Request(request=Request({"type": "http", "state": {"owner": "local"}, "headers": []}))


def test_one_training_can_be_cleaned_up(panel: DiskPanel, disk: Disk) -> None:
    _, row, offered = panel.look(request())
    assert row.visible
    assert [value for _, value in offered.choices] == [ALL, *disk.spare]
    panel.tidy(next(iter(disk.spare)), request())
    assert list(disk.spare.values()) == [40.0]


def test_nothing_to_clean_up_offers_nothing(panel: DiskPanel, disk: Disk) -> None:
    _, row, _ = panel.tidy(ALL, request())
    assert disk.spare == {}
    assert not row.visible
